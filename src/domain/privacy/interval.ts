// How far a noised figure may lie from the true one, for the reader of a release. Floats are in order here: this
// describes noise and takes no part in making it.

import type { Noise } from "./mechanism.ts";
import type { Rational } from "./random.ts";

/** The smallest whole h with P(|noise| ≤ h) ≥ 0.95: "12,340 ± h". */
export function interval95(noise: Noise): number {
  return halfWidth(noise, 0.05);
}

/**
 * The smallest whole h with P(|noise| > h) ≤ miss, 0 < miss < 1: for figures that are made of several, each of which
 * may miss by a part. Beyond σ = 1,000 the width of Gaussian noise is up to a thousandth above the smallest.
 */
export function halfWidth(noise: Noise, miss: number): number {
  return noise.mechanism === "discrete-laplace"
    ? laplaceWidth(noise.scale, miss)
    : gaussianWidth(sigmaOf(noise.sigmaSquared), miss);
}

/** A whole h with P(|sum of `terms` such noises| > h) ≤ miss, by Chernoff's bound. */
export function halfWidthOfSum(noise: Noise, terms: number, miss: number): number {
  return noise.mechanism === "discrete-laplace"
    ? laplaceSumWidth(noise.scale, terms, miss)
    : gaussianSumWidth(sigmaOf(noise.sigmaSquared), terms, miss);
}

/** The square root of σ², which is how far Gaussian noise spreads. */
export function sigmaOf({ numerator, denominator }: Rational): number {
  return Math.sqrt(Number(numerator) / Number(denominator));
}

// From the tail P(|noise| > h) = 2·a^(h+1) / (1 + a) with a = e^(-1/scale).
function laplaceWidth(scale: Rational, miss: number): number {
  const width = Number(scale.numerator) / Number(scale.denominator);
  const ratio = Math.exp(-1 / width);
  const exceeds = (h: number): boolean => 2 * Math.exp(-(h + 1) / width) > miss * (1 + ratio);
  // The solution of the equation, then a step or two for what rounding may have moved.
  let h = Math.max(0, Math.ceil(-width * Math.log((miss / 2) * (1 + ratio))) - 1);
  while (h > 0 && !exceeds(h - 1)) h--;
  while (exceeds(h)) h++;
  return h;
}

/** σ up to which probabilities are added up one by one. */
const SUMMED = 1_000;

// Wider noise is measured against that of σ = 1,000, of which P(|noise| > h) ≤ miss. Its density falls with the
// distance, so the sum behind h is at least the integral from h + 1 on; and that of any σ is at most the integral from
// its own h. Between the two lies a factor of σ: h' = σ·(h + 1) / 1,000 misses no more often.
function gaussianWidth(sigma: number, miss: number): number {
  if (sigma <= SUMMED) return summedWidth(sigma, miss);
  return Math.ceil((sigma * (summedWidth(SUMMED, miss) + 1)) / SUMMED);
}

// Probabilities from the centre until what is left is small enough. Terms beyond 9 σ are nought to a double beside the
// first.
function summedWidth(sigma: number, miss: number): number {
  const weight = (at: number): number => Math.exp(-((at / sigma) ** 2) / 2);
  let all = 1;
  for (let at = 1, term = weight(1); term > 0 && at <= 9 * sigma; term = weight(++at)) all += 2 * term;
  let inside = 1;
  let h = 0;
  while (all - inside > miss * all) inside += 2 * weight(++h);
  return h;
}

/** Values of λ that are tried for the bound on a sum. */
const TRIED = 64;

// 2·M(λ)^terms·e^(-λ(h+1)) at the best λ of a few, with the moment generating function
// M(λ) = (1-a)² / ((1-a·e^λ)(1-a·e^-λ)) of the discrete Laplace.
function laplaceSumWidth(scale: Rational, terms: number, miss: number): number {
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

// The discrete Gaussian is no wider than the continuous one: M(λ) ≤ e^(λ²σ²/2) (Canonne, Kamath, Steinke 2020). So the
// bound is 2·e^(-(h+1)² / (2·terms·σ²)), at λ = (h+1) / (terms·σ²).
function gaussianSumWidth(sigma: number, terms: number, miss: number): number {
  return Math.max(0, Math.ceil(sigma * Math.sqrt(2 * terms * Math.log(2 / miss))) - 1);
}
