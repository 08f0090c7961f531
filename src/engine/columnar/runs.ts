// Runs: after the radix sort of a bucket's keys, places whose keys are equal are put in order of the rest of their
// tokens, and places of one token in an order that the rows themselves give, so that no order of a file shows.

import { wordList } from "./word-list.ts";

/** What orders places whose tokens are equal: negative, zero or positive. */
export type CompareRows = (left: number, right: number) => number;

type Sorted = {
  /** Places in ascending order of their keys. */
  readonly order: Uint32Array;
  /** The keys in that order. */
  readonly keys: Uint32Array;
  /** The place of the first key, from one on, that equals the key before it; how many keys there are without one. */
  readonly firstRepeat: (from: number) => number;
  /** The other 96 bits of each place's token. */
  readonly rest: Uint32Array;
  readonly compareRows: CompareRows;
};

/**
 * Settles the order within runs of equal keys, in place. O(n) time where keys are distinct; a run that is in order as
 * it stands, as a row repeated a million times, is not moved.
 * @returns where in the order tokens stand that stand right before as well, ascending
 */
export function settleRuns({ order, keys, firstRepeat, rest, compareRows }: Sorted): Uint32Array {
  const repeated = wordList();
  const compare = (a: number, b: number) => compareRest(rest, a, b) || compareRows(a, b);
  for (const [from, to] of runsOf(keys, firstRepeat)) {
    const run = order.subarray(from, to);
    if (!isOrdered(run, compare)) run.sort((a, b) => compare(a, b) || a - b);
    for (let at = 1; at < run.length; at++)
      if (compareRest(rest, run[at - 1] ?? 0, run[at] ?? 0) === 0) repeated.push(from + at);
  }
  return repeated.words();
}

function* runsOf(keys: Uint32Array, firstRepeat: Sorted["firstRepeat"]): Generator<readonly [number, number]> {
  for (let at = firstRepeat(1); at < keys.length; at = firstRepeat(at + 1)) {
    const from = at - 1;
    while (at < keys.length && keys[at] === keys[from]) at++;
    yield [from, at];
  }
}

function isOrdered(run: Uint32Array, compare: CompareRows): boolean {
  for (let at = 1; at < run.length; at++) if (compare(run[at - 1] ?? 0, run[at] ?? 0) > 0) return false;
  return true;
}

function compareRest(rest: Uint32Array, left: number, right: number): number {
  const a = left * 3;
  const b = right * 3;
  return (
    (rest[a] ?? 0) - (rest[b] ?? 0) ||
    (rest[a + 1] ?? 0) - (rest[b + 1] ?? 0) ||
    (rest[a + 2] ?? 0) - (rest[b + 2] ?? 0)
  );
}
