// The work of making sections: the gathered rows of a few buckets, sorted by token, become the frames of a version that
// hold the first kind's tokens, the columns and the record references.

import { orderScratchBytes } from "../../kernels/kernels.ts";
import type { RowShape } from "../../wire/segment/shape.ts";
import { type BucketRows, rowOrder } from "./bucket-rows.ts";
import { type Bump, bumpBytes, bumpFrom } from "./bump.ts";
import { addFrame, type FrameSink, type FrameSpot } from "./frame-sink.ts";
import { digitsOfAll, type NumberForm, packAsNumbers, packRecords } from "./record-text.ts";
import { type CompareRows, settleRuns } from "./runs.ts";
import type { Thread } from "./threads/thread.ts";
import { type WordList, wordList } from "./word-list.ts";

export type SectionPiece = {
  readonly number: number;
  /** The section's first row, where it is known. */
  readonly firstRow: number;
  /** Numbers of the frames for tokens, columns and references. */
  readonly frames: { readonly table: number; readonly columns: number; readonly records: number };
  readonly buckets: readonly BucketRows[];
};

export type SectionSettings = {
  readonly shape: RowShape;
  readonly sink: FrameSink;
  readonly size: SectionSize;
  /** How references are spelt that are numbers; null where they are texts. */
  readonly numbers: NumberForm | null;
};

export type MadeSection = {
  readonly number: number;
  readonly table: FrameSpot;
  readonly columns: FrameSpot | null;
  readonly records: FrameSpot;
  /** Tokens and rows of each bucket, and how many of its rows, the first ones, have the first kind. */
  readonly tokens: readonly number[];
  readonly rows: readonly number[];
  readonly homes: readonly number[];
  /** Rows, counted from the section's first, whose token is that of the row before. */
  readonly repeated: Uint32Array;
};

export type SectionSize = {
  /** Rows of the largest section and of the largest bucket, and bytes of references of the largest section. */
  readonly rows: number;
  readonly bucketRows: number;
  readonly recordBytes: number;
};

const roomsOf = (shape: RowShape, { rows, bucketRows, recordBytes }: SectionSize) => ({
  order: bucketRows * 4,
  scratch: orderScratchBytes(bucketRows),
  sorted: bucketRows * 4,
  keys: rows * 4,
  rest: rows * 12,
  columns: shape.columns.map(({ width }) => rows * width),
  lengths: rows,
  recordBytes,
  low: rows * 4,
  high: rows * 4,
});

/** Bytes that each thread needs. */
export function sectionScratchBytes(shape: RowShape, size: SectionSize): number {
  const { columns, ...others } = roomsOf(shape, size);
  return bumpBytes([...Object.values(others), ...columns]);
}

export type Rooms = {
  readonly order: number;
  readonly scratch: number;
  readonly sorted: number;
  readonly keys: number;
  readonly rest: number;
  readonly columns: readonly number[];
  readonly lengths: number;
  readonly recordBytes: number;
  readonly low: number;
  readonly high: number;
};

/** How far the section is made. */
export type Making = {
  readonly thread: Thread;
  readonly shape: RowShape;
  readonly rooms: Rooms;
  readonly numbers: NumberForm | null;
  readonly firstRow: number;
  tokens: number;
  rows: number;
  recordBytes: number;
  readonly repeated: WordList;
};

export function beginSections(
  thread: Thread,
  { shape, sink, size, numbers }: SectionSettings,
): (piece: SectionPiece) => { outcome: MadeSection } {
  const rooms = sectionRooms(bumpFrom(thread.scratch), shape, size);
  return (piece) => {
    const { firstRow } = piece;
    const none = { tokens: 0, rows: 0, recordBytes: 0, repeated: wordList() };
    const making: Making = { thread, shape, rooms, numbers, firstRow, ...none };
    const made = piece.buckets.map((bucket) => makeBucket(making, bucket));
    const outcome = {
      number: piece.number,
      ...sealSection(making, sink, piece.frames),
      tokens: made.map(({ tokens }) => tokens),
      rows: piece.buckets.map(({ homes, strays }) => homes + strays),
      homes: piece.buckets.map(({ homes }) => homes),
      repeated: making.repeated.words().slice(),
    };
    return { outcome };
  };
}

/** Room for one section at a time. */
export function sectionRooms(bump: Bump, shape: RowShape, size: SectionSize): Rooms {
  const { columns, ...sizes } = roomsOf(shape, size);
  return {
    order: bump.take(sizes.order),
    scratch: bump.take(sizes.scratch),
    sorted: bump.take(sizes.sorted),
    keys: bump.take(sizes.keys),
    rest: bump.take(sizes.rest),
    columns: columns.map((bytes) => bump.take(bytes)),
    lengths: bump.take(sizes.lengths),
    recordBytes: bump.take(sizes.recordBytes),
    low: bump.take(sizes.low),
    high: bump.take(sizes.high),
  };
}

// Homes and strays are ordered one after the other: both are runs of keys that share their first byte.
export function makeBucket(making: Making, bucket: BucketRows): { tokens: number } {
  const { thread, rooms } = making;
  const { homes, strays } = bucket;
  const rows = homes + strays;
  const compareRows = rowOrder(making, bucket);
  const repeated = orderRows(making, bucket, { from: 0, count: homes, compareRows });
  orderRows(making, bucket, { from: homes, count: strays, compareRows });
  const order = new Uint32Array(thread.buffer, rooms.order, rows);
  writeRows(making, bucket, rows);
  if (bucket.finals > 0) {
    const finals = new Uint32Array(thread.buffer, bucket.finals, rows);
    for (let row = 0; row < rows; row++) finals[order[row] ?? 0] = making.firstRow + making.rows + row;
  }
  for (const at of repeated) making.repeated.push(making.rows + at);
  closeUp(order, repeated);
  const tokens = homes - repeated.length;
  writeTokens(making, bucket, tokens);
  making.tokens += tokens;
  making.rows += rows;
  making.recordBytes += bucket.recordBytesLength;
  return { tokens };
}

type Span = { readonly from: number; readonly count: number; readonly compareRows: CompareRows };

/** Orders places `from` on, and answers where among them tokens are repeated. */
function orderRows({ thread, rooms }: Making, bucket: BucketRows, { from, count, compareRows }: Span): Uint32Array {
  if (count === 0) return new Uint32Array(0);
  const keys = bucket.keys + from * 4;
  const at = rooms.order + from * 4;
  thread.kernels.order({ keys, count, order: at, scratch: rooms.scratch });
  thread.kernels.gather({ to: rooms.sorted, from: keys, order: at, count, width: 4 });
  const order = new Uint32Array(thread.buffer, at, count);
  const repeated = settleRuns({
    order,
    keys: new Uint32Array(thread.buffer, rooms.sorted, count),
    firstRepeat: (from) => thread.kernels.firstRepeat(rooms.sorted, count, from),
    rest: new Uint32Array(thread.buffer, bucket.rest + from * 12, count * 3),
    compareRows: from === 0 ? compareRows : (left, right) => compareRows(left + from, right + from),
  });
  if (from > 0) for (let place = 0; place < count; place++) order[place] = (order[place] ?? 0) + from;
  return repeated;
}

function writeRows({ thread, rooms, shape, numbers, ...made }: Making, bucket: BucketRows, rows: number): void {
  const { kernels } = thread;
  const { order } = rooms;
  for (const [index, { width }] of shape.columns.entries()) {
    const to = (rooms.columns[index] ?? 0) + made.rows * width;
    kernels.gather({ to, from: bucket.columns[index] ?? 0, order, count: rows, width });
  }
  if (numbers !== null) {
    kernels.gather({ to: rooms.low + made.rows * 4, from: bucket.numbers, order, count: rows, width: 4 });
    return;
  }
  kernels.gather({ to: rooms.lengths + made.rows, from: bucket.lengths, order, count: rows, width: 1 });
  kernels.gatherTexts({
    to: rooms.recordBytes + made.recordBytes,
    from: bucket.recordBytes,
    lengths: bucket.lengths,
    order,
    count: rows,
    offsets: rooms.scratch,
  });
}

function writeTokens({ thread, rooms, tokens }: Making, { keys, rest }: BucketRows, count: number): void {
  const { order } = rooms;
  thread.kernels.gather({ to: rooms.keys + tokens * 4, from: keys, order, count, width: 4 });
  thread.kernels.gather({ to: rooms.rest + tokens * 12, from: rest, order, count, width: 12 });
}

/** Drops the elements at ascending places. */
function closeUp(order: Uint32Array, places: Uint32Array): void {
  const [first] = places;
  if (first === undefined) return;
  let next = 0;
  let kept = first;
  for (let at = first; at < order.length; at++) {
    if (places[next] === at) next++;
    else order[kept++] = order[at] ?? 0;
  }
}

type FrameNumbers = SectionPiece["frames"];

export function sealSection(making: Making, sink: FrameSink, frames: FrameNumbers) {
  const { thread, rooms, shape, rows, tokens } = making;
  const bytes = (at: number, length: number) => new Uint8Array(thread.buffer, at, length);
  const columns = shape.columns.map(({ width }, index) => bytes(rooms.columns[index] ?? 0, rows * width));
  return {
    table: addFrame(sink, frames.table, [bytes(rooms.keys, tokens * 4), bytes(rooms.rest, tokens * 12)]),
    columns: columns.length === 0 ? null : addFrame(sink, frames.columns, columns),
    records: addFrame(sink, frames.records, referencesOf(making)),
  };
}

/** The same bytes, whether the references came as numbers or as texts. */
function referencesOf({ thread, rooms, numbers, rows, recordBytes }: Making): Uint8Array[] {
  const { lengths, low, high } = rooms;
  if (numbers === null || rows === 0)
    return packRecords(thread, { count: rows, lengths, bytes: rooms.recordBytes, byteLength: recordBytes, low, high });
  const words = new Uint32Array(thread.buffer, low, rows);
  return packAsNumbers({
    prefix: numbers.prefix,
    fixed: numbers.fixed || digitsOfAll(words, null),
    low: words,
    high: null,
  });
}
