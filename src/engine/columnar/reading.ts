// The work of reading: whole rows of a list in, sealed frames of tokens out. Digests exist only in the batch that is
// being read and in the room where it becomes tokens, which is wiped when the work is done.

import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import { TOKEN_WORDS, type Tokeniser } from "../../domain/identifier/token-kernel.ts";
import type { Change } from "../../ports/matcher.ts";
import type { RowBatch } from "../../wire/list/batch.ts";
import type { ListFault, RowCounts } from "../../wire/list/fault.ts";
import { allocateFrom, readerBytes } from "../../wire/list/ordinary-rows.ts";
import { listReader } from "../../wire/list/reader.ts";
import { columnsOfBatch, type RowShape } from "../../wire/segment/shape.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import type { FrameSink } from "./frame-sink.ts";
import { frameWriter, type WrittenRows, writingBytes } from "./frame-writing.ts";
import { hashAgain, PADDED_BYTES } from "./hashing-again.ts";
import { type FrameEntry, stagedShape } from "./staged-part.ts";
import type { Thread } from "./threads/thread.ts";

export type ReadingSettings = {
  readonly schema: DatasetSchema;
  readonly change: Change;
  /** The list's columns in file order; absent for the reading that begins with them. */
  readonly columns?: readonly string[];
  /** Whether this reading sees the start of a part. */
  readonly isFirst: boolean;
  /** Per kind of the schema, the key of digests and of each link; 32 bytes; Secret. */
  readonly tokenKeys: readonly (readonly Uint8Array[])[];
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

type Sized = Pick<ReadingSettings, "schema" | "change" | "tokenKeys">;

/** Rooms of a reading, which begin at multiples of 64; that of padded tokens where there are links. */
const sizesOf = (settings: Sized) => ({
  key: 32,
  padded: settings.tokenKeys.some(({ length }) => length > 1) ? PADDED_BYTES : 0,
  writer: writingBytes(stagedShape(settings)),
});

/** Bytes that each reading thread needs under a schema. */
export function readingScratchBytes(settings: Sized): number {
  return bumpBytes([...Object.values(sizesOf(settings)), readerBytes(settings.schema)]);
}

/** Offsets of the rooms. */
type Rooms = {
  readonly key: number;
  readonly padded: number;
  readonly writer: number;
  readonly reader: number;
};

function roomsAt(start: number, settings: Sized): Rooms {
  const bump = bumpFrom(start);
  const sizes = sizesOf(settings);
  return {
    key: bump.take(sizes.key),
    padded: bump.take(sizes.padded),
    writer: bump.take(sizes.writer),
    reader: bump.take(0),
  };
}

export function beginReading(
  thread: Thread,
  settings: ReadingSettings,
): (chunk: Chunk) => { outcome: ReadChunk; transfer: ArrayBuffer[] } {
  const shape = stagedShape(settings);
  const rooms = roomsAt(thread.scratch, settings);
  const writer = frameWriter(thread, rooms.writer, { ...settings, shape });
  const encoding = { thread, rooms, shape, settings };
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
      frames.push(writer.rows(writtenRows(encoding, batch), next++));
    },
    ...(settings.change === "upsert" ? { onBlanks: (batch) => void frames.push(writer.blanks(batch, next++)) } : {}),
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

type Encoding = {
  readonly thread: Thread;
  readonly rooms: Rooms;
  readonly shape: RowShape;
  readonly settings: ReadingSettings;
};

function writtenRows(encoding: Encoding, batch: RowBatch): WrittenRows {
  const { shape, settings } = encoding;
  return {
    ...batch,
    present: batch.identifiers.map(({ present }) => present),
    columns: columnsOfBatch(settings.schema, shape, batch).map((column) => column.subarray(0, batch.rows)),
    mayBeNumbers: settings.change === "replace",
    makeTokens: (kind, to) => makeTokens(encoding, { batch, kind, to }),
  };
}

type OneKind = { readonly batch: RowBatch; readonly kind: number; readonly to: number };

function makeTokens({ thread, rooms, settings }: Encoding, { batch, kind, to }: OneKind): void {
  const { rows: count } = batch;
  const digests = batch.identifiers[kind]?.digests;
  const [key, ...links] = settings.tokenKeys[kind] ?? [];
  if (digests === undefined || key === undefined) throw new Error("a batch of another schema");
  const { buffer, kernels } = thread;
  const another = settings.tokenisers?.[kind];
  if (another !== undefined) {
    another(digests, count, new Uint32Array(buffer, to, count * TOKEN_WORDS));
    return;
  }
  new Uint8Array(buffer, rooms.key, 32).set(key);
  kernels.tokens({ digests: digests.byteOffset, count, key: rooms.key, tokens: to });
  hashAgain(thread, links, { tokens: to, count, key: rooms.key, padded: rooms.padded });
}
