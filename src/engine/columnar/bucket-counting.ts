// Counting which buckets the rows of a frame go into.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import { type BucketCounts, emptyCounts, PLANES, planeOf } from "../../wire/segment/bucket-counts.ts";
import type { FrameLayout } from "../../wire/segment/frame.ts";
import type { Thread } from "./threads/thread.ts";

/** A frame in the arena, and room for its counts there. */
type Counted = {
  readonly start: number;
  readonly layout: FrameLayout;
  readonly rows: number;
  readonly counts: number;
  /** Where as many zeros lie as a frame has rows: the lengths of references that are no texts. */
  readonly zeros: number;
};

/** Bytes of the counts of a list of so many kinds. */
export function countsBytes(kinds: number): number {
  return emptyCounts(kinds).byteLength;
}

/** Counts the rows of a frame. O(rows) time. */
export function countBuckets(
  { kernels, buffer }: Thread,
  { start, layout, rows, counts, zeros }: Counted,
): BucketCounts {
  const kinds = layout.keys.length;
  const sums = new Uint32Array(buffer, counts, emptyCounts(kinds).length).fill(0);
  const plane = (number: number) => counts + number * BUCKETS * 4;
  const { references } = layout;
  const lengths = references.kind === "texts" ? start + references.lengths : zeros;
  const tally = (words: number, rowPlane: number, bytePlane: number) =>
    kernels.tally({ words: start + words, lengths, count: rows, rows: plane(rowPlane), bytes: plane(bytePlane) });
  if (references.kind === "texts") tally(references.hashes, PLANES.hashes, PLANES.hashedBytes);
  const [first] = layout.keys;
  if (first !== undefined && layout.present.length === 0) tally(first, PLANES.homes, PLANES.homeBytes);
  const counted: BucketCounts = new Uint32Array(sums);
  if (layout.present.length > 0) countPresent(buffer, { start, layout, rows, lengths }, counted);
  return counted;
}

function countPresent(
  buffer: SharedArrayBuffer,
  { start, layout, rows, lengths: lengthsAt }: Omit<Counted, "counts" | "zeros"> & { readonly lengths: number },
  counts: BucketCounts,
): void {
  const present = layout.present.map((at) => new Uint8Array(buffer, start + at, rows));
  const keys = layout.keys.map((at) => new Uint32Array(buffer, start + at, rows));
  const lengths = new Uint8Array(buffer, lengthsAt, rows);
  const homes = { rows: planeOf(counts, PLANES.homes), bytes: planeOf(counts, PLANES.homeBytes) };
  const strays = { rows: planeOf(counts, PLANES.strays), bytes: planeOf(counts, PLANES.strayBytes) };
  for (let row = 0; row < rows; row++) {
    const kind = present.findIndex((column) => column[row] === 1);
    const bucket = (keys[kind]?.[row] ?? 0) >>> 24;
    const sums = kind === 0 ? homes : strays;
    sums.rows[bucket] = (sums.rows[bucket] ?? 0) + 1;
    sums.bytes[bucket] = (sums.bytes[bucket] ?? 0) + (lengths[row] ?? 0);
  }
  for (let kind = 1; kind < keys.length; kind++) {
    const sums = planeOf(counts, PLANES.furtherKinds + kind - 1);
    for (let row = 0; row < rows; row++) {
      const byte = (keys[kind]?.[row] ?? 0) >>> 24;
      sums[byte] = (sums[byte] ?? 0) + (present[kind]?.[row] ?? 0);
    }
  }
}
