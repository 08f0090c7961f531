// A question that waits for people: who must approve it, what each said, until when it waits, and what came of it. Its
// state is read off its events and the time, never stored. One approval is for one answer.

import type { UnixMillis } from "../instant.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { err, ok, type Result, unreachable } from "../result.ts";

/** What happened to a request. Every kind but `approved` ends it. */
export type RequestEvent = {
  readonly kind: "approved" | "denied" | "withdrawn" | "expired" | "lapsed" | "refused" | "released";
  /** Who did it; null where the room did. */
  readonly partner: PartnerId | null;
  readonly because: string | null;
  /** The release that ended it. */
  readonly release: string | null;
  readonly at: UnixMillis;
};

export type RequestHistory = {
  /** The members whose person must approve. */
  readonly approvers: readonly PartnerId[];
  /** In the order in which they were recorded. */
  readonly events: readonly RequestEvent[];
  /** The first instant at which it waits no more. */
  readonly expiresAt: UnixMillis;
  /** The instant for which the state is asked. */
  readonly now: UnixMillis;
};

/**
 * Where a request stands. `lapsed`: its contract ended. `refused`: all had approved, and the contract, a policy or the
 * budget as of then said no.
 */
export type RequestState =
  | { readonly kind: "waiting"; readonly missing: readonly PartnerId[] }
  | { readonly kind: "denied"; readonly by: PartnerId | null; readonly because: string | null }
  | { readonly kind: "withdrawn" | "expired" | "lapsed" | "refused" }
  | { readonly kind: "released"; readonly release: string | null };

/** The state of a request at an instant. The first event that ends it holds. O(approvers × events). */
export function requestState({ approvers, events, expiresAt, now }: RequestHistory): RequestState {
  const end = events.find(({ kind }) => kind !== "approved");
  if (end !== undefined) return endedBy(end);
  if (now >= expiresAt) return { kind: "expired" };
  return { kind: "waiting", missing: missingApprovers(approvers, events) };
}

/** Those of the members who have not approved yet. */
export function missingApprovers(wanted: readonly PartnerId[], events: readonly RequestEvent[]): readonly PartnerId[] {
  return wanted.filter((partner) => !events.some((event) => event.kind === "approved" && event.partner === partner));
}

/** What a partner wants to do with a request, and what acts for it. */
export type RequestAct = {
  readonly kind: "approve" | "deny" | "withdraw";
  readonly partner: PartnerId;
  /** The thumbprint of the key that signs, or the id of the person. */
  readonly hand: string;
};

export type RequestRefusal = "not-an-approver" | "not-the-asker" | "not-open" | "decided-before" | "same-hand";

/**
 * Whether a partner may do this to a request. The asker withdraws, the approvers decide, each once. The key or person
 * that asked never approves: where the asker's own rules ask for a person, it is a second one.
 */
export function mayDecide(
  request: { readonly recipient: PartnerId; readonly askedWith: string; readonly approvers: readonly PartnerId[] },
  state: RequestState,
  act: RequestAct,
): Result<"allowed", RequestRefusal> {
  if (act.kind === "withdraw") {
    if (act.partner !== request.recipient) return err("not-the-asker");
    return state.kind === "waiting" ? ok("allowed") : err("not-open");
  }
  if (!request.approvers.includes(act.partner)) return err("not-an-approver");
  if (state.kind !== "waiting") return err("not-open");
  if (!state.missing.includes(act.partner)) return err("decided-before");
  return act.kind === "approve" && act.hand === request.askedWith ? err("same-hand") : ok("allowed");
}

function endedBy({ kind, partner, because, release }: RequestEvent): RequestState {
  switch (kind) {
    case "approved":
      throw new Error("an approval ends no request");
    case "denied":
      return { kind, by: partner, because };
    case "released":
      return { kind, release };
    case "withdrawn":
    case "expired":
    case "lapsed":
    case "refused":
      return { kind };
    default:
      return unreachable(kind);
  }
}
