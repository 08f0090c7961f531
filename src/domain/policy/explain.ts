// A decision in sentences: permitted or not and by which clauses, what the answer would tell and to whom, what it
// costs, and what to do next. Made from documents and the question alone, never from what lists hold.

import type { PartnerId } from "../partner/manifest.ts";
import { costOfPureEpsilon, type EpsilonMicros, type NanoRho } from "../privacy/epsilon.ts";
import type { Margin } from "../question/analysis.ts";
import type { Question } from "../question/question.ts";
import { rulesOf } from "../question/registry.ts";
import type { Decision } from "./decide.ts";
import { budgetInWords, counted, type Directory, figure, nameOf } from "./words.ts";

/** What the answer would cost, from the text of the question and the ledger. */
export type Price = {
  readonly epsilon: EpsilonMicros;
  /** How sure each kind of figure will be; nothing in exact mode. */
  readonly margins: readonly Margin[];
  /** The first of these under the usual noise, where the answer carries other noise. */
  readonly usually: Margin | null;
  /** What each owner has left before this question, for this recipient and for everybody together. */
  readonly left: readonly { readonly partner: PartnerId; readonly rho: NanoRho; readonly everybody: NanoRho }[];
};

/** Sentences without a full stop; none needs a field name, a pointer or a digest to be followed. */
export type Explanation = {
  readonly isPermitted: boolean;
  readonly verdict: string;
  /** One for each clause that permitted, limited or denied. */
  readonly because: readonly string[];
  /** What the answer would tell, and to whom. */
  readonly tells: readonly string[];
  readonly costs: readonly string[];
  /** Who must approve, or what would be permitted instead. */
  readonly next: readonly string[];
};

/** Puts a decision into words. The price is left out where none was worked out, as for a denial. */
export function explainDecision(
  decision: Decision,
  question: Question,
  { directory, price }: { readonly directory: Directory; readonly price?: Price },
): Explanation {
  const isPermitted = decision.kind === "permit";
  return {
    isPermitted,
    verdict: isPermitted ? "this is permitted" : "this is not permitted: nothing is answered, and nothing is spent",
    because: decision.reasons.map(({ says }) => says),
    tells: disclosures(decision, question, { directory, margins: price === undefined ? [] : price.margins }),
    costs: price === undefined ? [] : costs(price, nameOf(directory, decision.recipient), directory),
    next: nextSteps(decision, directory),
  };
}

type Told = { readonly directory: Directory; readonly margins: readonly Margin[] };

function disclosures(decision: Decision, question: Question, { directory, margins }: Told): readonly string[] {
  const terms = decision.kind === "permit" ? decision.terms : null;
  return rulesOf(question.analysis).tells(question, { recipient: decision.recipient, directory, terms, margins });
}

function costs({ epsilon, margins, usually, left }: Price, recipient: string, directory: Directory): string[] {
  const cost = costOfPureEpsilon(epsilon);
  const shares = left.map(({ partner, rho, everybody }) => {
    const name = nameOf(directory, partner);
    if (rho < cost) return `${name} has not enough left for it`;
    const percent = (100n * cost + rho - 1n) / rho;
    const more = counted(Number(rho / cost), "such question");
    const whom = name === recipient ? "itself" : recipient;
    const share = `that is ${percent} % of what ${name} has left for ${whom}, which is enough for ${more}`;
    if (everybody >= rho) return share;
    if (everybody < cost) return `${share}; but what ${name} has left for everybody together is not enough for it`;
    const most = counted(Number(everybody / cost), "such question");
    return `${share}; what it has left for everybody together is enough for ${most}`;
  });
  return [`it costs ${budgetInWords(epsilon)}`, ...noiseCompared(margins, usually), ...shares];
}

function noiseCompared([first]: readonly Margin[], usually: Margin | null): string[] {
  if (first === undefined || usually === null) return [];
  const [narrow, wide] = [first, usually].map(({ plusMinus }) => `± ${figure(plusMinus)}`);
  return [`at this price the Gaussian noise is about ${narrow}, and the usual noise would be ${wide}`];
}

function nextSteps(decision: Decision, directory: Directory): string[] {
  if (decision.kind === "permit") {
    if (decision.approvers.length === 0)
      return ["ask it: the answer comes at once, and the same question about the same lists costs nothing again"];
    return decision.approvers.map((partner) => `a person at ${nameOf(directory, partner)} must approve it first`);
  }
  if (decision.instead.length > 0) return decision.instead.map(({ says }) => `permitted instead: ask ${says}`);
  return ["nothing close to this is permitted: one of the clauses above would have to change"];
}
