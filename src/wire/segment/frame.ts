// A staged frame: a batch of rows after their hashes became tokens, in columns one after the other. Never a digest.
// Numbers lie little-endian; every column begins at a multiple of eight bytes.

import type { RowShape } from "./shape.ts";

/** Where the columns of a frame begin, in bytes from its start. */
export type FrameLayout = {
  /** Per kind: the first 32 bits of each row's token. */
  readonly keys: readonly number[];
  /** Per kind: the other 96. */
  readonly rest: readonly number[];
  /** Per kind: 1 where the row has the identifier. Empty when there is one kind alone, which every row has. */
  readonly present: readonly number[];
  readonly columns: readonly number[];
  readonly references: FrameReferences;
  readonly bytes: number;
};

/** Record references: as texts, with hashes to find equal ones, or as the numbers that they are under one form. */
export type FrameReferences =
  | { readonly kind: "texts"; readonly hashes: number; readonly lengths: number; readonly bytes: number }
  | { readonly kind: "numbers"; readonly numbers: number };

/** The form of a frame's references: numbers, or texts of so many bytes. */
export type ReferenceSpace = "numbers" | { readonly textBytes: number };

/** Lays out a frame of so many rows. */
export function frameLayout({ kinds, columns }: RowShape, rows: number, space: ReferenceSpace): FrameLayout {
  let at = 0;
  const take = (bytes: number) => {
    const from = at;
    at += (bytes + 7) & ~7;
    return from;
  };
  return {
    keys: kinds.map(() => take(rows * 4)),
    rest: kinds.map(() => take(rows * 12)),
    present: kinds.length < 2 ? [] : kinds.map(() => take(rows)),
    columns: columns.map(({ width }) => take(rows * width)),
    references:
      space === "numbers"
        ? { kind: "numbers", numbers: take(rows * 4) }
        : { kind: "texts", hashes: take(rows * 4), lengths: take(rows), bytes: take(space.textBytes) },
    bytes: at,
  };
}
