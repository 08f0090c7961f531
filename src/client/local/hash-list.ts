// A raw list hashed on the partner's own machine, as a stream: CSV or NDJSON in, plain or gzip; CSV out with the same
// names of columns, digests in place of identifiers, and only what the dataset's schema names. Node and browser.

import type { DatasetSchema, IdentifierKind } from "../../domain/dataset/schema.ts";
import { NORMALISER_VERSION } from "../../domain/identifier/canonical.ts";
import { LIMITS } from "../../domain/limits.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { CsvRow } from "./csv-rows.ts";
import { type Doctor, type Findings, findingsOf, newDoctor } from "./doctor.ts";
import { hashRow } from "./hash-row.ts";
import type { FileForm } from "./list-bytes.ts";
import { type ListPlan, planList, planRecords, rawColumnsOf } from "./list-plan.ts";
import { listRows } from "./list-rows.ts";
import { listText } from "./list-text.ts";
import { type MutableTally, newRefusalTally, type RefusalTally, type RefusedPlace, tallyRefusal } from "./refusals.ts";

/** A raw list, its schema, and where the hashed list goes. */
export type HashListRequest = {
  readonly schema: DatasetSchema;
  /** The raw list's bytes, plain or gzip. */
  readonly source: AsyncIterable<Uint8Array>;
  /**
   * What its rows do to the list in the room, whose whole they are if absent. Of a `delete` nothing is hashed, and
   * record references alone are written. Rows of an `upsert` without any identifier are written as their references.
   */
  readonly change?: "replace" | "upsert" | "delete" | undefined;
  /** Takes the hashed list, piece by piece. What it got before a refusal is to be thrown away. */
  readonly write: (piece: Uint8Array) => Promise<void>;
  /**
   * Country of phones without country code and of postal codes, ISO 3166-1 alpha-2; over the schema's own, under a
   * row's.
   */
  readonly country?: string | undefined;
  /** What columns of the schema are called in this file, by their names there; whatever it leaves out stays here. */
  readonly columns?: ReadonlyMap<string, string> | undefined;
  /** Told every refused row as it stands, with its place: for a file of them that stays here. */
  readonly refusing?: ((row: CsvRow, place: RefusedPlace) => void) | undefined;
  /** Told after each block: rows read and bytes of the file as it stands on disk. */
  readonly progress?: ((rows: number, bytes: number) => void) | undefined;
};

/** What hashing came to, as plain values that print as JSON. Counts, lines and column names; never a cell. */
export type HashReport = {
  readonly normaliser: string;
  readonly rows: number;
  readonly emitted: number;
  /** Rows without any identifier: left out, not counted as refused. */
  readonly blank: number;
  /** Of these, rows of an upsert that are written all the same: nobody is to have their record references any more. */
  readonly cleared: number;
  /** Rows left out because of a fault. */
  readonly refused: RefusalTally;
  /** Identifiers left out of rows that another identifier keeps. */
  readonly dropped: RefusalTally;
  /** The schema's share of rows that may be refused, and whether this list goes beyond it. */
  readonly rejects: { readonly allowed: string; readonly isExceeded: boolean };
  readonly columns: { readonly written: readonly string[]; readonly leftOut: readonly string[] };
  readonly file: Readonly<FileForm>;
  readonly doctor: Findings;
};

type Tally = {
  rows: number;
  emitted: number;
  blank: number;
  cleared: number;
  readonly refused: MutableTally;
  readonly dropped: MutableTally;
  readonly doctor: Doctor;
};

/**
 * Hashes a list under its schema. Memory: a few blocks, and the doctor's counts (`LIMITS.doctorIdentifiers`).
 * @throws whatever the source or the writer throws
 */
export async function hashList(request: HashListRequest): Promise<Result<HashReport, Problem>> {
  const form: FileForm = { bytes: 0, isGzip: false, hasByteOrderMark: false };
  const tally: Tally = newTally();
  const encoder = new TextEncoder();
  const { schema } = request;
  const wanted = request.change === "delete" ? [schema.record.column] : rawColumnsOf(schema);
  const columns = { wanted, others: new Set<string>() };
  let plan: ListPlan | undefined;
  for await (const batch of listRows(listText(request.source, form), columns)) {
    if (!batch.ok) return batch;
    let rows = batch.value;
    let text = "";
    if (plan === undefined) {
      const [header, ...rest] = rows;
      if (header === undefined) continue;
      const planned = planOf(request, namedBySchema(request, header.cells));
      if (!planned.ok) return planned;
      plan = planned.value;
      rows = rest;
      text = csvLine(plan.keptColumns);
    }
    text += hashBatch({ plan, rows, request }, tally);
    const hashed = hashedColumn(plan, tally.doctor, LIMITS.looksHashedAfter);
    if (hashed !== null) return err(hashed);
    if (text !== "") await request.write(encoder.encode(text));
    request.progress?.(tally.rows, form.bytes);
  }
  if (plan === undefined) return err(problem("list-empty", "the file is empty: it has no header row"));
  const hashed = hashedColumn(plan, tally.doctor, 1);
  return hashed === null ? ok(reportOf({ request, plan, tally, form, others: columns.others })) : err(hashed);
}

function planOf({ schema, country, change }: HashListRequest, header: readonly string[]): Result<ListPlan, Problem> {
  return change === "delete" ? planRecords(header, schema) : planList(header, schema, country);
}

function newTally(): Tally {
  const refused = newRefusalTally();
  return { rows: 0, emitted: 0, blank: 0, cleared: 0, refused, dropped: newRefusalTally(), doctor: newDoctor() };
}

// A column that is not chosen stays here, whatever its name: under a schema's name it would go up.
function namedBySchema({ columns, schema }: HashListRequest, header: readonly string[]): readonly string[] {
  if (columns === undefined) return header;
  const wanted = rawColumnsOf(schema);
  return header.map((name) => columns.get(name) ?? (wanted.includes(name) ? `${name} (not chosen)` : name));
}

type Batch = { readonly plan: ListPlan; readonly rows: readonly CsvRow[]; readonly request: HashListRequest };

function hashBatch({ plan, rows, request }: Batch, tally: Tally): string {
  const clears = request.change === "upsert";
  let text = "";
  for (const row of rows) {
    const hashed = hashRow(plan, row, tally.doctor);
    if (hashed.kind === "row") {
      tally.emitted++;
      for (const place of hashed.dropped) tallyRefusal(tally.dropped, place);
      text += csvLine(hashed.cells);
    } else if (hashed.kind === "blank") {
      tally.blank++;
      if (!clears || hashed.clearing === null) continue;
      tally.cleared++;
      text += csvLine(hashed.clearing);
    } else {
      tallyRefusal(tally.refused, hashed.place);
      request.refusing?.(row, hashed.place);
    }
  }
  tally.rows += rows.length;
  return text;
}

/** A column most of whose cells are digests already: hashing them again would give digests of nobody. */
function hashedColumn(plan: ListPlan, doctor: Doctor, after: number): Problem | null {
  const found = plan.identifiers.find(({ kind }) => isMostlyHashed(doctor, kind, after));
  if (found === undefined) return null;
  const holds = `the column \`${found.column}\` holds digests, not raw values`;
  const sentence = `${holds}: if the schema's profile made them, send the file as it is, with \`--hashed\``;
  return problem("list-unreadable", sentence, { reason: "already-hashed", column: found.column });
}

// An external id is whatever was arranged, a digest of something not excepted.
function isMostlyHashed(doctor: Doctor, kind: IdentifierKind, after: number): boolean {
  if (kind === "external") return false;
  const { filled, looksHashed } = doctor[kind].cells;
  return filled >= after && looksHashed * 2 > filled;
}

type Outcome = {
  readonly request: HashListRequest;
  readonly plan: ListPlan;
  readonly tally: Tally;
  readonly form: FileForm;
  readonly others: ReadonlySet<string>;
};

function reportOf({ request, plan, tally, form, others }: Outcome): HashReport {
  const allowed = request.schema.rejects;
  return {
    normaliser: NORMALISER_VERSION,
    rows: tally.rows,
    emitted: tally.emitted,
    blank: tally.blank,
    cleared: tally.cleared,
    refused: tally.refused,
    dropped: tally.dropped,
    rejects: { allowed, isExceeded: tally.refused.total > Number(allowed) * tally.rows },
    columns: { written: plan.keptColumns, leftOut: [...plan.leftOut, ...others] },
    file: form,
    doctor: findingsOf(tally.doctor),
  };
}

/** One row of RFC 4180. It is for the room to read, not for a spreadsheet, so no cell is prefixed. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
