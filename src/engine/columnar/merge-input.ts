// The rows of a bucket that is made anew: those of the earlier version that stay, and those that come, beside each
// other; and which row of the new section each of them became.

import type { RowShape } from "../../wire/segment/shape.ts";
import type { BucketRows } from "./bucket-rows.ts";
import type { LentTokens } from "./lent-tokens.ts";
import type { EarlierBucket, MergePiece } from "./merge-piece.ts";
import type { EarlierRooms, InputRooms } from "./merge-rooms.ts";
import { NOWHERE } from "./placing.ts";
import type { Thread } from "./threads/thread.ts";

export type MergingRooms = {
  readonly thread: Thread;
  readonly shape: RowShape;
  readonly base: EarlierRooms;
  readonly input: InputRooms;
};
type Bucket = {
  readonly piece: MergePiece;
  readonly lent: LentTokens;
  readonly bucket: EarlierBucket;
  readonly kept: Uint8Array;
  readonly added: BucketRows | undefined;
};

/** The rows of a bucket as they are put in order, and from which row of the section each of the earlier ones comes. */
type MergedInput = {
  readonly rows: BucketRows;
  readonly bucket: EarlierBucket;
  readonly origins: readonly [number[], number[]];
};

/** Puts the rows of a bucket that stay and those that come beside each other: homes first, strays behind them. */
export function mergeInput(rooms: MergingRooms, { piece, lent, bucket, kept, added }: Bucket): MergedInput {
  const homes = origins(bucket.firstRow, bucket.homes, kept);
  const strays = origins(bucket.firstRow + bucket.homes, bucket.strays, kept);
  const cursor = { row: 0, byte: 0 };
  const home = { count: added?.homes ?? 0, first: 0, firstByte: 0 };
  const stray = {
    count: added?.strays ?? 0,
    first: home.count,
    firstByte: bytesOfFirst(rooms.thread, added, home.count),
  };
  takeBase(rooms, cursor, { piece, bucket, rows: homes, lent: null });
  takeAdded(rooms, cursor, { added, span: home });
  takeBase(rooms, cursor, { piece, bucket, rows: strays, lent });
  takeAdded(rooms, cursor, { added, span: stray });
  const { input } = rooms;
  return {
    bucket,
    origins: [homes, strays],
    rows: {
      homes: homes.length + home.count,
      strays: strays.length + stray.count,
      keys: input.keys,
      rest: input.rest,
      columns: input.columns,
      numbers: 0,
      lengths: input.lengths,
      recordBytes: input.recordBytes,
      recordBytesLength: cursor.byte,
      finals: input.finals,
    },
  };
}

function origins(from: number, count: number, kept: Uint8Array): number[] {
  const rows: number[] = [];
  for (let row = from; row < from + count; row++) if (kept[row] === 1) rows.push(row);
  return rows;
}

function bytesOfFirst({ buffer }: Thread, added: BucketRows | undefined, rows: number): number {
  if (added === undefined) return 0;
  return new Uint8Array(buffer, added.lengths, rows).reduce((sum, length) => sum + length, 0);
}

type Cursor = { row: number; byte: number };
type Base = {
  readonly piece: MergePiece;
  readonly bucket: EarlierBucket;
  readonly rows: readonly number[];
  /** The tokens of strays; null for homes, whose own lie in the section's table. */
  readonly lent: LentTokens | null;
};

function takeBase(
  { thread, shape, base, input }: MergingRooms,
  cursor: Cursor,
  { piece, bucket, rows, lent }: Base,
): void {
  const { kernels, buffer } = thread;
  const count = rows.length;
  const order = new Uint32Array(buffer, base.order, count);
  order.set(rows);
  if (lent === null) {
    new Uint32Array(buffer, base.tokenOrder, count).set(tokenPlaces(piece, bucket, rows));
    const tokens = { order: base.tokenOrder, count };
    kernels.gather({ to: input.keys + cursor.row * 4, from: base.table, width: 4, ...tokens });
    const rest = base.table + piece.base.tokens * 4;
    kernels.gather({ to: input.rest + cursor.row * 12, from: rest, width: 12, ...tokens });
  } else {
    const keys = new Uint32Array(buffer, input.keys + cursor.row * 4, count);
    const rest = new Uint32Array(buffer, input.rest + cursor.row * 12, count * 3);
    for (const [place, row] of rows.entries()) {
      keys[place] = lent.keys[row] ?? 0;
      rest.set(lent.rest.subarray(row * 3, row * 3 + 3), place * 3);
    }
  }
  let from = base.columns;
  for (const [index, { width }] of shape.columns.entries()) {
    const to = (input.columns[index] ?? 0) + cursor.row * width;
    kernels.gather({ to, from, order: base.order, count, width });
    from += piece.base.rows * width;
  }
  kernels.gather({ to: input.lengths + cursor.row, from: base.lengths, order: base.order, count, width: 1 });
  const offsets = new Uint32Array(buffer, base.offsets, piece.base.rows + 1);
  const bytes = new Uint8Array(buffer);
  for (const row of rows) {
    const start = base.texts + (offsets[row] ?? 0);
    const end = base.texts + (offsets[row + 1] ?? 0);
    bytes.copyWithin(input.recordBytes + cursor.byte, start, end);
    cursor.byte += end - start;
  }
  cursor.row += count;
}

/** Where in the section's table the tokens of rows stand: rows with the token of the row before share its place. */
function tokenPlaces({ base }: MergePiece, bucket: EarlierBucket, rows: readonly number[]): number[] {
  const repeated = base.repeated;
  let next = 0;
  while ((repeated[next] ?? Number.POSITIVE_INFINITY) < bucket.firstRow) next++;
  let repeats = 0;
  return rows.map((row) => {
    for (; (repeated[next] ?? Number.POSITIVE_INFINITY) <= row; next++) repeats++;
    return bucket.firstToken + row - bucket.firstRow - repeats;
  });
}

type Added = {
  readonly added: BucketRows | undefined;
  readonly span: { readonly count: number; readonly first: number; readonly firstByte: number };
};

function takeAdded({ thread, shape, input }: MergingRooms, cursor: Cursor, { added, span }: Added): void {
  if (added === undefined || span.count === 0) return;
  const bytes = new Uint8Array(thread.buffer);
  const copy = (to: number, from: number, width: number) => {
    const start = from + span.first * width;
    bytes.copyWithin(to + cursor.row * width, start, start + span.count * width);
  };
  copy(input.keys, added.keys, 4);
  copy(input.rest, added.rest, 12);
  for (const [index, { width }] of shape.columns.entries())
    copy(input.columns[index] ?? 0, added.columns[index] ?? 0, width);
  copy(input.lengths, added.lengths, 1);
  const length = new Uint8Array(thread.buffer, added.lengths + span.first, span.count).reduce(
    (sum, one) => sum + one,
    0,
  );
  const start = added.recordBytes + span.firstByte;
  bytes.copyWithin(input.recordBytes + cursor.byte, start, start + length);
  cursor.byte += length;
  cursor.row += span.count;
}

type Told = { readonly merged: MergedInput; readonly piece: MergePiece; readonly added: BucketRows | undefined };

/** Tells which row of the new section each row becomes, those that came and those that stayed. */
export function tellFinals({ buffer }: Thread, input: InputRooms, { merged, piece, added }: Told): void {
  const { bucket, rows } = merged;
  const finals = new Uint32Array(buffer, input.finals, rows.homes + rows.strays);
  const ours = new Uint32Array(buffer, piece.base.finals, piece.base.finals === 0 ? 0 : piece.base.rows);
  const theirs = new Uint32Array(
    buffer,
    added?.finals ?? 0,
    (added?.finals ?? 0) === 0 ? 0 : (added?.homes ?? 0) + (added?.strays ?? 0),
  );
  if (ours.length > 0) ours.fill(NOWHERE, bucket.firstRow, bucket.firstRow + bucket.homes + bucket.strays);
  let at = 0;
  for (const [index, origin] of merged.origins.entries()) {
    for (const row of origin) {
      if (ours.length > 0) ours[row] = finals[at] ?? 0;
      at++;
    }
    const count = (index === 0 ? added?.homes : added?.strays) ?? 0;
    const first = index === 0 ? 0 : (added?.homes ?? 0);
    for (let one = 0; one < count; one++, at++) if (theirs.length > 0) theirs[first + one] = finals[at] ?? 0;
  }
}
