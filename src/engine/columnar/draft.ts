// What is known of a version while it is made: what each section came to, and which rows are one person as far as it
// was found.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { Spot } from "../../wire/segment/manifest.ts";
import type { RowShape } from "../../wire/segment/shape.ts";
import { leastFirst, type SameRows } from "./same-rows.ts";
import { startsOf } from "./version.ts";

export type Draft = {
  readonly sections: number;
  readonly bucketRows: Uint32Array;
  readonly bucketHomes: Uint32Array;
  /** Per kind, the distinct tokens of each bucket. */
  readonly bucketTokens: readonly Uint32Array[];
  readonly tables: readonly Spot[][];
  readonly columns: Spot[];
  readonly records: Spot[];
  /** By section: rows, counted from its first, whose token is that of the row before. */
  readonly repeated: Uint32Array[];
  readonly same: DraftSame;
};

/** Pairs as they were found: those of a section, or of references whose hashes begin alike, in a place of their own. */
export type DraftSame = {
  readonly further: readonly Uint32Array[][];
  /** Of gathered rows. */
  readonly records: Uint32Array[];
};

export function emptyDraft(shape: RowShape, sections: number): Draft {
  return {
    sections,
    bucketRows: new Uint32Array(BUCKETS),
    bucketHomes: new Uint32Array(BUCKETS),
    bucketTokens: shape.kinds.map(() => new Uint32Array(BUCKETS)),
    tables: shape.kinds.map(() => []),
    columns: [],
    records: [],
    repeated: [],
    same: { further: shape.kinds.slice(1).map(() => noPairs(sections)), records: noPairs(BUCKETS) },
  };
}

function noPairs(places: number): Uint32Array[] {
  return Array.from({ length: places }, () => new Uint32Array(0));
}

export function hasPairs(found: readonly Uint32Array[]): boolean {
  return found.some(({ length }) => length > 0);
}

/** All pairs that were found, in an order that no thread decides, as rows of the version. */
export function draftedPairs({ further, records }: DraftSame, rows: Uint32Array): Omit<SameRows, "repeated"> {
  return {
    further: further.map(oneBehindTheOther),
    records: leastFirst(oneBehindTheOther(records).map((row) => rows[row] ?? 0)),
  };
}

function oneBehindTheOther(lists: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

/** Rows whose token is that of the row before, among all rows. */
export function repeatedRows({ sections, bucketRows, repeated }: Draft): Uint32Array<ArrayBuffer> {
  const starts = startsOf(bucketRows);
  const all = new Uint32Array(repeated.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const [section, rows] of repeated.entries()) {
    const first = starts[section * (BUCKETS / sections)] ?? 0;
    for (const row of rows) all[at++] = first + row;
  }
  return all;
}
