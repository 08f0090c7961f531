// The units of privacy and their conversion, all integers: epsilon in millionths, zero-concentrated differential
// privacy in billionths of rho (Bun and Steinke 2016). What is paid is rounded up, what is allowed is rounded down, and
// what is shown as spent is rounded up; README.md argues the direction of every rounding.

import type { Brand } from "../brand.ts";
import { err, ok, type Result } from "../result.ts";
import type { Rational } from "./random.ts";

/** Epsilon in whole millionths, 1 to 9,999,999,999. */
export type EpsilonMicros = Brand<number, "EpsilonMicros">;

/** Rho of zero-concentrated differential privacy in whole billionths, at least 0. A bigint: sums never overflow. */
export type NanoRho = Brand<bigint, "NanoRho">;

/** The probability with which an (epsilon, delta) guarantee may fail: an exact rational, 0 < delta < 1. */
export type Delta = Brand<Rational, "Delta">;

/** Reads a decimal such as `0.5` or `10`: greater than zero, at most four digits before the point and six after. */
export function parseEpsilon(text: string): Result<EpsilonMicros, "not-an-epsilon"> {
  const parts = /^(0|[1-9]\d{0,3})(?:\.(\d{1,6}))?$/.exec(text);
  if (parts?.[1] === undefined) return err("not-an-epsilon");
  const micros = Number(parts[1] + (parts[2] ?? "").padEnd(6, "0"));
  // SAFETY: at most ten digits, so a safe integer, and checked to be above zero.
  return micros > 0 ? ok(micros as EpsilonMicros) : err("not-an-epsilon");
}

/** The shortest decimal of an epsilon in millionths, stated or spent: `0.5`, `10`, `0.000001`, `0`. */
export function printEpsilon(micros: EpsilonMicros | bigint): string {
  const digits = String(micros).padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0+$/, "");
  return fraction === "" ? digits.slice(0, -6) : `${digits.slice(0, -6)}.${fraction}`;
}

/** Reads `1e-7` or `0.0000001`: at most 18 places, greater than zero and below one. */
export function parseDelta(text: string): Result<Delta, "not-a-delta"> {
  const power = /^([1-9])e-([1-9]|1[0-8])$/.exec(text);
  if (power?.[1] !== undefined && power[2] !== undefined) return ok(delta(BigInt(power[1]), BigInt(power[2])));
  const digits = /^0\.(\d{1,18})$/.exec(text)?.[1];
  if (digits === undefined || BigInt(digits) === 0n) return err("not-a-delta");
  return ok(delta(BigInt(digits), BigInt(digits.length)));
}

/**
 * Takes a whole number of billionths of rho, as a ledger stores it.
 * @throws RangeError when it is negative, which is a bug of the caller
 */
export function nanoRho(value: bigint): NanoRho {
  if (value < 0n) throw new RangeError("privacy spent is never negative");
  // SAFETY: checked above to be at least zero.
  return value as NanoRho;
}

/** What a release of pure epsilon costs: epsilon² / 2 (Bun and Steinke 2016, proposition 1.4), rounded up, so > 0. */
export function costOfPureEpsilon(epsilon: EpsilonMicros): NanoRho {
  return nanoRho((BigInt(epsilon) ** 2n + 1_999n) / 2_000n);
}

/** The highest price of an answer that so much rho pays for, in whole hundredths; null where that is less than one. */
export function priceWithin(rho: NanoRho): EpsilonMicros | null {
  // epsilon² / 2 ≤ rho, in hundredths and billionths.
  const hundredths = lastThat((value) => 50_000n * value * value <= rho, 999_999n);
  const price = parseEpsilon(printEpsilon(hundredths * 10_000n));
  return price.ok ? price.value : null;
}

/**
 * The largest budget whose spending keeps (epsilon, delta)-differential privacy: the largest rho with
 * rho + 2·√(rho·ln(1/delta)) ≤ epsilon, rounded down.
 * @see Bun and Steinke 2016, proposition 1.3
 */
export function budgetFromEpsilon(epsilon: EpsilonMicros, failure: Delta): NanoRho {
  return BUDGETS(`${epsilon} ${nameOf(failure)}`, () => {
    const logarithm = logInverseUpper(failure);
    const keeps = (rho: bigint): boolean => isWithin(rho, BigInt(epsilon), logarithm);
    return nanoRho(lastThat(keeps, BigInt(epsilon) * 1_000n));
  });
}

/**
 * The epsilon that a spent rho amounts to at this delta, in millionths, rounded up: never shown too small.
 * A bigint, since what is spent may be nothing, or more than one policy could ever state.
 */
export function epsilonFromRho(rho: NanoRho, failure: Delta): bigint {
  return EPSILONS(`${rho} ${nameOf(failure)}`, () => {
    const logarithm = logInverseUpper(failure);
    const exceeds = (micros: bigint): boolean => !isWithin(rho, micros, logarithm);
    // rho + 2·√(rho·L) ≤ 2·rho + L, in micros: rho/500 and L of at most 42, each rounded up.
    const ceiling = rho / 500n + 43_000_000n;
    return exceeds(0n) ? lastThat(exceeds, ceiling) + 1n : 0n;
  });
}

function delta(digits: bigint, places: bigint): Delta {
  // SAFETY: both callers pass digits above zero that are fewer than the places hold, so 0 < delta < 1.
  return { numerator: digits, denominator: 10n ** places } as Delta;
}

// Whether rho + 2·√(rho·L) ≤ epsilon. With both in billionths this is rho ≤ epsilon and
// 4·rho·L·10^9 ≤ (epsilon - rho)²: squared, so no root is taken, and exact but for L, which is an upper bound.
function isWithin(rho: bigint, epsilonMicros: bigint, logarithm: bigint): boolean {
  const slack = epsilonMicros * 1_000n - rho;
  return slack >= 0n && 4n * rho * logarithm * 1_000_000_000n <= (slack * slack) << PLACES;
}

// The largest value in [0, ceiling] that holds, for a claim that holds at 0 and, once false, stays false.
function lastThat(holds: (value: bigint) => boolean, ceiling: bigint): bigint {
  let [low, high] = [0n, ceiling + 1n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

// Fixed point with 128 binary places. Every step rounds up, so the results are upper bounds; they exceed the true
// values by less than 2^-110.
const PLACES = 128n;

/** Conversions of a kind that are remembered. */
const REMEMBERED = 1_024;

function logInverseUpper(failure: Delta): bigint {
  return LOGARITHMS(nameOf(failure), () => logarithmUpper(failure.numerator, failure.denominator));
}

function nameOf({ numerator, denominator }: Delta): string {
  return `${numerator}/${denominator}`;
}

// Documents state few budgets and deltas, and each is asked about again and again, in whole integers by bisection.
const LOGARITHMS = remembered<bigint>();
const BUDGETS = remembered<NanoRho>();
const EPSILONS = remembered<bigint>();

function remembered<Value>(): (name: string, work: () => Value) => Value {
  const known = new Map<string, Value>();
  return (name, work) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (known.size >= REMEMBERED) known.clear();
    const value = work();
    known.set(name, value);
    return value;
  };
}

// An upper bound of ln(denominator/numerator): with the quotient 2^k·m and 1 ≤ m < 2, it is k·ln 2 + ln m, where
// ln m = 2·artanh((m-1)/(m+1)).
function logarithmUpper(numerator: bigint, denominator: bigint): bigint {
  let doublings = 0n;
  while (numerator << (doublings + 1n) <= denominator) doublings++;
  const below = numerator << doublings;
  const logOfTwo = 2n * artanhUpper(1n, 3n);
  return doublings * logOfTwo + 2n * artanhUpper(denominator - below, denominator + below);
}

// An upper bound of artanh(z) = z + z³/3 + z⁵/5 + ... for 0 ≤ z = top/bottom ≤ 1/3. What follows the 64 terms taken is
// less than (1/3)^129 < 2^-128 in all: the one unit added at the end.
function artanhUpper(top: bigint, bottom: bigint): bigint {
  let power = ceilingOf(top << PLACES, bottom);
  let sum = 0n;
  for (let term = 0n; term < 64n; term++) {
    sum += ceilingOf(power, 2n * term + 1n);
    power = ceilingOf(power * top * top, bottom * bottom);
  }
  return sum + 1n;
}

function ceilingOf(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
