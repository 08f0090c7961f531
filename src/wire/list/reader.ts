// Reads one part of a list under its schema: bytes in, batches of digests, codes and record references out. Which
// rows are left out and why is counted; what makes the part unreadable ends it.

import { columnsOf, type DatasetSchema } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { BATCH_ROWS, emptyBatch, type RowBatch } from "./batch.ts";
import { checkHeader } from "./columns.ts";
import { conventionOf, emptySample, judgeSample, SAMPLE_CELLS } from "./convention.ts";
import { CELLS_KEPT, type CsvRow, type CsvScanner, csvScanner } from "./csv.ts";
import { dictionary } from "./dictionary.ts";
import { DIGEST_CHARACTERS, DIGEST_READERS, type Words } from "./digest.ts";
import { isDigestOfNothing } from "./digests-of-nothing.ts";
import type { ListFault, RowCounts, RowFault } from "./fault.ts";

export type ListReader = {
  push(block: Uint8Array): ListFault | null;
  end(): ListFault | null;
  /** The header in file order; empty until it is read. */
  columns(): readonly string[];
  readonly counts: RowCounts;
};

type Options = {
  readonly schema: DatasetSchema;
  /** The header of the first part; absent when this is the first part, which begins with it. */
  readonly columns?: readonly string[];
  /** Takes a batch away at once: the arrays are filled again afterwards. */
  readonly onBatch: (batch: RowBatch) => void;
};

export function listReader(options: Options): ListReader {
  const reading = startReading(options);
  const scanner = csvScanner({
    maximumRowBytes: LIMITS.rowBytes,
    skipsByteOrderMark: options.columns === undefined,
    onRow: (row) => {
      if (reading.fault !== null) return true;
      return reading.places === null ? readHeader(reading, row) : readRow(reading, row, reading.places);
    },
  });
  reading.scanner = scanner;
  if (options.columns !== undefined) takeColumns(reading, options.columns);
  const faultAfter = (fault: { says: string; line: number } | null): ListFault | null => {
    if (reading.fault !== null) return reading.fault;
    return fault === null ? null : { kind: "list-unreadable", ...fault };
  };
  return {
    push: (block) => faultAfter(scanner.push(block)),
    end: () => faultAfter(scanner.end()) ?? finish(reading),
    columns: () => reading.names,
    counts: reading.counts,
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

const ABSENT = 0;
const PRESENT = 1;
const OF_NOTHING = 2;
const MALFORMED = 3;

function startReading({ schema, onBatch }: Options) {
  const batch = emptyBatch(schema);
  const counts: RowCounts = { read: 0, accepted: 0, blank: 0, rejected: 0, byReason: {}, rejects: [] };
  const identifiers = batch.identifiers.map(({ kind, digests }) => {
    const declared = schema.identifiers[kind];
    if (declared === undefined) throw new Error("a batch has a kind that its schema lacks");
    const { column, encoding } = declared;
    const words: Words = { words: digests, at: 0 };
    return { column, encoding, read: DIGEST_READERS[encoding], words, sample: emptySample(), isJudged: false };
  });
  const places: Places | null = null;
  const scanner: CsvScanner | null = null;
  const fault: ListFault | null = null;
  const names: readonly string[] = [];
  return {
    schema,
    onBatch,
    batch,
    counts,
    identifiers,
    states: new Uint8Array(identifiers.length),
    cell: { from: 0, to: 0 },
    attributes: Object.values(schema.attributes).map(({ column, values }) => ({ column, codeOf: dictionary(values) })),
    consents: Object.values(schema.consents).map(({ column, granted }) => ({ column, codeOf: dictionary(granted) })),
    // SAFETY: the wider types that these hold as reading goes on.
    places: places as Places | null,
    // SAFETY: as above.
    scanner: scanner as CsvScanner | null,
    // SAFETY: as above.
    fault: fault as ListFault | null,
    names,
    /** Identifier columns whose convention is still being looked at. */
    unjudged: identifiers.length,
  };
}

function readHeader(reading: Reading, row: CsvRow): boolean {
  const names = Array.from({ length: Math.min(row.count, CELLS_KEPT) }, (_, cell) => textOf(row, cell));
  const checked = checkHeader(names, reading.schema);
  if (checked.ok) takeColumns(reading, names);
  else reading.fault = checked.error;
  return true;
}

function takeColumns(reading: Reading, names: readonly string[]): void {
  const { schema } = reading;
  if (columnsOf(schema).some((name) => !names.includes(name))) throw new Error("columns that the schema does not fit");
  const placeOf = ({ column }: { readonly column: string }) => names.indexOf(column);
  reading.names = names;
  reading.places = {
    count: names.length,
    record: placeOf(schema.record),
    identifiers: reading.identifiers.map(placeOf),
    attributes: reading.attributes.map(placeOf),
    consents: reading.consents.map(placeOf),
  };
  const widths = new Int32Array(names.length);
  for (const identifier of reading.identifiers) widths[placeOf(identifier)] = DIGEST_CHARACTERS[identifier.encoding];
  reading.scanner?.expect(widths);
}

/** Reads a row; false asks the scanner to cut it again without leaping over cells. */
function readRow(reading: Reading, row: CsvRow, places: Places): boolean {
  if (row.count !== places.count) return !row.isLeaped && refuse(reading, row, "columns-differ");
  const worst = readIdentifiers(reading, row, places);
  if (worst === MALFORMED && row.isLeaped) return false;
  if (reading.unjudged > 0) sampleRow(reading, row, places);
  reading.counts.read++;
  if (worst === ABSENT) {
    reading.counts.blank++;
    return true;
  }
  const fault = recordFault(row, places) ?? identifierFault(reading, worst) ?? readValues(reading, row, places);
  if (fault !== null) return refuseRead(reading, row, fault);
  readConsents(reading, row, places);
  keepRecord(reading.batch, row, places.record);
  reading.counts.accepted++;
  if (++reading.batch.rows === BATCH_ROWS) flush(reading);
  return true;
}

// HOT: once a row; answers the worst state among the row's identifiers, and whether there is any.
function readIdentifiers(reading: Reading, row: CsvRow, places: Places): number {
  const { batch, identifiers, states, cell } = reading;
  let worst = ABSENT;
  for (let kind = 0; kind < identifiers.length; kind++) {
    const identifier = identifiers[kind];
    const column = batch.identifiers[kind];
    if (identifier === undefined || column === undefined) break;
    const place = places.identifiers[kind] ?? 0;
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

function sampleRow(reading: Reading, row: CsvRow, places: Places): void {
  for (const [index, identifier] of reading.identifiers.entries()) {
    const state = reading.states[index];
    if (identifier.isJudged || state === ABSENT) continue;
    const { sample } = identifier;
    sample.seen++;
    const place = places.identifiers[index] ?? 0;
    const other = state === MALFORMED ? conventionOf(textOf(row, place), identifier.encoding) : null;
    if (other !== null) sample.others.set(other, (sample.others.get(other) ?? 0) + 1);
    if (sample.seen === SAMPLE_CELLS) judge(reading, identifier);
  }
}

function judge(reading: Reading, identifier: Reading["identifiers"][number]): void {
  identifier.isJudged = true;
  reading.unjudged--;
  const other = judgeSample(identifier.sample);
  if (other === null) return;
  const says =
    `the column \`${identifier.column}\` holds ${other}, where the schema says SHA-256 in ${identifier.encoding}: ` +
    "run `concordat hash` and upload what it writes";
  reading.fault ??= { kind: "list-wrong-convention", says };
}

type Fault = { readonly reason: RowFault; readonly column?: string };

function recordFault(row: CsvRow, places: Places): Fault | null {
  const length = (row.ends[places.record] ?? 0) - (row.starts[places.record] ?? 0);
  if (length > LIMITS.recordBytes) return TOO_LONG;
  return length === 0 ? RECORD_MISSING : null;
}

const TOO_LONG: Fault = { reason: "record-too-long" };
const RECORD_MISSING: Fault = { reason: "record-missing" };

function identifierFault(reading: Reading, worst: number): Fault | null {
  if (worst <= PRESENT) return null;
  const column = reading.identifiers[reading.states.indexOf(worst)]?.column;
  if (column === undefined) throw new Error("a state without its identifier");
  return { reason: worst === MALFORMED ? "identifier-malformed" : "identifier-of-nothing", column };
}

function readValues(reading: Reading, row: CsvRow, places: Places): Fault | null {
  const { attributes, batch } = reading;
  for (let index = 0; index < attributes.length; index++) {
    const attribute = attributes[index];
    const codes = batch.codes[index];
    if (attribute === undefined || codes === undefined) break;
    const place = places.attributes[index] ?? 0;
    const from = row.starts[place] ?? 0;
    const to = row.ends[place] ?? 0;
    const code = to === from ? 0 : attribute.codeOf(row.view, from, to);
    if (code === 0 && to > from) return { reason: "value-unknown", column: attribute.column };
    codes[batch.rows] = code;
  }
  return null;
}

function readConsents(reading: Reading, row: CsvRow, places: Places): void {
  const { consents, batch } = reading;
  let bits = 0;
  for (let index = 0; index < consents.length; index++) {
    const place = places.consents[index] ?? 0;
    const code = consents[index]?.codeOf(row.view, row.starts[place] ?? 0, row.ends[place] ?? 0) ?? 0;
    if (code > 0) bits |= 1 << index;
  }
  batch.consents[batch.rows] = bits;
}

function keepRecord(batch: RowBatch, row: CsvRow, place: number): void {
  const from = row.starts[place] ?? 0;
  const length = (row.ends[place] ?? 0) - from;
  const { recordBytes, recordBytesUsed: to } = batch;
  for (let byte = 0; byte < length; byte++) recordBytes[to + byte] = row.view.getUint8(from + byte);
  batch.recordLengths[batch.rows] = length;
  batch.recordBytesUsed = to + length;
}

function refuse(reading: Reading, row: CsvRow, reason: RowFault): true {
  reading.counts.read++;
  return refuseRead(reading, row, { reason });
}

function refuseRead({ counts, schema }: Reading, row: CsvRow, fault: Fault): true {
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
}

function finish(reading: Reading): ListFault | null {
  if (reading.places === null)
    return { kind: "list-unreadable", says: "the list is empty: not even a header", line: 1 };
  for (const identifier of reading.identifiers) if (!identifier.isJudged) judge(reading, identifier);
  if (reading.fault !== null) return reading.fault;
  flush(reading);
  for (const { digests } of reading.batch.identifiers) digests.fill(0);
  return null;
}

function textOf(row: CsvRow, cell: number): string {
  return Buffer.from(
    row.bytes.buffer,
    row.bytes.byteOffset + (row.starts[cell] ?? 0),
    (row.ends[cell] ?? 0) - (row.starts[cell] ?? 0),
  ).toString("utf8");
}
