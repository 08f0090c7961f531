// Which rows are one person: rows joined by a shared token or a shared record reference, and by any chain of these.

import { forest, join } from "../../domain/matching/people.ts";

export type SameRows = {
  /** Rows whose first token is that of the row before, ascending. */
  readonly repeated: Uint32Array;
  /** Per further kind: pairs of rows that hold one token, the row that stands in the table first. */
  readonly further: readonly Uint32Array[];
  /** Pairs of rows that have one record reference. */
  readonly records: Uint32Array;
};

/**
 * Pairs of a row and the row that speaks for its person, ascending, for every row that does not speak for itself: the
 * first of a person's rows speaks. O(rows) time where anything is shared, 4 bytes a row for the while.
 */
export function joinPeople({ repeated, further, records }: SameRows, rows: number): Uint32Array<ArrayBuffer> {
  const pairs = [...further, records];
  if (repeated.length === 0 && pairs.every((list) => list.length === 0)) return new Uint32Array(0);
  const people = forest(rows);
  for (const row of repeated) join(people, row - 1, row);
  for (const list of pairs) for (let at = 0; at < list.length; at += 2) join(people, list[at] ?? 0, list[at + 1] ?? 0);
  const { parents } = people;
  let merged = 0;
  for (let row = 0; row < rows; row++) {
    // A parent is an earlier row, whose own parent is settled by now.
    parents[row] = parents[parents[row] ?? 0] ?? 0;
    merged += +(parents[row] !== row);
  }
  const spoken = new Uint32Array(merged * 2);
  for (let row = 0, at = 0; row < rows; row++) {
    if (parents[row] === row) continue;
    spoken[at++] = row;
    spoken[at++] = parents[row] ?? 0;
  }
  return spoken;
}

/** Pairs of each set of rows, its first with each of the others, as pairs of the least with the others, ascending. */
export function leastFirst(pairs: Uint32Array): Uint32Array {
  const sorted = new Uint32Array(pairs.length);
  for (let from = 0, to = 0; from < pairs.length; from = to) {
    const first = pairs[from];
    while (to < pairs.length && pairs[to] === first) to += 2;
    const rows = new Uint32Array((to - from) / 2 + 1).fill(first ?? 0);
    for (let at = 1; at < rows.length; at++) rows[at] = pairs[from + 2 * at - 1] ?? 0;
    rows.sort();
    for (let at = 1; at < rows.length; at++) {
      sorted[from + 2 * at - 2] = rows[0] ?? 0;
      sorted[from + 2 * at - 1] = rows[at] ?? 0;
    }
  }
  return sorted;
}

/** The bytes of the frame that keeps all of it, the same in whatever order pairs of one reference were found. */
export function writeSameRows({ repeated, further, records }: SameRows, merged: Uint32Array): Uint8Array {
  const lists = [merged, repeated, inOrder(records), ...further];
  const words = new Uint32Array(1 + lists.length + lists.reduce((sum, { length }) => sum + length, 0));
  words[0] = lists.length;
  let at = 1 + lists.length;
  for (const [index, list] of lists.entries()) {
    words[1 + index] = list.length;
    words.set(list, at);
    at += list.length;
  }
  return new Uint8Array(words.buffer);
}

/** Pairs by their second row, which none has with two others. */
function inOrder(pairs: Uint32Array): Uint32Array {
  return new Uint32Array(new BigUint64Array(pairs.slice().buffer).sort().buffer);
}

export type ReadSameRows = {
  readonly merged: Uint32Array;
  readonly repeated: Uint32Array;
  readonly records: Uint32Array;
  readonly further: readonly Uint32Array[];
};

export function readSameRows(plain: Uint8Array): ReadSameRows {
  const words = new Uint32Array(plain.slice().buffer);
  const count = words[0] ?? 0;
  let at = 1 + count;
  const lists = Array.from({ length: count }, (_, index) => {
    const from = at;
    at += words[1 + index] ?? 0;
    return words.subarray(from, at);
  });
  const [merged = words.subarray(0, 0), repeated = merged, records = merged, ...further] = lists;
  return { merged, repeated, records, further };
}

/** Of ascending rows those from one to before another, counted from the first. O(log rows) beside what it answers. */
export function rowsWithin(rows: Uint32Array, from: number, to: number): Uint32Array {
  return rows.subarray(placeOf(rows, from), placeOf(rows, to)).map((row) => row - from);
}

/** The place of the first row that is not less. */
function placeOf(rows: Uint32Array, row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
