// The work of matching: which tokens two tables share, bucket by bucket.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { Side } from "../../kernels/kernels.ts";
import { type BucketPiece, type BucketTurns, takenBuckets } from "./bucket-turns.ts";
import type { Thread } from "./threads/thread.ts";

/** A table as a thread sees it: the tokens of one kind in ascending order, bucket by bucket, and whose they are. */
export type TableAt = {
  readonly keys: number;
  readonly rest: number;
  /** A word a token: the row that speaks for the person; 0 where it is the token's own place. */
  readonly people: number;
  readonly starts: Uint32Array;
};

export type MatchingSettings = {
  readonly left: TableAt;
  readonly right: TableAt;
  readonly turns: BucketTurns;
  /** Where the people of each bucket's pairs go, from the pair that `starts` tells on; null where they are counted. */
  readonly pairs: { readonly left: number; readonly right: number; readonly starts: Uint32Array } | null;
  /** How many pairs each bucket has: told here. */
  readonly counts: Int32Array<SharedArrayBuffer>;
};

/** The most pairs that a bucket of two tables can have. */
export function mostPairs(left: TableAt, right: TableAt): number {
  let most = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) most = Math.max(most, pairsIn(left, right, bucket));
  return most;
}

/** The most pairs that one bucket can have. */
export function pairsIn(left: TableAt, right: TableAt, bucket: number): number {
  return Math.min(tokensIn(left, bucket), tokensIn(right, bucket));
}

/** The tokens that one bucket has. */
export function tokensIn({ starts }: TableAt, bucket: number): number {
  return (starts[bucket + 1] ?? 0) - (starts[bucket] ?? 0);
}

/** Bytes of scratch for counting where no bucket has more pairs. */
export function matchingScratchBytes(most: number): number {
  return (most + 32) * 8 + 128;
}

export function beginMatching(
  thread: Thread,
  settings: MatchingSettings & { readonly most: number },
): (piece: BucketPiece) => { outcome: null } {
  const { left, right, turns, counts, pairs, most } = settings;
  const scratch = { left: thread.scratch, right: thread.scratch + ((most + 32) * 4 + 64) };
  return (piece) => {
    for (const bucket of takenBuckets(turns, piece)) {
      const sides = [sideOf(left, bucket), sideOf(right, bucket)] as const;
      if (pairs === null) counts[bucket] = thread.kernels.countSharedTokens(...sides, scratch);
      else {
        const from = (pairs.starts[bucket] ?? 0) * 4;
        const at = { left: pairs.left + from, right: pairs.right + from };
        const count = thread.kernels.sharedTokens(...sides, at);
        counts[bucket] = count;
        toPeople(thread.buffer, left, { at: at.left, count, bucket });
        toPeople(thread.buffer, right, { at: at.right, count, bucket });
      }
    }
    return { outcome: null };
  };
}

/** A bucket of a table, as kernels see it. */
export function sideOf({ keys, rest, starts }: TableAt, bucket: number): Side {
  const from = starts[bucket] ?? 0;
  return { keys: keys + from * 4, rest: rest + from * 12, count: (starts[bucket + 1] ?? 0) - from };
}

type Places = { readonly at: number; readonly count: number; readonly bucket: number };

/** Puts people in the place of places in a bucket. */
export function toPeople(buffer: SharedArrayBuffer, { people, starts }: TableAt, { at, count, bucket }: Places): void {
  const places = new Uint32Array(buffer, at, count);
  const from = starts[bucket] ?? 0;
  if (people === 0) {
    for (let pair = 0; pair < count; pair++) places[pair] = (places[pair] ?? 0) + from;
    return;
  }
  const held = new Uint32Array(buffer, people + from * 4, (starts[bucket + 1] ?? 0) - from);
  for (let pair = 0; pair < count; pair++) places[pair] = held[places[pair] ?? 0] ?? 0;
}
