// A staged part: one frame for each batch of accepted rows, then a last frame that sums it up. Tokens, codes, consent
// bits and record references; never a digest. Numbers lie little-endian, columns padded to four bytes.

import type { DatasetSchema, IdentifierKind } from "../../domain/dataset/schema.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { BATCH_ROWS, type Codes, codesFor, type RowBatch } from "../list/batch.ts";
import { kindsOf } from "../list/columns.ts";

/** The rows of one frame. The arrays are views into the opened frame. */
export type StagedBatch = {
  readonly rows: number;
  /** Per identifier kind: which rows have it, and the tokens of those, 4 words each. */
  readonly identifiers: readonly { readonly present: Uint8Array; readonly tokens: Uint32Array }[];
  readonly codes: readonly Codes[];
  readonly consents: Uint32Array;
  readonly recordLengths: Uint8Array;
  readonly recordBytes: Uint8Array;
};

/** What a staged part holds, in numbers. */
export type PartSummary = {
  rows: number;
  recordBytes: number;
  /** Per identifier kind of the schema: tokens by first byte. */
  readonly buckets: readonly Uint32Array[];
};

export function emptySummary(kinds: readonly IdentifierKind[]): PartSummary {
  return { rows: 0, recordBytes: 0, buckets: kinds.map(() => new Uint32Array(BUCKETS)) };
}

/** What a staged file is called under its seal: it opens as this part of this staging and no other. */
export function partLabel(staging: string, number: number): string {
  return `staging ${staging} part ${number}`;
}

export type PartEncoder = {
  /**
   * Lays out a batch with the tokens of its digests, and adds it to the summary. The answer is valid until the next.
   * @param tokens per identifier kind, 4 words a row, those of rows without the identifier meaningless
   */
  batch(batch: RowBatch, tokens: readonly Uint32Array[]): Uint8Array;
  readonly summary: PartSummary;
};

export function partEncoder(schema: DatasetSchema): PartEncoder {
  const summary = emptySummary(kindsOf(schema));
  const frame = new Uint8Array(frameCapacity(schema));
  return {
    summary,
    batch: (batch, tokens) => {
      const words = new Uint32Array(frame.buffer);
      words[0] = batch.rows;
      words[1] = batch.recordBytesUsed;
      let at = 8;
      for (const [kind, { present }] of batch.identifiers.entries()) {
        frame.set(present.subarray(0, batch.rows), at);
        at = padded(at + batch.rows);
        const count = packTokens(
          { present, tokens: tokens[kind], rows: batch.rows },
          words.subarray(at >> 2),
          summary.buckets[kind],
        );
        at += count * 16;
      }
      for (const column of [...batch.codes, batch.consents, batch.recordLengths]) {
        frame.set(bytesOf(column, batch.rows), at);
        at = padded(at + batch.rows * column.BYTES_PER_ELEMENT);
      }
      frame.set(batch.recordBytes.subarray(0, batch.recordBytesUsed), at);
      summary.rows += batch.rows;
      summary.recordBytes += batch.recordBytesUsed;
      return frame.subarray(0, padded(at + batch.recordBytesUsed));
    },
  };
}

function frameCapacity(schema: DatasetSchema): number {
  const codes = Object.values(schema.attributes).reduce(
    (sum, one) => sum + codesFor(one.values.length, 0).BYTES_PER_ELEMENT,
    0,
  );
  return 64 + BATCH_ROWS * (kindsOf(schema).length * 17 + codes + 4 + 1 + 128) + 4 * 80;
}

type Column = { readonly present: Uint8Array; readonly tokens: Uint32Array | undefined; readonly rows: number };

function packTokens({ present, tokens, rows }: Column, into: Uint32Array, buckets: Uint32Array | undefined): number {
  if (tokens === undefined || buckets === undefined) throw new Error("a batch of another schema");
  let count = 0;
  for (let row = 0; row < rows; row++) {
    if (present[row] === 0) continue;
    const from = row * 4;
    const to = count * 4;
    const first = tokens[from] ?? 0;
    into[to] = first;
    into[to + 1] = tokens[from + 1] ?? 0;
    into[to + 2] = tokens[from + 2] ?? 0;
    into[to + 3] = tokens[from + 3] ?? 0;
    const bucket = first >>> 24;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    count++;
  }
  return count;
}

export function readBatch(schema: DatasetSchema, frame: Uint8Array): StagedBatch {
  const bytes = frame.byteOffset % 4 === 0 ? frame : frame.slice();
  const [rows = 0, recordBytes = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset, 2);
  let at = bytes.byteOffset + 8;
  const take = (length: number) => {
    const from = at;
    at = bytes.byteOffset + padded(at - bytes.byteOffset + length);
    return from;
  };
  const identifiers = kindsOf(schema).map(() => {
    const present = new Uint8Array(bytes.buffer, take(rows), rows);
    const count = present.reduce((sum, one) => sum + one, 0);
    return { present, tokens: new Uint32Array(bytes.buffer, take(count * 16), count * 4) };
  });
  const codes = Object.values(schema.attributes).map((attribute) =>
    attribute.values.length < 256
      ? new Uint8Array(bytes.buffer, take(rows), rows)
      : new Uint16Array(bytes.buffer, take(rows * 2), rows),
  );
  const consents = new Uint32Array(bytes.buffer, take(rows * 4), rows);
  const recordLengths = new Uint8Array(bytes.buffer, take(rows), rows);
  return {
    rows,
    identifiers,
    codes,
    consents,
    recordLengths,
    recordBytes: new Uint8Array(bytes.buffer, take(recordBytes), recordBytes),
  };
}

/** The last frame of a part; its length depends on the schema alone. */
export function writeSummary({ rows, recordBytes, buckets }: PartSummary): Uint8Array {
  const words = new Uint32Array(2 + buckets.length * BUCKETS);
  words[0] = rows;
  words[1] = recordBytes;
  for (const [kind, counts] of buckets.entries()) words.set(counts, 2 + kind * BUCKETS);
  return bytesOf(words, words.length);
}

/** Bytes of the summary of a part under a schema. */
export function summaryBytes(schema: DatasetSchema): number {
  return 8 + kindsOf(schema).length * BUCKETS * 4;
}

export function readSummary(schema: DatasetSchema, frame: Uint8Array): PartSummary {
  const words = new Uint32Array(frame.slice().buffer);
  const buckets = kindsOf(schema).map((_, kind) => words.slice(2 + kind * BUCKETS, 2 + (kind + 1) * BUCKETS));
  return { rows: words[0] ?? 0, recordBytes: words[1] ?? 0, buckets };
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}

function bytesOf(column: Codes | Uint32Array, count: number): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT);
}
