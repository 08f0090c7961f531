// Terms: the limits that hold for one request once contract and policies are combined. They form a product of
// lattices; combining is the meet, which takes the stricter of each. `README.md` has each term, its order and its law.

import { type Days, durationDays } from "../instant.ts";
import { LIMITS } from "../limits.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { budgetFromEpsilon, type EpsilonMicros, type NanoRho, parseDelta, parseEpsilon } from "../privacy/epsilon.ts";
import type { Result } from "../result.ts";
import type { Analysis, AttributeUse, Limits, PartialLimits } from "./limits-document.ts";
import { type Allowed, includesAll, isNarrower, merged, narrowed, shared, united } from "./sets.ts";
import { FREE, isUseWithin, meetUse, type UseLimits } from "./use-limits.ts";

/** At most `count` requests of one analysis within any `periodDays` days. */
export type RequestCap = { readonly analysis: Analysis; readonly count: number; readonly periodDays: Days };

/** At most `count` new versions of a list within any `periodDays` days. */
export type VersionCap = { readonly count: number; readonly periodDays: Days };

/** An attribute and one use of it, such as `tier:filter`. */
export type AttributePermit = `${string}:${AttributeUse}`;

export type Terms = {
  readonly mode: "noise" | "exact";
  /** People behind any figure, at the least; never below the engine's floor. */
  readonly k: number;
  /** Exact mode: figures are multiples of this. */
  readonly rounding: number;
  /** People on an audience, at the least; never below `k`. */
  readonly minimumAudience: number;
  /** People on an audience, at the most. Below `minimumAudience` when the documents leave no room for any. */
  readonly maximumAudience: number;
  readonly budget: {
    /** Price of one release, at the most. */
    readonly perRelease: EpsilonMicros;
    /** What one recipient may learn within `periodDays`. */
    readonly perRecipient: EpsilonMicros;
    /** What everybody together may ever learn of a list. */
    readonly lineage: EpsilonMicros;
    /** The probability with which the two above may fail to hold, as a document states it. */
    readonly delta: string;
    readonly periodDays: Days;
  };
  /** Each cap holds; none of them follows from another. */
  readonly requests: readonly RequestCap[];
  readonly versions: readonly VersionCap[];
  /** Analyses that wait for a person's approval. */
  readonly approval: readonly Analysis[];
  readonly retentionDays: Days;
  readonly audienceValidityDays: Days;
  /** Consents that a row of each list must carry, by dataset reference; a list that needs none does not stand. */
  readonly consents: { readonly [dataset: string]: readonly string[] };
  /** What attributes of each list may be used for, by dataset reference; a list that does not stand is not limited. */
  readonly attributes: { readonly [dataset: string]: readonly AttributePermit[] };
  /** How far those uses go, by dataset reference and permit; a use that does not stand is free. */
  readonly useLimits: { readonly [dataset: string]: { readonly [permit: AttributePermit]: UseLimits } };
  readonly channels: Allowed<string>;
  readonly purposes: Allowed<string>;
  readonly analyses: Allowed<Analysis>;
  readonly recipients: Allowed<PartnerId>;
  /** The last day, UTC, on which the terms hold; null when no document ends. */
  readonly until: string | null;
};

// SAFETY: both are whole, positive and larger than any that a document can state.
const UNBOUNDED_DAYS = Number.MAX_SAFE_INTEGER as Days;
// SAFETY: as above.
const UNBOUNDED_EPSILON = Number.MAX_SAFE_INTEGER as EpsilonMicros;

/** The top of the lattice: what nothing but the engine's floors limits. The meet with it changes nothing. */
export const TOP: Terms = {
  mode: "exact",
  k: LIMITS.kFloor,
  rounding: 1,
  minimumAudience: LIMITS.kFloor,
  maximumAudience: Number.MAX_SAFE_INTEGER,
  budget: {
    perRelease: UNBOUNDED_EPSILON,
    perRecipient: UNBOUNDED_EPSILON,
    lineage: UNBOUNDED_EPSILON,
    delta: "1",
    // SAFETY: the shortest period there is: a budget that renews every day limits least.
    periodDays: 1 as Days,
  },
  requests: [],
  versions: [],
  approval: [],
  retentionDays: UNBOUNDED_DAYS,
  audienceValidityDays: UNBOUNDED_DAYS,
  consents: {},
  attributes: {},
  useLimits: {},
  channels: null,
  purposes: null,
  analyses: null,
  recipients: null,
  until: null,
};

/**
 * The greatest terms within both: minima take the larger, maxima and budgets the smaller, periods of budgets the
 * longer, dates the earlier, sets intersect, caps, consents and approvals unite, noise outranks exact.
 * Commutative, associative, idempotent and monotone. O(size of the terms).
 */
export function meet(left: Terms, right: Terms): Terms {
  return {
    mode: left.mode === "exact" && right.mode === "exact" ? "exact" : "noise",
    k: Math.max(left.k, right.k),
    rounding: Math.max(left.rounding, right.rounding),
    minimumAudience: Math.max(left.minimumAudience, right.minimumAudience),
    maximumAudience: Math.min(left.maximumAudience, right.maximumAudience),
    budget: {
      perRelease: lesser(left.budget.perRelease, right.budget.perRelease),
      perRecipient: lesser(left.budget.perRecipient, right.budget.perRecipient),
      lineage: lesser(left.budget.lineage, right.budget.lineage),
      delta: isDeltaWithin(left.budget.delta, right.budget.delta) ? left.budget.delta : right.budget.delta,
      periodDays: greater(left.budget.periodDays, right.budget.periodDays),
    },
    requests: strictestCaps([...left.requests, ...right.requests]),
    versions: strictestVersions([...left.versions, ...right.versions]),
    approval: united(left.approval, right.approval),
    retentionDays: lesser(left.retentionDays, right.retentionDays),
    audienceValidityDays: lesser(left.audienceValidityDays, right.audienceValidityDays),
    consents: merged(left.consents, right.consents, united),
    attributes: merged(left.attributes, right.attributes, shared),
    useLimits: merged(left.useLimits, right.useLimits, (one, other) => merged(one, other, meetUse)),
    channels: narrowed(left.channels, right.channels),
    purposes: narrowed(left.purposes, right.purposes),
    analyses: narrowed(left.analyses, right.analyses),
    recipients: narrowed(left.recipients, right.recipients),
    until: earlier(left.until, right.until),
  };
}

/** Whether `inner` permits nothing that `outer` does not: the order of the lattice, member by member. */
export function isWithin(inner: Terms, outer: Terms): boolean {
  return areFiguresWithin(inner, outer) && isBudgetWithin(inner, outer) && areSetsWithin(inner, outer);
}

/** The terms of stated limits; what they leave out is not limited, but the engine's floors always hold. */
export function termsOfLimits(limits: PartialLimits): Terms {
  const k = Math.max(LIMITS.kFloor, limits.k ?? TOP.k);
  return {
    ...TOP,
    mode: limits.mode ?? TOP.mode,
    k,
    rounding: limits.rounding ?? TOP.rounding,
    minimumAudience: Math.max(k, limits.minimumAudience ?? TOP.minimumAudience),
    maximumAudience: limits.maximumAudience ?? TOP.maximumAudience,
    budget: limits.budget === undefined ? TOP.budget : budgetOf(limits.budget),
    requests: limits.requestsPerPeriod === undefined ? [] : strictestCaps(limits.requestsPerPeriod.map(requestCap)),
    versions: limits.versionsPerPeriod === undefined ? [] : [versionCap(limits.versionsPerPeriod)],
    approval: united(limits.approval ?? TOP.approval, []),
    retentionDays: limits.retention === undefined ? TOP.retentionDays : daysOf(limits.retention),
    audienceValidityDays:
      limits.audienceValidity === undefined ? TOP.audienceValidityDays : daysOf(limits.audienceValidity),
  };
}

/**
 * What the budgets come to in the ledger's unit, rounded down (Bun and Steinke 2016, proposition 1.3). Some 60 µs.
 * Requires terms of which a document states the budget; the top has no such limits.
 */
export function ledgerLimits({ budget }: Terms): { readonly perRecipient: NanoRho; readonly lineage: NanoRho } {
  const delta = parsed(parseDelta(budget.delta), budget.delta);
  return {
    perRecipient: budgetFromEpsilon(budget.perRecipient, delta),
    lineage: budgetFromEpsilon(budget.lineage, delta),
  };
}

/** A grant's own terms under its policy's defaults: a term looser than the default has no effect. */
export function tighten(limits: Limits, terms: PartialLimits): Terms {
  return meet(termsOfLimits(limits), termsOfLimits(terms));
}

function earlier(left: string | null, right: string | null): string | null {
  if (left === null) return right;
  return right === null || left < right ? left : right;
}

function lesser<Value extends number>(left: Value, right: Value): Value {
  return left <= right ? left : right;
}

function greater<Value extends number>(left: Value, right: Value): Value {
  return left >= right ? left : right;
}

// By size, then by spelling, so that of two spellings of one delta the same one is kept whichever comes first. Deltas
// have one significant digit, so two that differ are two different doubles.
function isDeltaWithin(inner: string, outer: string): boolean {
  return Number(inner) === Number(outer) ? inner <= outer : Number(inner) < Number(outer);
}

// Fewer in a longer time is stricter: at most n in any P days is at most n in any shorter stretch as well.
function isCapWithin(inner: VersionCap, outer: VersionCap): boolean {
  return inner.count <= outer.count && inner.periodDays >= outer.periodDays;
}

function isRequestCapWithin(inner: RequestCap, outer: RequestCap): boolean {
  return inner.analysis === outer.analysis && isCapWithin(inner, outer);
}

function strictestCaps(caps: readonly RequestCap[]): readonly RequestCap[] {
  return strictest(caps, isRequestCapWithin).sort((left, right) =>
    left.analysis === right.analysis ? left.count - right.count : left.analysis < right.analysis ? -1 : 1,
  );
}

function strictestVersions(caps: readonly VersionCap[]): readonly VersionCap[] {
  return strictest(caps, isCapWithin).sort((left, right) => left.count - right.count);
}

// The caps from which all others follow, each once. O(caps²), and caps are few.
function strictest<Cap>(caps: readonly Cap[], isCapInside: (inner: Cap, outer: Cap) => boolean): Cap[] {
  return caps.filter((cap, index) =>
    caps.every((other, place) => {
      if (place === index || !isCapInside(other, cap)) return true;
      return isCapInside(cap, other) && index < place;
    }),
  );
}

function areFiguresWithin(inner: Terms, outer: Terms): boolean {
  return (
    (inner.mode === "noise" || outer.mode === "exact") &&
    inner.k >= outer.k &&
    inner.rounding >= outer.rounding &&
    inner.minimumAudience >= outer.minimumAudience &&
    inner.maximumAudience <= outer.maximumAudience &&
    inner.retentionDays <= outer.retentionDays &&
    inner.audienceValidityDays <= outer.audienceValidityDays &&
    (outer.until === null || (inner.until !== null && inner.until <= outer.until))
  );
}

function isBudgetWithin({ budget: inner, ...rest }: Terms, { budget: outer, ...other }: Terms): boolean {
  return (
    inner.perRelease <= outer.perRelease &&
    inner.perRecipient <= outer.perRecipient &&
    inner.lineage <= outer.lineage &&
    isDeltaWithin(inner.delta, outer.delta) &&
    inner.periodDays >= outer.periodDays &&
    other.requests.every((cap) => rest.requests.some((own) => isRequestCapWithin(own, cap))) &&
    other.versions.every((cap) => rest.versions.some((own) => isCapWithin(own, cap)))
  );
}

function areSetsWithin(inner: Terms, outer: Terms): boolean {
  return (
    includesAll(inner.approval, outer.approval) &&
    Object.entries(outer.consents).every(([list, asked]) => includesAll(inner.consents[list], asked)) &&
    Object.entries(outer.attributes).every(([list, uses]) => isNarrower(inner.attributes[list] ?? null, uses)) &&
    Object.entries(outer.useLimits).every(([list, uses]) => areUsesWithin(inner.useLimits[list], uses)) &&
    isNarrower(inner.channels, outer.channels) &&
    isNarrower(inner.purposes, outer.purposes) &&
    isNarrower(inner.analyses, outer.analyses) &&
    isNarrower(inner.recipients, outer.recipients)
  );
}

function areUsesWithin(inner: { readonly [permit: string]: UseLimits } | undefined, outer: typeof inner): boolean {
  return Object.entries({ ...outer }).every(([permit, limits]) => isUseWithin(inner?.[permit] ?? FREE, limits));
}

function budgetOf({ perRelease, perRecipient, lineage, delta, period }: Limits["budget"]): Terms["budget"] {
  return {
    perRelease: parsed(parseEpsilon(perRelease), perRelease),
    perRecipient: parsed(parseEpsilon(perRecipient), perRecipient),
    lineage: parsed(parseEpsilon(lineage), lineage),
    delta,
    periodDays: daysOf(period),
  };
}

function requestCap({ analysis, count, period }: Limits["requestsPerPeriod"][number]): RequestCap {
  return { analysis, count, periodDays: daysOf(period) };
}

function versionCap({ count, period }: Limits["versionsPerPeriod"]): VersionCap {
  return { count, periodDays: daysOf(period) };
}

function daysOf(duration: string): Days {
  return parsed(durationDays(duration), duration);
}

// The schemas parse every such text, so one that does not parse is a document that no schema has seen.
function parsed<Value>(result: Result<Value, string>, text: string): Value {
  if (!result.ok) throw new Error(`${result.error}: ${text}`);
  return result.value;
}
