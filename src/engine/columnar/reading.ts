// The work of reading: whole rows of a list in, sealed frames of tokens out. Digests exist only in the batch that is
// being read and in the room where it becomes tokens, which is wiped when the work is done.

import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import { DIGEST_WORDS, TOKEN_WORDS, type Tokeniser } from "../../domain/identifier/token-kernel.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Change } from "../../ports/matcher.ts";
import { BATCH_ROWS, type RowBatch } from "../../wire/list/batch.ts";
import type { ListFault, RowCounts } from "../../wire/list/fault.ts";
import { listReader } from "../../wire/list/reader.ts";
import { type FrameLayout, frameLayout } from "../../wire/segment/frame.ts";
import { columnsOfBatch, type RowShape } from "../../wire/segment/shape.ts";
import { countBuckets, countsBytes } from "./bucket-counting.ts";
import { addFrame, type FrameSink } from "./sealed-file.ts";
import { type FrameEntry, stagedShape } from "./staged-part.ts";
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

const ROOM = {
  key: 0,
  recordKey: 32,
  digests: 64,
  tokens: 64 + BATCH_ROWS * 32,
  offsets: 64 + BATCH_ROWS * 48,
  counts: 128 + BATCH_ROWS * 52,
  frame: 128 + BATCH_ROWS * 52 + COUNTS_BYTES,
} as const;

/** Bytes that each reading thread needs under a schema. */
export function readingScratchBytes({ schema, change }: Pick<ReadingSettings, "schema" | "change">): number {
  const shape = stagedShape({ schema, change });
  return ROOM.frame + frameLayout(shape, BATCH_ROWS, BATCH_ROWS * LIMITS.recordBytes).bytes;
}

export function beginReading(
  thread: Thread,
  settings: ReadingSettings,
): (chunk: Chunk) => { outcome: ReadChunk; transfer: ArrayBuffer[] } {
  const shape = stagedShape(settings);
  const encode = encoder(thread, shape, settings);
  let frames: FrameEntry[] = [];
  let next = 0;
  let linesRead = 0;
  const reader = listReader({
    schema: settings.schema,
    ...(settings.columns === undefined ? {} : { columns: settings.columns }),
    reads: settings.change === "delete" ? "references" : "rows",
    judges: settings.isFirst,
    kernels: thread.module,
    onBatch: (batch) => {
      frames.push(encode(batch, next++));
    },
  });
  const wiped = (read: () => ListFault | null): ListFault | null => {
    try {
      return read();
    } finally {
      new Uint8Array(thread.buffer, thread.scratch + ROOM.digests, BATCH_ROWS * 32).fill(0);
    }
  };
  return ({ bytes, index, isLast }) => {
    next = index * FRAMES_A_CHUNK;
    const fault = wiped(() => reader.push(bytes) ?? (isLast ? reader.end() : null));
    const taken = reader.take();
    const outcome = { frames, ...taken, columns: reader.columns(), fault: within(fault, linesRead), bytes };
    linesRead += taken.lines;
    frames = [];
    return { outcome, transfer: [bytes.buffer] };
  };
}

/** A fault as seen from the start of its chunk. */
function within(fault: ListFault | null, linesBefore: number): ListFault | null {
  return fault?.line === undefined ? fault : { ...fault, line: fault.line - linesBefore };
}

type Encode = (batch: RowBatch, number: number) => FrameEntry;

function encoder(thread: Thread, shape: RowShape, settings: ReadingSettings): Encode {
  const start = thread.scratch + ROOM.frame;
  new Uint8Array(thread.buffer, thread.scratch + ROOM.recordKey, 8).set(settings.recordKey);
  return (batch, number) => {
    const { rows, recordBytesUsed: recordBytes } = batch;
    const layout = frameLayout(shape, rows, recordBytes);
    const frame = { bytes: new Uint8Array(thread.buffer, start, layout.bytes), start, layout, shape };
    for (const kind of shape.kinds.keys()) writeTokens(thread, frame, { batch, kind, settings });
    for (const [kind, at] of layout.present.entries())
      frame.bytes.set(batch.identifiers[kind]?.present.subarray(0, rows) ?? [], at);
    if (layout.present.length > 0) lendTokens(frame, rows);
    writeRecords(thread, frame, batch);
    for (const [column, source] of columnsOfBatch(settings.schema, shape, batch).entries())
      writeColumn(frame, column, source.subarray(0, rows));
    const counts = countBuckets(thread, { start, layout, rows, counts: thread.scratch + ROOM.counts });
    return { spot: addFrame(settings.sink, number, [frame.bytes]), rows, recordBytes, counts };
  };
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

type OneKind = { readonly batch: RowBatch; readonly kind: number; readonly settings: ReadingSettings };

function writeTokens(thread: Thread, { start, layout }: Frame, { batch, kind, settings }: OneKind): void {
  const { rows } = batch;
  const digests = batch.identifiers[kind]?.digests;
  const key = settings.tokenKeys[kind];
  if (digests === undefined || key === undefined) throw new Error("a batch of another schema");
  const at = (offset: number) => thread.scratch + offset;
  const room = new Int32Array(thread.buffer, at(ROOM.digests), rows * DIGEST_WORDS);
  room.set(digests.subarray(0, rows * DIGEST_WORDS));
  const another = settings.tokenisers?.[kind];
  if (another !== undefined) another(room, rows, new Uint32Array(thread.buffer, at(ROOM.tokens), rows * TOKEN_WORDS));
  else {
    new Uint8Array(thread.buffer, at(ROOM.key), 32).set(key);
    thread.kernels.tokens({ digests: at(ROOM.digests), count: rows, key: at(ROOM.key), tokens: at(ROOM.tokens) });
  }
  const keys = start + (layout.keys[kind] ?? 0);
  thread.kernels.splitTokens({ tokens: at(ROOM.tokens), count: rows, keys, rest: start + (layout.rest[kind] ?? 0) });
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

function writeRecords(thread: Thread, frame: Frame, batch: RowBatch): void {
  const { rows, recordLengths, recordBytes, recordBytesUsed } = batch;
  frame.bytes.set(recordBytes.subarray(0, recordBytesUsed), frame.layout.recordBytes);
  frame.bytes.set(recordLengths.subarray(0, rows), frame.layout.lengths);
  const at = (offset: number) => thread.scratch + offset;
  thread.kernels.addUp(frame.start + frame.layout.lengths, rows, at(ROOM.offsets));
  thread.kernels.hashRecords({
    bytes: frame.start + frame.layout.recordBytes,
    offsets: at(ROOM.offsets),
    count: rows,
    key: at(ROOM.recordKey),
    hashes: frame.start + frame.layout.hashes,
  });
}

function writeColumn({ bytes, start, layout, shape }: Frame, column: number, source: ArrayLike<number>): void {
  const at = layout.columns[column] ?? 0;
  const width = shape.columns[column]?.width;
  if (width === 1) bytes.set(source, at);
  else if (width === 2) new Uint16Array(bytes.buffer, start + at, source.length).set(source);
  else new Uint32Array(bytes.buffer, start + at, source.length).set(source);
}
