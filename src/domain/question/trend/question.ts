// The question of a trend: an overlap or a table as it was answered before, and as it is now.

import { z } from "zod";
import { datasetRefSchema } from "../../dataset/schema.ts";
import { LIMITS } from "../../limits.ts";
import { askedShape, type Canonical } from "../asked.ts";
import { crosstabSchema } from "../crosstab/question.ts";

export const trendSchema = z.strictObject({
  analysis: z.literal("trend"),
  ...askedShape,
  /** The lists compared, in any order. */
  between: z.array(datasetRefSchema).min(2).max(LIMITS.contractMembers),
  /** The attributes of a table; an overlap is followed where there are none. */
  by: crosstabSchema.shape.by.exactOptional(),
  /** Of a table only. */
  measure: crosstabSchema.shape.measure,
});

export type AskedTrend = z.output<typeof trendSchema>;
export type TrendQuestion = Canonical<AskedTrend>;
