// Trend: an overlap over time. Its present point is computed on the versions in force and paid for like that overlap,
// of which it is the very draw; its earlier points are answers that the asker was given before, told again for nothing.
// No point is ever computed on a version that another has replaced: whoever left a list or withdrew a consent since
// would be counted again.

import type { AnalysisRules } from "../analysis.ts";
import type { PrivacyNote } from "../figures.ts";
import { learnsOf, marginsOfOverlap, overlapIn } from "../overlap/analysis.ts";
import { answerOverlap, type OverlapAnswer } from "../overlap/answer.ts";
import type { OverlapQuestion } from "../overlap/question.ts";
import { formOf, segmentOf } from "../words.ts";
import type { AskedTrend, TrendQuestion } from "./question.ts";

/** An overlap as it was answered at one time, on one version of each list. */
export type TrendPoint = {
  readonly asOf: string;
  readonly versions: { readonly [dataset: string]: string };
} & OverlapAnswer;

/** The oldest point first; the last is on the versions in force. */
export type TrendAnswer = { readonly points: readonly TrendPoint[]; readonly privacy: PrivacyNote };

export const trendRules: AnalysisRules<AskedTrend, TrendQuestion> = {
  place: "/between",
  isNoiseOnly: false,
  listsOf: ({ between }) => between,
  issuesOf: () => [],
  canonical: (question) => ({ ...question, between: [...question.between].sort() }),
  usesOf: () => [],
  narrower: () => [],
  twin: overlapOf,
  measurements: (_, { between, identifiers }) => [{ kind: "overlap", lists: between, identifiers }],
  answer: (priced, [truth], random) => {
    const overlap = { ...priced, question: overlapOf(priced.question) };
    return { outcome: "released", figures: answerOverlap(overlap, overlapIn(truth), random) };
  },
  margins: (priced) => marginsOfOverlap({ ...priced, question: overlapOf(priced.question) }),
  tells: (question, telling) => {
    const segment = segmentOf(question.where, telling.directory);
    return [
      `${learnsOf(question.between, telling)}${segment}${formOf(telling)}`,
      "the earlier points of the series are answers that it was given before, and tell nothing new",
    ];
  },
  agreed: ({ may, whose, segment, how }) =>
    `${may} learn how the number of ${whose} customers who are also its own or another member's changes from version ` +
    `to version${segment}, ${how}.`,
};

// The overlap whose figures the present point is.
function overlapOf(question: TrendQuestion): OverlapQuestion {
  return { ...question, analysis: "overlap" };
}
