// The identifier columns of a list that is being read: what state their cells are in, and whether a column follows the
// declared convention, which its first cells tell.

import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import { BATCH_ROWS, type RowBatch } from "./batch.ts";
import { conventionOf, emptySample, judgeSample, SAMPLE_CELLS } from "./convention.ts";
import type { CsvRow } from "./csv.ts";
import { DIGEST_READERS, type Words } from "./digest.ts";
import { isDigestOfNothing } from "./digests-of-nothing.ts";
import type { ListFault, RefusedCell } from "./fault.ts";
import { cellText } from "./utf8.ts";

/** States of a cell, the worst last; a row has the worst of its cells'. */
export const ABSENT = 0;
const PRESENT = 1;
const OF_NOTHING = 2;
export const MALFORMED = 3;

export type IdentifierColumns = ReturnType<typeof identifierColumns>;

export function identifierColumns(schema: DatasetSchema, batch: RowBatch, judges: boolean) {
  const columns = batch.identifiers.map(({ kind, digests }) => {
    const declared = schema.identifiers[kind];
    if (declared === undefined) throw new Error("a batch has a kind that its schema lacks");
    const { column, encoding } = declared;
    const words: Words = { words: digests, at: 0 };
    return { column, encoding, read: DIGEST_READERS[encoding], words, sample: emptySample(), isJudged: !judges };
  });
  return {
    columns,
    batch,
    states: new Uint8Array(columns.length),
    cell: { from: 0, to: 0 },
    /** Columns whose convention is still being looked at. */
    unjudged: judges ? columns.length : 0,
  };
}

// HOT: once a row; answers the worst state among the row's identifiers, and whether there is any.
export function readIdentifiers(reading: IdentifierColumns, row: CsvRow, places: readonly number[]): number {
  const { batch, columns, states, cell } = reading;
  let worst = ABSENT;
  for (let kind = 0; kind < columns.length; kind++) {
    const identifier = columns[kind];
    const column = batch.identifiers[kind];
    if (identifier === undefined || column === undefined) break;
    const place = places[kind] ?? 0;
    cell.from = row.starts[place] ?? 0;
    cell.to = row.ends[place] ?? 0;
    let state = ABSENT;
    if (cell.to > cell.from) {
      identifier.words.at = batch.rows * 8;
      state = identifier.read(row.view, cell, identifier.words) ? PRESENT : MALFORMED;
      if (state === PRESENT && isDigestOfNothing(column.digests, batch.rows * 8)) state = OF_NOTHING;
    }
    states[kind] = state;
    column.present[batch.rows] = state === PRESENT ? 1 : 0;
    if (state > worst) worst = state;
  }
  return worst;
}

/** Why a row whose identifiers are in this state is refused; null when it is not. */
export function identifierFault(reading: IdentifierColumns, worst: number): RefusedCell | null {
  if (worst <= PRESENT) return null;
  const column = reading.columns[reading.states.indexOf(worst)]?.column;
  if (column === undefined) throw new Error("a state without its identifier");
  return { reason: worst === MALFORMED ? "identifier-malformed" : "identifier-of-nothing", column };
}

/** Looks at the row that was read last. */
export function sampleRow(reading: IdentifierColumns, row: CsvRow, places: readonly number[]): ListFault | null {
  let fault: ListFault | null = null;
  for (const [index, identifier] of reading.columns.entries()) {
    const state = reading.states[index];
    if (identifier.isJudged || state === ABSENT) continue;
    const { sample } = identifier;
    sample.seen++;
    const other = state === MALFORMED ? conventionOf(cellText(row, places[index] ?? 0), identifier.encoding) : null;
    if (other !== null) sample.others.set(other, (sample.others.get(other) ?? 0) + 1);
    if (sample.seen === SAMPLE_CELLS) fault ??= judge(reading, identifier);
  }
  return fault;
}

/** Rows without a malformed cell that may be read before a sample is complete. */
export function rowsToSample({ columns, unjudged }: IdentifierColumns): number {
  if (unjudged === 0) return BATCH_ROWS;
  return Math.min(...columns.map(({ isJudged, sample }) => (isJudged ? BATCH_ROWS : SAMPLE_CELLS - sample.seen)));
}

/** Looks at the last rows of the batch, from `from` on, which have no malformed cell: `rowsToSample` at the most. */
export function sampleRows(reading: IdentifierColumns, from: number): ListFault | null {
  let fault: ListFault | null = null;
  for (const [index, identifier] of reading.columns.entries()) {
    if (identifier.isJudged) continue;
    const present = reading.batch.identifiers[index]?.present.subarray(from, reading.batch.rows) ?? [];
    for (const one of present) identifier.sample.seen += one;
    if (identifier.sample.seen === SAMPLE_CELLS) fault ??= judge(reading, identifier);
  }
  return fault;
}

/** Judges what was not yet: the list is at its end. */
export function judgeRest(reading: IdentifierColumns): ListFault | null {
  let fault: ListFault | null = null;
  for (const identifier of reading.columns) if (!identifier.isJudged) fault ??= judge(reading, identifier);
  return fault;
}

function judge(reading: IdentifierColumns, identifier: IdentifierColumns["columns"][number]): ListFault | null {
  identifier.isJudged = true;
  reading.unjudged--;
  const other = judgeSample(identifier.sample);
  if (other === null) return null;
  const says =
    `the column \`${identifier.column}\` holds ${other}, where the schema says SHA-256 in ${identifier.encoding}: ` +
    "run `concordat hash` and upload what it writes";
  return { kind: "list-wrong-convention", says };
}
