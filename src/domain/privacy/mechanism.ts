// A release in noise mode: integer counts plus exact discrete Laplace noise, and the threshold on the noised figure.
// Nothing here knows whether a figure is large or small; the cost was fixed before the data was looked at.

import { LIMITS } from "../limits.ts";
import { discreteLaplace } from "./discrete-noise.ts";
import type { EpsilonMicros } from "./epsilon.ts";
import type { RandomBytes, Rational } from "./random.ts";

/** True counts and how they are to be noised. Secret: the figures. */
export type CountRelease = {
  readonly figures: readonly number[];
  /** How much one person may change the figures by, summed over all of them; at least 1. */
  readonly l1Sensitivity: number;
  /** Epsilon of the whole release, not of each figure. */
  readonly epsilon: EpsilonMicros;
};

const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** A figure as it leaves the room. Withheld says nothing finer, whatever the reason. */
export type Figure = { readonly kind: "released"; readonly value: number } | { readonly kind: "withheld" };

/** The scale of the noise on every figure of such a release: sensitivity / epsilon, in lowest terms. */
export function noiseScale(release: Pick<CountRelease, "l1Sensitivity" | "epsilon">): Rational {
  const { l1Sensitivity, epsilon } = release;
  if (!Number.isSafeInteger(l1Sensitivity) || l1Sensitivity < 1) throw new RangeError("a sensitivity is at least 1");
  const numerator = BigInt(l1Sensitivity) * 1_000_000n;
  const denominator = BigInt(epsilon);
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/**
 * Adds independent discrete Laplace noise of `noiseScale` to every figure. The result is epsilon-differentially private
 * for neighbours whose figures differ by at most `l1Sensitivity` in all, and may be negative.
 * @throws RangeError for a figure that is no count, which is a bug of the caller
 */
export function releaseCounts(release: CountRelease, random: RandomBytes): readonly number[] {
  if (release.figures.some((figure) => figure < 0)) throw new RangeError("a figure is a count");
  return releaseSums(release, random);
}

/**
 * The same for sums, which may be negative and lie within ±(2^53 - 1): what noise would carry beyond stays at that end,
 * which only looks at the noised figure.
 * @throws RangeError for a figure that is no whole number, which is a bug of the caller
 */
export function releaseSums(release: CountRelease, random: RandomBytes): readonly number[] {
  const scale = noiseScale(release);
  return release.figures.map((figure) => {
    if (!Number.isSafeInteger(figure)) throw new RangeError("a figure is a whole number");
    const noised = BigInt(figure) + discreteLaplace(scale, random);
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

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  return right === 0n ? left : greatestCommonDivisor(right, left % right);
}
