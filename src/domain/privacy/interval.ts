// How far a noised figure may lie from the true one, for the reader of a release. Floats are in order here: this
// describes noise and takes no part in making it.

import type { Rational } from "./random.ts";

/**
 * The smallest whole h with P(|noise| ≤ h) ≥ 0.95 under discrete Laplace noise of this scale: "12,340 ± h".
 * From the tail P(|noise| > h) = 2·a^(h+1) / (1 + a) with a = e^(-1/scale).
 */
export function interval95(scale: Rational): number {
  const width = Number(scale.numerator) / Number(scale.denominator);
  const ratio = Math.exp(-1 / width);
  const exceeds = (h: number): boolean => 2 * Math.exp(-(h + 1) / width) > 0.05 * (1 + ratio);
  // The solution of the equation, then a step or two for what rounding may have moved.
  let h = Math.max(0, Math.ceil(-width * Math.log(0.025 * (1 + ratio))) - 1);
  while (h > 0 && !exceeds(h - 1)) h--;
  while (exceeds(h)) h++;
  return h;
}
