// How far a noised figure may lie from the true one, for the reader of a release. Floats are in order here: this
// describes noise and takes no part in making it.

import type { Rational } from "./random.ts";

/** The smallest whole h with P(|noise| ≤ h) ≥ 0.95 under discrete Laplace noise of this scale: "12,340 ± h". */
export function interval95(scale: Rational): number {
  return halfWidth(scale, 0.05);
}

/**
 * The smallest whole h with P(|noise| > h) ≤ miss under discrete Laplace noise of this scale, 0 < miss < 1: for figures
 * that are made of several, each of which may miss by a part.
 * From the tail P(|noise| > h) = 2·a^(h+1) / (1 + a) with a = e^(-1/scale).
 */
export function halfWidth(scale: Rational, miss: number): number {
  const width = Number(scale.numerator) / Number(scale.denominator);
  const ratio = Math.exp(-1 / width);
  const exceeds = (h: number): boolean => 2 * Math.exp(-(h + 1) / width) > miss * (1 + ratio);
  // The solution of the equation, then a step or two for what rounding may have moved.
  let h = Math.max(0, Math.ceil(-width * Math.log((miss / 2) * (1 + ratio))) - 1);
  while (h > 0 && !exceeds(h - 1)) h--;
  while (exceeds(h)) h++;
  return h;
}

/** Values of λ that are tried for the bound on a sum. */
const TRIED = 64;

/**
 * A whole h with P(|sum of `terms` such noises| > h) ≤ miss: Chernoff's bound, 2·M(λ)^terms·e^(-λ(h+1)) at the best λ
 * of a few, with the moment generating function M(λ) = (1-a)² / ((1-a·e^λ)(1-a·e^-λ)) of the discrete Laplace.
 */
export function halfWidthOfSum(scale: Rational, terms: number, miss: number): number {
  const rate = Number(scale.denominator) / Number(scale.numerator);
  let least = Number.POSITIVE_INFINITY;
  for (let step = 1; step < TRIED; step++) {
    const lambda = (rate * step) / TRIED;
    const logMoment =
      2 * Math.log(-Math.expm1(-rate)) - Math.log(-Math.expm1(lambda - rate)) - Math.log(-Math.expm1(-lambda - rate));
    least = Math.min(least, (terms * logMoment + Math.log(2 / miss)) / lambda);
  }
  return Math.max(0, Math.ceil(least) - 1);
}
