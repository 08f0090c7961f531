// The tokens of strays: a row that lacks the first kind is ordered under the first token that it has, which stands in
// a table of that kind. Rows that come bring theirs; those of an earlier version are looked up here.

import type { OpenFrames, PlacedSpot } from "./frame-bytes.ts";

/** The tokens of one further kind under which strays of a section may stand. */
export type Lender = {
  readonly table: PlacedSpot;
  readonly tokens: number;
  /** Pairs of a row that stands in the table and a stray of the section that holds its token. */
  readonly sharing: Uint32Array;
};

/** Which rows of a section want a token, and where the kinds that may lend one are found, in their order. */
export type Borrowing = {
  /** The section's first row among all rows. */
  readonly firstRow: number;
  readonly rows: number;
  readonly buckets: readonly { readonly firstRow: number; readonly homes: number; readonly strays: number }[];
  readonly lenders: readonly Lender[];
};

/** By the section's rows, their tokens; those of rows that are no strays mean nothing. */
export type LentTokens = { readonly keys: Uint32Array; readonly rest: Uint32Array };

/**
 * Finds the token that each stray of a section lies under. A stray lies in the bucket of that token, so that it stands
 * in the same section of its kind's table. O(rows and tokens) time; 17 bytes a row where there are strays.
 */
export function lentTokens(borrowing: Borrowing, open: OpenFrames): LentTokens {
  const { firstRow, rows, buckets, lenders } = borrowing;
  const size = buckets.some(({ strays }) => strays > 0) ? rows : 0;
  const lent = { keys: new Uint32Array(size), rest: new Uint32Array(size * 3) };
  if (size === 0) return lent;
  const isWanted = new Uint8Array(rows);
  for (const bucket of buckets) {
    const first = bucket.firstRow + bucket.homes;
    isWanted.fill(1, first, first + bucket.strays);
  }
  for (const lender of lenders)
    lendFrom(lender, new Uint32Array(open.bytesOf(lender.table).buffer), { firstRow, isWanted, lent });
  return lent;
}

type Lending = { readonly firstRow: number; readonly isWanted: Uint8Array; readonly lent: LentTokens };

/** Lends tokens to the rows that still want one; `words` are a table's keys, their rest, and rows. */
function lendFrom({ tokens, sharing }: Lender, words: Uint32Array, { firstRow, isWanted, lent }: Lending): void {
  const sharers = sharersOf(sharing);
  const lend = (row: number, at: number) => {
    const place = row - firstRow;
    if (isWanted[place] !== 1) return;
    isWanted[place] = 0;
    lent.keys[place] = words[at] ?? 0;
    lent.rest.set(words.subarray(tokens + at * 3, tokens + at * 3 + 3), place * 3);
  };
  for (let at = 0; at < tokens; at++) {
    const row = words[tokens * 4 + at] ?? 0;
    lend(row, at);
    if (sharers.size > 0) for (const other of sharers.get(row) ?? []) lend(other, at);
  }
}

export type Sharers = ReadonlyMap<number, readonly number[]>;

/** By the row that stands in the table, the other rows that hold its token. */
export function sharersOf(same: Uint32Array): Sharers {
  const others = new Map<number, number[]>();
  for (let at = 0; at < same.length; at += 2) {
    const first = same[at] ?? 0;
    const known = others.get(first);
    if (known === undefined) others.set(first, [same[at + 1] ?? 0]);
    else known.push(same[at + 1] ?? 0);
  }
  return others;
}
