// Increments: an earlier version without the rows whose references are named and, of an upsert, with the rows that
// came. Each section is read once and made anew, or shared as it is where nothing befell it; nothing is parsed again.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import type { SealedVersion } from "../../ports/matcher.ts";
import type { Spot } from "../../wire/segment/manifest.ts";
import type { Arena } from "./arena.ts";
import type { BucketRows } from "./bucket-rows.ts";
import { draftedPairs, emptyDraft, hasPairs, repeatedRows } from "./draft.ts";
import type { Engine } from "./engine.ts";
import { frameBytesOf } from "./frame-bytes.ts";
import { type Gathered, gather, type Pass, rowExtent } from "./gather.ts";
import { type Laying, placed } from "./laying.ts";
import { type LendersOf, lendersBySection } from "./lenders.ts";
import type { EarlierBucket, MergePiece } from "./merge-piece.ts";
import { mergingScratchBytes } from "./merge-rooms.ts";
import { mergeTables } from "./merge-tables.ts";
import { NoRoom } from "./no-room.ts";
import { NOWHERE } from "./placing.ts";
import { publish } from "./publish.ts";
import { type GatheredReferences, referenceTable } from "./references.ts";
import { type ReadSameRows, readSameRows, rowsWithin } from "./same-rows.ts";
import { progressOf, type Sealing, type Step } from "./sealing.ts";
import { bucketRows, keepSection, makeRecords, sectionsWithin } from "./sealing-steps.ts";
import { largest, sumOf } from "./sums.ts";
import { inTurns, tapering } from "./turns.ts";
import { startsOf, type Version } from "./version.ts";
import { wordList } from "./word-list.ts";

export async function sealIncrement(engine: Engine, sealing: Sealing, base: Version): Promise<SealedVersion> {
  const { upload, shape, staged, blanks, file } = sealing;
  const same = sameRowsOf(base);
  const progress = progressOf(upload, staged.rows + base.manifest.rows);
  const draft = emptyDraft(shape, base.manifest.sections);
  const all = [0, BUCKETS] as const;
  const isDeletion = staged.shape.kinds.length === 0;
  const rowsAndReferences = { ...REFERENCES_ALONE, rows: all, tables: shape.kinds.slice(1).map(() => all) };
  const pass = isDeletion ? REFERENCES_ALONE : rowsAndReferences;
  const gathered = await gather(engine, staged, { pass, onFrame: progress.gathered });
  const held = holdIn(engine.arena);
  try {
    const ofBlanks = await gather(engine, blanks, { pass: REFERENCES_ALONE, onFrame: progress.check });
    held.onEnd(ofBlanks.giveBack);
    const references = referenceTable(engine.arena, [gathered, ofBlanks].map(referencesIn));
    held.onEnd(references.giveBack);
    const step: Step = { engine, file, shape, staged, draft, finals: { offset: 0 }, progress };
    await makeRecords(step, gathered.room, all);
    const isTold = shape.kinds.length > 1 || hasPairs(draft.same.records) || same.records.length > 0;
    if (isTold && !isDeletion) step.finals.offset = held.take(staged.rows * 4);
    const baseFinals = { offset: isTold ? held.take(base.manifest.rows * 4) : 0 };
    const recordKey = engine.recordKeyOf(upload.dataKey);
    const isApart = upload.isApart === true;
    const laying: Laying = { ...step, isApart, base, same, gathered, references, recordKey, baseFinals };
    const rowsRemoved = await mergeSections(laying);
    if (isTold) toAllRows(laying);
    await mergeTables(laying);
    const increment = {
      rowsRemoved,
      rowsAdded: isDeletion ? 0 : staged.rows,
      referencesUnknown: references.distinct - references.foundCount(),
    };
    return await publish(engine, sealing, { draft, same: mergedSame(laying, isDeletion), increment, base, progress });
  } finally {
    held.end();
    gathered.giveBack();
  }
}

function sameRowsOf(base: Version): ReadSameRows {
  const { same, tables } = base.manifest;
  const none = new Uint32Array(0);
  if (same === null) return { merged: none, repeated: none, records: none, further: tables.slice(1).map(() => none) };
  return readSameRows(frameBytesOf({ ...base.place(same), spot: same }));
}

const REFERENCES_ALONE: Pass = {
  rows: null,
  tables: [],
  records: [0, BUCKETS],
  hasTexts: true,
  numbers: false,
  findsSame: true,
};

function referencesIn({ room: { records } }: Gathered): GatheredReferences {
  if (records === null || records.texts === null) throw new Error("no references were gathered");
  const { count, hashes, texts } = records;
  return { count, hashes, lengths: texts.lengths, bytes: texts.bytes };
}

/** Bytes of the arena that go when the work ends. */
function holdIn(arena: Arena) {
  const endings: (() => void)[] = [];
  return {
    take: (bytes: number): number => {
      const offset = arena.take(Math.max(4, bytes));
      if (offset === null) throw new NoRoom("the rows of a list");
      endings.push(() => arena.giveBack(offset));
      return offset;
    },
    onEnd: (ending: () => void) => void endings.push(ending),
    end: () => {
      for (const ending of endings.splice(0)) ending();
    },
  };
}

async function mergeSections(laying: Laying): Promise<number> {
  const { engine, shape, file, draft, base, references, recordKey, staged } = laying;
  const lendersOf = lendersBySection(laying);
  const pieces = sectionsWithin(draft.sections, [0, BUCKETS]).map((section) => pieceOf(laying, lendersOf, section));
  const added = (piece: MergePiece) => piece.added ?? [];
  const rowsOf = (buckets: readonly BucketRows[]) => sumOf(buckets.map(({ homes, strays }) => homes + strays));
  const size = {
    rows: largest(pieces.map((piece) => piece.base.rows + rowsOf(added(piece)))),
    bucketRows: largest(
      pieces.flatMap((piece) =>
        piece.base.buckets.map(
          ({ homes, strays }, index) => homes + strays + rowsOf(added(piece).slice(index, index + 1)),
        ),
      ),
    ),
    recordBytes: largest(
      pieces.map(
        (piece) => piece.base.rows * 128 + sumOf(added(piece).map(({ recordBytesLength }) => recordBytesLength)),
      ),
    ),
  };
  const baseRows = largest(pieces.map((piece) => piece.base.rows));
  const makesAll = laying.isApart;
  const settings = { shape, sink: file.sink, references: references.table, recordKey, size, baseRows, makesAll };
  const isLarge = staged.rows + base.manifest.rows >= engine.largeRows;
  const job = engine.crew.begin("merge", settings, { scratchBytes: mergingScratchBytes(settings), isLarge });
  let rowsRemoved = 0;
  try {
    await inTurns(tapering(pieces, isLarge ? SECTIONS_AT_ONCE : 1), job.width, async (some) => {
      const merged = await job.run(some);
      file.syncSoon();
      for (const [index, piece] of some.entries()) {
        const made = merged[index]?.made ?? null;
        rowsRemoved += merged[index]?.rowsRemoved ?? 0;
        if (made !== null) keepSection(laying, made);
        else shareSection(laying, piece);
        laying.progress.made(piece.base.rows);
      }
    });
  } finally {
    job.end();
  }
  return rowsRemoved;
}

/** Sections that a thread merges before it tells of them. */
const SECTIONS_AT_ONCE = 4;

type Section = { readonly number: number; readonly buckets: readonly number[] };

function pieceOf(laying: Laying, lendersOf: LendersOf, { number, buckets }: Section): MergePiece {
  const { base, same, gathered, baseFinals } = laying;
  const { manifest, rowStarts } = base;
  const [firstBucket = 0] = buckets;
  const firstRow = rowStarts[firstBucket] ?? 0;
  const endRow = rowStarts[firstBucket + buckets.length] ?? 0;
  const tokenStarts = startsOf(manifest.tables[0]?.bucketTokens ?? []);
  const firstToken = tokenStarts[firstBucket] ?? 0;
  const rows = gathered.room.rows;
  return {
    number,
    frames: { table: number, columns: BUCKETS + number, records: 2 * BUCKETS + number },
    base: {
      table: placed(base, manifest.tables[0]?.frames[number]),
      columns: manifest.columns.length === 0 ? null : placed(base, manifest.columns[number]),
      records: placed(base, manifest.records[number]),
      rows: endRow - firstRow,
      tokens: (tokenStarts[firstBucket + buckets.length] ?? 0) - firstToken,
      buckets: buckets.map((bucket): EarlierBucket => {
        const homes = manifest.bucketHomes[bucket] ?? 0;
        return {
          firstRow: (rowStarts[bucket] ?? 0) - firstRow,
          homes,
          strays: (manifest.bucketRows[bucket] ?? 0) - homes,
          firstToken: (tokenStarts[bucket] ?? 0) - firstToken,
        };
      }),
      repeated: rowsWithin(same.repeated, firstRow, endRow),
      firstRow,
      lenders: lendersOf(number),
      finals: baseFinals.offset === 0 ? 0 : baseFinals.offset + firstRow * 4,
    },
    added: rows === null ? null : buckets.map((bucket) => bucketRows(laying, rows, bucket)),
  };
}

/** Takes a section of the base as it is: its frames stay where they lie. */
function shareSection({ draft, base, same, baseFinals, engine }: Laying, piece: MergePiece): void {
  const { manifest, rowStarts } = base;
  const { number } = piece;
  const width = BUCKETS / draft.sections;
  const [from, to] = [number * width, (number + 1) * width];
  draft.bucketRows.set(manifest.bucketRows.slice(from, to), from);
  draft.bucketHomes.set(manifest.bucketHomes.slice(from, to), from);
  draft.bucketTokens[0]?.set(manifest.tables[0]?.bucketTokens.slice(from, to) ?? [], from);
  const [firstRow, endRow] = [rowStarts[from] ?? 0, rowStarts[to] ?? 0];
  draft.repeated[number] = rowsWithin(same.repeated, firstRow, endRow);
  const share = (spots: Spot[] | undefined, spot: Spot | undefined) => {
    if (spots !== undefined && spot !== undefined) spots[number] = { ...spot, file: spot.file + 1 };
  };
  share(draft.tables[0], manifest.tables[0]?.frames[number]);
  share(draft.columns, manifest.columns[number]);
  share(draft.records, manifest.records[number]);
  if (baseFinals.offset === 0) return;
  const finals = new Uint32Array(engine.arena.memory.buffer, baseFinals.offset + firstRow * 4, endRow - firstRow);
  for (let row = 0; row < finals.length; row++) finals[row] = row;
}

/** Turns rows counted from their section's first into rows counted from the first of all. */
function toAllRows({ engine, draft, base, staged, finals, baseFinals }: Laying): void {
  const { buffer } = engine.arena.memory;
  const width = BUCKETS / draft.sections;
  const starts = startsOf(draft.bucketRows);
  for (const { number, buckets } of sectionsWithin(draft.sections, [0, BUCKETS])) {
    const first = starts[number * width] ?? 0;
    const [from = 0] = buckets;
    const baseFirst = base.rowStarts[from] ?? 0;
    const baseCount = (base.rowStarts[from + buckets.length] ?? 0) - baseFirst;
    addTo(new Uint32Array(buffer, baseFinals.offset + baseFirst * 4, baseCount), first);
    if (finals.offset === 0) continue;
    const added = rowExtent(staged, from, from + buckets.length);
    addTo(new Uint32Array(buffer, finals.offset + added.first * 4, added.count), first);
  }
}

function addTo(rows: Uint32Array, first: number): void {
  for (let at = 0; at < rows.length; at++) if (rows[at] !== NOWHERE) rows[at] = (rows[at] ?? 0) + first;
}

/** Which rows of the new version are one person: of the base those that stayed, of the increment those that came. */
function mergedSame(laying: Laying, isDeletion: boolean) {
  const { engine, draft, same, base, staged, finals, baseFinals } = laying;
  const { buffer } = engine.arena.memory;
  const ofBase = new Uint32Array(buffer, baseFinals.offset, baseFinals.offset === 0 ? 0 : base.manifest.rows);
  const ofStaged = new Uint32Array(buffer, finals.offset, finals.offset === 0 ? 0 : staged.rows);
  const records = wordList();
  for (let at = 0; at < same.records.length; at += 2) {
    const left = ofBase[same.records[at] ?? 0] ?? NOWHERE;
    const right = ofBase[same.records[at + 1] ?? 0] ?? NOWHERE;
    if (left === NOWHERE || right === NOWHERE) continue;
    records.push(left);
    records.push(right);
  }
  const drafted = draftedPairs(draft.same, ofStaged);
  if (!isDeletion) for (const row of drafted.records) records.push(row);
  return { further: drafted.further, records: records.words(), repeated: repeatedRows(draft) };
}
