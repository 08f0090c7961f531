// Merging a section of the ordinary kind: see merge-runs.ts. What cannot be merged so is left to merging.ts.

import type { RowShape } from "../../wire/segment/shape.ts";
import type { OpenFrames } from "./frame-bytes.ts";
import { type Merged, type MergePiece, type MergeSettings, stays } from "./merge-piece.ts";
import { mergeRuns, type RunMerge, type SectionColumns } from "./merge-runs.ts";
import { type FindNumber, numberFinder } from "./numbered-records.ts";
import { NOWHERE } from "./placing.ts";
import { type NumberForm, type PackedNumbers, packAsNumbers, settledForm, unpackNumbers } from "./record-text.ts";
import { namedTexts } from "./references.ts";
import { addFrame } from "./sealed-file.ts";
import type { Thread } from "./threads/thread.ts";

export type QuickMerge = (piece: MergePiece) => Merged | null;

/** Merges sections, or answers null for one that must be made anew from its rows. */
export function quickMerger(thread: Thread, settings: MergeSettings, open: OpenFrames): QuickMerge {
  const finders = new Map<string, FindNumber>();
  const found = new Uint8Array(thread.buffer, settings.references.found, settings.references.count);
  const memory = reusedMemory();
  const finderFor = (form: NumberForm) => {
    const name = `${form.fixed} ${form.prefix.join()}`;
    const finder = finders.get(name) ?? numberFinder(form, namedTexts(thread.buffer, settings.references));
    finders.set(name, finder);
    return finder;
  };
  return (piece) => {
    const { rows } = piece.base;
    const numbers = isOrdinary(piece) ? unpackNumbers(open(piece.base.records), rows) : null;
    if (numbers === null) return null;
    const { places, dropped } = droppedRows(numbers, finderFor(numbers));
    const isSame = stays(settings, piece, dropped.length);
    const made = isSame ? null : merge({ thread, settings, open, memory }, { piece, numbers, dropped });
    if (made === null && !isSame) return null;
    for (const place of places) found[place] = 1;
    return { number: piece.number, rowsRemoved: dropped.length, made };
  };
}

/** Whether every row has the first kind, and a token of its own. */
function isOrdinary({ base }: MergePiece): boolean {
  return base.tokens === base.rows && base.repeated.length === 0 && base.buckets.every(({ strays }) => strays === 0);
}

// HOT: once a row of the earlier version.
function droppedRows({ low, high }: PackedNumbers, find: FindNumber) {
  const dropped: number[] = [];
  const places: number[] = [];
  for (let row = 0; row < low.length; row++) {
    const place = find(low[row] ?? 0, high === null ? 0 : (high[row] ?? 0));
    if (place < 0) continue;
    dropped.push(row);
    places.push(place);
  }
  return { dropped, places };
}

type Work = {
  readonly thread: Thread;
  readonly settings: MergeSettings;
  readonly open: OpenFrames;
  readonly memory: (bytes: number) => ArrayBuffer;
};

/** Memory that is used again, as large as it was ever asked to be. */
function reusedMemory(): Work["memory"] {
  let memory = new ArrayBuffer(0);
  return (bytes) => {
    if (memory.byteLength < bytes) memory = new ArrayBuffer(Math.ceil(bytes * 1.25));
    return memory;
  };
}

type Changing = { readonly piece: MergePiece; readonly numbers: PackedNumbers; readonly dropped: readonly number[] };

function merge({ thread, settings, open, memory }: Work, { piece, numbers, dropped }: Changing): Merged["made"] {
  const { shape, sink } = settings;
  const { base, added, frames } = piece;
  const section = {
    ...tokensOf(open(base.table), base.rows),
    columns: columnsOf(piece, shape, open),
    records: numbers,
  };
  const { buffer } = thread;
  const merged = mergeRuns({ buffer, shape, section, buckets: base.buckets, dropped, added, memory });
  const records = merged === null ? null : settledForm(merged.records);
  if (merged === null || records === null) return null;
  tellFinals(buffer, piece, merged);
  const bytesOf = (words: Uint32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  return {
    number: piece.number,
    table: addFrame(sink, frames.table, [bytesOf(merged.keys), bytesOf(merged.rest)]),
    columns: shape.columns.length === 0 ? null : addFrame(sink, frames.columns, merged.columns),
    records: addFrame(sink, frames.records, packAsNumbers(records)),
    tokens: merged.bucketRows,
    rows: merged.bucketRows,
    homes: merged.bucketRows,
    repeated: new Uint32Array(0),
  };
}

function tokensOf(plain: Uint8Array, rows: number): Pick<SectionColumns, "keys" | "rest"> {
  const bytes = plain.byteOffset % 4 === 0 ? plain : plain.slice();
  return {
    keys: new Uint32Array(bytes.buffer, bytes.byteOffset, rows),
    rest: new Uint32Array(bytes.buffer, bytes.byteOffset + rows * 4, rows * 3),
  };
}

function columnsOf({ base }: MergePiece, shape: RowShape, open: OpenFrames): Uint8Array[] {
  if (base.columns === null) return [];
  const plain = open(base.columns);
  let at = 0;
  return shape.columns.map(({ width }) => {
    const from = at;
    at += width * base.rows;
    return plain.subarray(from, at);
  });
}

/** Tells which row of the new section each row becomes, where somebody asks. */
function tellFinals(buffer: SharedArrayBuffer, { base, added }: MergePiece, merged: RunMerge): void {
  if (base.finals > 0) {
    const finals = new Uint32Array(buffer, base.finals, base.rows).fill(NOWHERE);
    for (const [from, to, at] of merged.runs) for (let row = from; row < to; row++) finals[row] = at + row - from;
  }
  for (const [index, bucket] of (added ?? []).entries()) {
    if (bucket.finals === 0) continue;
    new Uint32Array(buffer, bucket.finals, bucket.homes).set(merged.added[index] ?? []);
  }
}
