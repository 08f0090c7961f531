// The documents of an attack: the draft policy, the contract it is tried under, and whom it lets in. Everybody else's
// rules are as loose as the engine allows, so that what holds, holds by this policy and contract alone.

import { canonicalDigest } from "../canonical-json.ts";
import { type Contract, type ContractId, contractId } from "../contract/document.ts";
import { type DatasetRef, datasetRef } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { Policy } from "../policy/document.ts";
import type { PolicyInForce } from "../policy/weigh.ts";
import { type Directory, listed } from "../policy/words.ts";
import { err, ok, type Result } from "../result.ts";
import { draftContract, laxPolicy } from "./draft.ts";
import { ACCOMPLICE, type Seat, seatsFor, seatsOf, UNSTATED } from "./seats.ts";

/** A contract under which one partner asks about the owner's list. */
export type Setting = {
  readonly contract: Contract;
  readonly contractId: ContractId;
  /** The same contract under another name: whoever permits something under the one permits it under the other. */
  readonly again: { readonly contract: Contract; readonly contractId: ContractId };
  readonly recipient: PartnerId;
  readonly own: DatasetRef;
  readonly theirs: DatasetRef;
  /** Lists of further members, who are accomplices of the partner. */
  readonly others: readonly DatasetRef[];
  /** The partner and the owner, as clauses see them. */
  readonly directory: Directory;
};

/** What is attacked, and where from. */
export type Stage = {
  readonly owner: PartnerId;
  readonly settings: readonly Setting[];
  readonly policies: ReadonlyMap<PartnerId, PolicyInForce>;
  /** The day on which all is asked, UTC. */
  readonly on: string;
  /** What was taken for granted, in sentences. */
  readonly assumptions: readonly string[];
};

/**
 * Sets a draft policy under a contract or, without one, under contracts made for the partners that its grants speak of.
 * Each contract may be used as if it had been made again under another name.
 * @param on the day, UTC; the first day of a contract that does not hold yet takes its place
 */
export function stageOf(policy: Policy, contract: Contract | null, on: string): Result<Stage, string> {
  const seats = contract === null ? seatsOf(policy) : otherMembers(policy, contract);
  const contracts = contract === null ? draftContracts(policy, seats, on) : [contract];
  const settings = contracts.flatMap((one) => settingsIn(one, policy.partner, seats));
  if (contract !== null && settings.length === 0) return err(noSetting(policy.partner));
  const others = new Set(contracts.flatMap(({ members }) => members.map(({ partner }) => partner)));
  others.delete(policy.partner);
  const policies = [policy, ...[...others].map((partner) => laxPolicy(partner, contracts))];
  return ok({
    owner: policy.partner,
    settings,
    policies: new Map(policies.map((one) => [one.partner, { policy: one, digest: canonicalDigest(one) }])),
    on: contract !== null && contract.validity.from > on ? contract.validity.from : on,
    assumptions: assumptionsOf(contract, seats),
  });
}

// One for each attacker, and one in which the first has an accomplice who brings a list and asks nothing.
function draftContracts(policy: Policy, seats: readonly Seat[], on: string): readonly Contract[] {
  const pairs = seats.map((seat) => draftContract(policy, [seat.partner], on));
  const names = [policy.partner, ...seats.map(({ partner }) => partner)];
  const allied = names.includes(ACCOMPLICE) ? [] : seats.slice(0, 1);
  const among = allied.map((seat) => draftContract(policy, [seat.partner, ACCOMPLICE], on));
  return [...pairs, ...among];
}

function otherMembers(policy: Policy, { members }: Contract): readonly Seat[] {
  return members
    .filter(({ partner }) => partner !== policy.partner)
    .flatMap(({ partner }) => seatsFor(partner, policy));
}

function otherName(name: string): string {
  return `${name.slice(0, 34).replace(/-$/, "")}-again`;
}

/** Lists of accomplices in one question, at the most: regions double with each. */
const ACCOMPLICES = 2;

function settingsIn(contract: Contract, owner: PartnerId, seats: readonly Seat[]): readonly Setting[] {
  const [theirs] = listsOf(contract, owner);
  if (theirs === undefined) return [];
  const again = { ...contract, name: otherName(contract.name) };
  const about = {
    contract,
    contractId: contractId(contract),
    again: { contract: again, contractId: contractId(again) },
    theirs,
  };
  return seats.flatMap((seat) => {
    const [own] = listsOf(contract, seat.partner);
    if (own === undefined) return [];
    const members = contract.members.map(({ partner }) => partner);
    const accomplices = members.filter((member) => member !== owner && member !== seat.partner);
    const others = accomplices.flatMap((member) => listsOf(contract, member).slice(0, 1)).slice(0, ACCOMPLICES);
    const cards = members.map((partner) => ({ partner, industry: industryOf(partner, owner, [seat, ...seats]) }));
    const directory = new Map(cards.map(({ partner, industry }) => [partner, { name: partner, industry }]));
    return [{ ...about, recipient: seat.partner, own, others, directory }];
  });
}

function listsOf({ datasets }: Contract, partner: PartnerId): readonly DatasetRef[] {
  return datasets.filter((one) => one.partner === partner).map((one) => datasetRef(partner, one.dataset));
}

function industryOf(partner: PartnerId, owner: PartnerId, seats: readonly Seat[]): string {
  if (partner === owner) return "owner";
  const seat = seats.find((one) => one.partner === partner);
  return seat === undefined ? UNSTATED : seat.industry;
}

function noSetting(owner: PartnerId): string {
  return `the contract brings together no list of \`${owner}\` with one of a member that could ask about it`;
}

function assumptionsOf(contract: Contract | null, seats: readonly Seat[]): readonly string[] {
  const names = listed(seats.map(({ partner, industry }) => `${partner} (industry ${industry})`));
  return [
    contract === null
      ? "the contract is a draft that permits all that the policy's grants speak of, under the policy's own limits"
      : "the contract is in force as it stands",
    seats.length === 0 ? "the policy lets nobody in" : `attacking: ${names}; their own rules limit nothing`,
    "every approval that is asked for is given",
    "an attacker knows everything about everybody, except whether one person is on the list",
    "where a third list takes part in a question, its owner is the attacker's accomplice",
  ];
}
