// Terms: the limits that hold for one request once contract and policies are combined. They form a product of
// lattices; combining is the meet, which takes the stricter of each. `README.md` has each term, its order and its law.

import type { Days } from "../instant.ts";
import { LIMITS } from "../limits.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { EpsilonMicros } from "../privacy/epsilon.ts";
import type { Mechanism } from "../privacy/mechanism.ts";
import { type Budget, budgetOf, daysOf, epsilonOf, isBudgetWithin, meetBudgets, NO_BUDGET_LIMIT } from "./budget.ts";
import { areRatesWithin, isRequestCapWithin, strictestCaps, strictestRates } from "./caps.ts";
import type { Analysis, AttributeUse, Limits, PartialLimits } from "./limits-document.ts";
import { type Allowed, includesAll, isNarrower, merged, narrowed, shared, united } from "./sets.ts";
import { FREE, isUseWithin, meetUse, type UseLimits } from "./use-limits.ts";

/** At most `count` requests of one analysis within any `periodDays` days. */
export type RequestCap = { readonly analysis: Analysis; readonly count: number; readonly periodDays: Days };

/** At most `count` new versions of a list within any `periodDays` days. */
export type VersionCap = { readonly count: number; readonly periodDays: Days };

/** At most `count` audiences that one person stands on within any `periodDays` days. */
export type ContactLimit = VersionCap;

/** An attribute and one use of it, such as `tier:filter`. */
export type AttributePermit = `${string}:${AttributeUse}`;

export type Terms = {
  readonly mode: "noise" | "exact";
  /** The noise that figures carry, if they do. Gaussian noise is for those alone who all permit it. */
  readonly mechanism: Mechanism;
  /** People behind any figure, at the least; never below the engine's floor. */
  readonly k: number;
  /** Exact mode: figures are multiples of this. */
  readonly rounding: number;
  /** People on an audience, at the least; never below `k`. */
  readonly minimumAudience: number;
  /** People on an audience, at the most. Below `minimumAudience` when the documents leave no room for any. */
  readonly maximumAudience: number;
  readonly budget: Budget;
  /** Each cap holds; none of them follows from another. */
  readonly requests: readonly RequestCap[];
  readonly versions: readonly VersionCap[];
  /** Analyses that wait for a person's approval. */
  readonly approval: readonly Analysis[];
  readonly retentionDays: Days;
  readonly audienceValidityDays: Days;
  /** Each entry of a list is kept or turned by a coin of at most this epsilon; null where entries are certain. */
  readonly deniability: EpsilonMicros | null;
  /** Consents that a row of each list must carry, by dataset reference; a list that needs none does not stand. */
  readonly consents: { readonly [dataset: string]: readonly string[] };
  /** Partners that count as one with the recipient, by dataset reference; a list of whose none do does not stand. */
  readonly affiliates: { readonly [dataset: string]: readonly PartnerId[] };
  /** Contacts of each person of a list, by dataset reference; each cap holds, and none follows from another. */
  readonly contacts: { readonly [dataset: string]: readonly ContactLimit[] };
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

// SAFETY: whole, positive and larger than any that a document can state.
const UNBOUNDED_DAYS = Number.MAX_SAFE_INTEGER as Days;

/** The top of the lattice: what nothing but the engine's floors limits. The meet with it changes nothing. */
export const TOP: Terms = {
  mode: "exact",
  mechanism: "discrete-gaussian",
  k: LIMITS.kFloor,
  rounding: 1,
  minimumAudience: LIMITS.kFloor,
  maximumAudience: Number.MAX_SAFE_INTEGER,
  budget: NO_BUDGET_LIMIT,
  requests: [],
  versions: [],
  approval: [],
  retentionDays: UNBOUNDED_DAYS,
  audienceValidityDays: UNBOUNDED_DAYS,
  deniability: null,
  consents: {},
  affiliates: {},
  contacts: {},
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
 * longer, dates the earlier, sets intersect, caps, consents, affiliates and approvals unite, noise outranks exact,
 * Laplace noise Gaussian noise, and deniable lists certain ones.
 * Commutative, associative, idempotent and monotone. O(size of the terms).
 */
export function meet(left: Terms, right: Terms): Terms {
  return {
    mode: left.mode === "exact" && right.mode === "exact" ? "exact" : "noise",
    mechanism: left.mechanism === "discrete-laplace" ? left.mechanism : right.mechanism,
    k: Math.max(left.k, right.k),
    rounding: Math.max(left.rounding, right.rounding),
    minimumAudience: Math.max(left.minimumAudience, right.minimumAudience),
    maximumAudience: Math.min(left.maximumAudience, right.maximumAudience),
    budget: meetBudgets(left.budget, right.budget),
    requests: strictestCaps([...left.requests, ...right.requests]),
    versions: strictestRates([...left.versions, ...right.versions]),
    approval: united(left.approval, right.approval),
    retentionDays: lesser(left.retentionDays, right.retentionDays),
    audienceValidityDays: lesser(left.audienceValidityDays, right.audienceValidityDays),
    deniability: lesserOf(left.deniability, right.deniability),
    consents: merged(left.consents, right.consents, united),
    affiliates: merged(left.affiliates, right.affiliates, united),
    contacts: merged(left.contacts, right.contacts, (one, other) => strictestRates([...one, ...other])),
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
  const isCheaper = isBudgetWithin(inner.budget, outer.budget);
  return isCheaper && areFiguresWithin(inner, outer) && areCapsWithin(inner, outer) && areSetsWithin(inner, outer);
}

/** The terms of stated limits; what they leave out is not limited, but the engine's floors always hold. */
export function termsOfLimits(limits: PartialLimits): Terms {
  const k = Math.max(LIMITS.kFloor, limits.k ?? TOP.k);
  return {
    ...TOP,
    ...modeOf(limits),
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
    deniability: limits.deniability === undefined ? null : epsilonOf(limits.deniability),
  };
}

/** How figures are given, in the word of the documents. */
export function statedMode({ mode, mechanism }: Pick<Terms, "mode" | "mechanism">): Limits["mode"] {
  if (mode === "exact") return "exact";
  return mechanism === "discrete-laplace" ? "noise" : "gaussian-noise";
}

/** A grant's own terms under its policy's defaults: a term looser than the default has no effect. */
export function tighten(limits: Limits, terms: PartialLimits): Terms {
  return meet(termsOfLimits(limits), termsOfLimits(terms));
}

function earlier(left: string | null, right: string | null): string | null {
  if (left === null) return right;
  return right === null || left < right ? left : right;
}

function lesserOf<Value extends number>(left: Value | null, right: Value | null): Value | null {
  if (left === null) return right;
  return right === null ? left : lesser(left, right);
}

function lesser<Value extends number>(left: Value, right: Value): Value {
  return left <= right ? left : right;
}

function areFiguresWithin(inner: Terms, outer: Terms): boolean {
  return (
    (inner.mode === "noise" || outer.mode === "exact") &&
    (inner.mechanism === "discrete-laplace" || outer.mechanism === "discrete-gaussian") &&
    inner.k >= outer.k &&
    inner.rounding >= outer.rounding &&
    inner.minimumAudience >= outer.minimumAudience &&
    inner.maximumAudience <= outer.maximumAudience &&
    inner.retentionDays <= outer.retentionDays &&
    inner.audienceValidityDays <= outer.audienceValidityDays &&
    (outer.deniability === null || (inner.deniability !== null && inner.deniability <= outer.deniability)) &&
    (outer.until === null || (inner.until !== null && inner.until <= outer.until))
  );
}

function areCapsWithin(inner: Terms, outer: Terms): boolean {
  return (
    outer.requests.every((cap) => inner.requests.some((own) => isRequestCapWithin(own, cap))) &&
    areRatesWithin(inner.versions, outer.versions)
  );
}

function areSetsWithin(inner: Terms, outer: Terms): boolean {
  return (
    includesAll(inner.approval, outer.approval) &&
    Object.entries(outer.consents).every(([list, asked]) => includesAll(inner.consents[list], asked)) &&
    Object.entries(outer.affiliates).every(([list, others]) => includesAll(inner.affiliates[list], others)) &&
    Object.entries(outer.contacts).every(([list, caps]) => areRatesWithin(inner.contacts[list], caps)) &&
    Object.entries(outer.attributes).every(([list, uses]) => isNarrower(inner.attributes[list] ?? null, uses)) &&
    Object.entries(outer.useLimits).every(([list, uses]) => areUsesWithin(inner.useLimits[list], uses)) &&
    isNarrower(inner.channels, outer.channels) &&
    isNarrower(inner.purposes, outer.purposes) &&
    isNarrower(inner.analyses, outer.analyses) &&
    isNarrower(inner.recipients, outer.recipients)
  );
}

/** Contact caps as a policy states them: those from which all others follow. */
export function contactLimits(stated: readonly Limits["versionsPerPeriod"][]): readonly ContactLimit[] {
  return strictestRates(stated.map(versionCap));
}

function areUsesWithin(inner: { readonly [permit: string]: UseLimits } | undefined, outer: typeof inner): boolean {
  return Object.entries({ ...outer }).every(([permit, limits]) => isUseWithin(inner?.[permit] ?? FREE, limits));
}

// Whoever lets figures be exact minds no noise, whichever it is.
function modeOf({ mode }: PartialLimits): Pick<Terms, "mode" | "mechanism"> {
  if (mode === undefined || mode === "exact") return { mode: TOP.mode, mechanism: TOP.mechanism };
  return { mode: "noise", mechanism: mode === "noise" ? "discrete-laplace" : "discrete-gaussian" };
}

function requestCap({ analysis, count, period }: Limits["requestsPerPeriod"][number]): RequestCap {
  return { analysis, count, periodDays: daysOf(period) };
}

function versionCap({ count, period }: Limits["versionsPerPeriod"]): VersionCap {
  return { count, periodDays: daysOf(period) };
}
