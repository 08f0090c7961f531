// The cell of a row's record reference: what is wrong with it, and where its bytes are kept.

import { LIMITS } from "../../domain/limits.ts";
import type { ReferenceBatch } from "./batch.ts";
import type { CsvRow } from "./csv.ts";
import type { RefusedCell } from "./fault.ts";

const TOO_LONG: RefusedCell = { reason: "record-too-long" };
const RECORD_MISSING: RefusedCell = { reason: "record-missing" };

export function recordFault(row: CsvRow, place: number): RefusedCell | null {
  const length = (row.ends[place] ?? 0) - (row.starts[place] ?? 0);
  if (length > LIMITS.recordBytes) return TOO_LONG;
  return length === 0 ? RECORD_MISSING : null;
}

export function keepRecord(batch: ReferenceBatch, row: CsvRow, place: number): void {
  const from = row.starts[place] ?? 0;
  const length = (row.ends[place] ?? 0) - from;
  const { recordBytes, recordBytesUsed: to } = batch;
  for (let byte = 0; byte < length; byte++) recordBytes[to + byte] = row.view.getUint8(from + byte);
  batch.recordLengths[batch.rows] = length;
  batch.recordBytesUsed = to + length;
}
