// The analyses of the room: a folder each, and a line here.

import type { z } from "zod";
import type { Analysis } from "../policy/limits-document.ts";
import { affinityRules } from "./affinity/analysis.ts";
import { affinitySchema } from "./affinity/question.ts";
import type { AnalysisRules } from "./analysis.ts";
import { audienceRules } from "./audience/analysis.ts";
import { audienceSchema } from "./audience/question.ts";
import { crosstabRules } from "./crosstab/analysis.ts";
import { crosstabSchema } from "./crosstab/question.ts";
import { overlapRules } from "./overlap/analysis.ts";
import { overlapSchema } from "./overlap/question.ts";
import { suppressionRules } from "./suppression/analysis.ts";
import { suppressionSchema } from "./suppression/question.ts";
import { trendRules } from "./trend/analysis.ts";
import { trendSchema } from "./trend/question.ts";

const REGISTRY = {
  overlap: [overlapSchema, overlapRules],
  crosstab: [crosstabSchema, crosstabRules],
  affinity: [affinitySchema, affinityRules],
  trend: [trendSchema, trendRules],
  audience: [audienceSchema, audienceRules],
  suppression: [suppressionSchema, suppressionRules],
} as const satisfies { readonly [analysis in Analysis]: readonly [z.ZodType, unknown] };

/** The schemas, for the one that tells questions apart by their analysis. */
export const QUESTION_SCHEMAS = [
  REGISTRY.overlap[0],
  REGISTRY.crosstab[0],
  REGISTRY.affinity[0],
  REGISTRY.trend[0],
  REGISTRY.audience[0],
  REGISTRY.suppression[0],
] as const;

type Asked = z.output<(typeof REGISTRY)[Analysis][0]>;

/** A question of any analysis, in canonical form. */
export type AnyQuestion = Parameters<(typeof REGISTRY)[Analysis][1]["tells"]>[0];

/** The rules of an analysis, by its name. */
export function rulesOf(analysis: Analysis): AnalysisRules<Asked, AnyQuestion> {
  return REGISTRY[analysis][1];
}
