// Overlap: how many people two to twelve lists share, in every combination.

import { type DatasetRef, ownerOf } from "../../dataset/schema.ts";
import { listed, nameOf, possessive } from "../../policy/words.ts";
import type { AnalysisRules, Margin, Priced, Telling, Truth } from "../analysis.ts";
import { marginOf } from "../figures.ts";
import type { TrendQuestion } from "../trend/question.ts";
import { formOf, segmentOf } from "../words.ts";
import { answerOverlap, type OverlapCounts, pricingOf } from "./answer.ts";
import type { AskedOverlap, OverlapQuestion } from "./question.ts";

export const overlapRules: AnalysisRules<AskedOverlap, OverlapQuestion> = {
  place: "/between",
  noised: null,
  isNoised: () => false,
  listsOf: ({ between }) => between,
  issuesOf: (_, { detail, between }) =>
    detail !== undefined && between.length > 2
      ? [{ path: "/detail", says: "figures by identifier are for two lists" }]
      : [],
  canonical: ({ detail, ...question }) => {
    const between = [...question.between].sort();
    return { ...question, between, ...(detail === undefined || detail.length === 0 ? {} : { detail }) };
  },
  usesOf: () => [],
  narrower: () => [],
  // One told apart by identifier has figures of its own.
  twin: ({ detail, ...question }): TrendQuestion | null =>
    detail === undefined ? { ...question, analysis: "trend" } : null,
  measurements: (_, { between, identifiers }) => [{ kind: "overlap", lists: between, identifiers }],
  exactMeasurements: () => [],
  answer: (priced, [truth], random) => ({
    outcome: "released",
    figures: answerOverlap(priced, overlapIn(truth), random),
  }),
  margins: (priced) => marginsOfOverlap(priced),
  tells: (question, telling) => {
    const detail = question.detail === undefined ? "" : ", told apart by what they match on";
    const segment = segmentOf(question.where, telling.directory);
    return [`${learnsOf(question.between, telling)}${segment}${detail}${formOf(telling)}`];
  },
  agreed: ({ may, whose, others, purposes }) =>
    `${may} learn${purposes} how many of ${whose} customers are also ${others}.`,
};

/** The counts among what was found out. */
function overlapIn(truth: Truth | undefined): OverlapCounts {
  if (truth?.kind !== "overlap") throw new Error("an overlap was not counted");
  return truth;
}

/** How sure the sizes and the regions of several lists are. */
function marginsOfOverlap(priced: Priced<OverlapQuestion>): readonly Margin[] {
  if (priced.terms.mode === "exact") return [];
  return [marginOf("people", pricingOf(priced), 0)];
}

/** `Ann would learn how many of its customers are also Ben's customers`, or the same for more lists. */
function learnsOf(between: readonly DatasetRef[], { recipient, directory }: Telling): string {
  const owners = between.map(ownerOf);
  const others = owners.filter((owner) => owner !== recipient);
  const name = nameOf(directory, recipient);
  const [other] = others;
  if (owners.length === 2 && others.length === 1 && other !== undefined) {
    const theirs = possessive(nameOf(directory, other));
    return `${name} would learn how many of its customers are also ${theirs} customers`;
  }
  const sharing = listed(owners.map((owner) => nameOf(directory, owner)));
  return `${name} would learn how many customers ${sharing} share, in every combination`;
}
