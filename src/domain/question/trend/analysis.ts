// Trend: an overlap or a table over time. Its present point is computed on the versions in force and paid for like that
// question, of which it is the very draw; its earlier points are answers that the asker was given before, told again
// for nothing. No point is ever computed on a version that another has replaced: whoever left a list or withdrew a
// consent since would be counted again.

import { ANALYSIS_WORDS, listed } from "../../policy/words.ts";
import type { Agreeing, AnalysisRules } from "../analysis.ts";
import { crosstabRules } from "../crosstab/analysis.ts";
import type { CrosstabAnswer } from "../crosstab/answer.ts";
import type { AskedCrosstab, CrosstabQuestion } from "../crosstab/question.ts";
import type { PrivacyNote } from "../figures.ts";
import { overlapRules } from "../overlap/analysis.ts";
import type { OverlapAnswer } from "../overlap/answer.ts";
import type { AskedOverlap, OverlapQuestion } from "../overlap/question.ts";
import type { AskedTrend, TrendQuestion } from "./question.ts";

/** Figures as they were answered at one time, on one version of each list. */
export type TrendPoint = {
  readonly asOf: string;
  readonly versions: { readonly [dataset: string]: string };
} & (OverlapAnswer | CrosstabAnswer);

/** The oldest point first; the last is on the versions in force. */
export type TrendAnswer = { readonly points: readonly TrendPoint[]; readonly privacy: PrivacyNote };

type Followed = OverlapQuestion | CrosstabQuestion;

export const trendRules: AnalysisRules<AskedTrend, TrendQuestion> = {
  place: "/between",
  noised: `${ANALYSIS_WORDS.trend} of tables with sums or means`,
  isNoised: (question) => rulesOfFollowed(question).isNoised(followed(question)),
  listsOf: ({ between }) => between,
  issuesOf: (contract, asked, identifiers) => {
    const { by, measure, ...frame } = asked;
    if (by !== undefined) return crosstabRules.issuesOf(contract, { ...asked, by, analysis: "crosstab" }, identifiers);
    if (measure === undefined) return overlapRules.issuesOf(contract, { ...frame, analysis: "overlap" }, identifiers);
    return [{ path: "/measure", says: "a measure is told of each group of a table: name attributes in `by`" }];
  },
  canonical: (question) => asTrend(rulesOfFollowed(question).canonical(followed(question))),
  usesOf: (question) => rulesOfFollowed(question).usesOf(followed(question)),
  narrower: (question, contract) =>
    rulesOfFollowed(question)
      .narrower(followed(question), contract)
      .map((one) => ({ ...one, question: asTrend(one.question) })),
  twin: followed,
  measurements: (contract, question) => rulesOfFollowed(question).measurements(contract, followed(question)),
  exactMeasurements: (contract, question) => rulesOfFollowed(question).exactMeasurements(contract, followed(question)),
  answer: (priced, truths, random) => {
    const { question } = priced;
    return rulesOfFollowed(question).answer({ ...priced, question: followed(question) }, truths, random);
  },
  margins: (priced) => rulesOfFollowed(priced.question).margins({ ...priced, question: followed(priced.question) }),
  tells: (question, telling) => [
    ...rulesOfFollowed(question).tells(followed(question), telling),
    "the earlier points of the series are answers that it was given before, and tell nothing new",
  ],
  agreed: (agreeing) => {
    const { may, whose, others, purposes } = agreeing;
    return (
      `${may} learn${purposes} how the number of ${whose} customers who are also ${others} changes from version to ` +
      `version of the lists${tablesOf(agreeing)}.`
    );
  },
};

// The question whose figures the present point is.
function followed({ by, measure, ...frame }: TrendQuestion): Followed {
  if (by === undefined) return { ...frame, analysis: "overlap" };
  return { ...frame, analysis: "crosstab", by, ...(measure === undefined ? {} : { measure }) };
}

function rulesOfFollowed({ by }: Pick<TrendQuestion, "by">): AnalysisRules<AskedOverlap | AskedCrosstab, Followed> {
  return by === undefined ? overlapRules : crosstabRules;
}

function asTrend(question: Followed): TrendQuestion {
  return { ...question, analysis: "trend" };
}

function tablesOf({ groups, measures }: Agreeing): string {
  if (groups.length === 0) return "";
  const sums = measures.length === 0 ? "" : `, and for each group ${listed(measures)}`;
  return `, all together or in a table by ${listed(groups)}${sums}`;
}
