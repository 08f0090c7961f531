// The question of a suppression list: whom of its own customers the asker leaves out, since another serves them.

import { z } from "zod";
import { listShape } from "../audience/question.ts";

export const suppressionSchema = z.strictObject({ analysis: z.literal("suppression"), ...listShape });

export type AskedSuppression = z.output<typeof suppressionSchema>;
