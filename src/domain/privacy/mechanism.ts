// A release in noise mode: integer counts plus exact discrete Laplace or Gaussian noise, and the threshold on the
// noised figure. Nothing here knows whether a figure is large or small; the cost was fixed before the data was read.

import { LIMITS } from "../limits.ts";
import { discreteGaussian, discreteLaplace } from "./discrete-noise.ts";
import type { EpsilonMicros } from "./epsilon.ts";
import type { RandomBytes, Rational } from "./random.ts";
import type { Sensitivity } from "./sensitivity.ts";

/** The distribution of noise. At one price the Gaussian's is narrower, and the Laplace's promise is the stronger. */
export type Mechanism = "discrete-laplace" | "discrete-gaussian";

/** What makes the noise of a release as wide as it is. */
export type Pricing = {
  readonly mechanism: Mechanism;
  /** The price of the whole release, not of each figure; it costs epsilon² / 2 of rho whatever the mechanism. */
  readonly epsilon: EpsilonMicros;
  /** How much one person may change the figures of one part. */
  readonly sensitivity: Sensitivity;
  /** Kinds of figures that share the price in equal parts, at least 1. */
  readonly parts: number;
};

/** The noise that stands on each figure of one part, drawn for each on its own. */
export type Noise =
  | { readonly mechanism: "discrete-laplace"; readonly scale: Rational }
  | { readonly mechanism: "discrete-gaussian"; readonly sigmaSquared: Rational };

const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** A figure as it leaves the room. Withheld says nothing finer, whatever the reason. */
export type Figure = { readonly kind: "released"; readonly value: number } | { readonly kind: "withheld" };

/**
 * The noise that a price buys, in lowest terms. Laplace of scale parts·L1 / epsilon: each part spends epsilon / parts.
 * Gaussian of σ² = parts·L2² / epsilon²: each part spends L2² / 2σ² of rho, which is epsilon² / 2 in all.
 */
export function noiseOf({ mechanism, epsilon, sensitivity, parts }: Pricing): Noise {
  const { l1, l2Squared } = sensitivity;
  if (!Number.isSafeInteger(l1) || l1 < 1 || l2Squared < 1n) throw new RangeError("a sensitivity is at least 1");
  if (!Number.isSafeInteger(parts) || parts < 1) throw new RangeError("a release has at least one part");
  const price = { numerator: BigInt(epsilon), denominator: 1_000_000n };
  if (mechanism === "discrete-laplace") return { mechanism, scale: quotient(BigInt(l1) * BigInt(parts), price) };
  const squared = { numerator: price.numerator ** 2n, denominator: price.denominator ** 2n };
  return { mechanism, sigmaSquared: quotient(l2Squared * BigInt(parts), squared) };
}

/**
 * Adds noise to counts, which neighbours may change by the sensitivity that the noise is made for: the results may be
 * negative. With Laplace noise they are (epsilon / parts)-differentially private, with Gaussian noise as many rho.
 * @throws RangeError for a figure that is no count, which is a bug of the caller
 */
export function releaseCounts(figures: readonly number[], noise: Noise, random: RandomBytes): readonly number[] {
  if (figures.some((figure) => figure < 0)) throw new RangeError("a figure is a count");
  return releaseSums(figures, noise, random);
}

/**
 * The same for sums, which may be negative and lie within ±(2^53 - 1): what noise would carry beyond stays at that end,
 * which only looks at the noised figure.
 * @throws RangeError for a figure that is no whole number, which is a bug of the caller
 */
export function releaseSums(figures: readonly number[], noise: Noise, random: RandomBytes): readonly number[] {
  return figures.map((figure) => {
    if (!Number.isSafeInteger(figure)) throw new RangeError("a figure is a whole number");
    const noised = BigInt(figure) + draw(noise, random);
    return Number(noised > MOST ? MOST : noised < -MOST ? -MOST : noised);
  });
}

/**
 * The threshold of noise mode, on the noised figure alone, so it costs nothing more. Below `k` the figure is withheld.
 * A negative figure always is: `k` is never under the floor of the engine, so no released figure needs raising to 0.
 */
export function afterThreshold(noised: number, k: number): Figure {
  if (!(k >= LIMITS.kFloor)) throw new RangeError(`the threshold is under the floor of ${LIMITS.kFloor}`);
  return noised >= k ? { kind: "released", value: noised } : { kind: "withheld" };
}

function draw(noise: Noise, random: RandomBytes): bigint {
  return noise.mechanism === "discrete-laplace"
    ? discreteLaplace(noise.scale, random)
    : discreteGaussian(noise.sigmaSquared, random);
}

function quotient(whole: bigint, { numerator, denominator }: Rational): Rational {
  const [top, bottom] = [whole * denominator, numerator];
  const divisor = greatestCommonDivisor(top, bottom);
  return { numerator: top / divisor, denominator: bottom / divisor };
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  return right === 0n ? left : greatestCommonDivisor(right, left % right);
}
