import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HARBOUR, MERIDIAN, SUNLINE } from "../../testing/documents.ts";
import { unixMillis } from "../instant.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { mayDecide, missingApprovers, type RequestAct, type RequestEvent, requestState } from "./request.ts";

const AT = unixMillis(1_790_000_000_000);
const UNTIL = unixMillis(AT + 1_000);
const ASKED_WITH = "key-that-asked";
const REQUEST = { recipient: SUNLINE, askedWith: ASKED_WITH, approvers: [HARBOUR, MERIDIAN] };

function event(kind: RequestEvent["kind"], partner: PartnerId | null = null): RequestEvent {
  return { kind, partner, because: null, release: kind === "released" ? "rel_x" : null, at: AT };
}

function stateOf(events: readonly RequestEvent[], now = AT) {
  return requestState({ approvers: REQUEST.approvers, events, expiresAt: UNTIL, now });
}

function may(events: readonly RequestEvent[], act: Partial<RequestAct>, now = AT) {
  const whole = { kind: "approve", partner: HARBOUR, hand: "another", ...act } as const;
  const allowed = mayDecide(REQUEST, stateOf(events, now), whole);
  return allowed.ok ? allowed.value : allowed.error;
}

describe("a request for approval", () => {
  it("waits until the instant before it expires, for those who have not approved", () => {
    expect(stateOf([])).toEqual({ kind: "waiting", missing: [HARBOUR, MERIDIAN] });
    expect(stateOf([event("approved", HARBOUR)])).toEqual({ kind: "waiting", missing: [MERIDIAN] });
    expect(stateOf([], unixMillis(UNTIL - 1)).kind).toBe("waiting");
    expect(stateOf([], UNTIL)).toEqual({ kind: "expired" });
  });

  it("keeps the end that came first, in time or after", () => {
    const denied = { ...event("denied", MERIDIAN), because: "not now" };
    expect(stateOf([event("approved", HARBOUR), denied, event("expired")], UNTIL)).toEqual({
      kind: "denied",
      by: MERIDIAN,
      because: "not now",
    });
    expect(stateOf([event("released")])).toEqual({ kind: "released", release: "rel_x" });
    for (const kind of ["withdrawn", "expired", "lapsed", "refused"] as const)
      expect(stateOf([event(kind)])).toEqual({ kind });
  });

  it("is decided by its approvers, each once, with another key than the one that asked", () => {
    expect(may([], {})).toBe("allowed");
    expect(may([], { partner: SUNLINE })).toBe("not-an-approver");
    expect(may([event("approved", HARBOUR)], {})).toBe("decided-before");
    expect(may([event("approved", HARBOUR)], { partner: MERIDIAN })).toBe("allowed");
    expect(may([], { hand: ASKED_WITH })).toBe("same-hand");
    expect(may([], { kind: "deny", hand: ASKED_WITH })).toBe("allowed");
    expect(may([], {}, UNTIL)).toBe("not-open");
  });

  it("is withdrawn by who asked, and by nobody else", () => {
    expect(may([], { kind: "withdraw", partner: SUNLINE, hand: ASKED_WITH })).toBe("allowed");
    expect(may([], { kind: "withdraw" })).toBe("not-the-asker");
    expect(may([event("withdrawn", SUNLINE)], { kind: "withdraw", partner: SUNLINE })).toBe("not-open");
  });

  it("agrees with a plain replay, whatever is tried in whatever order", () => {
    const partners = [SUNLINE, HARBOUR, MERIDIAN];
    const step = fc.record({
      kind: fc.constantFrom("approve" as const, "deny" as const, "withdraw" as const),
      partner: fc.constantFrom(...partners),
      hand: fc.constantFrom(ASKED_WITH, "another"),
      after: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const events: RequestEvent[] = [];
        const yes = new Set<PartnerId>();
        let [now, over]: [number, string | null] = [AT, null];
        for (const { after, ...act } of steps) {
          now += after;
          over ??= now >= UNTIL ? "expired" : null;
          const state = stateOf(events, unixMillis(now));
          expect(state.kind).toBe(over ?? "waiting");
          const isApprover = act.partner !== SUNLINE;
          const mayApprove = isApprover && !yes.has(act.partner);
          const isAllowed = over === null && (act.kind === "withdraw" ? !isApprover : mayApprove);
          const isSecondHand = act.kind !== "approve" || act.hand !== ASKED_WITH;
          expect(mayDecide(REQUEST, state, act).ok).toBe(isAllowed && isSecondHand);
          if (!isAllowed || !isSecondHand) continue;
          if (act.kind === "approve") yes.add(act.partner);
          else over = act.kind === "deny" ? "denied" : "withdrawn";
          events.push(
            event(act.kind === "approve" ? "approved" : act.kind === "deny" ? "denied" : "withdrawn", act.partner),
          );
          expect(missingApprovers(REQUEST.approvers, events)).toEqual(REQUEST.approvers.filter((one) => !yes.has(one)));
        }
      }),
    );
  });
});
