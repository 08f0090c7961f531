// What a policy's answer comes to for one request: the limits on the answer, without what the clause would permit
// besides. Two policies are equal in effect when they answer every request alike, however they are written.

import type { AccessRequest } from "./cover.ts";
import type { OwnerDecision } from "./evaluate.ts";
import type { Analysis } from "./limits-document.ts";
import { isWithin, type Terms, TOP } from "./terms.ts";

/** Which way something changed: it permits less, more, both in different places, or the same. */
export type Direction = "tighter" | "looser" | "both" | "equal";

/** The direction from one value to another in an order that may leave them apart. */
export function directionOf<Value>(
  isInside: (inner: Value, outer: Value) => boolean,
  { before, after }: { readonly before: Value; readonly after: Value },
): Direction {
  const isTighter = isInside(after, before);
  if (isInside(before, after)) return isTighter ? "equal" : "looser";
  return isTighter ? "tighter" : "both";
}

/** One direction out of many: `both` where they pull apart. */
export function joined(directions: readonly Direction[]): Direction {
  const has = (direction: Direction) => directions.includes(direction);
  const isLooser = has("looser") || has("both");
  const isTighter = has("tighter") || has("both");
  if (isLooser) return isTighter ? "both" : "looser";
  return isTighter ? "tighter" : "equal";
}

/** Whether the inner answer to a request permits nothing that the outer does not. */
export function isEffectWithin(
  inner: OwnerDecision,
  outer: OwnerDecision,
  { analysis, channel }: Pick<AccessRequest, "analysis" | "channel">,
): boolean {
  if (inner.kind === "deny") return true;
  if (outer.kind === "deny") return false;
  const isList = channel !== null;
  return isWithin(effectOf(inner.terms, { analysis, isList }), effectOf(outer.terms, { analysis, isList }));
}

/** The terms that tell on an answer of one kind: limits on other kinds, and what else a clause covers, are left out. */
export function effectOf(terms: Terms, asked: { readonly analysis: Analysis; readonly isList: boolean }): Terms {
  const { channels, purposes, analyses, recipients, until, attributes, useLimits } = TOP;
  const { minimumAudience, maximumAudience, audienceValidityDays, deniability } = asked.isList ? terms : TOP;
  return {
    ...terms,
    // Rounding tells in exact mode alone, and noise outranks it whatever the others say.
    rounding: terms.mode === "noise" ? TOP.rounding : terms.rounding,
    requests: terms.requests.filter((cap) => cap.analysis === asked.analysis),
    approval: terms.approval.filter((analysis) => analysis === asked.analysis),
    minimumAudience,
    maximumAudience,
    audienceValidityDays,
    deniability,
    channels,
    purposes,
    analyses,
    recipients,
    until,
    attributes,
    useLimits,
  };
}
