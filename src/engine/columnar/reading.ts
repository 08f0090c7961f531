// The work of reading: whole rows of a list in, sealed frames of tokens out. Digests exist only in the batch that is
// being read and in the room where it becomes tokens, which is wiped when the work is done.

import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import { TOKEN_WORDS, type Tokeniser } from "../../domain/identifier/token-kernel.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Change } from "../../ports/matcher.ts";
import { BATCH_ROWS, type ReferenceBatch, type RowBatch } from "../../wire/list/batch.ts";
import type { ListFault, RowCounts } from "../../wire/list/fault.ts";
import { allocateFrom, readerBytes } from "../../wire/list/ordinary-rows.ts";
import { listReader } from "../../wire/list/reader.ts";
import { emptyCounts } from "../../wire/segment/bucket-counts.ts";
import { type FrameLayout, frameLayout } from "../../wire/segment/frame.ts";
import { columnsOfBatch, REFERENCES, type RowShape } from "../../wire/segment/shape.ts";
import { countBuckets, countsBytes } from "./bucket-counting.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import { type FrameNumbers, fitsWords } from "./numbers-form.ts";
import { findNumbers } from "./record-text.ts";
import { addFrame, type FrameSink } from "./sealed-file.ts";
import { type FrameEntry, spaceOf, stagedShape } from "./staged-part.ts";
import type { Thread } from "./threads/thread.ts";

export type ReadingSettings = {
  readonly schema: DatasetSchema;
  readonly change: Change;
  /** The list's columns in file order; absent for the reading that begins with them. */
  readonly columns?: readonly string[];
  /** Whether this reading sees the start of a part. */
  readonly isFirst: boolean;
  /** Per kind of the schema, 32 bytes; Secret. */
  readonly tokenKeys: readonly Uint8Array[];
  /** 8 bytes; Secret: with it, nobody can write references whose hashes collide. */
  readonly recordKey: Uint8Array;
  /** Where the frames go. */
  readonly sink: FrameSink;
  /** Another way to make tokens; only for readings on the thread that asks. */
  readonly tokenisers?: readonly Tokeniser[];
};

export type Chunk = {
  /** Whole rows, except that the last row of a part may lack its end. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its place in the part, from 0. */
  readonly index: number;
  readonly isLast: boolean;
};

export type ReadChunk = {
  readonly frames: readonly FrameEntry[];
  readonly counts: RowCounts;
  readonly lines: number;
  readonly columns: readonly string[];
  readonly fault: ListFault | null;
  /** The chunk's bytes, to be used again. */
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** Frames of one chunk, at the most: a chunk's first frame has its index times this as number. */
const FRAMES_A_CHUNK = 1_024;

/** Counts of as many kinds as a row may have. */
const COUNTS_BYTES = countsBytes(LIMITS.identifiersPerRow);

/** Rooms of a reading, which begin at multiples of 64. */
const SIZES = {
  key: 32,
  recordKey: 8,
  tokens: BATCH_ROWS * 16,
  offsets: (BATCH_ROWS + 1) * 4,
  counts: COUNTS_BYTES,
  zeros: BATCH_ROWS,
  low: BATCH_ROWS * 4,
  high: BATCH_ROWS * 4,
} as const;

/** Bytes that each reading thread needs under a schema. */
export function readingScratchBytes({ schema, change }: Pick<ReadingSettings, "schema" | "change">): number {
  return bumpBytes([...Object.values(SIZES), frameBytes(stagedShape({ schema, change })), readerBytes(schema)]);
}

function frameBytes(shape: RowShape): number {
  return frameLayout(shape, BATCH_ROWS, { textBytes: BATCH_ROWS * LIMITS.recordBytes }).bytes;
}

/** Offsets of the rooms. */
type Rooms = { readonly [name in keyof typeof SIZES]: number } & { readonly frame: number; readonly reader: number };

function roomsAt(start: number, shape: RowShape): Rooms {
  const bump = bumpFrom(start);
  return {
    key: bump.take(SIZES.key),
    recordKey: bump.take(SIZES.recordKey),
    tokens: bump.take(SIZES.tokens),
    offsets: bump.take(SIZES.offsets),
    counts: bump.take(SIZES.counts),
    zeros: bump.take(SIZES.zeros),
    low: bump.take(SIZES.low),
    high: bump.take(SIZES.high),
    frame: bump.take(frameBytes(shape)),
    reader: bump.take(0),
  };
}

export function beginReading(
  thread: Thread,
  settings: ReadingSettings,
): (chunk: Chunk) => { outcome: ReadChunk; transfer: ArrayBuffer[] } {
  const shape = stagedShape(settings);
  const rooms = roomsAt(thread.scratch, shape);
  const encoding = { thread, rooms, shape, settings };
  const encode = encoder(encoding);
  let frames: FrameEntry[] = [];
  let next = 0;
  let linesRead = 0;
  const reader = listReader({
    schema: settings.schema,
    ...(settings.columns === undefined ? {} : { columns: settings.columns }),
    reads: settings.change === "delete" ? "references" : "rows",
    judges: settings.isFirst,
    room: { allocate: allocateFrom(thread.buffer, rooms.reader), kernels: thread.rowKernels },
    onBatch: (batch) => {
      frames.push(encode(batch, next++));
    },
    ...(settings.change === "upsert"
      ? { onBlanks: (batch) => void frames.push(encodeBlanks(encoding, batch, next++)) }
      : {}),
  });
  return ({ bytes, index, isLast }) => {
    next = index * FRAMES_A_CHUNK;
    frames = [];
    try {
      const fault = reader.push(bytes) ?? (isLast ? reader.end() : null);
      const taken = reader.take();
      const outcome = { frames, ...taken, columns: reader.columns(), fault: within(fault, linesRead), bytes };
      linesRead += taken.lines;
      return { outcome, transfer: [bytes.buffer] };
    } finally {
      reader.wipe();
    }
  };
}

/** A fault as seen from the start of its chunk. */
function within(fault: ListFault | null, linesBefore: number): ListFault | null {
  return fault?.line === undefined ? fault : { ...fault, line: fault.line - linesBefore };
}

type Encode = (batch: RowBatch, number: number) => FrameEntry;

type Encoding = {
  readonly thread: Thread;
  readonly rooms: Rooms;
  readonly shape: RowShape;
  readonly settings: ReadingSettings;
};

function encoder(encoding: Encoding): Encode {
  const { thread, rooms, shape, settings } = encoding;
  const start = rooms.frame;
  new Uint8Array(thread.buffer, rooms.recordKey, 8).set(settings.recordKey);
  new Uint8Array(thread.buffer, rooms.zeros, BATCH_ROWS).fill(0);
  return (batch, number) => {
    const { rows, recordBytesUsed: recordBytes } = batch;
    const numbers = settings.change === "replace" ? numbersIn(encoding, batch) : null;
    const layout = frameLayout(shape, rows, spaceOf({ numbers, recordBytes }));
    const frame = { bytes: new Uint8Array(thread.buffer, start, layout.bytes), start, layout, shape };
    for (const kind of shape.kinds.keys()) writeTokens(encoding, frame, { batch, kind });
    for (const [kind, at] of layout.present.entries())
      frame.bytes.set(batch.identifiers[kind]?.present.subarray(0, rows) ?? [], at);
    if (layout.present.length > 0) lendTokens(frame, rows);
    writeRecords(encoding, frame, batch);
    for (const [column, source] of columnsOfBatch(settings.schema, shape, batch).entries())
      writeColumn(frame, column, source.subarray(0, rows));
    const counts = countBuckets(thread, { start, layout, rows, counts: rooms.counts, zeros: rooms.zeros });
    const spot = addFrame(settings.sink, number, [frame.bytes]);
    return { spot, rows, recordBytes, numbers, counts, isBlank: false };
  };
}

/** A frame of the references of rows that lack every identifier. */
function encodeBlanks(encoding: Encoding, batch: ReferenceBatch, number: number): FrameEntry {
  const { thread, rooms, shape, settings } = encoding;
  const { rows, recordBytesUsed: recordBytes } = batch;
  const start = rooms.frame;
  const layout = frameLayout(REFERENCES, rows, { textBytes: recordBytes });
  const frame = { bytes: new Uint8Array(thread.buffer, start, layout.bytes), start, layout, shape: REFERENCES };
  writeRecords(encoding, frame, batch);
  const counts = emptyCounts(shape.kinds.length);
  counts.set(countBuckets(thread, { start, layout, rows, counts: rooms.counts, zeros: rooms.zeros }));
  const spot = addFrame(settings.sink, number, [frame.bytes]);
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

type OneKind = { readonly batch: RowBatch; readonly kind: number };

function writeTokens({ thread, rooms, settings }: Encoding, { start, layout }: Frame, { batch, kind }: OneKind): void {
  const { rows } = batch;
  const digests = batch.identifiers[kind]?.digests;
  const key = settings.tokenKeys[kind];
  if (digests === undefined || key === undefined) throw new Error("a batch of another schema");
  const { buffer, kernels } = thread;
  const another = settings.tokenisers?.[kind];
  if (another !== undefined) another(digests, rows, new Uint32Array(buffer, rooms.tokens, rows * TOKEN_WORDS));
  else {
    new Uint8Array(buffer, rooms.key, 32).set(key);
    kernels.tokens({ digests: digests.byteOffset, count: rows, key: rooms.key, tokens: rooms.tokens });
  }
  const keys = start + (layout.keys[kind] ?? 0);
  kernels.splitTokens({ tokens: rooms.tokens, count: rows, keys, rest: start + (layout.rest[kind] ?? 0) });
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
function numbersIn({ thread, rooms }: Encoding, batch: RowBatch): FrameNumbers | null {
  const { rows, recordLengths, recordBytes, recordBytesUsed } = batch;
  const texts = { lengths: recordLengths.byteOffset, bytes: recordBytes.byteOffset, byteLength: recordBytesUsed };
  const found = findNumbers(thread, { count: rows, ...texts, low: rooms.low, high: rooms.high });
  if (found === null || !fitsWords(found)) return null;
  // The upper halves are all zero, and their room is free.
  thread.kernels.extremes(rooms.low, rows, rooms.high);
  const [least = 0, most = 0] = new Uint32Array(thread.buffer, rooms.high, 2);
  return { ...found, least, most };
}

function writeRecords({ thread, rooms }: Encoding, { bytes, start, layout }: Frame, batch: ReferenceBatch): void {
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
