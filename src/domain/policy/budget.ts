// The budget of the terms: what answers may cost, whom, and when what was spent counts no more. Each part is ordered by
// itself, so budgets form a product of chains.

import { type Days, durationDays } from "../instant.ts";
import {
  budgetFromEpsilon,
  type EpsilonMicros,
  type NanoRho,
  nanoRho,
  parseDelta,
  parseEpsilon,
} from "../privacy/epsilon.ts";
import type { Result } from "../result.ts";
import type { Limits } from "./limits-document.ts";

export type Budget = {
  /** Price of one release, at the most. */
  readonly perRelease: EpsilonMicros;
  /** What one recipient may learn within `periodDays`. */
  readonly perRecipient: EpsilonMicros;
  /** What everybody together may learn of a list: for ever, or within the period of its renewal. */
  readonly lineage: EpsilonMicros;
  /** The probability with which the two above may fail to hold, as a document states it. */
  readonly delta: string;
  readonly periodDays: Days;
  /** How often the whole budget of a list renews; none of `times` is the same as none at all. */
  readonly renewal: { readonly periodDays: Days; readonly times: number };
};

// SAFETY: larger than any that a document can state.
const UNBOUNDED_EPSILON = Number.MAX_SAFE_INTEGER as EpsilonMicros;
// SAFETY: the shortest period there is: what renews every day limits least.
const SHORTEST = 1 as Days;
// SAFETY: whole, positive and longer than any that a document can state.
const NEVER = { periodDays: Number.MAX_SAFE_INTEGER as Days, times: 0 };

/** What nothing limits: the top of the budgets. */
export const NO_BUDGET_LIMIT: Budget = {
  perRelease: UNBOUNDED_EPSILON,
  perRecipient: UNBOUNDED_EPSILON,
  lineage: UNBOUNDED_EPSILON,
  delta: "1",
  periodDays: SHORTEST,
  renewal: { periodDays: SHORTEST, times: Number.MAX_SAFE_INTEGER },
};

/** The greatest budget within both: the smaller of each amount, the longer of each period, the fewer renewals. */
export function meetBudgets(left: Budget, right: Budget): Budget {
  return {
    perRelease: lesser(left.perRelease, right.perRelease),
    perRecipient: lesser(left.perRecipient, right.perRecipient),
    lineage: lesser(left.lineage, right.lineage),
    delta: isDeltaWithin(left.delta, right.delta) ? left.delta : right.delta,
    periodDays: greater(left.periodDays, right.periodDays),
    renewal: {
      periodDays: greater(left.renewal.periodDays, right.renewal.periodDays),
      times: lesser(left.renewal.times, right.renewal.times),
    },
  };
}

/** Whether `inner` allows nothing that `outer` does not. */
export function isBudgetWithin(inner: Budget, outer: Budget): boolean {
  return (
    inner.perRelease <= outer.perRelease &&
    inner.perRecipient <= outer.perRecipient &&
    inner.lineage <= outer.lineage &&
    isDeltaWithin(inner.delta, outer.delta) &&
    inner.periodDays >= outer.periodDays &&
    inner.renewal.periodDays >= outer.renewal.periodDays &&
    inner.renewal.times <= outer.renewal.times
  );
}

/** The budget that a document states. One that speaks of no renewal has none. */
export function budgetOf({ perRelease, perRecipient, lineage, delta, period, renewal }: Limits["budget"]): Budget {
  return {
    perRelease: epsilonOf(perRelease),
    perRecipient: epsilonOf(perRecipient),
    lineage: epsilonOf(lineage),
    delta,
    periodDays: daysOf(period),
    renewal: renewal === undefined ? NEVER : { periodDays: daysOf(renewal.period), times: renewal.times },
  };
}

/** What a budget comes to in a ledger. */
export type LedgerLimits = {
  /** For one recipient within the budget's period. */
  readonly perRecipient: NanoRho;
  /** For everybody together for ever, every renewal included. */
  readonly lineage: NanoRho;
  /** For everybody together within any so many days; null where the budget never renews. */
  readonly renewing: { readonly limit: NanoRho; readonly days: Days } | null;
};

/**
 * What the budgets come to in the ledger's unit, rounded down (Bun and Steinke 2016, proposition 1.3). Some 60 µs.
 * Requires terms of which a document states the budget; the top has no such limits.
 */
export function ledgerLimits({ budget }: { readonly budget: Budget }): LedgerLimits {
  const delta = parsed(parseDelta(budget.delta), budget.delta);
  const { times, periodDays: days } = budget.renewal;
  const limit = budgetFromEpsilon(budget.lineage, delta);
  return {
    perRecipient: budgetFromEpsilon(budget.perRecipient, delta),
    lineage: nanoRho(limit * BigInt(times + 1)),
    renewing: times === 0 ? null : { limit, days },
  };
}

/** An epsilon of a parsed document. */
export function epsilonOf(text: string): EpsilonMicros {
  return parsed(parseEpsilon(text), text);
}

/** A duration of a parsed document in days. */
export function daysOf(duration: string): Days {
  return parsed(durationDays(duration), duration);
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

// The schemas parse every such text, so one that does not parse is a document that no schema has seen.
function parsed<Value>(result: Result<Value, string>, text: string): Value {
  if (!result.ok) throw new Error(`${result.error}: ${text}`);
  return result.value;
}
