// A batch of rows in columns: what the reader of a list fills and the matcher takes away. The digests in it are
// personal data; they live here for as long as it takes to turn them into tokens.

import { type DatasetSchema, type IdentifierKind, measuresOf } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { kindsOf } from "./columns.ts";

/** Rows of a full batch: their columns fit in the second-level cache. */
export const BATCH_ROWS = 8_192;

/** Gives so many bytes, all zero, at an offset divisible by 8. */
export type Allocate = (bytes: number) => Uint8Array;

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
  /** Per measure of the schema: units of 10^-scale, `NO_MEASURE` for none. */
  readonly measures: readonly Int32Array[];
  /** Bit n: the n-th consent of the schema was given. */
  readonly consents: Uint32Array;
  readonly recordLengths: Uint8Array;
  readonly recordBytes: Uint8Array;
  recordBytesUsed: number;
};

/** Record references one behind the other. */
export type ReferenceBatch = Pick<RowBatch, "rows" | "recordLengths" | "recordBytes" | "recordBytesUsed">;

export function emptyReferences(): ReferenceBatch {
  const recordBytes = new Uint8Array(BATCH_ROWS * LIMITS.recordBytes);
  return { rows: 0, recordLengths: new Uint8Array(BATCH_ROWS), recordBytes, recordBytesUsed: 0 };
}

/** A batch of its own memory, unless another is given. */
export function emptyBatch(schema: DatasetSchema, allocate: Allocate = (bytes) => new Uint8Array(bytes)): RowBatch {
  const consents = allocate(BATCH_ROWS * 4);
  return {
    rows: 0,
    identifiers: kindsOf(schema).map((kind) => {
      const digests = allocate(BATCH_ROWS * 32);
      const words = new Int32Array(digests.buffer, digests.byteOffset, BATCH_ROWS * 8);
      return { kind, digests: words, present: allocate(BATCH_ROWS) };
    }),
    codes: Object.values(schema.attributes).map(({ values }) => codesIn(values.length, allocate)),
    measures: measuresOf(schema).map(() => {
      const values = allocate(BATCH_ROWS * 4);
      return new Int32Array(values.buffer, values.byteOffset, BATCH_ROWS);
    }),
    consents: new Uint32Array(consents.buffer, consents.byteOffset, BATCH_ROWS),
    recordLengths: allocate(BATCH_ROWS),
    recordBytes: allocate(BATCH_ROWS * LIMITS.recordBytes),
    recordBytesUsed: 0,
  };
}

/** Whether the code of each of so many values, and that for none, fits into one byte. */
export function areCodesShort(values: number): boolean {
  return values < 256;
}

function codesIn(values: number, allocate: Allocate): Codes {
  if (areCodesShort(values)) return allocate(BATCH_ROWS);
  const codes = allocate(BATCH_ROWS * 2);
  return new Uint16Array(codes.buffer, codes.byteOffset, BATCH_ROWS);
}
