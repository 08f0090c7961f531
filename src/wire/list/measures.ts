// The measures of a row, into the columns of a batch.

import { MALFORMED_MEASURE, readMeasure } from "../../domain/dataset/measure.ts";
import { type DatasetSchema, measuresOf } from "../../domain/dataset/schema.ts";
import type { RowBatch } from "./batch.ts";
import type { CsvRow } from "./csv.ts";
import type { RowFault } from "./fault.ts";

export type MeasureReader = {
  /** Told where the columns of the list stand. */
  place(names: readonly string[]): void;
  /** Reads the measures of a row into the batch's next row; answers what is wrong with the first that is no number. */
  read(row: CsvRow): { readonly reason: RowFault; readonly column: string } | null;
};

export function measureReader(schema: DatasetSchema, batch: RowBatch): MeasureReader {
  const measures = measuresOf(schema).map(([, { column, scale }]) => ({ column, scale, place: 0 }));
  const cell = { from: 0, to: 0 };
  return {
    place: (names) => {
      for (const measure of measures) measure.place = names.indexOf(measure.column);
    },
    read: (row) => {
      for (let index = 0; index < measures.length; index++) {
        const measure = measures[index];
        const column = batch.measures[index];
        if (measure === undefined || column === undefined) break;
        cell.from = row.starts[measure.place] ?? 0;
        cell.to = row.ends[measure.place] ?? 0;
        const value = readMeasure(row.view, cell, measure.scale);
        if (value === MALFORMED_MEASURE) return { reason: "measure-malformed", column: measure.column };
        column[batch.rows] = value;
      }
      return null;
    },
  };
}
