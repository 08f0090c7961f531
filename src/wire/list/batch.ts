// A batch of rows in columns: what the reader of a list fills and the matcher takes away. The digests in it are
// personal data; they live here for as long as it takes to turn them into tokens.

import type { DatasetSchema, IdentifierKind } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { kindsOf } from "./columns.ts";

/** Rows of a full batch: their columns fit in the second-level cache. */
export const BATCH_ROWS = 4_096;

export type Codes = Uint8Array | Uint16Array;

export type RowBatch = {
  rows: number;
  /** Per identifier kind of the schema: 8 little-endian words a row, and whether the row has the identifier. */
  readonly identifiers: readonly {
    readonly kind: IdentifierKind;
    readonly digests: Int32Array;
    readonly present: Uint8Array;
  }[];
  /** Per attribute of the schema: 0 for none, else the place of the value counted from 1. */
  readonly codes: readonly Codes[];
  /** Bit n: the n-th consent of the schema was given. */
  readonly consents: Uint32Array;
  readonly recordLengths: Uint8Array;
  readonly recordBytes: Uint8Array;
  recordBytesUsed: number;
};

export function emptyBatch(schema: DatasetSchema): RowBatch {
  return {
    rows: 0,
    identifiers: kindsOf(schema).map((kind) => ({
      kind,
      digests: new Int32Array(BATCH_ROWS * 8),
      present: new Uint8Array(BATCH_ROWS),
    })),
    codes: Object.values(schema.attributes).map((attribute) => codesFor(attribute.values.length, BATCH_ROWS)),
    consents: new Uint32Array(BATCH_ROWS),
    recordLengths: new Uint8Array(BATCH_ROWS),
    recordBytes: new Uint8Array(BATCH_ROWS * LIMITS.recordBytes),
    recordBytesUsed: 0,
  };
}

/** Room for the codes of an attribute: one byte a row where its values and the code for none fit into one. */
export function codesFor(values: number, rows: number): Codes {
  return values < 256 ? new Uint8Array(rows) : new Uint16Array(rows);
}
