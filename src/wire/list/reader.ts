// Reads one part of a list under its schema: bytes in, batches of digests, codes and record references out. Which
// rows are left out and why is counted; what makes the part unreadable ends it.

import { columnsOf, type DatasetSchema } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { BATCH_ROWS, emptyBatch, type ReferenceBatch, type RowBatch } from "./batch.ts";
import { blankRows } from "./blank-rows.ts";
import { checkHeader } from "./columns.ts";
import { type Ahead, CELLS_KEPT, type CsvRow, type CsvScanner } from "./csv.ts";
import { type Dictionaries, dictionariesOf } from "./dictionary.ts";
import { DIGEST_CHARACTERS } from "./digest.ts";
import { type ListFault, noCounts, type RefusedCell, type RowCounts, type RowFault } from "./fault.ts";
import {
  ABSENT,
  identifierColumns,
  identifierFault,
  judgeRest,
  MALFORMED,
  readIdentifiers,
  rowsToSample,
  sampleRow,
  sampleRows,
} from "./identifiers.ts";
import { listScanner } from "./list-scanner.ts";
import { measureReader } from "./measures.ts";
import { type OrdinaryRows, ordinaryRows, type ReaderRoom } from "./ordinary-rows.ts";
import { keepRecord, recordFault } from "./record-cell.ts";
import { cellText } from "./utf8.ts";
import { zero } from "./workspace.ts";

export type ListReader = {
  push(block: Uint8Array): ListFault | null;
  end(): ListFault | null;
  /** The header in file order; empty until it is read. */
  columns(): readonly string[];
  /**
   * Hands over the rows that wait in the batch and what was counted since the last time, lines counted from where it
   * was then. Call between whole rows.
   */
  take(): { readonly counts: RowCounts; readonly lines: number };
  /** Leaves no digest where rows were read, be it behind a fault. Call between whole rows, or when reading ends. */
  wipe(): void;
};

type Options = {
  readonly schema: DatasetSchema;
  /** The header of the first part; absent when this is the first part, which begins with it. */
  readonly columns?: readonly string[];
  /** What is read of a row: all that the schema says, or its record reference alone. */
  readonly reads: "rows" | "references";
  /** Whether the first cells of each identifier column say if the list follows the declared convention. */
  readonly judges: boolean;
  /** Takes a batch away at once: the arrays are filled again afterwards. */
  readonly onBatch: (batch: RowBatch) => void;
  /** Takes away the record references of rows without any identifier, likewise; without it nobody asks for them. */
  readonly onBlanks?: (references: ReferenceBatch) => void;
  /** Where batches lie, and kernels that read the ordinary rows; without it, every row is read here. */
  readonly room?: ReaderRoom;
};

export function listReader(options: Options): ListReader {
  const reading = startReading(options);
  const { ordinary } = reading;
  const scanner = listScanner({
    columns: options.columns ?? columnsOf(options.schema),
    onNdjson: (columns) => void (reading.places ?? takeColumns(reading, columns)),
    maximumRowBytes: LIMITS.rowBytes,
    skipsByteOrderMark: options.columns === undefined,
    onRow: (row) => {
      if (reading.fault !== null) return true;
      return reading.places === null ? readHeader(reading, row) : readRow(reading, row, reading.places);
    },
    ...(ordinary === null ? {} : { space: ordinary.space, readAhead: (ahead) => readAhead(reading, ordinary, ahead) }),
  });
  reading.scanner = scanner;
  if (options.columns !== undefined) takeColumns(reading, options.columns);
  const faultAfter = (fault: { says: string; line: number } | null): ListFault | null =>
    reading.fault ?? (fault === null ? null : { kind: "list-unreadable", ...fault });
  return {
    push: (block) => faultAfter(scanner.push(block)),
    end: () => faultAfter(scanner.end()) ?? finish(reading),
    columns: () => reading.names,
    take: () => {
      flush(reading);
      const { counts, lineBefore } = reading;
      reading.lineBefore = scanner.line() - 1;
      reading.counts = noCounts();
      const rejects = counts.rejects.map((reject) => ({ ...reject, line: reject.line - lineBefore }));
      return { counts: { ...counts, rejects }, lines: reading.lineBefore - lineBefore };
    },
    wipe: () => wipe(reading),
  };
}

type Reading = ReturnType<typeof startReading>;

/** Where the schema's columns stand in the file. */
type Places = {
  readonly count: number;
  readonly record: number;
  readonly identifiers: readonly number[];
  readonly attributes: readonly number[];
  readonly consents: readonly number[];
};

function startReading({ schema, reads, judges, onBatch, onBlanks, room }: Options) {
  const ordinary = reads === "references" ? null : ordinaryRowsIn(room, schema);
  const batch = ordinary?.batch ?? emptyBatch(schema, room?.allocate);
  const blanks = onBlanks === undefined ? null : blankRows(onBlanks);
  const places: Places | null = null;
  const scanner: CsvScanner | null = null;
  const fault: ListFault | null = null;
  const names: readonly string[] = [];
  return {
    schema,
    reads,
    onBatch,
    ordinary,
    batch,
    blanks,
    counts: noCounts(),
    /** Lines that were read before the last taking. */
    lineBefore: 0,
    identifiers: identifierColumns(schema, batch, judges),
    measures: measureReader(schema, batch),
    attributes: Object.values(schema.attributes),
    consents: Object.values(schema.consents),
    // SAFETY: made when the first row is read here, which may be none.
    dictionaries: null as Dictionaries | null,
    // SAFETY: the wider types that these hold as reading goes on.
    places: places as Places | null,
    // SAFETY: as above.
    scanner: scanner as CsvScanner | null,
    // SAFETY: as above.
    fault: fault as ListFault | null,
    names,
  };
}

function ordinaryRowsIn(room: ReaderRoom | undefined, schema: DatasetSchema): OrdinaryRows | null {
  return room === undefined || room.kernels === null ? null : ordinaryRows(room.kernels, room.allocate, schema);
}

function readHeader(reading: Reading, row: CsvRow): boolean {
  const names = Array.from({ length: Math.min(row.count, CELLS_KEPT) }, (_, cell) => cellText(row, cell));
  const checked = checkHeader(names, reading.schema, reading.reads);
  if (checked.ok) takeColumns(reading, names);
  else reading.fault = checked.error;
  return true;
}

function takeColumns(reading: Reading, names: readonly string[]): void {
  const { schema, reads } = reading;
  const wanted = reads === "rows" ? columnsOf(schema) : [schema.record.column];
  if (wanted.some((name) => !names.includes(name))) throw new Error("columns that the schema does not fit");
  const placeOf = ({ column }: { readonly column: string }) => names.indexOf(column);
  reading.names = names;
  reading.measures.place(names);
  reading.places = {
    count: names.length,
    record: placeOf(schema.record),
    identifiers: reading.identifiers.columns.map(placeOf),
    attributes: reading.attributes.map(placeOf),
    consents: reading.consents.map(placeOf),
  };
  if (reads === "references") return;
  const widths = new Int32Array(names.length);
  for (const identifier of reading.identifiers.columns)
    widths[placeOf(identifier)] = DIGEST_CHARACTERS[identifier.encoding];
  reading.scanner?.expect(widths);
  reading.ordinary?.expect(names);
}

/** Reads rows as long as they are ordinary. */
function readAhead(reading: Reading, ordinary: OrdinaryRows, ahead: Ahead): void {
  if (reading.fault !== null || reading.places === null) return;
  const { batch, counts, identifiers } = reading;
  for (let isFull = true; isFull && reading.fault === null; ) {
    const from = batch.rows;
    isFull = ordinary.read(ahead, Math.min(BATCH_ROWS, from + rowsToSample(identifiers)));
    const rows = batch.rows - from;
    counts.read += rows;
    counts.accepted += rows;
    if (identifiers.unjudged > 0) reading.fault = sampleRows(identifiers, from);
    if (batch.rows === BATCH_ROWS) flush(reading);
  }
}

/** Reads a row; false asks the scanner to cut it again without leaping over cells. */
function readRow(reading: Reading, row: CsvRow, places: Places): boolean {
  if (row.count !== places.count) return !row.isLeaped && refuse(reading, row, "columns-differ");
  if (reading.reads === "references") return readReference(reading, row, places);
  const { identifiers } = reading;
  const worst = readIdentifiers(identifiers, row, places.identifiers);
  if (worst === MALFORMED && row.isLeaped) return false;
  if (identifiers.unjudged > 0) reading.fault ??= sampleRow(identifiers, row, places.identifiers);
  reading.counts.read++;
  if (worst === ABSENT) {
    reading.counts.blank++;
    if (reading.blanks?.keep(row, places.record) === true) reading.counts.cleared++;
    return true;
  }
  const fault =
    recordFault(row, places.record) ?? identifierFault(identifiers, worst) ?? readValues(reading, row, places);
  if (fault !== null) return refuseRead(reading, row, fault);
  readConsents(reading, row, places);
  keepRecord(reading.batch, row, places.record);
  reading.counts.accepted++;
  if (++reading.batch.rows === BATCH_ROWS) flush(reading);
  return true;
}

function readReference(reading: Reading, row: CsvRow, places: Places): true {
  reading.counts.read++;
  const fault = recordFault(row, places.record);
  if (fault !== null) return refuseRead(reading, row, fault);
  keepRecord(reading.batch, row, places.record);
  reading.counts.accepted++;
  if (++reading.batch.rows === BATCH_ROWS) flush(reading);
  return true;
}

function readValues(reading: Reading, row: CsvRow, places: Places): RefusedCell | null {
  const { batch } = reading;
  reading.dictionaries ??= dictionariesOf(reading.schema);
  const { attributes } = reading.dictionaries;
  for (let index = 0; index < attributes.length; index++) {
    const codeOf = attributes[index];
    const codes = batch.codes[index];
    if (codeOf === undefined || codes === undefined) break;
    const place = places.attributes[index] ?? 0;
    const from = row.starts[place] ?? 0;
    const to = row.ends[place] ?? 0;
    const code = to === from ? 0 : codeOf(row.view, from, to);
    if (code === 0 && to > from) return valueUnknown(reading, index);
    codes[batch.rows] = code;
  }
  return reading.measures.read(row);
}

function valueUnknown(reading: Reading, attribute: number): RefusedCell {
  const column = reading.attributes[attribute]?.column;
  if (column === undefined) throw new Error("a value without its attribute");
  return { reason: "value-unknown", column };
}

function readConsents(reading: Reading, row: CsvRow, places: Places): void {
  const { batch } = reading;
  reading.dictionaries ??= dictionariesOf(reading.schema);
  const { consents } = reading.dictionaries;
  let bits = 0;
  for (let index = 0; index < consents.length; index++) {
    const place = places.consents[index] ?? 0;
    const code = consents[index]?.(row.view, row.starts[place] ?? 0, row.ends[place] ?? 0) ?? 0;
    if (code > 0) bits |= 1 << index;
  }
  batch.consents[batch.rows] = bits;
}

function refuse(reading: Reading, row: CsvRow, reason: RowFault): true {
  reading.counts.read++;
  return refuseRead(reading, row, { reason });
}

function refuseRead({ counts, schema }: Reading, row: CsvRow, fault: RefusedCell): true {
  counts.rejected++;
  counts.byReason[fault.reason] = (counts.byReason[fault.reason] ?? 0) + 1;
  if (counts.rejects.length < LIMITS.rejectedRowsKept) {
    const column = fault.reason.startsWith("record") ? schema.record.column : fault.column;
    const where = column === undefined ? {} : { column };
    counts.rejects.push({ line: row.line, reason: fault.reason, ...where });
  }
  return true;
}

function flush(reading: Reading): void {
  if (reading.batch.rows > 0) reading.onBatch(reading.batch);
  reading.batch.rows = 0;
  reading.batch.recordBytesUsed = 0;
  reading.blanks?.flush();
}

function finish(reading: Reading): ListFault | null {
  if (reading.places === null)
    return { kind: "list-unreadable", says: "the list is empty: not even a header", line: 1 };
  reading.fault ??= judgeRest(reading.identifiers);
  if (reading.fault !== null) return reading.fault;
  flush(reading);
  wipe(reading);
  return null;
}

function wipe({ batch, ordinary }: Reading): void {
  for (const { digests } of batch.identifiers) zero(digests, digests.byteLength);
  if (ordinary !== null) zero(ordinary.space.bytes, ordinary.space.used);
}
