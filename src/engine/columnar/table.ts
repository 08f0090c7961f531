// The work of making tables: the gathered tokens of a further kind, sorted, with the rows that hold them.

import { orderScratchBytes } from "../../kernels/kernels.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import { addFrame, type FrameSink, type FrameSpot } from "./frame-sink.ts";
import { settleRuns } from "./runs.ts";
import type { Thread } from "./threads/thread.ts";
import { type WordList, wordList } from "./word-list.ts";

/** The tokens of one bucket, their columns in the arena; `rows` are final. */
export type BucketTokens = {
  readonly count: number;
  readonly keys: number;
  readonly rest: number;
  readonly rows: number;
};

export type TablePiece = { readonly number: number; readonly frame: number; readonly buckets: readonly BucketTokens[] };

/** Tokens of the largest piece and of its largest bucket. */
export type TableSize = { readonly tokens: number; readonly bucketTokens: number };

export type TableSettings = { readonly sink: FrameSink; readonly size: TableSize };

export type MadeTable = {
  readonly number: number;
  readonly table: FrameSpot;
  /** Tokens of each bucket. */
  readonly tokens: readonly number[];
  /** Pairs of rows that hold the same token: the one that stands in the table, then another. */
  readonly same: Uint32Array;
};

const sizesOf = ({ tokens, bucketTokens }: TableSize) => ({
  order: bucketTokens * 4,
  scratch: orderScratchBytes(bucketTokens),
  sorted: bucketTokens * 4,
  keys: tokens * 4,
  rest: tokens * 12,
  rows: tokens * 4,
});

/** Bytes that each thread needs. */
export function tableScratchBytes(size: TableSize): number {
  return bumpBytes(Object.values(sizesOf(size)));
}

export function beginTables(
  thread: Thread,
  { sink, size }: TableSettings,
): (piece: TablePiece) => { outcome: MadeTable } {
  const bump = bumpFrom(thread.scratch);
  const sizes = sizesOf(size);
  const rooms: Rooms = {
    order: bump.take(sizes.order),
    scratch: bump.take(sizes.scratch),
    sorted: bump.take(sizes.sorted),
    keys: bump.take(sizes.keys),
    rest: bump.take(sizes.rest),
    rows: bump.take(sizes.rows),
  };
  return ({ number, frame, buckets }) => {
    const same = wordList();
    const tokens: number[] = [];
    let made = 0;
    for (const bucket of buckets) {
      const count = makeBucket(thread, rooms, { bucket, made, same });
      tokens.push(count);
      made += count;
    }
    const bytes = (at: number, length: number) => new Uint8Array(thread.buffer, at, length);
    const pieces = [bytes(rooms.keys, made * 4), bytes(rooms.rest, made * 12), bytes(rooms.rows, made * 4)];
    return { outcome: { number, table: addFrame(sink, frame, pieces), tokens, same: same.words().slice() } };
  };
}

type Rooms = {
  readonly order: number;
  readonly scratch: number;
  readonly sorted: number;
  readonly keys: number;
  readonly rest: number;
  readonly rows: number;
};

type Making = { readonly bucket: BucketTokens; readonly made: number; readonly same: WordList };

function makeBucket({ kernels, buffer }: Thread, rooms: Rooms, { bucket, made, same }: Making): number {
  const { count, keys, rest } = bucket;
  if (count === 0) return 0;
  kernels.order({ keys, count, order: rooms.order, scratch: rooms.scratch });
  kernels.gather({ to: rooms.sorted, from: keys, order: rooms.order, count, width: 4 });
  const order = new Uint32Array(buffer, rooms.order, count);
  const rows = new Uint32Array(buffer, bucket.rows, count);
  const repeated = settleRuns({
    order,
    keys: new Uint32Array(buffer, rooms.sorted, count),
    firstRepeat: (from) => kernels.firstRepeat(rooms.sorted, count, from),
    rest: new Uint32Array(buffer, rest, count * 3),
    compareRows: (left, right) => (rows[left] ?? 0) - (rows[right] ?? 0),
  });
  let next = 0;
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const place = order[at] ?? 0;
    if (repeated[next] === at) {
      same.push(rows[order[kept - 1] ?? 0] ?? 0);
      same.push(rows[place] ?? 0);
      next++;
    } else order[kept++] = place;
  }
  const to = (at: number, width: number) => at + made * width;
  kernels.gather({ to: to(rooms.keys, 4), from: keys, order: rooms.order, count: kept, width: 4 });
  kernels.gather({ to: to(rooms.rest, 12), from: rest, order: rooms.order, count: kept, width: 12 });
  kernels.gather({ to: to(rooms.rows, 4), from: bucket.rows, order: rooms.order, count: kept, width: 4 });
  return kept;
}
