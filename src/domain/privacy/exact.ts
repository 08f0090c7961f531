// Exact mode, which holds only where every owner's policy chooses it: rounded counts, the threshold on the true value,
// complementary suppression within one overlap. It has no mathematical bound; README.md says what it does give.

import { LIMITS } from "../limits.ts";
import type { Figure } from "./mechanism.ts";

/** Exact counts of an overlap of N members, and the rule they are released under. Secret: the regions. */
export type ExactOverlap = {
  readonly members: number;
  /** `regions[mask - 1]` counts the people of exactly those members whose bits are set in `mask`: 2^N - 1 counts. */
  readonly regions: readonly number[];
  /** People behind any released figure, at the least. */
  readonly k: number;
  /** Released figures are rounded to a multiple of this, at least 1. */
  readonly step: number;
};

/** The figures that leave: one for each member's list, one for each region in the order of `ExactOverlap.regions`. */
export type ExactRelease = { readonly sizes: readonly Figure[]; readonly regions: readonly Figure[] };

/**
 * What of an exact overlap may be released. Sizes of at least `k` are; the regions all are when every one of them has
 * at least `k` people, and none is otherwise. So no withheld region can be pinned to fewer than `k` values, even by one
 * who knows every released figure without its rounding and knows this rule.
 */
export function releaseExactOverlap(overlap: ExactOverlap): ExactRelease {
  requireSound(overlap);
  const { members, regions, k, step } = overlap;
  const isWhole = regions.every((count) => count >= k);
  return {
    sizes: Array.from({ length: members }, (_, member) => {
      const size = sizeOf(member, regions);
      return size >= k ? released(size, step) : WITHHELD;
    }),
    regions: regions.map((count) => (isWhole ? released(count, step) : WITHHELD)),
  };
}

/**
 * The multiple of `step` nearest to a count; half way goes up: 25 in steps of 10 is 30.
 * Counts under half a step become 0, so a step beyond 2k can show 0 for a figure that passed the threshold.
 */
export function roundToStep(count: number, step: number): number {
  const remainder = count % step;
  return remainder * 2 >= step ? count - remainder + step : count - remainder;
}

const WITHHELD: Figure = { kind: "withheld" };

function released(count: number, step: number): Figure {
  return { kind: "released", value: roundToStep(count, step) };
}

function sizeOf(member: number, regions: readonly number[]): number {
  const width = 2 ** member;
  return regions.reduce((sum, count, at) => (Math.floor((at + 1) / width) % 2 === 1 ? sum + count : sum), 0);
}

function requireSound({ members, regions, k, step }: ExactOverlap): void {
  if (members < 2 || regions.length !== 2 ** members - 1) throw new RangeError("an overlap has 2^N - 1 regions");
  if (!regions.every((count) => Number.isSafeInteger(count) && count >= 0)) throw new RangeError("regions are counts");
  if (!(k >= LIMITS.kFloor)) throw new RangeError(`the threshold is under the floor of ${LIMITS.kFloor}`);
  if (!Number.isSafeInteger(step) || step < 1) throw new RangeError("a rounding step is at least 1");
}
