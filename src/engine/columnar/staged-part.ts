// What stands in the last frame of a staged part: where its frames lie and what they hold, in words.

import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import type { Change } from "../../ports/matcher.ts";
import { type BucketCounts, emptyCounts } from "../../wire/segment/bucket-counts.ts";
import { REFERENCES, type RowShape, shapeOf } from "../../wire/segment/shape.ts";
import type { FrameSpot } from "./sealed-file.ts";

/** A frame of a part: where it lies and how many rows of which buckets it has. */
export type FrameEntry = {
  readonly spot: FrameSpot;
  readonly rows: number;
  readonly recordBytes: number;
  readonly counts: BucketCounts;
};

/** What the rows of a part hold: of a list to delete, references alone. */
export function stagedShape({ schema, change }: { readonly schema: DatasetSchema; readonly change: Change }): RowShape {
  return change === "delete" ? REFERENCES : shapeOf(schema);
}

type StagedFile = { readonly staging: string; readonly number: number; readonly shape: RowShape };

/** What a staged file is called under its seal: it opens as this part of this staging, with such rows, and no other. */
export function partLabel({ staging, number, shape }: StagedFile): string {
  return `staging ${staging} part ${number} of ${shape.kinds.length === 0 ? "references" : "rows"}`;
}

const WORDS = 6;

export function writeFrameEntries(entries: readonly FrameEntry[], kinds: number): Uint8Array {
  const stride = WORDS + emptyCounts(kinds).length;
  const words = new Uint32Array(entries.length * stride);
  for (const [index, { spot, rows, recordBytes, counts }] of entries.entries()) {
    const high = Math.floor(spot.offset / 2 ** 32);
    words.set([spot.number, spot.offset >>> 0, high, spot.bytes, rows, recordBytes], index * stride);
    words.set(counts, index * stride + WORDS);
  }
  return new Uint8Array(words.buffer);
}

export function readFrameEntries(plain: Uint8Array, kinds: number): FrameEntry[] {
  const stride = WORDS + emptyCounts(kinds).length;
  const words = new Uint32Array(plain.slice().buffer);
  return Array.from({ length: words.length / stride }, (_, index) => {
    const entry = words.subarray(index * stride, (index + 1) * stride);
    const [number = 0, low = 0, high = 0, bytes = 0, rows = 0, recordBytes = 0] = entry;
    const counts = entry.slice(WORDS);
    return { spot: { number, offset: high * 2 ** 32 + low, bytes }, rows, recordBytes, counts };
  });
}
