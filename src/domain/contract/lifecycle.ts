// Where a contract stands: read off its signatures, the events its members caused and the calendar. In force only when
// every member has signed and the dates hold; any member's suspension works at once; refusal and termination are final.

import type { UnixMillis } from "../instant.ts";
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
  readonly signatures: readonly ContractSignature[];
  /** In the order in which they were recorded. */
  readonly events: readonly ContractEvent[];
  /** The later version that took this one's place, once that version is in force. */
  readonly replacedBy?: ContractId;
  /** The day, UTC, for which the state is asked. */
  readonly today: string;
};

/** Where a contract stands on a day. Every kind but `in-force` permits nothing. */
export type ContractState = { readonly members: readonly PartnerId[] } & (
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
 * The state of a contract on a day. Signatures and events of partners who are not members count for nothing.
 * What ends a contract for good outranks what pauses it: refusal or termination, replacement, expiry, then a missing
 * signature, then suspension. O(members × (signatures + events)).
 */
export function contractState({ contract, signatures, events, replacedBy, today }: ContractHistory): ContractState {
  const members = contract.members.map((member) => member.partner);
  const own = events.filter((event) => members.includes(event.partner));
  const { from, until } = contract.validity;
  const end = own.find((event) => event.kind === "refused" || event.kind === "terminated");
  if (end !== undefined) {
    const kind = end.kind === "refused" ? "refused" : "terminated";
    return { kind, members, by: end.partner, at: end.at };
  }
  if (replacedBy !== undefined) return { kind: "replaced", members, by: replacedBy };
  if (today > until) return { kind: "expired", members, until };
  const missing = members.filter((member) => !signatures.some((signature) => signature.partner === member));
  if (missing.length > 0) return { kind: "offered", members, missing };
  const by = members.filter((member) => isSuspendedBy(member, own));
  if (by.length > 0) return { kind: "suspended", members, by };
  if (today < from) return { kind: "signed-not-yet-valid", members, from };
  return { kind: "in-force", members, until };
}

/**
 * Whether a member may do this to a contract in this state. A member that signed may still refuse until all have
 * signed; a suspension is lifted by nobody but the member who asked for it.
 */
export function mayAct(
  state: ContractState,
  act: ContractAct,
): Result<"allowed", "not-a-member" | "contract-not-open"> {
  if (!state.members.includes(act.partner)) return err("not-a-member");
  return isOpenFor(state, act) ? ok("allowed") : err("contract-not-open");
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
      return isAgreed(state);
    default:
      return unreachable(kind);
  }
}

function isAgreed({ kind }: ContractState): boolean {
  return kind === "signed-not-yet-valid" || kind === "in-force" || kind === "suspended";
}
