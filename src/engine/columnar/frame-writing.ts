// Writing staged frames: rows whose tokens are made become a sealed frame in columns, with counts of the buckets that
// they go into. Rows that are read and rows of a version that are keyed again are written alike.

import { LIMITS } from "../../domain/limits.ts";
import type { Offset } from "../../kernels/offset.ts";
import { BATCH_ROWS, type ReferenceBatch } from "../../wire/list/batch.ts";
import { emptyCounts } from "../../wire/segment/bucket-counts.ts";
import { type FrameLayout, frameLayout } from "../../wire/segment/frame.ts";
import { REFERENCES, type RowShape } from "../../wire/segment/shape.ts";
import { countBuckets, countsBytes } from "./bucket-counting.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import { addFrame, type FrameSink } from "./frame-sink.ts";
import { type FrameNumbers, fitsWords } from "./numbers-form.ts";
import { findNumbers } from "./record-text.ts";
import { type FrameEntry, spaceOf } from "./staged-part.ts";
import type { Thread } from "./threads/thread.ts";

export type WritingSettings = {
  readonly shape: RowShape;
  /** Where the frames go. */
  readonly sink: FrameSink;
  /** 8 bytes; Secret: with it, nobody can write references whose hashes collide. */
  readonly recordKey: Uint8Array;
};

/** Rows of one frame, `BATCH_ROWS` at the most; lengths and bytes of references lie in the arena. */
export type WrittenRows = ReferenceBatch & {
  /** Puts the tokens of a kind, four words a row, at an offset. */
  readonly makeTokens: (kind: number, to: Offset) => void;
  /** Per kind: 1 where the row has the identifier. */
  readonly present: readonly Uint8Array[];
  /** In the order of the shape. */
  readonly columns: readonly ArrayLike<number>[];
  /** Whether references that are numbers may be kept as such. */
  readonly mayBeNumbers: boolean;
};

export type FrameWriter = {
  /** Writes a frame of rows. O(rows) time. */
  readonly rows: (batch: WrittenRows, number: number) => FrameEntry;
  /** Writes a frame of the references of rows that lack every identifier. */
  readonly blanks: (batch: ReferenceBatch, number: number) => FrameEntry;
};

/** Counts of as many kinds as a row may have. */
const COUNTS_BYTES = countsBytes(LIMITS.identifiersPerRow);

/** Rooms of a writer, which begin at multiples of 64. */
const SIZES = {
  recordKey: 8,
  tokens: BATCH_ROWS * 16,
  offsets: (BATCH_ROWS + 1) * 4,
  counts: COUNTS_BYTES,
  zeros: BATCH_ROWS,
  low: BATCH_ROWS * 4,
  high: BATCH_ROWS * 4,
} as const;

/** Bytes that a writer of rows of a shape needs. */
export function writingBytes(shape: RowShape): number {
  return bumpBytes([...Object.values(SIZES), frameBytes(shape)]);
}

function frameBytes(shape: RowShape): number {
  return frameLayout(shape, BATCH_ROWS, { textBytes: BATCH_ROWS * LIMITS.recordBytes }).bytes;
}

/** Offsets of the rooms. */
type Rooms = { readonly [name in keyof typeof SIZES]: number } & { readonly frame: number };

function roomsAt(start: number, shape: RowShape): Rooms {
  const bump = bumpFrom(start);
  return {
    recordKey: bump.take(SIZES.recordKey),
    tokens: bump.take(SIZES.tokens),
    offsets: bump.take(SIZES.offsets),
    counts: bump.take(SIZES.counts),
    zeros: bump.take(SIZES.zeros),
    low: bump.take(SIZES.low),
    high: bump.take(SIZES.high),
    frame: bump.take(frameBytes(shape)),
  };
}

/** A writer in `writingBytes` of a thread's room, from an offset on. */
export function frameWriter(thread: Thread, start: Offset, settings: WritingSettings): FrameWriter {
  const writing = { thread, rooms: roomsAt(start, settings.shape), ...settings };
  const { rooms } = writing;
  new Uint8Array(thread.buffer, rooms.recordKey, 8).set(settings.recordKey);
  new Uint8Array(thread.buffer, rooms.zeros, BATCH_ROWS).fill(0);
  return {
    rows: (batch, number) => writeRows(writing, batch, number),
    blanks: (batch, number) => writeBlanks(writing, batch, number),
  };
}

type Writing = WritingSettings & { readonly thread: Thread; readonly rooms: Rooms };

function writeRows(writing: Writing, batch: WrittenRows, number: number): FrameEntry {
  const { thread, rooms, shape, sink } = writing;
  const { rows, recordBytesUsed: recordBytes } = batch;
  const start = rooms.frame;
  const numbers = batch.mayBeNumbers ? numbersIn(writing, batch) : null;
  const layout = frameLayout(shape, rows, spaceOf({ numbers, recordBytes }));
  const frame = { bytes: new Uint8Array(thread.buffer, start, layout.bytes), start, layout, shape };
  for (const kind of shape.kinds.keys()) writeTokens(writing, frame, { batch, kind });
  for (const [kind, at] of layout.present.entries()) frame.bytes.set(batch.present[kind]?.subarray(0, rows) ?? [], at);
  if (layout.present.length > 0) lendTokens(frame, rows);
  writeRecords(writing, frame, batch);
  for (const [column, source] of batch.columns.entries()) writeColumn(frame, column, source);
  const counts = countBuckets(thread, { start, layout, rows, counts: rooms.counts, zeros: rooms.zeros });
  const spot = addFrame(sink, number, [frame.bytes]);
  return { spot, rows, recordBytes, numbers, counts, isBlank: false };
}

function writeBlanks(writing: Writing, batch: ReferenceBatch, number: number): FrameEntry {
  const { thread, rooms, shape, sink } = writing;
  const { rows, recordBytesUsed: recordBytes } = batch;
  const start = rooms.frame;
  const layout = frameLayout(REFERENCES, rows, { textBytes: recordBytes });
  const frame = { bytes: new Uint8Array(thread.buffer, start, layout.bytes), start, layout, shape: REFERENCES };
  writeRecords(writing, frame, batch);
  const counts = emptyCounts(shape.kinds.length);
  counts.set(countBuckets(thread, { start, layout, rows, counts: rooms.counts, zeros: rooms.zeros }));
  const spot = addFrame(sink, number, [frame.bytes]);
  return { spot, rows, recordBytes, numbers: null, counts, isBlank: true };
}

type Frame = {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Where it begins in the arena. */
  readonly start: number;
  readonly layout: FrameLayout;
  readonly shape: RowShape;
};

function words({ bytes, start }: Frame, at: number, count: number): Uint32Array {
  return new Uint32Array(bytes.buffer, start + at, count);
}

type OneKind = { readonly batch: WrittenRows; readonly kind: number };

function writeTokens({ thread, rooms }: Writing, { start, layout }: Frame, { batch, kind }: OneKind): void {
  batch.makeTokens(kind, rooms.tokens);
  const keys = start + (layout.keys[kind] ?? 0);
  const rest = start + (layout.rest[kind] ?? 0);
  thread.kernels.splitTokens({ tokens: rooms.tokens, count: batch.rows, keys, rest });
}

/** A row that lacks the first kind lies, and is ordered, under the first token that it has. */
function lendTokens(frame: Frame, rows: number): void {
  const { keys, rest, present } = frame.layout;
  const planes = keys.map((at, kind) => ({
    keys: words(frame, at, rows),
    rest: words(frame, rest[kind] ?? 0, rows * 3),
    present: frame.bytes.subarray(present[kind] ?? 0, (present[kind] ?? 0) + rows),
  }));
  const [own, ...others] = planes;
  if (own === undefined) return;
  for (let row = 0; row < rows; row++) {
    if (own.present[row] === 1) continue;
    const lender = others.find((plane) => plane.present[row] === 1);
    if (lender === undefined) continue;
    own.keys[row] = lender.keys[row] ?? 0;
    own.rest.set(lender.rest.subarray(row * 3, row * 3 + 3), row * 3);
  }
}

/** The references of a batch as numbers, in their room; null where they are not all of one form. */
function numbersIn({ thread, rooms }: Writing, batch: ReferenceBatch): FrameNumbers | null {
  const { rows, recordLengths, recordBytes, recordBytesUsed } = batch;
  const texts = { lengths: recordLengths.byteOffset, bytes: recordBytes.byteOffset, byteLength: recordBytesUsed };
  const found = findNumbers(thread, { count: rows, ...texts, low: rooms.low, high: rooms.high });
  if (found === null || !fitsWords(found)) return null;
  // The upper halves are all zero, and their room is free.
  thread.kernels.extremes(rooms.low, rows, rooms.high);
  const [least = 0, most = 0] = new Uint32Array(thread.buffer, rooms.high, 2);
  return { ...found, least, most };
}

function writeRecords({ thread, rooms }: Writing, { bytes, start, layout }: Frame, batch: ReferenceBatch): void {
  const { rows, recordLengths, recordBytes, recordBytesUsed } = batch;
  const { references } = layout;
  if (references.kind === "numbers") {
    bytes.set(new Uint8Array(thread.buffer, rooms.low, rows * 4), references.numbers);
    return;
  }
  bytes.set(recordBytes.subarray(0, recordBytesUsed), references.bytes);
  bytes.set(recordLengths.subarray(0, rows), references.lengths);
  thread.kernels.addUp(start + references.lengths, rows, rooms.offsets);
  thread.kernels.hashRecords({
    bytes: start + references.bytes,
    offsets: rooms.offsets,
    count: rows,
    key: rooms.recordKey,
    hashes: start + references.hashes,
  });
}

function writeColumn({ bytes, start, layout, shape }: Frame, column: number, source: ArrayLike<number>): void {
  const at = layout.columns[column] ?? 0;
  const width = shape.columns[column]?.width;
  if (width === 1) bytes.set(source, at);
  else if (width === 2) new Uint16Array(bytes.buffer, start + at, source.length).set(source);
  else new Uint32Array(bytes.buffer, start + at, source.length).set(source);
}
