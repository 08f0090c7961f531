// Weighs one question: gathers what the contract and every owner's policy say to it and, where none says no, meets
// their terms. Deny by default: an owner without a policy, or a partner the room does not know, denies.

import type { Contract } from "../contract/document.ts";
import { ownerOf } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { parseEpsilon } from "../privacy/epsilon.ts";
import type { AttributeUsed } from "../question/analysis.ts";
import { attributesOf, channelOf, datasetsOf, isForList, type Question } from "../question/question.ts";
import { rulesOf } from "../question/registry.ts";
import { measureIn } from "../question/table.ts";
import { type Asking, contractSource, evaluateContract } from "./agreement.ts";
import type { AccessRequest, UsedAttribute } from "./cover.ts";
import type { Policy } from "./document.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { type Contribution, priceReasons, type Reason, sizeReasons } from "./reasons.ts";
import { meet, type Terms, TOP } from "./terms.ts";
import { clampOfUnits } from "./use-limits.ts";
import { type Directory, nameOf, type PartnerCard } from "./words.ts";

/** A policy in force, with the SHA-256 of its canonical form. */
export type PolicyInForce = { readonly policy: Policy; readonly digest: string };

/** Everything a decision depends on: documents, the question, who asks and the day. Nothing about people. */
export type DecisionInput = Asking & { readonly policies: ReadonlyMap<PartnerId, PolicyInForce> };

/** One owner's part in a permit: the policy that spoke, and its terms before they met the others'. */
export type OwnerTerms = {
  readonly partner: PartnerId;
  readonly version: number;
  readonly digest: string;
  readonly terms: Terms;
};

export type Weighed =
  | {
      readonly kind: "deny";
      readonly reasons: readonly Reason[];
      /** The owners whose own rules alone deny it, however the contract answers. */
      readonly deniers: readonly PartnerId[];
    }
  | {
      readonly kind: "permit";
      readonly terms: Terms;
      readonly contributions: readonly Contribution[];
      readonly owners: readonly OwnerTerms[];
      /** The clauses that permitted, and the consents they ask for. */
      readonly reasons: readonly Reason[];
    };

/** Holds a question against every document that has a say in it. Time is linear in the documents; no I/O. */
export function weigh(input: DecisionInput): Weighed {
  const agreement = evaluateContract(input);
  const says = ownersOf(input.question).map((partner) => ({ partner, ...ownerSays(input, partner) }));
  const deniers = says.filter((one) => one.kind === "deny").map(({ partner }) => partner);
  const denials = [...agreement.denials, ...says.flatMap((one) => (one.kind === "deny" ? one.reasons : []))];
  const permits = [...agreement.reasons, ...says.flatMap((one) => (one.kind === "permit" ? one.reasons : []))];
  if (denials.length > 0) return { kind: "deny", reasons: denials, deniers };
  const owners = says.flatMap((one) => (one.kind === "permit" ? [one] : []));
  const shared = [...agreement.contributions, ...analysisContributions(input)];
  const contributions = [...shared, ...owners.flatMap((one) => one.contributions)];
  const terms = [...shared, ...owners.map((one) => one.owner)].map((one) => one.terms).reduce(meet);
  const unmet = [...priceDenials(input, terms, contributions), ...sizeDenials(input, terms, contributions)];
  if (unmet.length > 0) return { kind: "deny", reasons: unmet, deniers };
  return { kind: "permit", terms, contributions, owners: owners.map((one) => one.owner), reasons: permits };
}

// Noise outranks exact, so a question without an exact form carries noise whatever the documents say. A refusal would
// break the lattice: one more document that asks for noise would permit what was denied.
function analysisContributions(input: DecisionInput): readonly Contribution[] {
  const { analysis } = input.question;
  const rules = rulesOf(analysis);
  if (!rules.isNoised(input.question)) return [];
  const index = input.contract.analyses.findIndex((one) => one.analysis === analysis);
  const because = `${rules.noised} are given with noise alone`;
  const terms = { ...TOP, mode: "noise" } as const;
  return [{ source: contractSource(input), pointer: `/analyses/${index}`, because, terms }];
}

/** Whether the own rules of all these owners permit a question. */
export function isPermittedBy(input: DecisionInput, owners: readonly PartnerId[]): boolean {
  return owners.every((owner) => ownerSays(input, owner).kind === "permit");
}

/** The owners of the lists that a question touches, sorted. */
function ownersOf(question: Question): readonly PartnerId[] {
  return datasetsOf(question).map(ownerOf).sort();
}

type OwnerSays =
  | { readonly kind: "deny"; readonly reasons: readonly Reason[] }
  | {
      readonly kind: "permit";
      readonly owner: OwnerTerms;
      readonly contributions: readonly Contribution[];
      readonly reasons: readonly Reason[];
    };

function ownerSays(input: DecisionInput, partner: PartnerId): OwnerSays {
  const inForce = input.policies.get(partner);
  const recipient = input.directory.get(input.recipient);
  const name = nameOf(input.directory, partner);
  if (inForce === undefined) return unheard(input, `${name} has not stated its own rules yet, so it permits nothing`);
  if (recipient === undefined) return unheard(input, "whoever asks is not a partner in this room");
  const { policy, digest } = inForce;
  const answer = evaluatePolicy(policy, digest, accessOf(input, { partner, name }, recipient));
  if (answer.kind === "deny") return answer;
  return { ...answer, owner: { partner, version: policy.version, digest, terms: answer.terms } };
}

// No policy speaks here, so the reason stands with the contract's list of members.
function unheard(input: DecisionInput, says: string): OwnerSays {
  return { kind: "deny", reasons: [{ ...contractSource(input), pointer: "/members", effect: "denies", says }] };
}

function accessOf(
  { contract, directory, question, recipient, on }: DecisionInput,
  owner: AccessRequest["owner"],
  { name, industry }: PartnerCard,
): AccessRequest {
  const used = attributesOf(question).filter(({ dataset }) => ownerOf(dataset) === owner.partner);
  const members = contract.members.map((member) => member.partner);
  const others = members.filter((member) => member !== owner.partner && member !== recipient);
  return {
    owner,
    recipient: { partner: recipient, name, industry },
    alongside: others.map((partner) => alongsideOf(directory, partner)),
    datasets: datasetsOf(question).filter((dataset) => ownerOf(dataset) === owner.partner),
    purpose: question.purpose,
    analysis: question.analysis,
    attributes: used.map((one) => usedUnder(contract, one)),
    channel: channelOf(question),
    on,
  };
}

// A measure is drawn to the bounds of the contract; bounds that have no exact form stand for none, which is denied
// wherever a grant asks for some.
function usedUnder(contract: Contract, used: AttributeUsed): UsedAttribute {
  const { dataset, attribute, use, aggregate, grouping } = used;
  const measure = use === "measure" ? measureIn(contract, { dataset, measure: attribute }) : undefined;
  const clamp = measure === undefined ? null : clampOfUnits(measure);
  const made = aggregate === undefined ? {} : { aggregates: [aggregate] };
  const coarse = grouping === undefined ? {} : { groupings: [grouping] };
  return { name: attribute, uses: [use], ...made, ...coarse, ...(clamp === null ? {} : { clamp }) };
}

// An unknown member has no industry that a clause could name, and still a name.
function alongsideOf(directory: Directory, partner: PartnerId): AccessRequest["alongside"][number] {
  const card = directory.get(partner);
  return { partner, ...(card === undefined ? { name: partner, industry: "" } : card) };
}

function priceDenials({ question }: DecisionInput, terms: Terms, contributions: readonly Contribution[]) {
  return isPriceWithin(question, terms) ? [] : priceReasons(terms, contributions);
}

/** Whether terms allow what a question would pay, if it says how much. */
export function isPriceWithin({ epsilon }: Question, { budget }: Terms): boolean {
  if (epsilon === undefined) return true;
  const asked = parseEpsilon(epsilon);
  return asked.ok && asked.value <= budget.perRelease;
}

function sizeDenials({ question }: DecisionInput, terms: Terms, contributions: readonly Contribution[]) {
  const hasRoom = terms.minimumAudience <= terms.maximumAudience;
  return !isForList(question) || hasRoom ? [] : sizeReasons(terms, contributions);
}
