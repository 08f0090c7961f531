// What became of a list's rows, part by part and together, and whether too many of them were refused.

import { LIMITS } from "../limits.ts";

export const REJECT_REASONS = {
  "record-missing": "the record reference is empty",
  "record-too-long": `the record reference is longer than ${LIMITS.recordBytes} bytes`,
  "identifier-malformed": "the identifier is not a digest in the declared encoding",
  "identifier-of-nothing": "the digest is that of an empty or placeholder value",
  "value-unknown": "the value is not one that the schema declares",
  "measure-malformed": "the measure is no decimal number, too precise for its scale or too large",
  "columns-differ": "the row has another number of columns than the header",
} as const;

export type RejectReason = keyof typeof REJECT_REASONS;

/** One refused row: its part, its line within the part, and the column at fault. Never what stood there. */
export type Reject = {
  readonly part: number;
  readonly line: number;
  readonly reason: RejectReason;
  readonly column?: string;
};

/** What became of the rows. `read` = `accepted` + `blank` + `rejected`. */
export type RowReport = {
  readonly read: number;
  readonly accepted: number;
  /** Rows without any identifier: they can match nobody, and are left out without counting as refused. */
  readonly blank: number;
  /**
   * Of these, rows of an upsert that name a record reference: they clear it, since a full list with such a row has
   * nobody under that reference either. 0 for any other change.
   */
  readonly cleared: number;
  readonly rejected: number;
  readonly byReason: { readonly [reason in RejectReason]?: number };
  /** The first `LIMITS.rejectedRowsKept` refused rows. */
  readonly rejects: readonly Reject[];
};

/** The report of a whole list from those of its parts, in their order. O(parts + rejects). */
export function totalReport(parts: readonly RowReport[]): RowReport {
  const sum = (count: (part: RowReport) => number) => parts.reduce((total, part) => total + count(part), 0);
  const byReason = new Map<string, number>();
  for (const [reason, rows] of parts.flatMap((part) => Object.entries(part.byReason))) {
    byReason.set(reason, (byReason.get(reason) ?? 0) + rows);
  }
  return {
    read: sum((part) => part.read),
    accepted: sum((part) => part.accepted),
    blank: sum((part) => part.blank),
    cleared: sum((part) => part.cleared),
    rejected: sum((part) => part.rejected),
    byReason: Object.fromEntries(byReason),
    rejects: parts.flatMap((part) => part.rejects).slice(0, LIMITS.rejectedRowsKept),
  };
}

/**
 * Whether more rows were refused than a declared share of those read. Exact: both sides are integers.
 * @param share  a decimal fraction with at most six places, as the dataset's schema states it
 */
export function hasTooManyRejects(report: RowReport, share: string): boolean {
  const [whole = "", fraction = ""] = share.split(".");
  const millionths = BigInt(whole + fraction.padEnd(6, "0"));
  return BigInt(report.rejected) * 1_000_000n > BigInt(report.read) * millionths;
}
