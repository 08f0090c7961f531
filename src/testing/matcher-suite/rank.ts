// Which row of a person speaks for it: stated here once, for the slow matcher and for the one in memory. The order is
// total up to rows that are the same, so it does not depend on the order in which rows came.

/** A row as a matcher keeps it. */
export type PlainRow = {
  readonly record: string;
  /** By the place of the kind in `IDENTIFIER_KINDS`: 32 lowercase hex digits, or null for none. */
  readonly tokens: readonly (string | null)[];
  /** In the order of the schema; 0 is none. */
  readonly codes: readonly number[];
  /** In the order of the schema; `NO_MEASURE` is none. */
  readonly measures: readonly number[];
  /** Bit n: the n-th consent of the schema was given. */
  readonly consents: number;
};

export const NO_MEASURE = -2_147_483_648;

/** The row that speaks for a person: of the least record reference byte by byte, then of the least of what it says. */
export function speakerOf(rows: readonly PlainRow[]): PlainRow {
  const [first, ...others] = rows;
  if (first === undefined) throw new Error("a person without rows");
  return others.reduce((least, row) => (compareRows(row, least) < 0 ? row : least), first);
}

function compareRows(left: PlainRow, right: PlainRow): number {
  return (
    Buffer.compare(Buffer.from(left.record), Buffer.from(right.record)) ||
    compareAll(left.codes, right.codes) ||
    compareAll(left.measures, right.measures) ||
    left.consents - right.consents
  );
}

function compareAll<Item extends string | number>(left: readonly Item[], right: readonly Item[]): number {
  for (const [index, item] of left.entries()) {
    const other = right[index];
    if (other === undefined) throw new Error("rows of different schemas");
    if (item !== other) return item < other ? -1 : 1;
  }
  return 0;
}
