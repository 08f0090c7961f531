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
import { type Seat, seatsFor, seatsOf } from "./seats.ts";

/** A contract under which one partner asks about the owner's list. */
export type Setting = {
  readonly contract: Contract;
  readonly contractId: ContractId;
  readonly recipient: PartnerId;
  readonly own: DatasetRef;
  readonly theirs: DatasetRef;
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
 * Each contract stands twice, as if it had been made again under another name.
 * @param on the day, UTC; the first day of a contract that does not hold yet takes its place
 */
export function stageOf(policy: Policy, contract: Contract | null, on: string): Result<Stage, string> {
  const seats = contract === null ? seatsOf(policy) : otherMembers(policy, contract);
  const contracts = contract === null ? seats.map((seat) => draftContract(policy, seat, on)) : [contract];
  const settings = contracts
    .flatMap((one) => [one, { ...one, name: again(one.name) }])
    .flatMap((one) => settingsIn(one, policy.partner, seats));
  if (contract !== null && settings.length === 0) return err(noSetting(policy.partner));
  const policies = [policy, ...seats.map(({ partner }) => laxPolicy(partner))];
  return ok({
    owner: policy.partner,
    settings,
    policies: new Map(policies.map((one) => [one.partner, { policy: one, digest: canonicalDigest(one) }])),
    on: contract !== null && contract.validity.from > on ? contract.validity.from : on,
    assumptions: assumptionsOf(contract, seats),
  });
}

function otherMembers(policy: Policy, { members }: Contract): readonly Seat[] {
  return members
    .filter(({ partner }) => partner !== policy.partner)
    .flatMap(({ partner }) => seatsFor(partner, policy));
}

function again(name: string): string {
  return `${name.slice(0, 34).replace(/-$/, "")}-again`;
}

function settingsIn(contract: Contract, owner: PartnerId, seats: readonly Seat[]): readonly Setting[] {
  const listOf = (partner: PartnerId): DatasetRef[] =>
    contract.datasets.filter((one) => one.partner === partner).map((one) => datasetRef(partner, one.dataset));
  const [theirs] = listOf(owner);
  if (theirs === undefined) return [];
  const about = { contract, contractId: contractId(contract), theirs };
  return seats.flatMap((seat) => {
    const [own] = listOf(seat.partner);
    if (own === undefined) return [];
    const cards = [seat, { partner: owner, industry: "owner" }];
    const directory = new Map(cards.map(({ partner, industry }) => [partner, { name: partner, industry }]));
    return [{ ...about, recipient: seat.partner, own, directory }];
  });
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
    "questions are about two lists: one of the attacker's, one of the owner's",
  ];
}
