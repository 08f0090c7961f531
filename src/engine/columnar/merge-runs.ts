// Merging by runs: a section whose rows stand in the order of their tokens takes new rows in where theirs belong, and
// copies what stays in runs. For sections of a list in which every row has the first kind, no token is held twice, and
// references are numbers: the ordinary case. Whatever else befalls a section, it is made anew from its rows.

import type { RowShape } from "../../wire/segment/shape.ts";
import type { BucketRows } from "./bucket-rows.ts";
import type { EarlierBucket } from "./merge-piece.ts";
import { type Parts, readUnder } from "./numbered-records.ts";
import type { PackedNumbers } from "./record-text.ts";
import { sumOf } from "./sums.ts";

/** A section's columns. */
export type SectionColumns = {
  readonly keys: Uint32Array;
  readonly rest: Uint32Array;
  readonly columns: readonly Uint8Array[];
  readonly records: PackedNumbers;
};

/** Rows of one bucket that come, in order, and before which row of the section each belongs. */
type Incoming = { readonly rows: BucketRows; readonly order: readonly number[]; readonly before: readonly number[] };

export type RunMerge = SectionColumns & {
  /** Rows of each bucket. */
  readonly bucketRows: readonly number[];
  /** Per bucket: which row each row that came becomes, in the order in which they were given. */
  readonly added: readonly Uint32Array[];
  /** Rows that stay, in runs: the first, the one behind the last, and which row the first becomes. */
  readonly runs: readonly (readonly [from: number, to: number, at: number])[];
};

type Merging = {
  readonly buffer: SharedArrayBuffer;
  readonly shape: RowShape;
  readonly section: SectionColumns;
  readonly buckets: readonly EarlierBucket[];
  /** Rows that go, ascending. */
  readonly dropped: readonly number[];
  readonly added: readonly BucketRows[] | null;
  /** Memory for so many bytes that the section is made in; it is used again for the next. */
  readonly memory: (bytes: number) => ArrayBuffer;
};

/** Merges a section, or answers null where it is not an ordinary one. O(rows) time, in copies of whole runs. */
export function mergeRuns(merging: Merging): RunMerge | null {
  const incoming: Incoming[] = [];
  for (const [index, bucket] of merging.buckets.entries()) {
    const rows = merging.added?.[index];
    if (rows === undefined || rows.homes + rows.strays === 0) continue;
    const found = rows.strays > 0 ? null : placesOf(merging, bucket, rows);
    if (found === null) return null;
    incoming.push(found);
  }
  const records = numbersOf(merging, incoming);
  return records === null ? null : copyRuns(merging, incoming, records);
}

/** Where rows that come belong; null where one of them has the token of another, or of a row that stays. */
function placesOf({ buffer, section, dropped }: Merging, bucket: EarlierBucket, rows: BucketRows): Incoming | null {
  const count = rows.homes;
  const keys = new Uint32Array(buffer, rows.keys, count);
  const rest = new Uint32Array(buffer, rows.rest, count * 3);
  const order = Array.from({ length: count }, (_, place) => place);
  order.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || compareRest(rest, a, { rest, at: b }));
  const before: number[] = [];
  let low = bucket.firstRow;
  const end = bucket.firstRow + bucket.homes;
  for (const [index, place] of order.entries()) {
    low = lowerBound(section.keys, keys[place] ?? 0, [low, end]);
    let at = low;
    let order96 = 1;
    for (; at < end && section.keys[at] === keys[place]; at++) {
      order96 = compareRest(section.rest, at, { rest, at: place });
      if (order96 >= 0) break;
    }
    const isSame = at < end && section.keys[at] === keys[place] && order96 === 0;
    // Who takes a row's place mostly brings the token that it had.
    const isHeld = isSame && dropped[lowerBound(dropped, at, [0, dropped.length])] !== at;
    const next = order[index + 1];
    const isTwice =
      next !== undefined && keys[next] === keys[place] && compareRest(rest, next, { rest, at: place }) === 0;
    if (isHeld || isTwice) return null;
    before.push(at);
  }
  return { rows, order, before };
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

function lowerBound(keys: ArrayLike<number>, key: number, [from, to]: readonly [number, number]): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Numbers = { readonly low: readonly number[]; readonly high: readonly number[] };

/** References of rows that come, in their order, as numbers under the section's form; null where one has another. */
function numbersOf({ buffer, section }: Merging, incoming: readonly Incoming[]): Numbers | null {
  const low: number[] = [];
  const high: number[] = [];
  const parts: Parts = { low: 0, high: 0 };
  for (const { rows, order } of incoming) {
    const lengths = new Uint8Array(buffer, rows.lengths, rows.homes);
    const bytes = new Uint8Array(buffer, rows.recordBytes, rows.recordBytesLength);
    const starts: number[] = [];
    let end = 0;
    for (const length of lengths) {
      starts.push(end);
      end += length;
    }
    for (const place of order) {
      const start = starts[place] ?? 0;
      if (!readUnder(section.records, bytes.subarray(start, start + (lengths[place] ?? 0)), parts)) return null;
      low.push(parts.low);
      high.push(parts.high);
    }
  }
  return { low, high };
}

function copyRuns(merging: Merging, incoming: readonly Incoming[], numbers: Numbers): RunMerge {
  const { section, shape, buckets, dropped } = merging;
  const count = section.keys.length - dropped.length + numbers.low.length;
  const hasHigh = section.records.high !== null || numbers.high.some((high) => high > 0);
  const to = emptySection(merging, count, hasHigh);
  const runs: (readonly [number, number, number])[] = [];
  const added = incoming.map(({ order }) => new Uint32Array(order.length));
  let [from, at, gone, taken] = [0, 0, 0, 0];
  const copyTo = (end: number) => {
    while (from < end) {
      const stop = Math.min(end, dropped[gone] ?? end);
      if (stop > from) {
        copyRun(section, to, { shape, from, end: stop, at });
        runs.push([from, stop, at]);
        at += stop - from;
      }
      from = stop;
      if (dropped[gone] === from) {
        gone++;
        from++;
      }
    }
  };
  for (const [index, { rows, order, before }] of incoming.entries()) {
    const source = sourceOf(merging, rows);
    for (const [turn, place] of order.entries()) {
      copyTo(before[turn] ?? 0);
      putRow(shape, to, { source, place, at });
      to.records.low[at] = numbers.low[taken] ?? 0;
      if (to.records.high !== null) to.records.high[at] = numbers.high[taken] ?? 0;
      taken++;
      const finals = added[index];
      if (finals !== undefined) finals[place] = at;
      at++;
    }
  }
  copyTo(section.keys.length);
  return { ...to, runs, ...byBucket(merging, { incoming, added, buckets }) };
}

/** Columns of so many rows, full of whatever was there. */
function emptySection({ section, shape, memory }: Merging, count: number, hasHigh: boolean): SectionColumns {
  const widths = shape.columns.map(({ width }) => width);
  const buffer = memory(sumOf(widths.map((width) => roundedUp(count * width))) + 6 * roundedUp(count * 4));
  let next = 0;
  const take = (bytes: number) => {
    const from = next;
    next += roundedUp(bytes);
    return from;
  };
  const words = (each: number) => new Uint32Array(buffer, take(count * 4 * each), count * each);
  return {
    keys: words(1),
    rest: words(3),
    records: { ...section.records, low: words(1), high: hasHigh ? words(1) : null },
    columns: widths.map((width) => new Uint8Array(buffer, take(count * width), count * width)),
  };
}

function roundedUp(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

type Run = { readonly shape: RowShape; readonly from: number; readonly end: number; readonly at: number };

function copyRun(section: SectionColumns, to: SectionColumns, { shape, from, end, at }: Run): void {
  to.keys.set(section.keys.subarray(from, end), at);
  to.rest.set(section.rest.subarray(from * 3, end * 3), at * 3);
  for (const [index, { width }] of shape.columns.entries()) {
    const column = section.columns[index];
    if (column !== undefined) to.columns[index]?.set(column.subarray(from * width, end * width), at * width);
  }
  to.records.low.set(section.records.low.subarray(from, end), at);
  if (section.records.high !== null) to.records.high?.set(section.records.high.subarray(from, end), at);
}

/** The columns of rows that come. */
type Source = { readonly keys: Uint32Array; readonly rest: Uint32Array; readonly columns: readonly Uint8Array[] };

function sourceOf({ buffer, shape }: Merging, { homes, keys, rest, columns }: BucketRows): Source {
  return {
    keys: new Uint32Array(buffer, keys, homes),
    rest: new Uint32Array(buffer, rest, homes * 3),
    columns: shape.columns.map(({ width }, index) => new Uint8Array(buffer, columns[index] ?? 0, homes * width)),
  };
}

type OneRow = { readonly source: Source; readonly place: number; readonly at: number };

// HOT: once a row that comes.
function putRow(shape: RowShape, to: SectionColumns, { source, place, at }: OneRow): void {
  to.keys[at] = source.keys[place] ?? 0;
  for (let word = 0; word < 3; word++) to.rest[at * 3 + word] = source.rest[place * 3 + word] ?? 0;
  for (let index = 0; index < shape.columns.length; index++) {
    const width = shape.columns[index]?.width ?? 0;
    const from = source.columns[index];
    const column = to.columns[index];
    if (from === undefined || column === undefined) continue;
    for (let byte = 0; byte < width; byte++) column[at * width + byte] = from[place * width + byte] ?? 0;
  }
}

type ByBucket = {
  readonly incoming: readonly Incoming[];
  readonly added: readonly Uint32Array[];
  readonly buckets: readonly EarlierBucket[];
};

/** How many rows each bucket has now, and which row those that came to it became. */
function byBucket(merging: Merging, { incoming, added, buckets }: ByBucket) {
  let gone = 0;
  const bucketRows = buckets.map(({ firstRow, homes }, index) => {
    const from = gone;
    while ((merging.dropped[gone] ?? Number.POSITIVE_INFINITY) < firstRow + homes) gone++;
    return homes - (gone - from) + (merging.added?.[index]?.homes ?? 0);
  });
  const none = new Uint32Array(0);
  const addedByBucket = buckets.map((_, index) => {
    const place = incoming.findIndex(({ rows }) => rows === merging.added?.[index]);
    return added[place] ?? none;
  });
  return { bucketRows, added: addedByBucket };
}
