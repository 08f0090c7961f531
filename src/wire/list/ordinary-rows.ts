// The rows that a kernel reads: memory that it shares with the plain reader, and in it the plan that tells the kernel
// what stands in which column (`src/kernels/assembly/rows.ts` has the layout). What the kernel leaves is read as if
// there were none.

import { type DatasetSchema, measuresOf } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { RowKernels } from "../../kernels/load.ts";
import { type Allocate, areCodesShort, emptyBatch, type RowBatch } from "./batch.ts";
import { type Ahead, CELLS_KEPT, spaceFor } from "./csv.ts";
import { BASE64_VALUES } from "./digest.ts";
import { FIRST_WORDS_OF_NOTHING } from "./digests-of-nothing.ts";
import { type Workspace, workspace } from "./workspace.ts";

export type OrdinaryRows = {
  /** The batch that is filled. */
  readonly batch: RowBatch;
  /** Where the rows wait. */
  readonly space: Workspace;
  /** Learns the header. */
  expect(names: readonly string[]): void;
  /** Reads rows into the batch until it has so many; answers whether it has. */
  read(ahead: Ahead, until: number): boolean;
};

/** Where a reader works: room that kernels reach, and the kernels; null where rows are read without. */
export type ReaderRoom = { readonly allocate: Allocate; readonly kernels: RowKernels | null };

/** Bytes that the kernel may touch behind what it reads and writes. */
const SLACK = 64;

/** Separators that the kernel finds at a time, the one before them, and what it may write behind them. */
const SEPARATOR_WORDS = 1 + 8_192 + 5;

// Words of the plan, as the kernel has them; its columns stand behind them.
const ROWS = 3;
const RECORD_BYTES_USED = 4;
const STOPPED = 10;
const UNTIL = 11;
const PLAN_WORDS = 12;
const COLUMN_WORDS = 4;
const DICTIONARY_WORDS = 5;
const ROLES = { hex: 0, base64: 1, record: 2, shortCode: 3, longCode: 4, consent: 5, measure: 6, nothing: 7 } as const;
const FULL = 0;
const CUT = 1;

/** A reader of ordinary rows in a room that kernels reach. */
export function ordinaryRows(
  { readRows, declareValue }: RowKernels,
  allocate: Allocate,
  schema: DatasetSchema,
): OrdinaryRows {
  const space = workspace(spaceFor(LIMITS.rowBytes), allocate);
  const batch = emptyBatch(schema, allocate);
  const plan = wordsIn(allocate, PLAN_WORDS + CELLS_KEPT * COLUMN_WORDS);
  const separators = wordsIn(allocate, SEPARATOR_WORDS).byteOffset;
  plan.set([0, separators, LIMITS.recordBytes, 0, 0, batch.recordBytes.byteOffset]);
  plan.set([batch.recordLengths.byteOffset, batch.consents.byteOffset, copied(FIRST_WORDS_OF_NOTHING, allocate)], 6);
  plan.set([copied(Uint8Array.from(BASE64_VALUES), allocate)], 9);
  const described = describe(schema, batch, (values) => dictionaryIn({ values, allocate, declareValue }));
  return {
    batch,
    space,
    expect: (names) => {
      plan[0] = names.length;
      plan.set(
        names.flatMap((name) => described.get(name) ?? [ROLES.nothing, 0, 0, 0]),
        PLAN_WORDS,
      );
    },
    read: (ahead, until) => {
      plan[ROWS] = batch.rows;
      plan[UNTIL] = until;
      plan[RECORD_BYTES_USED] = batch.recordBytesUsed;
      const base = space.bytes.byteOffset;
      ahead.at = (readRows(plan.byteOffset, base + ahead.at, base + space.used) >>> 0) - base;
      const rows = plan[ROWS] ?? 0;
      ahead.rows += rows - batch.rows;
      ahead.isCut = plan[STOPPED] === CUT;
      batch.rows = rows;
      batch.recordBytesUsed = plan[RECORD_BYTES_USED] ?? 0;
      return plan[STOPPED] === FULL;
    },
  };
}

/** Gives piece after piece of a stretch of memory. */
export function allocateFrom(buffer: SharedArrayBuffer, start: number): Allocate {
  let next = start;
  return (bytes) => {
    const from = next;
    next += roomFor(bytes);
    return new Uint8Array(buffer, from, bytes).fill(0);
  };
}

/** Bytes of the stretch that a reader takes under a schema. */
export function readerBytes(schema: DatasetSchema): number {
  let used = 0;
  const count: Allocate = (bytes) => {
    used += roomFor(bytes);
    return new Uint8Array(bytes);
  };
  ordinaryRows({ readRows: () => 0, declareValue: () => {} }, count, schema);
  return used;
}

function roomFor(bytes: number): number {
  return Math.ceil((bytes + SLACK) / 16) * 16;
}

function wordsIn(allocate: Allocate, words: number): Uint32Array {
  const bytes = allocate(words * 4);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, words);
}

function copied(bytes: Uint8Array, allocate: Allocate): number {
  const copy = allocate(bytes.length);
  copy.set(bytes);
  return copy.byteOffset;
}

type DictionaryOf = (values: readonly string[]) => number;

/** What the plan says of each column: its role, where it goes, and what the role needs. */
function describe(schema: DatasetSchema, batch: RowBatch, dictionaryOf: DictionaryOf): Map<string, number[]> {
  const described = new Map([[schema.record.column, [ROLES.record, 0, 0, 0]]]);
  for (const { kind, digests, present } of batch.identifiers) {
    const identifier = schema.identifiers[kind];
    if (identifier === undefined) throw new Error("a batch has a kind that its schema lacks");
    described.set(identifier.column, [ROLES[identifier.encoding], digests.byteOffset, present.byteOffset, 0]);
  }
  for (const [index, { column, values }] of Object.values(schema.attributes).entries()) {
    const role = areCodesShort(values.length) ? ROLES.shortCode : ROLES.longCode;
    described.set(column, [role, batch.codes[index]?.byteOffset ?? 0, dictionaryOf(values), 0]);
  }
  for (const [index, [, { column, scale }]] of measuresOf(schema).entries())
    described.set(column, [ROLES.measure, batch.measures[index]?.byteOffset ?? 0, scale, 0]);
  for (const [bit, { column, granted }] of Object.values(schema.consents).entries())
    described.set(column, [ROLES.consent, 0, dictionaryOf(granted), bit]);
  return described;
}

const VALUE_BYTES = 32;
/** UTF-8 takes three bytes at the most for a code unit of a string. */
const BYTES_A_UNIT = 3;

/** For each length up to 16: as many bytes of ones, the others zero. */
const MASKS = Uint8Array.from({ length: 17 * 16 }, (_, at) => (at % 16 < Math.floor(at / 16) ? 255 : 0));

type Declaring = {
  readonly values: readonly string[];
  readonly allocate: Allocate;
  readonly declareValue: RowKernels["declareValue"];
};

/** Where the dictionary of some values lies: the same codes as `dictionary` gives. */
function dictionaryIn({ values, allocate, declareValue }: Declaring): number {
  const units = values.reduce((sum, value) => sum + value.length, 0);
  const room = allocate(units * BYTES_A_UNIT);
  const texts = Buffer.from(room.buffer, room.byteOffset, room.length);
  // Mostly empty, so that nearly every value is found at the first look.
  const slotBits = Math.ceil(Math.log2(values.length * (values.length < 1_000 ? 16 : 4) + 4));
  const dictionary = wordsIn(allocate, DICTIONARY_WORDS);
  dictionary[0] = allocate(2 ** slotBits * 2).byteOffset;
  dictionary[1] = 64 - slotBits;
  dictionary[2] = allocate((values.length + 1) * VALUE_BYTES).byteOffset;
  dictionary[4] = copied(MASKS, allocate);
  let at = 0;
  for (const value of values) {
    const bytes = texts.write(value, at, "utf8");
    declareValue(dictionary.byteOffset, texts.byteOffset + at, bytes);
    at += bytes;
  }
  return dictionary.byteOffset;
}
