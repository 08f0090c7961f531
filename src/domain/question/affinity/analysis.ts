// Affinity: which segments of one list are over-represented among the people whom another list shares.

import type { Contract } from "../../contract/document.ts";
import { ownerOf } from "../../dataset/schema.ts";
import { LIMITS } from "../../limits.ts";
import { ANALYSIS_WORDS, figure, listed, nameOf, possessive } from "../../policy/words.ts";
import type { AnalysisRules, Axis, Measurement, Narrower, Telling, Truth } from "../analysis.ts";
import type { QuestionIssue } from "../asked.ts";
import { marginOf } from "../figures.ts";
import { axisOf, groupingsIn, missingAxis } from "../table.ts";
import { axisInWords, formOf, segmentOf } from "../words.ts";
import { answerAffinity, pricingOfSegments, type SegmentCounts } from "./answer.ts";
import type { AffinityQuestion, AskedAffinity } from "./question.ts";

export const affinityRules: AnalysisRules<AskedAffinity, AffinityQuestion> = {
  place: "/segments",
  noised: ANALYSIS_WORDS.affinity,
  isNoised: () => true,
  listsOf: ({ among, segments }) => [among, segments.dataset],
  issuesOf: segmentIssues,
  canonical: (question) => question,
  usesOf: ({ segments }) => [{ ...segments, use: "group" }],
  narrower: coarserSegments,
  twin: () => null,
  measurements: (contract, question) => measurementsOf(segmentsOf(contract, question), question),
  exactMeasurements: () => [],
  answer: (priced, truths, random) => {
    const axis = segmentsOf(priced.contract, priced.question);
    return { outcome: "released", figures: answerAffinity(priced, { axis, counts: countsIn(truths) }, random) };
  },
  margins: (priced) => [marginOf("people", pricingOfSegments(priced), 0)],
  tells: tellsOf,
  agreed: ({ may, whose, purposes, groups }) => {
    const by = groups.length === 0 ? "no attribute at all" : listed(groups, "or");
    return (
      `${may} learn${purposes} which groups of ${whose} customers, by ${by}, are more frequent among those whom it ` +
      "shares than among all of them, and how many people these are."
    );
  },
};

function segmentsOf(contract: Contract, { segments }: AffinityQuestion): Axis {
  const axis = axisOf(contract, segments);
  if (axis === undefined) throw new Error("the segments are not the contract's");
  return axis;
}

function segmentIssues(contract: Contract, { segments }: AskedAffinity): QuestionIssue[] {
  const axis = axisOf(contract, segments);
  if (axis === undefined) return [missingAxis("/segments", segments)];
  if (axis.keys.length < LIMITS.crosstabCells) return [];
  return [{ path: "/segments", says: `at most ${figure(LIMITS.crosstabCells)} segments are given` }];
}

function measurementsOf(axis: Axis, { among, identifiers }: AffinityQuestion): Measurement[] {
  const table = { kind: "table", identifiers, by: [axis], measure: null } as const;
  return [
    { ...table, lists: [among, axis.dataset] },
    { ...table, lists: [axis.dataset] },
  ];
}

function countsIn([shared, all]: readonly Truth[]): SegmentCounts {
  if (shared?.kind !== "table" || all?.kind !== "table") throw new Error("the segments were not counted");
  return { shared: shared.people, all: all.people };
}

function coarserSegments(question: AffinityQuestion, contract: Contract): Narrower<AffinityQuestion>[] {
  return groupingsIn(contract, question.segments)
    .filter((grouping) => grouping !== question.segments.grouping)
    .map((grouping) => {
      const segments = { ...question.segments, grouping };
      return { question: { ...question, segments }, says: `with ${axisInWords(segments)}` };
    });
}

function tellsOf(question: AffinityQuestion, telling: Telling): string[] {
  const { directory, recipient } = telling;
  const whose = possessive(nameOf(directory, ownerOf(question.segments.dataset)));
  const among = ownerOf(question.among);
  const shared = among === recipient ? "those it shares" : `those ${nameOf(directory, among)} shares`;
  const groups = `which groups of ${whose} customers by ${axisInWords(question.segments)}`;
  const says = `${nameOf(directory, recipient)} would learn ${groups} are more frequent among ${shared} than among all`;
  return [`${says}, and how many people of each there are${segmentOf(question.where, directory)}${formOf(telling)}`];
}
