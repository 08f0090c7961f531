// The work of finding rows with one record reference: among references whose hashes begin alike, sorted by hash, equal
// hashes are neighbours, and their bytes are compared.

import { orderScratchBytes } from "../../kernels/kernels.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import type { Thread } from "./threads/thread.ts";
import { bucketOf } from "./version.ts";
import { type WordList, wordList } from "./word-list.ts";

/** References whose hashes share their first byte, their columns in the arena. */
export type HashedRecords = {
  readonly count: number;
  readonly hashes: number;
  readonly rows: number;
  /** Their texts one behind the other; null where they are found with their rows. */
  readonly texts: { readonly lengths: number; readonly bytes: number; readonly byteLength: number } | null;
};

/** The texts of all rows, bucket by bucket: where each bucket's rows and bytes begin; behind the last, all of them. */
export type RowTexts = {
  readonly rowStarts: Uint32Array;
  readonly byteStarts: Uint32Array;
  readonly lengths: number;
  readonly bytes: number;
};

export type SameRecordsSettings = {
  /** References of the largest piece. */
  readonly most: number;
  readonly rowTexts: RowTexts | null;
};

/** Bytes that each thread needs where at most so many references share a first byte. */
export function sameRecordsScratchBytes(most: number): number {
  return bumpBytes([most * 4, orderScratchBytes(most)]);
}

/** Answers pairs of rows that have one reference: for each set of such rows, its least row with each of the others. */
export function beginSameRecords(
  thread: Thread,
  { most, rowTexts }: SameRecordsSettings,
): (pieces: readonly HashedRecords[]) => { outcome: Uint32Array } {
  const bump = bumpFrom(thread.scratch);
  const order = bump.take(most * 4);
  const scratch = bump.take(orderScratchBytes(most));
  const textOfRow = rowTexts === null ? null : textsOfRows(thread.buffer, rowTexts);
  return (pieces) => {
    const pairs = wordList();
    for (const records of pieces) {
      thread.kernels.order({ keys: records.hashes, count: records.count, order, scratch });
      findPairs(thread, { records, textOfRow, pairs }, new Uint32Array(thread.buffer, order, records.count));
    }
    return { outcome: pairs.words().slice() };
  };
}

type TextOf = (row: number) => Buffer;

/** Finds texts with their rows; the offsets of a bucket are added up when it is first asked for one. */
function textsOfRows(buffer: SharedArrayBuffer, { rowStarts, byteStarts, lengths, bytes }: RowTexts): TextOf {
  const offsets: Uint32Array[] = [];
  const offsetsOf = (bucket: number) => {
    const from = rowStarts[bucket] ?? 0;
    const count = (rowStarts[bucket + 1] ?? 0) - from;
    return addedUp(new Uint8Array(buffer, lengths + from, count), byteStarts[bucket] ?? 0);
  };
  return (row) => {
    const bucket = bucketOf(rowStarts, row);
    offsets[bucket] ??= offsetsOf(bucket);
    const place = row - (rowStarts[bucket] ?? 0);
    const [start = 0, end = 0] = offsets[bucket].subarray(place, place + 2);
    return Buffer.from(buffer, bytes + start, end - start);
  };
}

/** Where each text begins, and behind the last its end. */
function addedUp(lengths: Uint8Array, from: number): Uint32Array {
  const offsets = new Uint32Array(lengths.length + 1);
  offsets[0] = from;
  for (let place = 0; place < lengths.length; place++)
    offsets[place + 1] = (offsets[place] ?? 0) + (lengths[place] ?? 0);
  return offsets;
}

type Looking = { readonly records: HashedRecords; readonly textOfRow: TextOf | null; readonly pairs: WordList };

function findPairs({ buffer }: Thread, { records, textOfRow, pairs }: Looking, order: Uint32Array): void {
  const { count } = records;
  const hashes = new Uint32Array(buffer, records.hashes, count);
  let texts: TextsByPlace | null = null;
  for (let from = 0, to = 1; to <= count; from = to, to++) {
    const hash = hashes[order[from] ?? 0];
    while (to < count && hashes[order[to] ?? 0] === hash) to++;
    if (to - from < 2) continue;
    texts ??= textsOf(buffer, records, textOfRow);
    pairRun(order.subarray(from, to), texts, pairs);
  }
}

type TextsByPlace = {
  readonly rows: Uint32Array;
  /** Compares the references at two places, byte by byte. */
  readonly compare: (left: number, right: number) => number;
};

function textsOf(buffer: SharedArrayBuffer, records: HashedRecords, textOfRow: TextOf | null): TextsByPlace {
  const { count, texts } = records;
  const rows = new Uint32Array(buffer, records.rows, count);
  if (texts === null) {
    if (textOfRow === null) throw new Error("references without their texts");
    const textOf = (place: number) => textOfRow(rows[place] ?? 0);
    return { rows, compare: (left, right) => Buffer.compare(textOf(left), textOf(right)) };
  }
  const offsets = addedUp(new Uint8Array(buffer, texts.lengths, count), 0);
  const bytes = Buffer.from(buffer, texts.bytes, texts.byteLength);
  const compare = (left: number, right: number) =>
    bytes.compare(bytes, offsets[right], offsets[right + 1], offsets[left], offsets[left + 1]);
  return { rows, compare };
}

// Hashes are equal by chance once in millions, so that a run is one reference over and over but for such a chance.
function pairRun(run: Uint32Array, { rows, compare }: TextsByPlace, pairs: WordList): void {
  const [start = 0] = run;
  if (run.every((place) => compare(start, place) === 0)) {
    pairAll(run, rows, pairs);
    return;
  }
  run.sort((left, right) => compare(left, right) || (rows[left] ?? 0) - (rows[right] ?? 0));
  for (let from = 0, to = 1; to <= run.length; to++) {
    if (to < run.length && compare(run[from] ?? 0, run[to] ?? 0) === 0) continue;
    if (to - from > 1) pairAll(run.subarray(from, to), rows, pairs);
    from = to;
  }
}

function pairAll(places: Uint32Array, rows: Uint32Array, pairs: WordList): void {
  const sorted = places.map((place) => rows[place] ?? 0).sort();
  const [least = 0] = sorted;
  for (let at = 1; at < sorted.length; at++) {
    pairs.push(least);
    pairs.push(sorted[at] ?? 0);
  }
}
