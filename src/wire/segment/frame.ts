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
  const end = { at: 0 };
  const keys = kinds.map(() => take(end, rows * 4));
  const rest = kinds.map(() => take(end, rows * 12));
  const present = kinds.length < 2 ? [] : kinds.map(() => take(end, rows));
  const values = columns.map(({ width }) => take(end, rows * width));
  const references = referencesBehind(end, rows, space);
  return { keys, rest, present, columns: values, references, bytes: end.at };
}

function referencesBehind(end: { at: number }, rows: number, space: ReferenceSpace): FrameReferences {
  if (space === "numbers") return { kind: "numbers", numbers: take(end, rows * 4) };
  const hashes = take(end, rows * 4);
  const lengths = take(end, rows);
  return { kind: "texts", hashes, lengths, bytes: take(end, space.textBytes) };
}

function take(end: { at: number }, bytes: number): number {
  const from = end.at;
  end.at += (bytes + 7) & ~7;
  return from;
}
