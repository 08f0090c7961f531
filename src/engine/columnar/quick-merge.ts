// Merging a section of the ordinary kind: see merge-runs.ts. What cannot be merged so is left to merging.ts.

import type { RowShape } from "../../wire/segment/shape.ts";
import { type OpenFrames, type PlacedSpot, plainBytes } from "./frame-bytes.ts";
import { addFrame } from "./frame-sink.ts";
import { type Merged, type MergePiece, type MergeSettings, stays } from "./merge-piece.ts";
import type { QuickRooms } from "./merge-rooms.ts";
import { type Added, mergeRuns, type RunMerge } from "./merge-runs.ts";
import { type FindNumber, numberFinder } from "./numbered-records.ts";
import { NOWHERE } from "./placing.ts";
import { type NumberForm, type PackedNumbers, packAsNumbers, settledForm, unpackNumbers } from "./record-text.ts";
import { namedTexts } from "./references.ts";
import type { Rooms } from "./section.ts";
import type { Thread } from "./threads/thread.ts";

export type QuickMerge = (piece: MergePiece) => Merged | null;

/** What merging works with. */
type Work = {
  readonly thread: Thread;
  readonly settings: MergeSettings;
  readonly open: OpenFrames;
  /** Where a section lies, opened; and where one is made. */
  readonly earlier: QuickRooms;
  readonly made: Rooms;
};

/** Merges sections, or answers null for one that must be made anew from its rows. */
export function quickMerger(work: Work): QuickMerge {
  const { thread, settings } = work;
  const finderFor = finders(work);
  const found = new Uint8Array(thread.buffer, settings.references.found, settings.references.count);
  return (piece) => {
    const numbers = isOrdinary(piece) ? openNumbers(work, piece) : null;
    if (numbers === null) return null;
    const { places, dropped } = droppedRows(work, numbers, finderFor(numbers));
    const isSame = stays(settings, piece, dropped.length);
    const made = isSame ? null : merge(work, { piece, numbers, dropped });
    if (made === null && !isSame) return null;
    for (const place of places) found[place] = 1;
    return { number: piece.number, rowsRemoved: dropped.length, made };
  };
}

/** Finders by form. What references have as numbers under any form that was asked for is marked for all. */
function finders({ thread, settings, earlier }: Work): (form: NumberForm) => FindNumber {
  const known = new Map<string, FindNumber>();
  const marks = new Uint32Array(thread.buffer, earlier.marks, earlier.markWords).fill(0);
  return (form) => {
    const name = `${form.fixed} ${form.prefix.join()}`;
    const finder = known.get(name) ?? numberFinder(form, namedTexts(thread.buffer, settings.references), marks);
    known.set(name, finder);
    return finder;
  };
}

/** Whether every row has the first kind, and a token of its own. */
function isOrdinary({ base }: MergePiece): boolean {
  return base.tokens === base.rows && base.repeated.length === 0 && base.buckets.every(({ strays }) => strays === 0);
}

/** References as numbers, in the arena; null where they are texts. */
function openNumbers(work: Work, { base }: MergePiece): PackedNumbers | null {
  const { thread, earlier } = work;
  const bytes = plainBytes(base.records.spot);
  if (bytes > earlier.recordBytes) return null;
  openInto(work, base.records, earlier.records);
  return unpackNumbers(new Uint8Array(thread.buffer, earlier.records, bytes), base.rows);
}

function droppedRows({ thread, earlier }: Work, { low, high }: PackedNumbers, find: FindNumber) {
  const { marks: bits, markWords, places: to } = earlier;
  const count = thread.kernels.marked({ words: low.byteOffset, count: low.length, bits, mask: markWords * 32 - 1, to });
  const dropped: number[] = [];
  const places: number[] = [];
  for (const row of new Uint32Array(thread.buffer, to, count)) {
    const place = find(low[row] ?? 0, high === null ? 0 : (high[row] ?? 0));
    if (place < 0) continue;
    dropped.push(row);
    places.push(place);
  }
  return { dropped, places };
}

type Changing = { readonly piece: MergePiece; readonly numbers: PackedNumbers; readonly dropped: readonly number[] };

function merge(work: Work, { piece, numbers, dropped }: Changing): Merged["made"] {
  const { thread, settings, earlier, made } = work;
  const { base, added, frames } = piece;
  const { buffer } = thread;
  openInto(work, base.table, earlier.table);
  if (base.columns !== null) openInto(work, base.columns, earlier.columns);
  const keys = new Uint32Array(buffer, earlier.table, base.rows);
  const rest = new Uint32Array(buffer, earlier.table + base.rows * 4, base.rows * 3);
  const runs = new Uint32Array(buffer, earlier.runs, base.rows * 3);
  const { buckets } = base;
  const merged = mergeRuns({ thread, keys, rest, form: numbers, buckets, dropped, added, rooms: made, runs });
  if (merged === null) return null;
  const records = settledForm(mergeColumns(work, { base, merged, numbers }));
  if (records === null) return null;
  tellFinals(buffer, piece, merged);
  const { count, bucketRows } = merged;
  const bytes = (at: number, length: number) => new Uint8Array(buffer, at, length);
  const columns = settings.shape.columns.map(({ width }, index) => bytes(made.columns[index] ?? 0, count * width));
  return {
    number: piece.number,
    table: addFrame(settings.sink, frames.table, [bytes(made.keys, count * 4), bytes(made.rest, count * 12)]),
    columns: columns.length === 0 ? null : addFrame(settings.sink, frames.columns, columns),
    records: addFrame(settings.sink, frames.records, packAsNumbers(records)),
    tokens: bucketRows,
    rows: bucketRows,
    homes: bucketRows,
    repeated: new Uint32Array(0),
  };
}

function openInto({ thread, open }: Work, spot: PlacedSpot, to: number): void {
  open.into(spot, [new Uint8Array(thread.buffer, to, plainBytes(spot.spot))]);
}

type Merging = {
  readonly base: MergePiece["base"];
  readonly merged: RunMerge;
  readonly numbers: PackedNumbers;
};

/** Puts together the columns of the section that is made, and answers its references. */
function mergeColumns(work: Work, { base, merged, numbers }: Merging): PackedNumbers {
  const { thread, earlier, made } = work;
  const { kernels, buffer } = thread;
  const { runs, added } = merged;
  for (const { from, to, width, comes } of columnsOf(work, base)) {
    kernels.copyRuns({ to, from, runs: runs.byteOffset, count: runs.length / 3, width });
    for (const { rows, finals } of added) {
      new Uint32Array(buffer, earlier.places, finals.length).set(finals);
      kernels.scatter({ from: comes(rows), to, places: earlier.places, count: finals.length, width });
    }
  }
  const hasHigh = numbers.high !== null || added.some(({ high }) => high.some((upper) => upper > 0));
  const low = mergeWords(work, merged, { from: numbers.low, to: made.low, comes: (rows) => rows.low });
  const high = { from: numbers.high, to: made.high, comes: (rows: Added) => rows.high };
  return { ...numbers, low, high: hasHigh ? mergeWords(work, merged, high) : null };
}

/** Halves of numbers; those of rows that stay are zero where the section has none. */
type Words = {
  readonly from: Uint32Array | null;
  readonly to: number;
  readonly comes: (rows: Added) => readonly number[];
};

function mergeWords({ thread }: Work, { count, runs, added }: RunMerge, { from, to, comes }: Words): Uint32Array {
  const words = new Uint32Array(thread.buffer, to, count);
  if (from === null) words.fill(0);
  else thread.kernels.copyRuns({ to, from: from.byteOffset, runs: runs.byteOffset, count: runs.length / 3, width: 4 });
  for (const rows of added) {
    const half = comes(rows);
    for (const [turn, place] of rows.order.entries()) words[rows.finals[place] ?? 0] = half[turn] ?? 0;
  }
  return words;
}

type Column = {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** Where the column of rows that come lies. */
  readonly comes: (rows: NonNullable<MergePiece["added"]>[number]) => number;
};

function columnsOf({ settings, earlier, made }: Work, { rows }: MergePiece["base"]): Column[] {
  const tokens: Column[] = [
    { from: earlier.table, to: made.keys, width: 4, comes: ({ keys }) => keys },
    { from: earlier.table + rows * 4, to: made.rest, width: 12, comes: ({ rest }) => rest },
  ];
  return [...tokens, ...attributesOf(settings.shape, { earlier, made, rows })];
}

type Places = Pick<Work, "earlier" | "made"> & { readonly rows: number };

function attributesOf({ columns }: RowShape, { earlier, made, rows }: Places): Column[] {
  let next = earlier.columns;
  return columns.map(({ width }, index) => {
    const from = next;
    next += width * rows;
    return { from, to: made.columns[index] ?? 0, width, comes: (added) => added.columns[index] ?? 0 };
  });
}

/** Tells which row of the new section each row becomes, where somebody asks. */
function tellFinals(buffer: SharedArrayBuffer, { base }: MergePiece, { runs, added }: RunMerge): void {
  if (base.finals > 0) {
    const finals = new Uint32Array(buffer, base.finals, base.rows).fill(NOWHERE);
    for (let at = 0; at < runs.length; at += 3) {
      const [first = 0, becomes = 0, count = 0] = runs.subarray(at, at + 3);
      for (let row = 0; row < count; row++) finals[first + row] = becomes + row;
    }
  }
  for (const { rows, finals } of added)
    if (rows.finals > 0) new Uint32Array(buffer, rows.finals, rows.homes).set(finals);
}
