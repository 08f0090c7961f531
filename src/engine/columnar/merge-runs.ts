// Merging by runs: a section whose rows stand in the order of their tokens takes new rows in where theirs belong, and
// what stays is copied in runs. For sections of a list in which every row has the first kind, no token is held twice,
// and references are numbers: the ordinary case. Whatever else befalls a section, it is made anew from its rows.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { BucketRows } from "./bucket-rows.ts";
import type { EarlierBucket } from "./merge-piece.ts";
import { numberReader, type Parts } from "./numbered-records.ts";
import type { NumberForm } from "./record-text.ts";
import type { Thread } from "./threads/thread.ts";

/** Rows of one bucket that come, in order, and before which row of the section each belongs. */
type Incoming = { readonly rows: BucketRows; readonly order: readonly number[]; readonly before: readonly number[] };

/** Which row stands where in the section that is made. */
export type RunMerge = {
  readonly count: number;
  /** Of rows that stay, three words a run: its first row, the row that this becomes, and how many there are. */
  readonly runs: Uint32Array;
  /** Rows of each bucket. */
  readonly bucketRows: readonly number[];
  /** By bucket: the rows that came, and which row each of them becomes, as they were given and in their order. */
  readonly added: readonly Added[];
};

export type Added = {
  readonly rows: BucketRows;
  /** In their order, by the places that they were given in. */
  readonly order: readonly number[];
  readonly finals: Uint32Array;
  /** Their references as numbers under the section's form, in their order. */
  readonly low: readonly number[];
  readonly high: readonly number[];
};

/** Room for a bucket's order and what its sort needs. */
type SortingRooms = { readonly order: number; readonly scratch: number; readonly sorted: number };

export type Merging = {
  readonly thread: Pick<Thread, "buffer" | "kernels">;
  /** The section's tokens. */
  readonly keys: Uint32Array;
  readonly rest: Uint32Array;
  readonly form: NumberForm;
  readonly buckets: readonly EarlierBucket[];
  /** Rows that go, ascending. */
  readonly dropped: readonly number[];
  readonly added: readonly BucketRows[] | null;
  readonly rooms: SortingRooms;
  /** Where runs of rows that stay are written, of which there are no more than rows. */
  readonly runs: Uint32Array;
};

/** Merges a section, or answers null where it is not an ordinary one. O(rows) time. */
export function mergeRuns(merging: Merging): RunMerge | null {
  const incoming: Incoming[] = [];
  for (const [index, bucket] of merging.buckets.entries()) {
    const rows = merging.added?.[index];
    if (rows === undefined || rows.homes + rows.strays === 0) continue;
    const found = rows.strays > 0 ? null : placesOf(merging, bucket, rows);
    if (found === null) return null;
    incoming.push(found);
  }
  const added: Added[] = [];
  for (const { rows, order } of incoming) {
    const numbers = numbersOf(merging, rows, order);
    if (numbers === null) return null;
    added.push({ rows, order, finals: new Uint32Array(order.length), ...numbers });
  }
  return { added, ...writeRuns(merging, incoming, added), bucketRows: bucketRowsOf(merging) };
}

/** Where rows that come belong; null where one of them has the token of another, or of a row that stays. */
function placesOf(merging: Merging, bucket: EarlierBucket, rows: BucketRows): Incoming | null {
  const { thread, dropped } = merging;
  const count = rows.homes;
  const keys = new Uint32Array(thread.buffer, rows.keys, count);
  const rest = new Uint32Array(thread.buffer, rows.rest, count * 3);
  const order = orderOf(merging, rows, rest);
  const before: number[] = [];
  let low = bucket.firstRow;
  let key = keys[order[0] ?? 0] ?? 0;
  const end = bucket.firstRow + bucket.homes;
  // Tokens are uniform, so that rows between two keys are as many as these are apart.
  const rowsAKey = bucket.homes / KEYS_A_BUCKET;
  for (const [index, place] of order.entries()) {
    const guess = low + Math.floor(((keys[place] ?? 0) - key) * rowsAKey);
    key = keys[place] ?? 0;
    low = lowerBoundNear(merging.keys, key, { guess: Math.min(guess, end), from: low, to: end });
    let at = low;
    let order96 = 1;
    for (; at < end && merging.keys[at] === key; at++) {
      order96 = compareRest(merging.rest, at, { rest, at: place });
      if (order96 >= 0) break;
    }
    const isSame = at < end && merging.keys[at] === key && order96 === 0;
    // Who takes a row's place mostly brings the token that it had.
    const isHeld = isSame && dropped[lowerBound(dropped, at, [0, dropped.length])] !== at;
    const next = order[index + 1];
    const isTwice = next !== undefined && keys[next] === key && compareRest(rest, next, { rest, at: place }) === 0;
    if (isHeld || isTwice) return null;
    before.push(at);
  }
  return { rows, order, before };
}

/** The places of a bucket's rows in the order of their tokens. */
function orderOf({ thread, rooms }: Merging, { keys, homes: count }: BucketRows, rest: Uint32Array): number[] {
  const { kernels, buffer } = thread;
  kernels.order({ keys, count, order: rooms.order, scratch: rooms.scratch });
  kernels.gather({ to: rooms.sorted, from: keys, order: rooms.order, count, width: 4 });
  const order = Array.from(new Uint32Array(buffer, rooms.order, count));
  if (kernels.firstRepeat(rooms.sorted, count, 1) === count) return order;
  const words = new Uint32Array(buffer, keys, count);
  return order.sort((a, b) => (words[a] ?? 0) - (words[b] ?? 0) || compareRest(rest, a, { rest, at: b }));
}

type Rest = { readonly rest: Uint32Array; readonly at: number };

function compareRest(left: Uint32Array, i: number, right: Rest): number {
  const a = i * 3;
  const b = right.at * 3;
  return (
    (left[a] ?? 0) - (right.rest[b] ?? 0) ||
    (left[a + 1] ?? 0) - (right.rest[b + 1] ?? 0) ||
    (left[a + 2] ?? 0) - (right.rest[b + 2] ?? 0)
  );
}

const KEYS_A_BUCKET = 2 ** 32 / BUCKETS;

type Guess = { readonly guess: number; readonly from: number; readonly to: number };

/** As `lowerBound`, in steps that double on either side of a guess between `from` and `to`. */
function lowerBoundNear(keys: Uint32Array, key: number, { guess, from, to }: Guess): number {
  let [low, high] = [guess, guess];
  for (let step = 1; low > from && (keys[low - 1] ?? 0) >= key; step *= 2) {
    high = low;
    low = Math.max(from, low - step);
  }
  for (let step = 1; high < to && (keys[high] ?? 0) < key; step *= 2) {
    low = high + 1;
    high = Math.min(to, high + step);
  }
  return lowerBound(keys, key, [low, high]);
}

function lowerBound(keys: ArrayLike<number>, key: number, [from, to]: readonly [number, number]): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** References of rows that come, in their order, as numbers under the section's form; null where one has another. */
function numbersOf({ thread, form }: Merging, rows: BucketRows, order: readonly number[]): Numbers | null {
  const numbers: Numbers = { low: [], high: [] };
  const parts: Parts = { low: 0, high: 0 };
  const lengths = new Uint8Array(thread.buffer, rows.lengths, rows.homes);
  const bytes = new Uint8Array(thread.buffer, rows.recordBytes, rows.recordBytesLength);
  const read = numberReader(form, { starts: startsIn(lengths), lengths, bytes });
  for (const place of order) {
    if (!read(place, parts)) return null;
    numbers.low.push(parts.low);
    numbers.high.push(parts.high);
  }
  return numbers;
}

function startsIn(lengths: Uint8Array): Uint32Array {
  const starts = new Uint32Array(lengths.length);
  for (let at = 1; at < starts.length; at++) starts[at] = (starts[at - 1] ?? 0) + (lengths[at - 1] ?? 0);
  return starts;
}

type Numbers = { readonly low: number[]; readonly high: number[] };

function writeRuns(
  { keys, dropped, runs }: Merging,
  incoming: readonly Incoming[],
  added: readonly Added[],
): Pick<RunMerge, "count" | "runs"> {
  let [from, at, gone, next] = [0, 0, 0, 0];
  const goTo = (end: number) => {
    while (from < end) {
      const stop = Math.min(end, dropped[gone] ?? end);
      if (stop > from) {
        runs[next++] = from;
        runs[next++] = at;
        runs[next++] = stop - from;
      }
      at += stop - from;
      from = stop;
      if (dropped[gone] !== from) continue;
      gone++;
      from++;
    }
  };
  for (const [index, { order, before }] of incoming.entries()) {
    const finals = added[index]?.finals ?? new Uint32Array(order.length);
    for (const [turn, place] of order.entries()) {
      goTo(before[turn] ?? 0);
      finals[place] = at++;
    }
  }
  goTo(keys.length);
  return { count: at, runs: runs.subarray(0, next) };
}

/** How many rows each bucket has now. */
function bucketRowsOf({ buckets, dropped, added }: Merging): number[] {
  let gone = 0;
  return buckets.map(({ firstRow, homes }, index) => {
    const from = gone;
    while ((dropped[gone] ?? Number.POSITIVE_INFINITY) < firstRow + homes) gone++;
    return homes - (gone - from) + (added?.[index]?.homes ?? 0);
  });
}
