// How many rows of a frame go into which bucket, so that room can be made for all frames of a list before any is read
// again. A row lies in the bucket of its first kind's token; a row that lacks the first kind is a stray, and lies
// behind the others in the bucket of the first token that it has.

import { BUCKETS } from "../../domain/matching/token-table.ts";

/** Planes of 256 counts, one for each first byte; from `furtherKinds` on, one for each kind after the first. */
export type BucketCounts = Uint32Array<ArrayBuffer>;

export const PLANES = {
  /** Rows that have the first kind, by its token. */
  homes: 0,
  /** Rows that lack it, by the first token that they have. */
  strays: 1,
  /** Bytes of the record references of homes, and of strays. */
  homeBytes: 2,
  strayBytes: 3,
  /** Rows by the hash of their reference, and the bytes of those references. */
  hashes: 4,
  hashedBytes: 5,
  furtherKinds: 6,
} as const;

/** Counts for a list of so many kinds, all zero. */
export function emptyCounts(kinds: number): BucketCounts {
  return new Uint32Array((PLANES.furtherKinds + Math.max(0, kinds - 1)) * BUCKETS);
}

/** One plane of counts, or of places. */
export function planeOf(counts: BucketCounts, plane: number): Uint32Array {
  return counts.subarray(plane * BUCKETS, (plane + 1) * BUCKETS);
}
