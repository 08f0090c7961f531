// Integer noise, sampled exactly: the discrete Laplace and the discrete Gaussian distribution
// (Canonne, Kamath, Steinke, The Discrete Gaussian for Differential Privacy, 2020, algorithms 2 and 3).
// The noise and the time a draw takes are secret: neither is stored, and answers leave on a tick.

import { bernoulliExpMinus, type RandomBytes, type Rational, uniformBelow } from "./random.ts";

/**
 * An integer x with probability proportional to e^(-|x| / scale), for any rational scale > 0.
 * Two counts that differ by L in all are e^(L / scale)-indistinguishable under it. Expected O(1) draws of bytes.
 * @see Canonne, Kamath, Steinke 2020, algorithm 2
 */
export function discreteLaplace(scale: Rational, random: RandomBytes): bigint {
  const { numerator, denominator } = positive(scale);
  for (;;) {
    const remainder = uniformBelow(numerator, random);
    if (!bernoulliExpMinus({ numerator: remainder, denominator: numerator }, random)) continue;
    const magnitude = (remainder + numerator * geometric(random)) / denominator;
    const isNegative = uniformBelow(2n, random) === 1n;
    // Zero has no sign: without this it would be drawn twice as often as it should.
    if (isNegative && magnitude === 0n) continue;
    return isNegative ? -magnitude : magnitude;
  }
}

/**
 * An integer x with probability proportional to e^(-x² / 2σ²), for any rational σ² > 0.
 * A count of L2 sensitivity Δ costs Δ² / 2σ² in zero-concentrated differential privacy. Expected O(1) draws.
 * @see Canonne, Kamath, Steinke 2020, algorithm 3
 */
export function discreteGaussian(sigmaSquared: Rational, random: RandomBytes): bigint {
  const { numerator, denominator } = positive(sigmaSquared);
  const scale = squareRoot(numerator / denominator) + 1n;
  for (;;) {
    const candidate = discreteLaplace({ numerator: scale, denominator: 1n }, random);
    const magnitude = candidate < 0n ? -candidate : candidate;
    // (|x| - σ²/t)² / 2σ² over one denominator, for σ² = n/d: (|x|·d·t - n)² / 2·n·d·t².
    const distance = magnitude * denominator * scale - numerator;
    const gamma = { numerator: distance * distance, denominator: 2n * numerator * denominator * scale * scale };
    if (bernoulliExpMinus(gamma, random)) return candidate;
  }
}

// Failures of Bernoulli(1 - 1/e) before the first success: v with probability (1 - 1/e)·e^-v.
function geometric(random: RandomBytes): bigint {
  let count = 0n;
  while (bernoulliExpMinus({ numerator: 1n, denominator: 1n }, random)) count++;
  return count;
}

// The integer part of the square root, by Newton's method from above.
function squareRoot(value: bigint): bigint {
  if (value === 0n) return 0n;
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}

function positive(value: Rational): Rational {
  if (value.numerator < 1n || value.denominator < 1n) throw new RangeError("noise needs a scale above zero");
  return value;
}
