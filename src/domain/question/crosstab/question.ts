// The question of a cross-tab: people whom lists share, by up to three attributes, with a measure added up or averaged.

import { z } from "zod";
import { datasetRefSchema } from "../../dataset/schema.ts";
import { LIMITS } from "../../limits.ts";
import { slugSchema } from "../../partner/manifest.ts";
import { AGGREGATES } from "../../policy/limits-document.ts";
import { askedShape, type Canonical } from "../asked.ts";

export const axisSchema = z.strictObject({
  dataset: datasetRefSchema,
  attribute: slugSchema,
  /** One of the contract's groupings of the attribute's values; single values when absent. */
  grouping: slugSchema.exactOptional(),
});

export const crosstabSchema = z.strictObject({
  analysis: z.literal("crosstab"),
  ...askedShape,
  /** The lists whose shared people are counted, in any order. */
  between: z.array(datasetRefSchema).min(2).max(LIMITS.contractMembers),
  /** The attributes, in any order: the table is the same. */
  by: z.array(axisSchema).min(1).max(LIMITS.crosstabAttributes),
  measure: z
    .strictObject({ dataset: datasetRefSchema, measure: slugSchema, aggregate: z.enum(AGGREGATES) })
    .exactOptional(),
});

export type AskedCrosstab = z.output<typeof crosstabSchema>;
export type CrosstabQuestion = Canonical<AskedCrosstab>;
