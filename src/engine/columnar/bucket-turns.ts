// One count over all buckets, shared by two threads: whoever is free takes the next bucket, and the count is whole when
// every bucket is done. Whether the other thread takes many, few or none changes nothing but the time.

import { BUCKETS } from "../../domain/matching/token-table.ts";

/** The next bucket, how many are done, and the tokens counted, in memory that both threads see. */
export type BucketTurns = Int32Array<SharedArrayBuffer>;

const NEXT = 0;
const DONE = 1;
const COUNT = 2;

/** Turns of which none is taken. */
export function newTurns(): BucketTurns {
  return new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
}

/** Takes buckets one by one until there are none left. */
export function* takenBuckets(turns: BucketTurns): Generator<number> {
  for (let bucket = Atomics.add(turns, NEXT, 1); bucket < BUCKETS; bucket = Atomics.add(turns, NEXT, 1)) yield bucket;
}

/** Adds what a thread counted in all the buckets that it took. */
export function report(
  turns: BucketTurns,
  { buckets, count }: { readonly buckets: number; readonly count: number },
): void {
  Atomics.add(turns, COUNT, count);
  Atomics.add(turns, DONE, buckets);
}

/** The whole count, or null while a thread still works on a bucket that it took. */
export function wholeCount(turns: BucketTurns): number | null {
  return Atomics.load(turns, DONE) < BUCKETS ? null : Atomics.load(turns, COUNT);
}
