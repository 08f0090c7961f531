// How the matcher in memory reads a part: with the reader that every matcher has, row by row.

import { type DatasetSchema, IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ListRefusal, Matcher, StagedPart } from "../../ports/matcher.ts";
import type { Allocate, ReferenceBatch, RowBatch } from "../../wire/list/batch.ts";
import { readBlocks } from "../../wire/list/body.ts";
import { type CsvRow, csvScanner } from "../../wire/list/csv.ts";
import { listReader } from "../../wire/list/reader.ts";
import type { PlainRow } from "./rank.ts";

type TokenOfDigest = (kind: IdentifierKind, digest: Uint8Array) => string;
type Part = Parameters<Matcher["stagePart"]>[0];

/** What a part holds: its rows, none for a deletion, and the record references that it names. */
export type ReadRows = { readonly rows: readonly PlainRow[]; readonly references: readonly string[] };

export type PartRead = { readonly part: StagedPart; readonly rows: ReadRows };

type Within = <Value>(work: (allocate: Allocate) => Promise<Value>) => Promise<Value>;

/** How parts are read: with these tokens, within memory that one reader has after the other. */
export type Reading = { readonly tokenOf: TokenOfDigest; readonly within: Within };

/** Memory for readers: each wants megabytes, of which a list of a few people fills little. */
export function readerMemory(): Within {
  const free = new Map<number, Uint8Array[]>();
  return async (work) => {
    const taken: Uint8Array[] = [];
    const allocate: Allocate = (bytes) => {
      const piece = free.get(bytes)?.pop() ?? new Uint8Array(bytes);
      taken.push(piece);
      return piece;
    };
    const value = await work(allocate);
    for (const piece of taken) free.set(piece.length, [...(free.get(piece.length) ?? []), piece.fill(0)]);
    return value;
  };
}

export function readPart(part: Part, { tokenOf, within }: Reading): Promise<Result<PartRead, ListRefusal>> {
  if (part.change === "delete") return readReferences(part);
  return within((allocate) => readRows(part, tokenOf, allocate));
}

async function readRows(
  part: Part,
  tokenOf: TokenOfDigest,
  allocate: Allocate,
): Promise<Result<PartRead, ListRefusal>> {
  const rows: PlainRow[] = [];
  const cleared: string[] = [];
  const reader = listReader({
    reads: "rows",
    judges: true,
    room: { allocate, kernels: null },
    schema: part.schema,
    ...(part.columns === undefined ? {} : { columns: part.columns }),
    onBatch: (batch) => void rows.push(...rowsIn(batch, tokenOf)),
    ...(part.change === "upsert" ? { onBlanks: (batch) => void cleared.push(...recordsIn(batch)) } : {}),
  });
  const refusal = (await readBlocks(part.body, async (block) => reader.push(block))) ?? reader.end();
  if (refusal !== null) return err(refusal);
  const { number } = part;
  const { counts } = reader.take();
  const rejects = counts.rejects.map((reject) => ({ part: number, ...reject }));
  return ok({
    part: { number, columns: reader.columns(), report: { ...counts, rejects } },
    rows: { rows, references: [...rows.map(({ record }) => record), ...cleared] },
  });
}

function recordsIn(batch: ReferenceBatch): string[] {
  const bytes = Buffer.from(batch.recordBytes.buffer, batch.recordBytes.byteOffset, batch.recordBytesUsed);
  let at = 0;
  return Array.from(batch.recordLengths.subarray(0, batch.rows), (length) => {
    at += length;
    return bytes.toString("utf8", at - length, at);
  });
}

function rowsIn(batch: RowBatch, tokenOf: TokenOfDigest): PlainRow[] {
  const records = recordsIn(batch);
  const measures = measureColumns(batch);
  return records.map((record, row) => {
    const tokenIn = (kind: IdentifierKind) => {
      const column = batch.identifiers.find((one) => one.kind === kind);
      if (column?.present[row] !== 1) return null;
      return tokenOf(kind, new Uint8Array(column.digests.slice(row * 8, row * 8 + 8).buffer));
    };
    return {
      record,
      tokens: IDENTIFIER_KINDS.map(tokenIn),
      codes: batch.codes.map((codes) => codes[row] ?? 0),
      measures: measures.map((values) => values[row] ?? 0),
      consents: batch.consents[row] ?? 0,
    };
  });
}

function measureColumns(batch: RowBatch): Int32Array[] {
  const columns: unknown = "measures" in batch ? batch.measures : [];
  return Array.isArray(columns) ? columns.filter((column) => column instanceof Int32Array) : [];
}

/** The measures that a schema declares, in their order. */
export function measureNames(schema: DatasetSchema): string[] {
  const declared: unknown = "measures" in schema ? schema.measures : null;
  return typeof declared === "object" && declared !== null ? Object.keys(declared) : [];
}

async function readReferences(part: Part): Promise<Result<PartRead, ListRefusal>> {
  const { column } = part.schema.record;
  const references: string[] = [];
  const counts = { read: 0, accepted: 0, rejected: 0 };
  let columns = part.columns ?? [];
  const take = (cells: readonly string[]) => {
    const reference = cells[columns.indexOf(column)] ?? "";
    const isGood = reference !== "" && Buffer.byteLength(reference) <= LIMITS.recordBytes;
    counts.read++;
    counts[isGood && cells.length === columns.length ? "accepted" : "rejected"]++;
    if (isGood) references.push(reference);
  };
  const onRow = (row: CsvRow) => {
    if (columns.length === 0) columns = cellsOf(row);
    else take(cellsOf(row));
    return true;
  };
  const scanner = csvScanner({ maximumRowBytes: LIMITS.rowBytes, skipsByteOrderMark: true, onRow });
  const unreadable = (fault: { says: string; line: number } | null): ListRefusal | null =>
    fault === null ? null : { kind: "list-unreadable", ...fault };
  const refusal =
    (await readBlocks(part.body, async (block) => unreadable(scanner.push(block)))) ?? unreadable(scanner.end());
  if (refusal !== null) return err(refusal);
  if (!columns.includes(column))
    return err({ kind: "list-column-missing", says: `the column \`${column}\` is not in the header`, line: 1 });
  const report = { ...counts, blank: 0, cleared: 0, byReason: {}, rejects: [] };
  return ok({ part: { number: part.number, columns, report }, rows: { rows: [], references } });
}

function cellsOf({ bytes, starts, ends, count }: CsvRow): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, cell) => text.toString("utf8", starts[cell], ends[cell]));
}
