// The decision on one question: the meet of the contract's terms and those of every owner whose lists it touches, or
// no. Pure, without a clock and blind to people: it depends on the documents alone.

import type { PartnerId } from "../partner/manifest.ts";
import type { Question } from "../question/question.ts";
import { type Alternative, alternativesTo } from "./instead.ts";
import { limitReasons, type Reason } from "./reasons.ts";
import type { Terms } from "./terms.ts";
import { type DecisionInput, isPriceWithin, type OwnerTerms, weigh } from "./weigh.ts";

export type Permit = Extract<Decision, { kind: "permit" }>;

/** The answer of the documents to one question: a permit is bounded by its terms, a denial names every clause. */
export type Decision =
  | {
      readonly kind: "permit";
      readonly recipient: PartnerId;
      readonly terms: Terms;
      readonly owners: readonly OwnerTerms[];
      /** Whose person must approve first: every owner's where the contract asks for it, else those whose rules do. */
      readonly approvers: readonly PartnerId[];
      readonly reasons: readonly Reason[];
    }
  | {
      readonly kind: "deny";
      readonly recipient: PartnerId;
      readonly reasons: readonly Reason[];
      /** Wordings of the question that would be permitted. */
      readonly instead: readonly Alternative[];
    };

/**
 * Decides a question in canonical form. Adding an owner, a clause or a stricter term never widens the outcome.
 * Whether the contract is in force, and what the ledger has left, is for the caller to ask.
 */
export function decide(input: DecisionInput): Decision {
  const { recipient, question, contract } = input;
  const weighed = weigh(input);
  if (weighed.kind === "deny") {
    const { reasons, deniers } = weighed;
    return { kind: "deny", recipient, reasons, instead: alternativesTo(input, deniers) };
  }
  const { terms, owners, contributions } = weighed;
  const isAskedByContract = contract.terms.approval.includes(question.analysis);
  return {
    kind: "permit",
    recipient,
    terms,
    owners,
    approvers: owners
      .filter((owner) => isAskedByContract || owner.terms.approval.includes(question.analysis))
      .map((owner) => owner.partner),
    reasons: [...weighed.reasons, ...limitReasons(terms, contributions, question.analysis)],
  };
}

/** What was permitted of a question, all the same but for its price; null where terms do not allow that. */
export function permitAtPrice(permit: Permit, question: Question): Permit | null {
  return isPriceWithin(question, permit.terms) ? permit : null;
}
