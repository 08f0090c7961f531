// Rows without any identifier, of which an upsert wants the record references: nobody is to stand under these any more.

import { BATCH_ROWS, emptyReferences, type ReferenceBatch } from "./batch.ts";
import type { CsvRow } from "./csv.ts";
import { keepRecord, recordFault } from "./record-cell.ts";

export type BlankRows = {
  /** Keeps the reference of a row; answers whether it has one that a row can have. */
  keep(row: CsvRow, place: number): boolean;
  /** Hands over what is kept. */
  flush(): void;
};

export function blankRows(onBlanks: (references: ReferenceBatch) => void): BlankRows {
  let batch: ReferenceBatch | null = null;
  const flush = () => {
    if (batch === null || batch.rows === 0) return;
    onBlanks(batch);
    batch.rows = 0;
    batch.recordBytesUsed = 0;
  };
  return {
    keep: (row, place) => {
      if (recordFault(row, place) !== null) return false;
      batch ??= emptyReferences();
      keepRecord(batch, row, place);
      if (++batch.rows === BATCH_ROWS) flush();
      return true;
    },
    flush,
  };
}
