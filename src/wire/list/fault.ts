// How reading a list may fail: a fault ends the whole part, a refused row is counted and left out.

/** Why a part cannot be read. `line` counts from 1 within the part. */
export type ListFault = {
  readonly kind: "list-unreadable" | "list-column-missing" | "list-wrong-convention" | "body-too-large";
  readonly says: string;
  readonly line?: number;
};

/** Why one row is refused. */
export type RowFault =
  | "record-missing"
  | "record-too-long"
  | "identifier-malformed"
  | "identifier-of-nothing"
  | "value-unknown"
  | "measure-malformed"
  | "columns-differ";

/** A refused row: where, why and in which column. Never what stood there. */
export type RefusedRow = { readonly line: number; readonly reason: RowFault; readonly column?: string };

/** Why a row is refused, and for which of its cells when it is for one. */
export type RefusedCell = { readonly reason: RowFault; readonly column?: string };

/** What became of the rows of one part. */
export type RowCounts = {
  read: number;
  accepted: number;
  blank: number;
  /** Blank rows whose record references were handed over. */
  cleared: number;
  rejected: number;
  readonly byReason: { [reason in RowFault]?: number };
  /** The first `LIMITS.rejectedRowsKept`. */
  readonly rejects: RefusedRow[];
};

export function noCounts(): RowCounts {
  return { read: 0, accepted: 0, blank: 0, cleared: 0, rejected: 0, byReason: {}, rejects: [] };
}
