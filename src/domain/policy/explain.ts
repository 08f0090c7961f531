// A decision in sentences: permitted or not and by which clauses, what the answer would tell and to whom, what it
// costs, and what to do next. Made from documents and the question alone, never from what lists hold.

import { ownerOf } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { costOfPureEpsilon, type EpsilonMicros, type NanoRho, printEpsilon } from "../privacy/epsilon.ts";
import type { AudienceQuestion, Clause, OverlapQuestion, Question } from "../question/question.ts";
import type { Decision } from "./decide.ts";
import type { Terms } from "./terms.ts";
import { counted, type Directory, figure, listed, nameOf, possessive } from "./words.ts";

/** What the answer would cost, from the text of the question and the ledger. */
export type Price = {
  readonly epsilon: EpsilonMicros;
  /** Half the width of the 95 % interval around each figure, in people. */
  readonly margin: number;
  /** What each owner has left for this recipient before this question. */
  readonly left: readonly { readonly partner: PartnerId; readonly rho: NanoRho }[];
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
    verdict: isPermitted ? "this is permitted" : "this is not permitted",
    because: decision.reasons.map(({ says }) => says),
    tells: disclosures(decision, question, { directory, ...(price === undefined ? {} : { margin: price.margin }) }),
    costs: price === undefined ? [] : costs(price, nameOf(directory, decision.recipient), directory),
    next: nextSteps(decision, directory),
  };
}

type Told = { readonly directory: Directory; readonly margin?: number };

function disclosures(decision: Decision, question: Question, told: Told): string[] {
  const recipient = decision.recipient;
  if (question.analysis === "audience") return audienceTells(question, recipient, told);
  const form = decision.kind === "permit" ? `, ${formOf(decision.terms, told)}` : "";
  return [`${overlapTells(question, recipient, told)}${form}`];
}

function formOf({ mode, rounding, k }: Terms, { margin }: Told): string {
  const withheld = `nothing is shown below ${figure(k)} people`;
  if (mode === "exact") return `as figures without noise, rounded to multiples of ${figure(rounding)}; ${withheld}`;
  return `as figures with noise${margin === undefined ? "" : ` of about ± ${figure(margin)}`}; ${withheld}`;
}

function overlapTells(question: OverlapQuestion, recipient: PartnerId, { directory }: Told): string {
  const owners = question.between.map(ownerOf);
  const others = owners.filter((owner) => owner !== recipient);
  const name = nameOf(directory, recipient);
  const segment = segmentOf(question.where, directory);
  const detail = question.detail === undefined ? "" : ", told apart by what they match on";
  const [other] = others;
  if (owners.length === 2 && others.length === 1 && other !== undefined) {
    const theirs = possessive(nameOf(directory, other));
    return `${name} would learn how many of its customers are also ${theirs} customers${segment}${detail}`;
  }
  const sharing = listed(owners.map((owner) => nameOf(directory, owner)));
  return `${name} would learn how many customers ${sharing} share, in every combination${segment}${detail}`;
}

function audienceTells(question: AudienceQuestion, recipient: PartnerId, { directory }: Told): string[] {
  const name = nameOf(directory, recipient);
  const from = ownerOf(question.from);
  const whose = from === recipient ? "its own" : possessive(nameOf(directory, from));
  const theirs = possessive(nameOf(directory, ownerOf(question.matching)));
  const segment = segmentOf(question.where, directory);
  const matched = `${whose} customers who are also ${theirs} customers${segment}`;
  return [
    `${name} would receive references to ${matched}, to reach them through ${question.channel}`,
    `each entry of the list tells ${name} that this person is ${theirs} customer, and no noise hides that`,
  ];
}

function segmentOf(where: readonly Clause[], directory: Directory): string {
  const conditions = where.map(({ dataset, attribute, in: values }) => {
    const whose = nameOf(directory, ownerOf(dataset));
    return `whose “${attribute}” at ${whose} is ${values.length === 0 ? "nothing at all" : listed(values, "or")}`;
  });
  return conditions.length === 0 ? "" : `, counting only those ${listed(conditions)}`;
}

function costs({ epsilon, left }: Price, recipient: string, directory: Directory): string[] {
  const cost = costOfPureEpsilon(epsilon);
  const shares = left.map(({ partner, rho }) => {
    const name = nameOf(directory, partner);
    if (rho < cost) return `${name} has not enough left for it`;
    const percent = (100n * cost + rho - 1n) / rho;
    const more = counted(Number(rho / cost), "such question");
    return `that is ${percent} % of what ${name} has left for ${recipient}, which is enough for ${more}`;
  });
  return [`it costs ${printEpsilon(epsilon)} of the privacy budget`, ...shares];
}

function nextSteps(decision: Decision, directory: Directory): string[] {
  if (decision.kind === "permit")
    return decision.approvers.map((partner) => `a person at ${nameOf(directory, partner)} must approve it first`);
  if (decision.instead.length > 0) return decision.instead.map(({ says }) => `permitted instead: ask ${says}`);
  return ["nothing close to this is permitted: one of the clauses above would have to change"];
}
