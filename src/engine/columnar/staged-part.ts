// What stands in the last frame of a staged part: where its frames lie and what they hold, in words.

import type { FileKey } from "../../crypto/sealed-frames.ts";
import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { Change } from "../../ports/matcher.ts";
import { type BucketCounts, emptyCounts, planeOf } from "../../wire/segment/bucket-counts.ts";
import type { ReferenceSpace } from "../../wire/segment/frame.ts";
import { REFERENCES, type RowShape, shapeOf } from "../../wire/segment/shape.ts";
import type { FrameSpot } from "./frame-sink.ts";
import { type FrameNumbers, MOST_PREFIX_BYTES } from "./numbers-form.ts";
import { sumOf } from "./sums.ts";

/** A frame of a part: where it lies and how many rows of which buckets it has. */
export type FrameEntry = {
  readonly spot: FrameSpot;
  readonly rows: number;
  /** Bytes of the record references as texts; how they are spelt where they are numbers. */
  readonly recordBytes: number;
  readonly numbers: FrameNumbers | null;
  readonly counts: BucketCounts;
  /** Whether its rows lack every identifier, so that it holds their references alone. */
  readonly isBlank: boolean;
};

/** A frame of a part that is read again, and the file that it lies in. */
export type StagedFrame = FrameEntry & { readonly path: string; readonly fileKey: FileKey };

/** What a frame's references take in it. */
export function spaceOf({ numbers, recordBytes }: Pick<FrameEntry, "numbers" | "recordBytes">): ReferenceSpace {
  return numbers === null ? { textBytes: recordBytes } : "numbers";
}

/** What the rows of a part hold: of a list to delete, references alone. */
export function stagedShape({ schema, change }: { readonly schema: DatasetSchema; readonly change: Change }): RowShape {
  return change === "delete" ? REFERENCES : shapeOf(schema);
}

type StagedFile = { readonly staging: string; readonly number: number; readonly shape: RowShape };

/** What a staged file is called under its seal: it opens as this part of this staging, with such rows, and no other. */
export function partLabel({ staging, number, shape }: StagedFile): string {
  return `staging ${staging} part ${number} of ${shape.kinds.length === 0 ? "references" : "rows"} by plane`;
}

// Words of an entry: where the frame lies, its rows, bytes of references as texts; where these are numbers, bytes of
// the prefix plus one, digits, digits of the longest, whether they are plain, the least, the most; whether its rows are
// blank; a bit for each plane of counts that is not all zero; the prefix. Behind them stand those planes.
const WORDS = 14 + MOST_PREFIX_BYTES / 4;
const BLANK_WORD = 12;
const PLANES_WORD = 13;
const PREFIX_WORD = 14;

export function writeFrameEntries(entries: readonly FrameEntry[]): Uint8Array {
  const planes = entries.map(({ counts }) => planesOf(counts).filter(({ counted }) => counted.some((one) => one > 0)));
  const words = new Uint32Array(sumOf(planes.map(({ length }) => WORDS + length * BUCKETS)));
  const bytes = new Uint8Array(words.buffer);
  let at = 0;
  for (const [index, { spot, rows, recordBytes, numbers, isBlank }] of entries.entries()) {
    words.set([spot.number, spot.offset >>> 0, Math.floor(spot.offset / 2 ** 32), spot.bytes, rows, recordBytes], at);
    if (numbers !== null) {
      const { prefix, digits, longest, isPlain, least, most } = numbers;
      words.set([prefix.length + 1, digits, longest, isPlain ? 1 : 0, least, most], at + 6);
      bytes.set(prefix, (at + PREFIX_WORD) * 4);
    }
    words[at + BLANK_WORD] = isBlank ? 1 : 0;
    const own = planes[index] ?? [];
    words[at + PLANES_WORD] = own.reduce((bits, { plane }) => bits | (1 << plane), 0);
    at += WORDS;
    for (const { counted } of own) {
      words.set(counted, at);
      at += BUCKETS;
    }
  }
  return bytes;
}

function planesOf(counts: BucketCounts) {
  const planes = Array.from({ length: counts.length / BUCKETS }, (_, plane) => plane);
  return planes.map((plane) => ({ plane, counted: planeOf(counts, plane) }));
}

export function readFrameEntries(plain: Uint8Array, kinds: number): FrameEntry[] {
  const bytes = plain.slice();
  const words = new Uint32Array(bytes.buffer);
  const entries: FrameEntry[] = [];
  for (let at = 0; at < words.length; ) {
    const entry = words.subarray(at, at + WORDS);
    const [number = 0, low = 0, high = 0, length = 0, rows = 0, recordBytes = 0, prefixed = 0] = entry;
    const spot = { number, offset: high * 2 ** 32 + low, bytes: length };
    const prefix = bytes.subarray((at + PREFIX_WORD) * 4).slice(0, prefixed - 1);
    const numbers = prefixed === 0 ? null : readNumbers(entry, prefix);
    at += WORDS;
    const counts = emptyCounts(kinds);
    for (const { plane, counted } of planesOf(counts)) {
      if ((((entry[PLANES_WORD] ?? 0) >>> plane) & 1) === 0) continue;
      counted.set(words.subarray(at, at + BUCKETS));
      at += BUCKETS;
    }
    entries.push({ spot, rows, recordBytes, numbers, counts, isBlank: entry[BLANK_WORD] === 1 });
  }
  return entries;
}

function readNumbers(entry: Uint32Array, prefix: Uint8Array): FrameNumbers {
  const [digits = 0, longest = 0, plain = 0, least = 0, most = 0] = entry.subarray(7);
  return { prefix, digits, longest, isPlain: plain === 1, least, most };
}
