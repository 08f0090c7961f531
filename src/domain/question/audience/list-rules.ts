// The road that every list of the asker's own records takes: gate on the noised size, cap, guard against near lists.
// What differs between lists is what they are for, hence the words.

import { type DatasetRef, ownerOf } from "../../dataset/schema.ts";
import type { Terms } from "../../policy/terms.ts";
import { nameOf, possessive } from "../../policy/words.ts";
import { coinEpsilon, turnedShare } from "../../privacy/deniability.ts";
import { type EpsilonMicros, parseEpsilon } from "../../privacy/epsilon.ts";
import type { Agreeing, AnalysisRules, Telling } from "../analysis.ts";
import type { Canonical, Clause } from "../asked.ts";
import { marginOf } from "../figures.ts";
import { segmentOf } from "../words.ts";
import { answerAudience, pricingOfList } from "./answer.ts";

type AskedList = {
  readonly from: DatasetRef;
  readonly matching: DatasetRef;
  readonly channel: string;
  readonly epsilon?: string;
};

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
    agreed: (agreeing) => `${words.agreed(agreeing)}: ${entriesAgreed(agreeing)}`,
  };
}

function entriesAgreed({ whose, isDeniable }: Agreeing): string {
  return isDeniable
    ? `an entry of such a list makes it likelier that this person is ${whose} customer and proves nothing, since ` +
        "some entries are false on purpose."
    : `each entry of such a list tells that this person is ${whose} customer, and no noise hides that.`;
}

type Told = Canonical<AskedList> & { readonly where: readonly Clause[] };

function tellsOf(question: Told, { recipient, directory, terms }: Telling, { purpose }: ListWords): string[] {
  const name = nameOf(directory, recipient);
  const from = ownerOf(question.from);
  const whose = from === recipient ? "its own" : possessive(nameOf(directory, from));
  const theirs = possessive(nameOf(directory, ownerOf(question.matching)));
  const segment = segmentOf(question.where, directory);
  const matched = `${whose} customers who are also ${theirs} customers${segment}`;
  return [
    `${name} would receive references to ${matched}, ${purpose(question.channel)}`,
    ...entriesTold(terms, { name, theirs, price: question.epsilon }),
  ];
}

type Named = { readonly name: string; readonly theirs: string; readonly price: string | undefined };

function entriesTold(terms: Terms | null, { name, theirs, price }: Named): string[] {
  const coin = terms === null ? null : coinEpsilon(terms.deniability, priceOf(terms, price));
  if (coin === null)
    return [`each entry of the list tells ${name} that this person is ${theirs} customer, and no noise hides that`];
  const [turned, odds] = [100 * turnedShare(coin), Math.exp(coin / 1_000_000)].map(threeDigits);
  return [
    `no entry of the list is proof that this person is ${theirs} customer: a coin leaves out ${turned} % of those ` +
      `who match, and puts in ${turned} % of all others`,
    `an entry multiplies the odds that this person is ${theirs} customer by ${odds} at the most; lists about the ` +
      "same person add up, and each is paid from the privacy budget",
    "the list says what share of it is false; it can be collected as long as no new version of either list is there",
  ];
}

function priceOf({ budget }: Terms, offered: string | undefined): EpsilonMicros {
  const price = offered === undefined ? null : parseEpsilon(offered);
  return price?.ok === true ? price.value : budget.perRelease;
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
