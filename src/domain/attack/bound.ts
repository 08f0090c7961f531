// What a policy promises against a guess about one person, and whether a measured attack beats it. Floats are in order
// here: this describes noise and takes no part in making it. README.md argues each bound.

import type { EpsilonMicros, NanoRho } from "../privacy/epsilon.ts";

/** The chance with which an attack is called a leak that is none. */
export const SIGNIFICANCE = 1e-6;

/**
 * The most by which an answer of this price can make "on the list" likelier when the person is than when it is not:
 * (e^epsilon - 1) / (e^epsilon + 1).
 */
export function boundOfAnswer(epsilon: EpsilonMicros): number {
  return Math.tanh(epsilon / 2_000_000);
}

/**
 * The same for any number of answers that together cost rho, however they are chosen: the lesser of √(rho/2) (Pinsker)
 * and √(1 - e^(-rho/2)) (Hellinger affinity).
 */
export function boundOfBudget(spent: NanoRho): number {
  const rho = Number(spent) / 1e9;
  return Math.min(Math.sqrt(rho / 2), Math.sqrt(-Math.expm1(-rho / 2)));
}

/**
 * Whether so many right guesses among so many show an advantage above the bound, with an error of `SIGNIFICANCE` at the
 * most: the exact binomial tail under the greatest chance of a right guess that the bound allows, (1 + bound) / 2.
 * Guesses need not be equally hard (Hoeffding 1956, theorem 4). O(guesses).
 */
export function beats(bound: number, right: number, guesses: number): boolean {
  const chance = (1 + bound) / 2;
  if (chance >= 1 || right < guesses * chance + 1) return false;
  return binomialTail(right, guesses, chance) <= SIGNIFICANCE;
}

/** The least number of right guesses that beats a bound; one more than there are where none would. */
export function rightThatBeats(bound: number, guesses: number): number {
  let [low, high] = [0, guesses + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (beats(bound, middle, guesses)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The chance of at least `right` successes among `trials`. O(trials). */
export function binomialTail(right: number, trials: number, chance: number): number {
  const [logSuccess, logFailure] = [Math.log(chance), Math.log1p(-chance)];
  let logChoose = 0;
  let tail = 0;
  for (let count = 0; count <= trials; count++) {
    if (count > 0) logChoose += Math.log(trials - count + 1) - Math.log(count);
    if (count >= right) tail += Math.exp(logChoose + count * logSuccess + (trials - count) * logFailure);
  }
  return Math.min(1, tail);
}
