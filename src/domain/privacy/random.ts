// Exact uniform and Bernoulli draws from random bytes, on integers and rationals alone: no float, no logarithm and no
// exponential stands on this path (Canonne, Kamath, Steinke 2020, algorithm 1). README.md argues each claim.

/** A source of independent uniform random bytes; in the running room a cryptographic one. Its bytes are secret. */
export type RandomBytes = (count: number) => Uint8Array;

/** A rational number; the denominator is at least 1. */
export type Rational = { readonly numerator: bigint; readonly denominator: bigint };

/**
 * A uniform integer in [0, bound), by rejection: expected at most two draws of as many bytes as the bound needs.
 * @throws RangeError when the bound is below 1
 */
export function uniformBelow(bound: bigint, random: RandomBytes): bigint {
  if (bound < 1n) throw new RangeError("a uniform draw needs a bound of at least 1");
  if (bound === 1n) return 0n;
  return bound <= WORDS ? BigInt(wordBelow(Number(bound), random)) : largeBelow(bound, random);
}

// Nearly every bound of a draw fits in 32 bits, where arithmetic takes a small part of its time on large integers.
const WORDS = 2n ** 32n;

function wordBelow(bound: number, random: RandomBytes): number {
  const bits = 32 - Math.clz32(bound - 1);
  for (;;) {
    const bytes = random(Math.ceil(bits / 8));
    let word = 0;
    for (let index = 0; index < bytes.length; index++) word = (word << 8) | (bytes[index] ?? 0);
    const draw = (word << (32 - bits)) >>> (32 - bits);
    if (draw < bound) return draw;
  }
}

function largeBelow(bound: bigint, random: RandomBytes): bigint {
  const bits = (bound - 1n).toString(2).length;
  const mask = (1n << BigInt(bits)) - 1n;
  for (;;) {
    const draw = bigEndian(random(Math.ceil(bits / 8))) & mask;
    if (draw < bound) return draw;
  }
}

/** True with probability exactly `chance`, which lies in [0, 1]. */
export function bernoulli(chance: Rational, random: RandomBytes): boolean {
  return uniformBelow(chance.denominator, random) < chance.numerator;
}

/**
 * True with probability exactly e^-γ, for any rational γ ≥ 0. The time taken depends on γ and on the draw.
 * @see Canonne, Kamath, Steinke 2020, algorithm 1
 */
export function bernoulliExpMinus(gamma: Rational, random: RandomBytes): boolean {
  const { numerator, denominator } = gamma;
  for (let whole = numerator / denominator; whole > 0n; whole--) {
    if (!bernoulliExpMinusFraction(ONE, random)) return false;
  }
  return bernoulliExpMinusFraction({ numerator: numerator % denominator, denominator }, random);
}

const ONE: Rational = { numerator: 1n, denominator: 1n };

// For γ in [0, 1]: the run of successes of Bernoulli(γ/1), Bernoulli(γ/2), ... has odd position of first failure with
// probability 1 - γ + γ²/2! - ... = e^-γ.
function bernoulliExpMinusFraction(gamma: Rational, random: RandomBytes): boolean {
  let trial = 1n;
  while (bernoulli({ numerator: gamma.numerator, denominator: gamma.denominator * trial }, random)) trial++;
  return trial % 2n === 1n;
}

function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}
