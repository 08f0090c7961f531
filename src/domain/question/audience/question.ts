// Questions for a list of the asker's own records: to reach them, or to leave them out.

import { z } from "zod";
import { datasetRefSchema } from "../../dataset/schema.ts";
import { slugSchema } from "../../partner/manifest.ts";
import { askedShape } from "../asked.ts";

/** What a question for a list names besides. */
export const listShape = {
  ...askedShape,
  /** The asker's own list, whose record references come back. */
  from: datasetRefSchema,
  /** The other side's list. */
  matching: datasetRefSchema,
  channel: slugSchema,
};

export const audienceSchema = z.strictObject({ analysis: z.literal("audience"), ...listShape });

export type AskedAudience = z.output<typeof audienceSchema>;
