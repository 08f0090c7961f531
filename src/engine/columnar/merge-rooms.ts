// The room that merging has on each thread: for a section of the earlier version, and for the rows of one bucket.

import type { RowShape } from "../../wire/segment/shape.ts";
import { type Bump, bumpBytes } from "./bump.ts";
import type { MergeSettings } from "./merge-piece.ts";
import { markWordsFor } from "./numbered-records.ts";
import { type SectionSize, sectionScratchBytes } from "./section.ts";

/** Where a section of the earlier version lies, opened. */
export type EarlierRooms = {
  readonly key: number;
  readonly lengths: number;
  readonly texts: number;
  readonly offsets: number;
  readonly hashes: number;
  readonly table: number;
  readonly columns: number;
  readonly order: number;
  readonly tokenOrder: number;
};

/** Where the rows of one bucket lie beside each other before they are put in order. */
export type InputRooms = {
  readonly keys: number;
  readonly rest: number;
  readonly columns: readonly number[];
  readonly lengths: number;
  readonly recordBytes: number;
  readonly finals: number;
};

/** Where an ordinary section lies, opened, in room that any other section takes for something else; and its own. */
export type QuickRooms = Pick<EarlierRooms, "table" | "columns"> & {
  /** References as they are packed; those that take more bytes are texts. */
  readonly records: number;
  readonly recordBytes: number;
  readonly places: number;
  /** Three words a run: no more runs than rows. */
  readonly runs: number;
  readonly marks: number;
  readonly markWords: number;
};

type Sizes = Pick<MergeSettings, "shape" | "size" | "baseRows" | "references">;

const earlierSizes = (shape: RowShape, rows: number) => ({
  key: 8,
  lengths: rows,
  texts: rows * 128,
  offsets: (rows + 1) * 4,
  hashes: rows * 4,
  table: rows * 16,
  columns: shape.columns.reduce((sum, { width }) => sum + rows * width, 0),
  order: rows * 4,
  tokenOrder: rows * 4,
});

/** Bytes of the input of one bucket. */
const inputSizes = (shape: RowShape, { bucketRows, recordBytes }: SectionSize) => [
  bucketRows * 4,
  bucketRows * 12,
  ...shape.columns.map(({ width }) => bucketRows * width),
  bucketRows,
  recordBytes,
  bucketRows * 4,
];

const RUN_BYTES = 12;

/** Bytes that each thread needs. */
export function mergingScratchBytes({ shape, size, baseRows, references }: Sizes): number {
  const ofQuick = [size.rows * 4, size.rows * RUN_BYTES, markWordsFor(references.count) * 4];
  const sizes = [...Object.values(earlierSizes(shape, baseRows)), ...inputSizes(shape, size), ...ofQuick];
  return sectionScratchBytes(shape, size) + bumpBytes(sizes);
}

/** Takes the room behind that in which sections are made. */
export function mergingRooms(
  bump: Bump,
  { shape, size, baseRows, references }: Sizes,
): { readonly base: EarlierRooms; readonly input: InputRooms; readonly quick: QuickRooms } {
  const sizes = earlierSizes(shape, baseRows);
  const base: EarlierRooms = {
    key: bump.take(sizes.key),
    lengths: bump.take(sizes.lengths),
    texts: bump.take(sizes.texts),
    offsets: bump.take(sizes.offsets),
    hashes: bump.take(sizes.hashes),
    table: bump.take(sizes.table),
    columns: bump.take(sizes.columns),
    order: bump.take(sizes.order),
    tokenOrder: bump.take(sizes.tokenOrder),
  };
  const [keys = 0, rest = 0, ...others] = inputSizes(shape, size).map((bytes) => bump.take(bytes));
  const columns = others.slice(0, shape.columns.length);
  const [lengths = 0, recordBytes = 0, finals = 0] = others.slice(shape.columns.length);
  const input: InputRooms = { keys, rest, columns, lengths, recordBytes, finals };
  const markWords = markWordsFor(references.count);
  const quick: QuickRooms = {
    table: base.table,
    columns: base.columns,
    records: base.texts,
    recordBytes: sizes.texts,
    places: bump.take(size.rows * 4),
    runs: bump.take(size.rows * RUN_BYTES),
    marks: bump.take(markWords * 4),
    markWords,
  };
  return { base, input, quick };
}
