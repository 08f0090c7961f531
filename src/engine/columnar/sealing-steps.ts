// The steps of sealing what is gathered: rows with one reference are found, sections and tables are made, and their
// frames are written as they come.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import { PLANES, planeOf } from "../../wire/segment/bucket-counts.ts";
import type { BucketRows } from "./bucket-rows.ts";
import { planeExtent, rowExtent } from "./gather.ts";
import type { GatheringRoom, TextRoom } from "./placing.ts";
import { sameNumbersScratchBytes, windowsOf } from "./same-numbers.ts";
import { type HashedRecords, type RowTexts, sameRecordsScratchBytes } from "./same-records.ts";
import type { Step } from "./sealing.ts";
import { type MadeSection, type SectionPiece, sectionScratchBytes } from "./section.ts";
import { largest, sumOf } from "./sums.ts";
import { type BucketTokens, type MadeTable, tableScratchBytes } from "./table.ts";
import { handfuls, inTurns } from "./turns.ts";

type Range = readonly [from: number, to: number];

/** Finds rows with one reference among those whose hashes begin with a byte of the range. */
export async function makeRecords(step: Step, room: GatheringRoom, [from, to]: Range): Promise<void> {
  const { records } = room;
  if (records === null) throw new Error("no references were gathered");
  const { engine, staged, draft } = step;
  const bytes = Array.from({ length: to - from }, (_, index) => from + index);
  const extents = bytes.map((byte) => planeExtent(staged, PLANES.hashes, [byte, byte + 1]));
  const pieces = extents.map(({ first, count, firstByte, bytes: byteLength }): HashedRecords => {
    const at = first - records.first;
    const texts = textsAt(records.texts, { at, firstByte, byteLength });
    return { count, hashes: records.hashes + at * 4, rows: records.rows + at * 4, texts };
  });
  const most = largest(extents.map(({ count }) => count));
  const settings = { most, rowTexts: records.texts === null ? rowTextsOf(step, room) : null };
  const size = { scratchBytes: sameRecordsScratchBytes(most), isLarge: staged.rows >= engine.largeRows };
  const job = engine.crew.begin("records", settings, size);
  try {
    await inTurns([...handfuls(pieces)].entries(), job.width, async ([index, some]) => {
      draft.same.records[from + index] = await job.run(some);
      step.progress.check();
    });
  } finally {
    job.end();
  }
}

/** Finds rows with one reference where references are numbers, which lie at an offset for all rows. */
export async function makeSameNumbers({ engine, staged, draft, progress }: Step, numbers: number): Promise<void> {
  if (staged.numbers === null) throw new Error("references that are no numbers");
  const windows = windowsOf(staged.rows, staged.numbers);
  const window = largest(windows.map(({ from, to }) => to - from));
  const size = { scratchBytes: sameNumbersScratchBytes(window), isLarge: staged.rows >= engine.largeRows };
  const job = engine.crew.begin("same numbers", { numbers, count: staged.rows, window }, size);
  try {
    await inTurns(windows.entries(), job.width, async ([index, one]) => {
      draft.same.records[index] = await job.run(one);
      progress.check();
    });
  } finally {
    job.end();
  }
}

type TextsAt = { readonly at: number; readonly firstByte: number; readonly byteLength: number };

function textsAt(texts: TextRoom | null, { at, firstByte, byteLength }: TextsAt): HashedRecords["texts"] {
  if (texts === null) return null;
  return { lengths: texts.lengths + at, bytes: texts.bytes + firstByte - texts.firstByte, byteLength };
}

/** Where the texts of all rows lie, which were gathered in one pass. */
function rowTextsOf({ staged }: Step, { rows }: GatheringRoom): RowTexts {
  if (rows === null) throw new Error("references without their rows");
  const extents = Array.from({ length: BUCKETS }, (_, bucket) => rowExtent(staged, bucket, bucket + 1));
  return {
    rowStarts: Uint32Array.from([...extents.map(({ first }) => first), staged.rows]),
    byteStarts: Uint32Array.from(extents.map(({ firstByte }) => firstByte)),
    lengths: rows.lengths,
    bytes: rows.bytes,
  };
}

/** Makes the sections of the buckets of a range, whose rows were gathered. */
export async function makeSections(step: Step, { rows }: GatheringRoom, range: Range): Promise<void> {
  if (rows === null) throw new Error("no rows were gathered");
  const { engine, staged, draft, shape, file } = step;
  const pieces = sectionsWithin(draft.sections, range).map(
    ({ number, buckets }): SectionPiece => ({
      number,
      frames: { table: number, columns: BUCKETS + number, records: 2 * BUCKETS + number },
      firstRow: rowExtent(staged, buckets[0] ?? 0, BUCKETS).first,
      buckets: buckets.map((bucket) => bucketRows(step, rows, bucket)),
    }),
  );
  const sizes = pieces.map(({ buckets }) => ({
    rows: sumOf(buckets.map(({ homes, strays }) => homes + strays)),
    bucketRows: largest(buckets.map(({ homes, strays }) => homes + strays)),
    recordBytes: sumOf(buckets.map(({ recordBytesLength }) => recordBytesLength)),
  }));
  const size = {
    rows: largest(sizes.map((one) => one.rows)),
    bucketRows: largest(sizes.map((one) => one.bucketRows)),
    recordBytes: largest(sizes.map((one) => one.recordBytes)),
  };
  const job = engine.crew.begin(
    "sections",
    { shape, sink: file.sink, size, numbers: staged.numbers },
    { scratchBytes: sectionScratchBytes(shape, size), isLarge: staged.rows >= engine.largeRows },
  );
  try {
    await inTurns(pieces, job.width, async (piece) => {
      const made = await job.run(piece);
      keepSection(step, made);
      file.syncSoon();
      step.progress.made(sumOf(made.rows));
    });
  } finally {
    job.end();
  }
}

export function keepSection({ draft }: Pick<Step, "draft">, made: MadeSection): void {
  const { number } = made;
  const first = number * (BUCKETS / draft.sections);
  draft.bucketRows.set(made.rows, first);
  draft.bucketHomes.set(made.homes, first);
  draft.bucketTokens[0]?.set(made.tokens, first);
  draft.repeated[number] = made.repeated;
  const table = draft.tables[0];
  if (table === undefined) throw new Error("a list without identifiers");
  table[number] = { file: 0, ...made.table };
  if (made.columns !== null) draft.columns[number] = { file: 0, ...made.columns };
  draft.records[number] = { file: 0, ...made.records };
}

export function bucketRows(
  { staged, finals }: Step,
  room: NonNullable<GatheringRoom["rows"]>,
  bucket: number,
): BucketRows {
  const { first, firstByte, bytes } = rowExtent(staged, bucket, bucket + 1);
  const at = first - room.first;
  return {
    homes: planeOf(staged.counts, PLANES.homes)[bucket] ?? 0,
    strays: planeOf(staged.counts, PLANES.strays)[bucket] ?? 0,
    keys: room.keys + at * 4,
    rest: room.rest + at * 12,
    columns: staged.shape.columns.map(({ width }, index) => (room.columns[index] ?? 0) + at * width),
    numbers: room.numbers === null ? 0 : room.numbers + at * 4,
    lengths: room.lengths + at,
    recordBytes: room.bytes + firstByte - room.firstByte,
    recordBytesLength: bytes,
    finals: finals.offset === 0 ? 0 : finals.offset + first * 4,
  };
}

type FurtherRange = { readonly index: number; readonly range: Range };

/** Makes the tables of a further kind for the buckets of a range, whose tokens were gathered. */
export async function makeTables(step: Step, room: GatheringRoom, { index, range }: FurtherRange): Promise<void> {
  const table = room.tables[index];
  if (table === null || table === undefined) throw new Error("no tokens were gathered");
  const { engine, staged, draft, file, finals } = step;
  const { buffer } = engine.arena.memory;
  toFinals(buffer, table, new Uint32Array(buffer, finals.offset, staged.rows));
  const kind = index + 1;
  const pieces = sectionsWithin(draft.sections, range).map(({ number, buckets }) => ({
    number,
    frame: (2 + kind) * BUCKETS + number,
    buckets: buckets.map((bucket): BucketTokens => {
      const { first, count } = planeExtent(staged, PLANES.furtherKinds + index, [bucket, bucket + 1]);
      const at = first - table.first;
      return { count, keys: table.keys + at * 4, rest: table.rest + at * 12, rows: table.rows + at * 4 };
    }),
  }));
  const size = {
    tokens: largest(pieces.map(({ buckets }) => sumOf(buckets.map(({ count }) => count)))),
    bucketTokens: largest(pieces.flatMap(({ buckets }) => buckets.map(({ count }) => count))),
  };
  const job = engine.crew.begin(
    "tables",
    { sink: file.sink, size },
    { scratchBytes: tableScratchBytes(size), isLarge: staged.rows >= engine.largeRows },
  );
  try {
    await inTurns(pieces, job.width, async (piece) => {
      const made = await job.run(piece);
      keepTable(step, kind, made);
      file.syncSoon();
      step.progress.check();
    });
  } finally {
    job.end();
  }
}

export function toFinals(
  buffer: SharedArrayBuffer,
  table: { readonly count: number; readonly rows: number },
  finals: Uint32Array,
) {
  const rows = new Uint32Array(buffer, table.rows, table.count);
  for (let at = 0; at < rows.length; at++) rows[at] = finals[rows[at] ?? 0] ?? 0;
}

export function keepTable({ draft }: Step, kind: number, made: MadeTable): void {
  draft.bucketTokens[kind]?.set(made.tokens, made.number * (BUCKETS / draft.sections));
  const same = draft.same.further[kind - 1];
  if (same !== undefined) same[made.number] = made.same;
  const spots = draft.tables[kind];
  if (spots !== undefined) spots[made.number] = { file: 0, ...made.table };
}

/** The sections whose buckets lie within a range. */
export function sectionsWithin(
  sections: number,
  [from, to]: Range,
): readonly { readonly number: number; readonly buckets: readonly number[] }[] {
  const width = BUCKETS / sections;
  return Array.from({ length: (to - from) / width }, (_, index) => {
    const first = from + index * width;
    return { number: first / width, buckets: Array.from({ length: width }, (__, more) => first + more) };
  });
}
