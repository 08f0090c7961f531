// Where a contract stands: read off its signatures, the events its members caused and the calendar. In force only when
// every member has signed and the dates hold; any member's suspension works at once; refusal and termination are final.

import { DAY_MILLIS, startOfDate, type UnixMillis, unixMillis } from "../instant.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { err, ok, type Result, unreachable } from "../result.ts";
import type { Contract, ContractId } from "./document.ts";

/** That a member signed, and when; the signature itself was verified before. */
export type ContractSignature = { readonly partner: PartnerId; readonly at: UnixMillis };

/** What a member did to a contract after it was offered. */
export type ContractEvent = {
  readonly kind: "refused" | "suspended" | "resumed" | "terminated";
  readonly partner: PartnerId;
  readonly at: UnixMillis;
};

export type ContractHistory = {
  readonly contract: Contract;
  /** Members of the version before that this one does not name: they too sign it, or refuse. */
  readonly leaving: readonly PartnerId[];
  readonly signatures: readonly ContractSignature[];
  /** In the order in which they were recorded. */
  readonly events: readonly ContractEvent[];
  /** The later version that everybody concerned has signed, and the day from which it takes this one's place. */
  readonly successor: Successor | null;
  /** The day, UTC, for which the state is asked. */
  readonly today: string;
};

export type Successor = { readonly id: ContractId; readonly from: string };

/** Where a contract stands on a day. Every kind but `in-force` permits nothing. */
export type ContractState = { readonly members: readonly PartnerId[]; readonly leaving: readonly PartnerId[] } & (
  | { readonly kind: "offered"; readonly missing: readonly PartnerId[] }
  | { readonly kind: "refused"; readonly by: PartnerId; readonly at: UnixMillis }
  | { readonly kind: "signed-not-yet-valid"; readonly from: string }
  | { readonly kind: "in-force"; readonly until: string }
  | { readonly kind: "suspended"; readonly by: readonly PartnerId[] }
  | { readonly kind: "terminated"; readonly by: PartnerId; readonly at: UnixMillis }
  | { readonly kind: "expired"; readonly until: string }
  | { readonly kind: "replaced"; readonly by: ContractId }
);

/** What a member may want to do with a contract. */
export type ContractAct = {
  readonly kind: "sign" | "refuse" | "suspend" | "resume" | "terminate";
  readonly partner: PartnerId;
};

/**
 * The state of a contract on a day. Signatures and events of partners whom it does not concern count for nothing.
 * What ends a contract for good outranks what pauses it: refusal or termination, replacement, expiry, then a missing
 * signature, then suspension. O(members × (signatures + events)).
 */
export function contractState({
  contract,
  leaving,
  signatures,
  events,
  successor,
  today,
}: ContractHistory): ContractState {
  const members = contract.members.map((member) => member.partner);
  const concerned = { members, leaving };
  const signers = [...members, ...leaving];
  const own = events.filter((event) => signers.includes(event.partner));
  const { from, until } = contract.validity;
  const end = own.find((event) => event.kind === "refused" || event.kind === "terminated");
  if (end !== undefined) {
    const kind = end.kind === "refused" ? "refused" : "terminated";
    return { kind, ...concerned, by: end.partner, at: end.at };
  }
  if (successor !== null && today >= successor.from) return { kind: "replaced", ...concerned, by: successor.id };
  if (today > until) return { kind: "expired", ...concerned, until };
  const missing = signers.filter((signer) => !signatures.some((signature) => signature.partner === signer));
  if (missing.length > 0) return { kind: "offered", ...concerned, missing };
  const by = members.filter((member) => isSuspendedBy(member, own));
  if (by.length > 0) return { kind: "suspended", ...concerned, by };
  if (today < from) return { kind: "signed-not-yet-valid", ...concerned, from };
  return { kind: "in-force", ...concerned, until };
}

/**
 * Whether a member may do this to a contract in this state. A member that signed may still refuse until all have
 * signed. A suspension is lifted by nobody but the member who asked for it: the contract is in force again when all who
 * suspended it agree, and a member's safety never rests on another's haste. An expired contract may still be
 * terminated, which deletes what was given under it.
 */
export function mayAct(
  state: ContractState,
  act: ContractAct,
): Result<"allowed", "not-a-member" | "contract-not-open"> {
  const mayLeave = act.kind === "sign" || act.kind === "refuse";
  const concerned = mayLeave ? [...state.members, ...state.leaving] : state.members;
  if (!concerned.includes(act.partner)) return err("not-a-member");
  return isOpenFor(state, act) ? ok("allowed") : err("contract-not-open");
}

// Whether a contract still binds its members, now or from a day to come.
function isAgreed({ kind }: Pick<ContractState, "kind">): boolean {
  return kind === "signed-not-yet-valid" || kind === "in-force" || kind === "suspended";
}

/** Whether a contract has ended: by refusal, termination, a later version or its last day. */
export function hasEnded(state: Pick<ContractState, "kind">): boolean {
  return !isAgreed(state) && state.kind !== "offered";
}

/**
 * When a contract ended: `goes-on` while it binds or may come to bind, null where it never bound its members or a later
 * version stands for it. One that ran out counts as ended `graceMillis` after its last day.
 */
export function contractEnd(state: ContractState, graceMillis: number): UnixMillis | "goes-on" | null {
  if (state.kind === "terminated") return state.at;
  if (state.kind === "refused" || state.kind === "replaced") return null;
  if (state.kind !== "expired") return "goes-on";
  const last = startOfDate(state.until);
  if (!last.ok) throw new Error("a contract ends on a day that is none");
  return unixMillis(last.value + DAY_MILLIS + graceMillis);
}

/**
 * Whether a version may be amended: it is agreed, or has run out, and no later version was signed by all. So of two
 * amendments of one version, the one that all sign first is the one.
 */
export function isAmendable(state: ContractState, successor: Successor | null): boolean {
  return successor === null && (isAgreed(state) || state.kind === "expired");
}

/**
 * The members of a later version whose suspension of the version before stands, whatever else became of that one: they
 * have not lifted it, so the later version begins suspended.
 */
export function suspensionsCarried(
  before: Pick<ContractHistory, "contract" | "events">,
  later: Pick<ContractHistory, "contract">,
): readonly PartnerId[] {
  const members = later.contract.members.map((member) => member.partner);
  return before.contract.members
    .map((member) => member.partner)
    .filter((member) => members.includes(member) && isSuspendedBy(member, before.events));
}

// A member's last word on suspension is the one that holds.
function isSuspendedBy(member: PartnerId, events: readonly ContractEvent[]): boolean {
  return events.findLast((event) => event.partner === member)?.kind === "suspended";
}

function isOpenFor(state: ContractState, { kind, partner }: ContractAct): boolean {
  switch (kind) {
    case "sign":
      return state.kind === "offered" && state.missing.includes(partner);
    case "refuse":
      return state.kind === "offered";
    case "suspend":
      return isAgreed(state) && !(state.kind === "suspended" && state.by.includes(partner));
    case "resume":
      return state.kind === "suspended" && state.by.includes(partner);
    case "terminate":
      return isAgreed(state) || state.kind === "expired";
    default:
      return unreachable(kind);
  }
}
