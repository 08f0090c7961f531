// Gathers the staged parts of a list into the arena: what a row holds beside those of its bucket, so that each bucket
// can be sealed by itself. Where the whole does not fit, a stretch of buckets is gathered at a time, and the parts are
// read again for the next: they lie on disk already, sealed.

import { BUCKETS } from "../../domain/matching/token-table.ts";
import { type BucketCounts, emptyCounts, PLANES, planeOf } from "../../wire/segment/bucket-counts.ts";
import { frameLayout } from "../../wire/segment/frame.ts";
import type { RowShape } from "../../wire/segment/shape.ts";
import type { Arena } from "./arena.ts";
import type { Engine } from "./engine.ts";
import { NoRoom } from "./no-room.ts";
import type { ListNumbers } from "./numbers-form.ts";
import { type GatheringRoom, placingScratchBytes } from "./placing.ts";
import { openSealedFile } from "./sealed-file.ts";
import { partLabel, readFrameEntries, type StagedFrame, spaceOf } from "./staged-part.ts";
import { sumOf } from "./sums.ts";
import { handfuls, inTurns } from "./turns.ts";

/** Staged parts as they are read again. */
export type StagedRows = {
  readonly shape: RowShape;
  readonly frames: readonly StagedFrame[];
  /** How the references are spelt, where all of them are numbers of one form; null where they are texts. */
  readonly numbers: ListNumbers | null;
  readonly rows: number;
  /** Where each bucket's rows, tokens and bytes begin, in planes; homes and strays follow each other. */
  readonly starts: BucketCounts;
  /** How many there are. */
  readonly counts: BucketCounts;
};

type Staged = {
  readonly staging: string;
  readonly parts: number;
  readonly dataKey: Uint8Array;
};

/** The frames of all parts, in their order. */
export async function openStaged({ layout }: Engine, staged: Staged, shape: RowShape): Promise<StagedFrame[]> {
  const frames: StagedFrame[] = [];
  for (let number = 1; number <= staged.parts; number++) {
    const path = layout.part(staged.staging, number);
    const label = partLabel({ staging: staged.staging, number, shape });
    const { fileKey, last } = await openSealedFile({ path, dataKey: staged.dataKey, label });
    for (const entry of readFrameEntries(last, shape.kinds.length)) frames.push({ ...entry, path, fileKey });
  }
  const rows = sumOf(frames.map((frame) => frame.rows));
  const bytes = sumOf(frames.map(({ recordBytes }) => recordBytes));
  if (rows >= 2 ** 32 || bytes >= 2 ** 32) throw new Error("one list has 2^32 rows or 4 GiB of record references");
  return frames;
}

/** Where the rows of frames go, whose references are all of one kind. */
export function laidOut(shape: RowShape, frames: readonly StagedFrame[], numbers: ListNumbers | null): StagedRows {
  const counts = emptyCounts(shape.kinds.length);
  for (const frame of frames) addTo(counts, frame.counts);
  const rows = sumOf(frames.map((frame) => frame.rows));
  return { shape, frames, numbers, rows, counts, starts: startsOf(counts) };
}

function addTo(sums: BucketCounts, counts: BucketCounts): void {
  for (let place = 0; place < sums.length; place++) sums[place] = (sums[place] ?? 0) + (counts[place] ?? 0);
}

function startsOf(counts: BucketCounts): BucketCounts {
  const starts = new Uint32Array(counts.length);
  for (const [homes, strays] of [
    [PLANES.homes, PLANES.strays],
    [PLANES.homeBytes, PLANES.strayBytes],
  ] as const) {
    for (let bucket = 0, next = 0; bucket < BUCKETS; bucket++) {
      starts[homes * BUCKETS + bucket] = next;
      next += counts[homes * BUCKETS + bucket] ?? 0;
      starts[strays * BUCKETS + bucket] = next;
      next += counts[strays * BUCKETS + bucket] ?? 0;
    }
  }
  for (let plane = PLANES.hashes; plane * BUCKETS < counts.length; plane++) {
    for (let byte = 0, next = 0; byte < BUCKETS; byte++) {
      starts[plane * BUCKETS + byte] = next;
      next += counts[plane * BUCKETS + byte] ?? 0;
    }
  }
  return starts;
}

/** A stretch of buckets of one plane: its rows or tokens, and the bytes that belong to them. */
export type Extent = {
  readonly first: number;
  readonly count: number;
  readonly firstByte: number;
  readonly bytes: number;
};

/** The rows of buckets `from`..`to`. */
export function rowExtent({ starts, counts }: StagedRows, from: number, to: number): Extent {
  const [homes, strays] = [planeOf(starts, PLANES.homes), planeOf(starts, PLANES.strays)];
  const [homeBytes, strayBytes] = [planeOf(starts, PLANES.homeBytes), planeOf(starts, PLANES.strayBytes)];
  const first = homes[from] ?? 0;
  const firstByte = homeBytes[from] ?? 0;
  const end = (strays[to - 1] ?? 0) + (planeOf(counts, PLANES.strays)[to - 1] ?? 0);
  const endByte = (strayBytes[to - 1] ?? 0) + (planeOf(counts, PLANES.strayBytes)[to - 1] ?? 0);
  return { first, count: end - first, firstByte, bytes: endByte - firstByte };
}

/** What one plane holds of the first bytes `from`..`to`. */
export function planeExtent(
  { starts, counts }: Pick<StagedRows, "starts" | "counts">,
  plane: number,
  [from, to]: readonly [number, number],
): Extent {
  const first = planeOf(starts, plane)[from] ?? 0;
  const count = (planeOf(starts, plane)[to - 1] ?? 0) + (planeOf(counts, plane)[to - 1] ?? 0) - first;
  if (plane !== PLANES.hashes) return { first, count, firstByte: 0, bytes: 0 };
  const texts = planeExtent({ starts, counts }, PLANES.hashedBytes, [from, to]);
  return { first, count, firstByte: texts.first, bytes: texts.count };
}

/** What is gathered in one pass over the parts, and how much of the arena it takes. */
export type Pass = {
  readonly rows: readonly [from: number, to: number] | null;
  readonly tables: readonly (readonly [from: number, to: number] | null)[];
  readonly records: readonly [from: number, to: number] | null;
  /** Whether the texts of references lie with their hashes; else they are found with their rows, all of them there. */
  readonly hasTexts: boolean;
  /** Whether numbers of all rows are gathered by themselves. */
  readonly numbers: boolean;
  /** Whether rows with one reference are found in this pass. */
  readonly findsSame: boolean;
};

export type Gathered = { readonly room: GatheringRoom; giveBack(): void };

/** Gathers what a pass asks for. O(rows) time for each pass. */
export async function gather(
  engine: Engine,
  staged: StagedRows,
  { pass, onFrame }: { readonly pass: Pass; readonly onFrame: (rows: number) => void },
): Promise<Gathered> {
  const { room, giveBack } = roomFor(engine.arena, staged, pass);
  try {
    await placeAll(engine, staged, { room, onFrame });
    return { room, giveBack };
  } catch (error) {
    giveBack();
    throw error;
  }
}

type Placing = { readonly room: GatheringRoom; readonly onFrame: (rows: number) => void };

async function placeAll(engine: Engine, staged: StagedRows, { room, onFrame }: Placing): Promise<void> {
  const { shape, frames } = staged;
  const most = frames.reduce((size, frame) => Math.max(size, frameLayout(shape, frame.rows, spaceOf(frame)).bytes), 0);
  const mostRows = frames.reduce((size, { rows }) => Math.max(size, rows), 0);
  const size = { scratchBytes: placingScratchBytes(most, mostRows), isLarge: staged.rows >= engine.largeRows };
  const job = engine.crew.begin("place", { shape, room }, size);
  try {
    const places = staged.starts.slice();
    await inTurns(handfuls(frames), job.width, async (some) => {
      const placed = some.map((frame) => {
        const { path, fileKey, spot, rows } = frame;
        const own = places.slice();
        addTo(places, frame.counts);
        return { path, fileKey, spot, rows, space: spaceOf(frame), places: own };
      });
      await job.run(placed);
      onFrame(some.reduce((sum, { rows }) => sum + rows, 0));
    });
  } finally {
    job.end();
  }
}

function roomFor(arena: Arena, staged: StagedRows, pass: Pass): Gathered {
  const taken: number[] = [];
  const giveBack = () => {
    for (const offset of taken.splice(0)) arena.giveBack(offset);
  };
  const take = (bytes: number) => {
    const offset = arena.take(bytes);
    if (offset === null) {
      giveBack();
      throw new NoRoom(`${bytes} bytes of a list`);
    }
    taken.push(offset);
    return offset;
  };
  const rowsRoom = ({ first, count, firstByte, bytes }: Extent): NonNullable<GatheringRoom["rows"]> => ({
    first,
    count,
    firstByte,
    keys: take(count * 4),
    rest: take(count * 12),
    columns: staged.shape.columns.map(({ width }) => take(count * width)),
    ...(staged.numbers === null
      ? { numbers: null, lengths: take(count), bytes: take(bytes) }
      : { numbers: take(count * 4), lengths: 0, bytes: 0 }),
  });
  const tableRoom = ({ first, count }: Extent) => ({
    first,
    count,
    keys: take(count * 4),
    rest: take(count * 12),
    rows: take(count * 4),
  });
  const recordsRoom = ({ first, count, firstByte, bytes }: Extent) => ({
    first,
    count,
    hashes: take(count * 4),
    rows: take(count * 4),
    texts: pass.hasTexts ? { firstByte, lengths: take(count), bytes: take(bytes) } : null,
  });
  const room: GatheringRoom = {
    rows: pass.rows === null ? null : rowsRoom(rowExtent(staged, ...pass.rows)),
    tables: pass.tables.map((range, index) =>
      range === null ? null : tableRoom(planeExtent(staged, PLANES.furtherKinds + index, range)),
    ),
    records: pass.records === null ? null : recordsRoom(planeExtent(staged, PLANES.hashes, pass.records)),
    numbers: pass.numbers ? take(staged.rows * 4) : null,
  };
  return { room, giveBack };
}

/** Bytes of the arena that a stretch of rows, of a further kind's tokens, or of references takes. */
export function bytesOfRows({ shape, numbers }: StagedRows, { count, bytes }: Extent): number {
  const tokenAndReference = numbers === null ? 17 : 20;
  return count * shape.columns.reduce((sum, { width }) => sum + width, tokenAndReference) + bytes + 1_024;
}
export function bytesOfTokens({ count }: Extent): number {
  return count * 20 + 512;
}
export function bytesOfRecords({ count, bytes }: Extent): number {
  return count * 9 + bytes + 512;
}
