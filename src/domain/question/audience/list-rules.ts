// The road that every list of the asker's own records takes: gate on the noised size, cap, guard against near lists.
// What differs between lists is what they are for, hence the words.

import { type DatasetRef, ownerOf } from "../../dataset/schema.ts";
import { nameOf, possessive } from "../../policy/words.ts";
import type { Agreeing, AnalysisRules, Telling } from "../analysis.ts";
import type { Canonical, Clause } from "../asked.ts";
import { marginOf } from "../figures.ts";
import { segmentOf } from "../words.ts";
import { answerAudience, pricingOfList } from "./answer.ts";

type AskedList = { readonly from: DatasetRef; readonly matching: DatasetRef; readonly channel: string };

/** What a list is for, in words: in a label, and in a contract that people sign. */
export type ListWords = {
  /** `to reach them through email`. */
  readonly purpose: (channel: string) => string;
  readonly agreed: (agreeing: Agreeing) => string;
};

/** The rules of a list, given its words. */
export function listRules<Asked extends AskedList>(words: ListWords): AnalysisRules<Asked> {
  return {
    place: "/matching",
    noised: null,
    isNoised: () => false,
    listsOf: ({ from, matching }) => [from, matching],
    issuesOf: () => [],
    canonical: (question) => question,
    usesOf: () => [],
    narrower: () => [],
    twin: () => null,
    measurements: (_, { from, matching, identifiers }) => [
      { kind: "selection", own: from, other: matching, identifiers },
    ],
    exactMeasurements: () => [],
    answer: (priced, [truth], random) => {
      if (truth?.kind !== "selection") throw new Error("a list was not selected");
      const { outcome, answer } = answerAudience(priced, truth, random);
      return { outcome, figures: answer };
    },
    margins: (priced) => (priced.terms.mode === "exact" ? [] : [marginOf("people", pricingOfList(priced), 0)]),
    tells: (question, telling) => tellsOf(question, telling, words),
    agreed: words.agreed,
  };
}

type Told = Canonical<AskedList> & { readonly where: readonly Clause[] };

function tellsOf(question: Told, { recipient, directory }: Telling, { purpose }: ListWords): string[] {
  const name = nameOf(directory, recipient);
  const from = ownerOf(question.from);
  const whose = from === recipient ? "its own" : possessive(nameOf(directory, from));
  const theirs = possessive(nameOf(directory, ownerOf(question.matching)));
  const segment = segmentOf(question.where, directory);
  const matched = `${whose} customers who are also ${theirs} customers${segment}`;
  return [
    `${name} would receive references to ${matched}, ${purpose(question.channel)}`,
    `each entry of the list tells ${name} that this person is ${theirs} customer, and no noise hides that`,
  ];
}
