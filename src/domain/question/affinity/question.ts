// The question of an affinity: which segments of another's customers are over-represented among one's own.

import { z } from "zod";
import { datasetRefSchema } from "../../dataset/schema.ts";
import { askedShape, type Canonical } from "../asked.ts";
import { axisSchema } from "../crosstab/question.ts";

export const affinitySchema = z.strictObject({
  analysis: z.literal("affinity"),
  ...askedShape,
  /** The list among whose matched people the segments are weighed. */
  among: datasetRefSchema,
  /** The other list, and the attribute whose values are the segments. */
  segments: axisSchema,
});

export type AskedAffinity = z.output<typeof affinitySchema>;
export type AffinityQuestion = Canonical<AskedAffinity>;
