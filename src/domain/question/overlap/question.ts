// The question of an overlap: how many people lists share, in every combination.

import { z } from "zod";
import { datasetRefSchema } from "../../dataset/schema.ts";
import { LIMITS } from "../../limits.ts";
import { askedShape, type Canonical } from "../asked.ts";

export const overlapSchema = z.strictObject({
  analysis: z.literal("overlap"),
  ...askedShape,
  /** The lists compared, in any order. */
  between: z.array(datasetRefSchema).min(2).max(LIMITS.contractMembers),
  /** `identifier`: two lists only, matched people by the identifier that matched them. */
  detail: z
    .array(z.enum(["identifier"]))
    .max(1)
    .exactOptional(),
});

export type AskedOverlap = z.output<typeof overlapSchema>;
export type OverlapQuestion = Canonical<AskedOverlap>;
