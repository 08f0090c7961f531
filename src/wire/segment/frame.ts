// A staged frame: a batch of rows after their hashes became tokens, in columns one after the other. Never a digest.
// Numbers lie little-endian; every column begins at a multiple of four bytes.

import type { RowShape } from "./shape.ts";

/** Where the columns of a frame begin, in bytes from its start. */
export type FrameLayout = {
  /** Per kind: the first 32 bits of each row's token. */
  readonly keys: readonly number[];
  /** Per kind: the other 96. */
  readonly rest: readonly number[];
  /** Per kind: 1 where the row has the identifier. Empty when there is one kind alone, which every row has. */
  readonly present: readonly number[];
  /** Hashes of the record references, to find equal ones. */
  readonly hashes: number;
  readonly columns: readonly number[];
  readonly lengths: number;
  readonly recordBytes: number;
  readonly bytes: number;
};

/** Lays out a frame of so many rows with so many bytes of record references. */
export function frameLayout({ kinds, columns }: RowShape, rows: number, recordBytes: number): FrameLayout {
  let at = 0;
  const take = (bytes: number) => {
    const from = at;
    at += (bytes + 3) & ~3;
    return from;
  };
  return {
    keys: kinds.map(() => take(rows * 4)),
    rest: kinds.map(() => take(rows * 12)),
    present: kinds.length < 2 ? [] : kinds.map(() => take(rows)),
    hashes: take(rows * 4),
    columns: columns.map(({ width }) => take(rows * width)),
    lengths: take(rows),
    recordBytes: take(recordBytes),
    bytes: at,
  };
}
