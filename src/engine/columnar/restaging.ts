// The rows of a sealed version, read section by section and staged anew with tokens that are keyed again. Tokens of the
// first kind stand in the order of rows; those of further kinds are looked up in their tables, for as many rows at a
// time as an eighth of the arena has room for.

import { TOKEN_WORDS } from "../../domain/identifier/token-kernel.ts";
import { LIMITS } from "../../domain/limits.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { BATCH_ROWS } from "../../wire/list/batch.ts";
import type { RowShape } from "../../wire/segment/shape.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import type { Engine } from "./engine.ts";
import { frameBytesOf, frameOpener, type OpenFrames } from "./frame-bytes.ts";
import { frameWriter, type WritingSettings, writingBytes } from "./frame-writing.ts";
import { type FurtherTokens, furtherTokens, windowRows } from "./further-tokens.ts";
import { hashAgain, PADDED_BYTES } from "./hashing-again.ts";
import { breath } from "./pace.ts";
import { type PackedRecords, unpackRecords } from "./record-text.ts";
import { type ReadSameRows, readSameRows, rowsWithin } from "./same-rows.ts";
import type { FrameEntry } from "./staged-part.ts";
import type { Thread } from "./threads/thread.ts";
import { startsOf, type Version } from "./version.ts";

/** What is read. */
export type Source = {
  readonly version: Version;
  readonly shape: RowShape;
  /** Per kind, the keys of the links that its tokens lack; Secret. */
  readonly linkKeys: readonly (readonly Uint8Array[])[];
};

/** Where frames go. */
export type Staging = Omit<WritingSettings, "shape">;

/** Stages every row of a version, and answers the frames. O(rows) time, and a pass over the further tables a window. */
export async function stageRowsAgain(engine: Engine, source: Source, staging: Staging): Promise<FrameEntry[]> {
  const { version } = source;
  const same = sameRowsIn(version);
  const open = frameOpener();
  const entries: FrameEntry[] = [];
  const width = BUCKETS / version.manifest.sections;
  const rowAt = (section: number) => version.rowStarts[section * width] ?? 0;
  for (const [from, to] of windowsOf(version, windowRows(engine, source.shape.kinds.length - 1))) {
    const window = { first: rowAt(from), end: rowAt(to) };
    const further = await furtherTokens(engine, { version, same, open }, window);
    try {
      for (let section = from; section < to; section++) {
        const rows = sectionRows({ source, same, open, further }, section);
        await stageSection(engine, { source, staging, rows }, entries);
      }
    } finally {
      further.giveBack();
    }
  }
  return entries;
}

function sameRowsIn(version: Version): ReadSameRows {
  const { same, tables } = version.manifest;
  if (same !== null) return readSameRows(frameBytesOf({ ...version.place(same), spot: same }));
  const none = new Uint32Array(0);
  return { merged: none, repeated: none, records: none, further: tables.slice(1).map(() => none) };
}

/** Sections that are read together, from one to before another: as many as hold so many rows, and one at the least. */
function* windowsOf({ manifest, rowStarts }: Version, most: number): Generator<readonly [from: number, to: number]> {
  const width = BUCKETS / manifest.sections;
  const rowAt = (section: number) => rowStarts[section * width] ?? 0;
  for (let from = 0; from < manifest.sections; ) {
    let to = from + 1;
    while (to < manifest.sections && rowAt(to + 1) - rowAt(from) <= most) to++;
    yield [from, to];
    from = to;
  }
}

/** The rows of a section, in columns as they lie in its frames. */
type SectionRows = {
  readonly count: number;
  /** Keys and rest of the first kind's tokens, and which of them each row has; `NONE` for a stray. */
  readonly first: Planes;
  readonly tokenOf: Uint32Array;
  /** The section's first row among those of the window. */
  readonly offset: number;
  readonly further: FurtherTokens;
  readonly columns: readonly Column[];
  readonly records: PackedRecords;
};
type Column = Uint8Array | Uint16Array | Uint32Array;
type Planes = { readonly keys: Uint32Array; readonly rest: Uint32Array };

const NONE = 0xffffffff;

type Reading = {
  readonly source: Source;
  readonly same: ReadSameRows;
  readonly open: OpenFrames;
  readonly further: FurtherTokens;
};

function sectionRows({ source, same, open, further }: Reading, section: number): SectionRows {
  const { version, shape } = source;
  const { manifest, rowStarts } = version;
  const width = BUCKETS / manifest.sections;
  const [from, to] = [section * width, (section + 1) * width];
  const firstRow = rowStarts[from] ?? 0;
  const count = (rowStarts[to] ?? 0) - firstRow;
  const frame = (spots: typeof manifest.records) => {
    const spot = spots[section];
    if (spot === undefined) throw new Error(`the segment ${version.name} lacks a frame`);
    return open.bytesOf({ ...version.place(spot), spot });
  };
  const table = manifest.tables[0];
  if (table === undefined) throw new Error(`the segment ${version.name} has no identifiers`);
  const tokens = (startsOf(table.bucketTokens)[to] ?? 0) - (startsOf(table.bucketTokens)[from] ?? 0);
  const words = new Uint32Array(frame(table.frames).buffer);
  return {
    count,
    first: { keys: words.subarray(0, tokens), rest: words.subarray(tokens, tokens * 4) },
    tokenOf: firstTokensOf(version, same, [from, to]),
    offset: firstRow - further.firstRow,
    further,
    columns: shape.columns.length === 0 ? [] : columnsIn(frame(manifest.columns), shape, count),
    records: unpackRecords(frame(manifest.records), count),
  };
}

/** Which token of the first kind each row of some buckets has: rows stand in the order of tokens, some share one. */
function firstTokensOf({ manifest, rowStarts }: Version, same: ReadSameRows, range: readonly [number, number]) {
  const [from, to] = range;
  const firstRow = rowStarts[from] ?? 0;
  const tokenOf = new Uint32Array((rowStarts[to] ?? 0) - firstRow).fill(NONE);
  const repeated = rowsWithin(same.repeated, firstRow, firstRow + tokenOf.length);
  let [next, sharing] = [0, 0];
  for (let bucket = from; bucket < to; bucket++) {
    const first = (rowStarts[bucket] ?? 0) - firstRow;
    for (let row = first; row < first + (manifest.bucketHomes[bucket] ?? 0); row++) {
      if (repeated[sharing] === row) sharing++;
      else next++;
      tokenOf[row] = next - 1;
    }
  }
  return tokenOf;
}

function columnsIn(plain: Uint8Array, { columns }: RowShape, count: number): Column[] {
  let end = 0;
  return columns.map(({ width }) => {
    const from = end;
    end += count * width;
    const own = plain.slice(from, end).buffer;
    if (width === 1) return new Uint8Array(own);
    return width === 2 ? new Uint16Array(own) : new Uint32Array(own);
  });
}

/** Adds the frames of a section to those that there are. */
async function stageSection(engine: Engine, staged: Staged, entries: FrameEntry[]): Promise<void> {
  for (let at = 0; at < staged.rows.count; at += BATCH_ROWS) {
    entries.push(await stageBatch(engine, staged, { at, number: entries.length }));
    await breath();
  }
}

type Staged = { readonly source: Source; readonly staging: Staging; readonly rows: SectionRows };
type Batch = { readonly at: number; readonly number: number };

function stageBatch(engine: Engine, staged: Staged, batch: Batch): Promise<FrameEntry> {
  const { shape } = staged.source;
  const sizes = [writingBytes(shape), 32, PADDED_BYTES, BATCH_ROWS, BATCH_ROWS * LIMITS.recordBytes];
  return engine.here(bumpBytes(sizes), (thread) => {
    const bump = bumpFrom(thread.scratch);
    const [writer = 0, key = 0, padded = 0, lengths = 0, texts = 0] = sizes.map((bytes) => bump.take(bytes));
    const rooms = { key, padded, lengths, texts };
    return writeBatch(thread, { ...staged, ...batch, rooms, writer });
  });
}

type Rooms = { readonly key: number; readonly padded: number; readonly lengths: number; readonly texts: number };
type Writing = Staged & Batch & { readonly rooms: Rooms; readonly writer: number };

function writeBatch(thread: Thread, { source, staging, rows, at, number, rooms, writer }: Writing): FrameEntry {
  const { shape, linkKeys } = source;
  const count = Math.min(BATCH_ROWS, rows.count - at);
  const { buffer } = thread;
  const recordLengths = new Uint8Array(buffer, rooms.lengths, count);
  const recordBytes = new Uint8Array(buffer, rooms.texts, BATCH_ROWS * LIMITS.recordBytes);
  let recordBytesUsed = 0;
  for (let row = 0; row < count; row++) {
    const length = rows.records.write(at + row, recordBytes, recordBytesUsed);
    recordLengths[row] = length;
    recordBytesUsed += length;
  }
  const present = shape.kinds.map((_, kind) => presentIn(rows, kind, { at, count }));
  return frameWriter(thread, writer, { ...staging, shape }).rows(
    {
      ...{ rows: count, recordLengths, recordBytes, recordBytesUsed, present, mayBeNumbers: true },
      columns: rows.columns.map((column) => column.subarray(at, at + count)),
      makeTokens: (kind, to) => {
        putTokens(rows, kind, { at, count, to: new Uint32Array(buffer, to, count * TOKEN_WORDS) });
        hashAgain(thread, linkKeys[kind] ?? [], { tokens: to, count, ...rooms });
      },
    },
    number,
  );
}

type Stretch = { readonly at: number; readonly count: number };

function presentIn({ tokenOf, further, offset }: SectionRows, kind: number, { at, count }: Stretch): Uint8Array {
  if (kind > 0) return further.present(kind - 1).subarray(offset + at, offset + at + count);
  return Uint8Array.from({ length: count }, (_, row) => +(tokenOf[at + row] !== NONE));
}

type Put = Stretch & { readonly to: Uint32Array };

function putTokens({ first, tokenOf, further, offset }: SectionRows, kind: number, { at, count, to }: Put): void {
  if (kind > 0) {
    const from = (offset + at) * TOKEN_WORDS;
    to.set(further.tokens(kind - 1).subarray(from, from + count * TOKEN_WORDS));
    return;
  }
  for (let row = 0; row < count; row++) {
    const token = tokenOf[at + row] ?? NONE;
    to[row * TOKEN_WORDS] = token === NONE ? 0 : (first.keys[token] ?? 0);
    for (let word = 0; word < 3; word++)
      to[row * TOKEN_WORDS + 1 + word] = token === NONE ? 0 : (first.rest[token * 3 + word] ?? 0);
  }
}
