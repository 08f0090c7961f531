// One-to-one matching of two lists over the crosswalks of their identifiers: first identifier first, tokens in
// ascending order, nobody twice on either side. That keeps the sensitivity of a count at one a person, whatever the
// number of identifiers (`privacy.md`, traps).

import type { Crosswalk } from "./crosswalk.ts";
import { isInRoom, type Room } from "./room.ts";

export type Sides = { readonly left: Room; readonly right: Room };

export type Matching = {
  /** Matches by identifier, in the order of the crosswalks. */
  readonly counts: readonly number[];
  /** 1 for each matched person of the left list. */
  readonly left: Uint8Array;
};

/**
 * Matches two lists greedily. People who are not in the room do not exist. O(pairs + people) time.
 * @param crosswalks one for each identifier, in the order in which they count
 */
export function matchOneToOne(crosswalks: readonly Crosswalk[], sides: Sides): Matching {
  const left = new Uint8Array(sides.left.people);
  const right = new Uint8Array(sides.right.people);
  return { counts: crosswalks.map((crosswalk) => matchBy(crosswalk, sides, { left, right })), left };
}

type Taken = { readonly left: Uint8Array; readonly right: Uint8Array };

function matchBy(crosswalk: Crosswalk, sides: Sides, taken: Taken): number {
  let count = 0;
  for (let at = 0; at < crosswalk.left.length; at++) {
    const i = crosswalk.left[at] ?? 0;
    const j = crosswalk.right[at] ?? 0;
    if (taken.left[i] === 1 || taken.right[j] === 1 || !isInRoom(sides.left, i) || !isInRoom(sides.right, j)) continue;
    taken.left[i] = 1;
    taken.right[j] = 1;
    count++;
  }
  return count;
}

/**
 * Counts the matches of one identifier where nobody holds two tokens of it, so that every pair in the room is a match.
 * O(pairs) time, no memory.
 */
export function countPairs(crosswalk: Crosswalk, sides: Sides): number {
  const { left, right } = crosswalk;
  const [lefts, rights] = [sides.left.mask, sides.right.mask];
  if (lefts === null && rights === null) return left.length;
  let count = 0;
  if (lefts !== null && rights !== null)
    for (let at = 0; at < left.length; at++) count += (lefts[left[at] ?? 0] ?? 0) & (rights[right[at] ?? 0] ?? 0);
  else if (lefts !== null) for (let at = 0; at < left.length; at++) count += lefts[left[at] ?? 0] ?? 0;
  else if (rights !== null) for (let at = 0; at < right.length; at++) count += rights[right[at] ?? 0] ?? 0;
  return count;
}
