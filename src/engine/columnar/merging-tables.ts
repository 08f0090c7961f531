// The work of merging tables of further kinds: the tokens of rows that stay, under their new rows, and those of rows
// that come, sorted anew.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import { frameBytesOf, type PlacedSpot } from "./frame-bytes.ts";
import { type Sharers, sharersOf } from "./lent-tokens.ts";
import { NOWHERE } from "./placing.ts";
import { sumOf } from "./sums.ts";
import { type BucketTokens, beginTables, type MadeTable, type TableSettings, tableScratchBytes } from "./table.ts";
import type { Thread } from "./threads/thread.ts";
import { startsOf } from "./version.ts";

export type MergeTablePiece = {
  readonly number: number;
  readonly frame: number;
  readonly base: PlacedSpot;
  /** Tokens of the base in each bucket. */
  readonly baseTokens: readonly number[];
  readonly added: readonly (BucketTokens | null)[];
};

export type MergeTableSettings = TableSettings & {
  /** The largest section of the base, in tokens and rows that share them. */
  readonly baseTokens: number;
  /** Which row each row of the base becomes. */
  readonly finals: { readonly offset: number; readonly rows: number };
  /** Pairs of rows of the base that hold one token, the row that stands in the table first. */
  readonly same: Uint32Array;
};

/** Bytes that each thread needs. */
export function mergeTableScratchBytes({ size, baseTokens }: MergeTableSettings): number {
  return tableScratchBytes(size) + bumpBytes([baseTokens * 4, baseTokens * 12, baseTokens * 4]);
}

export function beginMergingTables(
  thread: Thread,
  settings: MergeTableSettings,
): (piece: MergeTablePiece) => { outcome: MadeTable } {
  const bump = bumpFrom(thread.scratch + tableScratchBytes(settings.size));
  const { baseTokens, finals, same } = settings;
  const input = { keys: bump.take(baseTokens * 4), rest: bump.take(baseTokens * 12), rows: bump.take(baseTokens * 4) };
  const make = beginTables(thread, settings);
  const others = sharersOf(same);
  const finalOf = new Uint32Array(thread.buffer, finals.offset, finals.rows);
  return (piece) => {
    const plain = frameBytesOf(piece.base);
    const count = sumOf(piece.baseTokens);
    const base = {
      keys: new Uint32Array(plain.buffer, 0, count),
      rest: new Uint32Array(plain.buffer, count * 4, count * 3),
      rows: new Uint32Array(plain.buffer, count * 16, count),
    };
    const starts = startsOf([...piece.baseTokens, ...new Array<number>(BUCKETS - piece.baseTokens.length).fill(0)]);
    const cursor = { at: 0 };
    const buckets = piece.added.map((added, index): BucketTokens => {
      const from = cursor.at;
      takeBase(thread, input, { base, from: starts[index] ?? 0, to: starts[index + 1] ?? 0, cursor, others, finalOf });
      takeAdded(thread, input, { added, cursor });
      const at = (offset: number, width: number) => offset + from * width;
      return { count: cursor.at - from, keys: at(input.keys, 4), rest: at(input.rest, 12), rows: at(input.rows, 4) };
    });
    return make({ number: piece.number, frame: piece.frame, buckets });
  };
}

type Input = { readonly keys: number; readonly rest: number; readonly rows: number };
type Taking = {
  readonly base: { readonly keys: Uint32Array; readonly rest: Uint32Array; readonly rows: Uint32Array };
  readonly from: number;
  readonly to: number;
  readonly cursor: { at: number };
  readonly others: Sharers;
  readonly finalOf: Uint32Array;
};

function takeBase({ buffer }: Thread, input: Input, { base, from, to, cursor, others, finalOf }: Taking): void {
  const keys = new Uint32Array(buffer, input.keys);
  const rest = new Uint32Array(buffer, input.rest);
  const rows = new Uint32Array(buffer, input.rows);
  const put = (at: number, row: number) => {
    const final = finalOf[row] ?? NOWHERE;
    if (final === NOWHERE) return;
    const place = cursor.at++;
    keys[place] = base.keys[at] ?? 0;
    rest.set(base.rest.subarray(at * 3, at * 3 + 3), place * 3);
    rows[place] = final;
  };
  for (let at = from; at < to; at++) {
    const row = base.rows[at] ?? 0;
    put(at, row);
    for (const other of others.get(row) ?? []) put(at, other);
  }
}

function takeAdded(
  { buffer }: Thread,
  input: Input,
  { added, cursor }: { readonly added: BucketTokens | null; readonly cursor: { at: number } },
): void {
  if (added === null) return;
  const bytes = new Uint8Array(buffer);
  const copy = (to: number, from: number, width: number) =>
    bytes.copyWithin(to + cursor.at * width, from, from + added.count * width);
  copy(input.keys, added.keys, 4);
  copy(input.rest, added.rest, 12);
  copy(input.rows, added.rows, 4);
  cursor.at += added.count;
}
