// Gathers the staged parts of an upload into columns: what a row holds in the order of the rows, its tokens scattered
// into their 256 buckets as they come, which the parts' summaries make room for beforehand.

import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { type Codes, codesFor } from "../../wire/list/batch.ts";
import { kindsOf } from "../../wire/list/columns.ts";
import { WORD_SLACK } from "../../wire/list/words.ts";
import {
  emptySummary,
  type PartSummary,
  partLabel,
  readBatch,
  readSummary,
  type StagedBatch,
  summaryBytes,
} from "../../wire/segment/part.ts";
import type { Layout } from "./layout.ts";
import { framesOf, lastFrameOf } from "./sealed-file.ts";

/** The tokens of one identifier kind with the rows that hold them, bucket by bucket. */
export type RowTokens = {
  readonly starts: Uint32Array;
  readonly keys: Uint32Array;
  /** `RECORD_WORDS` words a token: its other 96 bits, then its row. They move together. */
  readonly records: Uint32Array;
};

export const RECORD_WORDS = 4;

export type GatheredRows = {
  readonly rows: number;
  readonly tokens: readonly RowTokens[];
  readonly codes: readonly Codes[];
  readonly consents: Uint32Array;
  readonly recordLengths: Uint8Array;
  /** With `WORD_SLACK` bytes more behind them. */
  readonly recordBytes: Uint8Array;
};

type Upload = {
  readonly staging: string;
  readonly parts: number;
  readonly schema: DatasetSchema;
  readonly dataKey: Uint8Array;
};

export async function gatherRows(
  layout: Layout,
  upload: Upload,
  onRows: (rows: number, total: number) => void,
): Promise<GatheredRows> {
  const summary = await sumOfParts(layout, upload);
  const gathered = roomFor(upload.schema, summary);
  const cursors = gathered.tokens.map(({ starts }) => starts.slice(0, BUCKETS));
  const at = { row: 0, recordByte: 0 };
  for (let number = 1; number <= upload.parts; number++) {
    let previous: Uint8Array | null = null;
    for await (const frame of framesOf(sealedPart(layout, upload, number))) {
      if (previous !== null) {
        place(gathered, readBatch(upload.schema, previous), { cursors, at });
        onRows(at.row, gathered.rows);
      }
      previous = frame;
    }
  }
  if (at.row !== summary.rows) throw new Error("the staged parts do not hold the rows that they sum up");
  return gathered;
}

function sealedPart(layout: Layout, upload: Upload, number: number) {
  const label = partLabel(upload.staging, number);
  return { path: layout.part(upload.staging, number), dataKey: upload.dataKey, label };
}

async function sumOfParts(layout: Layout, upload: Upload): Promise<PartSummary> {
  const total = emptySummary(kindsOf(upload.schema));
  for (let number = 1; number <= upload.parts; number++) {
    const frame = await lastFrameOf(sealedPart(layout, upload, number), summaryBytes(upload.schema));
    const part = readSummary(upload.schema, frame);
    total.rows += part.rows;
    total.recordBytes += part.recordBytes;
    for (const [kind, counts] of total.buckets.entries())
      for (let bucket = 0; bucket < BUCKETS; bucket++)
        counts[bucket] = (counts[bucket] ?? 0) + (part.buckets[kind]?.[bucket] ?? 0);
  }
  return total;
}

function roomFor(schema: DatasetSchema, { rows, recordBytes, buckets }: PartSummary): GatheredRows {
  if (recordBytes >= 2 ** 32) throw new Error("the record references of one list take 4 GiB or more");
  return {
    rows,
    tokens: buckets.map(roomForTokens),
    codes: Object.values(schema.attributes).map((attribute) => codesFor(attribute.values.length, rows)),
    consents: new Uint32Array(Object.keys(schema.consents).length === 0 ? 0 : rows),
    recordLengths: new Uint8Array(rows),
    recordBytes: new Uint8Array(recordBytes + WORD_SLACK).subarray(0, recordBytes),
  };
}

function roomForTokens(counts: Uint32Array): RowTokens {
  const starts = new Uint32Array(BUCKETS + 1);
  for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1] = (starts[bucket] ?? 0) + (counts[bucket] ?? 0);
  const total = starts[BUCKETS] ?? 0;
  return { starts, keys: new Uint32Array(total), records: new Uint32Array(total * RECORD_WORDS) };
}

type Progress = { readonly cursors: readonly Uint32Array[]; readonly at: { row: number; recordByte: number } };

function place(gathered: GatheredRows, batch: StagedBatch, { cursors, at }: Progress): void {
  for (const [kind, tokens] of gathered.tokens.entries()) {
    const identifier = batch.identifiers[kind];
    const cursor = cursors[kind];
    if (identifier !== undefined && cursor !== undefined) scatter(tokens, identifier, { cursor, row: at.row });
  }
  for (const [index, codes] of gathered.codes.entries()) codes.set(batch.codes[index] ?? [], at.row);
  if (gathered.consents.length > 0) gathered.consents.set(batch.consents, at.row);
  gathered.recordLengths.set(batch.recordLengths, at.row);
  gathered.recordBytes.set(batch.recordBytes, at.recordByte);
  at.row += batch.rows;
  at.recordByte += batch.recordBytes.length;
}

type Cursor = { readonly cursor: Uint32Array; readonly row: number };

function scatter(into: RowTokens, from: StagedBatch["identifiers"][number], { cursor, row }: Cursor): void {
  const { present, tokens } = from;
  let word = 0;
  for (let index = 0; index < present.length; index++) {
    if (present[index] === 0) continue;
    const first = tokens[word] ?? 0;
    const bucket = first >>> 24;
    const to = cursor[bucket] ?? 0;
    cursor[bucket] = to + 1;
    into.keys[to] = first;
    const record = to * RECORD_WORDS;
    into.records[record] = tokens[word + 1] ?? 0;
    into.records[record + 1] = tokens[word + 2] ?? 0;
    into.records[record + 2] = tokens[word + 3] ?? 0;
    into.records[record + 3] = row + index;
    word += 4;
  }
}
