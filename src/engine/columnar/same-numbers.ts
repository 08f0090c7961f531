// The work of finding rows with one reference where references are numbers: each number is marked in a bitmap, a window
// of numbers at a time; who finds its mark there already is not alone.

import type { Thread } from "./threads/thread.ts";
import { type WordList, wordList } from "./word-list.ts";

/** The numbers of all rows, where they lie in the arena, and how many numbers a window has at the most. */
export type SameNumbersSettings = { readonly numbers: number; readonly count: number; readonly window: number };

/** Numbers `from`, which is a multiple of 32, up to before `to`. */
export type Window = { readonly from: number; readonly to: number };

const LEAST_WINDOW_BYTES = 1 << 20;
const MOST_WINDOW_BYTES = 1 << 25;

/** Windows over the numbers from `least` to `most`: as few as a bitmap of a byte a row allows, mostly two at least. */
export function windowsOf(rows: number, { least, most }: { readonly least: number; readonly most: number }): Window[] {
  const bytes = Math.min(MOST_WINDOW_BYTES, Math.max(LEAST_WINDOW_BYTES, Math.ceil(rows / 4) * 4));
  const start = least - (least % 32);
  const half = Math.ceil((most + 1 - start) / 64) * 32;
  const window = Math.min(bytes * 8, half);
  const windows: Window[] = [];
  for (let from = start; from <= most; from += window) windows.push({ from, to: Math.min(from + window, most + 1) });
  return windows;
}

/** Bytes that each thread needs for windows of so many numbers. */
export function sameNumbersScratchBytes(window: number): number {
  return (Math.floor(window / 32) + 1) * 4;
}

/** Answers pairs of rows that have one number: for each set of such rows, its least row with each of the others. */
export function beginSameNumbers(
  { buffer, scratch, kernels }: Pick<Thread, "buffer" | "scratch" | "kernels">,
  { numbers: at, count, window }: SameNumbersSettings,
): (piece: Window) => { outcome: Uint32Array } {
  const numbers = new Uint32Array(buffer, at, count);
  const bitmap = new Uint32Array(buffer, scratch, sameNumbersScratchBytes(window) / 4);
  return ({ from, to }) => {
    const marks = bitmap.fill(0, 0, Math.floor((to - from) / 32) + 1);
    const width = to - from;
    if (kernels.markNumbers({ numbers: at, count, from, width, bits: scratch }) === 0) return { outcome: NO_PAIRS };
    marks.fill(0);
    const again = numbersMarkedAgain(numbers, marks, { from, to });
    marks.fill(0);
    for (const number of again) mark(marks, number - from);
    return { outcome: pairsOf(rowsMarked(numbers, marks, { from, to })) };
  };
}

const NO_PAIRS = new Uint32Array(0);

function numbersMarkedAgain(numbers: Uint32Array, marks: Uint32Array, { from, to }: Window): Uint32Array {
  const again = wordList();
  const width = to - from;
  for (let row = 0; row < numbers.length; row++) {
    const place = ((numbers[row] ?? 0) - from) >>> 0;
    if (place < width && !mark(marks, place)) again.push(place + from);
  }
  return again.words().slice();
}

/** Sets a mark; answers whether there was none. */
function mark(marks: Uint32Array, place: number): boolean {
  const word = marks[place >>> 5] ?? 0;
  const bit = 1 << (place & 31);
  marks[place >>> 5] = word | bit;
  return (word & bit) === 0;
}

/** Numbers and rows of those whose number is marked, as one integer each: the number, then the row. */
function rowsMarked(numbers: Uint32Array, marks: Uint32Array, { from, to }: Window): BigUint64Array<ArrayBuffer> {
  const found = wordList();
  const width = to - from;
  for (let row = 0; row < numbers.length; row++) {
    const place = ((numbers[row] ?? 0) - from) >>> 0;
    if (place >= width || (((marks[place >>> 5] ?? 0) >>> (place & 31)) & 1) === 0) continue;
    found.push(row);
    found.push(numbers[row] ?? 0);
  }
  const words = found.words().slice();
  return new BigUint64Array(words.buffer);
}

function pairsOf(found: BigUint64Array<ArrayBuffer>): Uint32Array {
  const words = new Uint32Array(found.sort().buffer);
  const pairs: WordList = wordList();
  let least = 0;
  for (let at = 0; at < words.length; at += 2) {
    const isFirst = at === 0 || words[at + 1] !== words[at - 1];
    if (isFirst) least = words[at] ?? 0;
    else {
      pairs.push(least);
      pairs.push(words[at] ?? 0);
    }
  }
  return pairs.words().slice();
}
