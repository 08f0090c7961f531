// The work of placing: opens a staged frame and puts each row where the rows of its bucket are gathered, its further
// tokens where those of their buckets are, and its record reference among those whose hashes begin alike.

import type { FileKey } from "../../crypto/sealed-frames.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { type BucketCounts, PLANES, planeOf } from "../../wire/segment/bucket-counts.ts";
import { type FrameLayout, frameLayout, type ReferenceSpace } from "../../wire/segment/frame.ts";
import type { RowShape } from "../../wire/segment/shape.ts";
import { frameOpener, type OpenFrames } from "./frame-bytes.ts";
import type { FrameSpot } from "./frame-sink.ts";
import type { Thread } from "./threads/thread.ts";

/** Columns of the arena from the row `first` on, for `count` rows; what lies outside is left out. */
export type Stretch = { readonly first: number; readonly count: number };

/** Texts one after the other, from the byte `firstByte` of all on. */
export type TextRoom = { readonly lengths: number; readonly bytes: number; readonly firstByte: number };

/** Where gathered columns lie, by offsets. A row is known by its place among all rows, bucket by bucket. */
export type GatheringRoom = {
  readonly rows: (Stretch & RowRoom & TextRoom) | null;
  /** Where the references of all rows go, where they are numbers and are gathered by themselves. */
  readonly numbers: number | null;
  /** Per further kind. */
  readonly tables: readonly (
    | (Stretch & { readonly keys: number; readonly rest: number; readonly rows: number })
    | null
  )[];
  readonly records:
    | (Stretch & { readonly hashes: number; readonly rows: number; readonly texts: TextRoom | null })
    | null;
};

/** Columns of rows. References lie as numbers, or as texts where there is no room for numbers. */
type RowRoom = {
  readonly keys: number;
  readonly rest: number;
  readonly columns: readonly number[];
  readonly numbers: number | null;
};

export type PlacingSettings = { readonly shape: RowShape; readonly room: GatheringRoom };

export type PlacedFrame = {
  readonly path: string;
  readonly fileKey: FileKey;
  readonly spot: FrameSpot;
  readonly rows: number;
  readonly space: ReferenceSpace;
  /** Where the frame's next row, token or byte of each bucket goes, in planes as they are counted. */
  readonly places: BucketCounts;
};

/** Bytes that each placing thread needs for frames of at most that size. */
export function placingScratchBytes(frameBytes: number, frameRows: number): number {
  return frameBytes + 192 + frameRows * 4 * 3 + 2 * BUCKETS * 4 + frameRows;
}

/** The place of a row that is left out, as kernels have it. */
export const NOWHERE = 0xffffffff;

export function beginPlacing(
  thread: Thread,
  { shape, room }: PlacingSettings,
): (frames: readonly PlacedFrame[]) => { outcome: null } {
  const open = frameOpener();
  return (frames) => {
    open.holding(() => {
      for (const frame of frames) placeFrame(thread, { shape, room, open }, frame);
    });
    return { outcome: null };
  };
}

type Opening = PlacingSettings & { readonly open: OpenFrames };

function placeFrame(thread: Thread, { shape, room, open }: Opening, frame: PlacedFrame): void {
  const layout = frameLayout(shape, frame.rows, frame.space);
  open.into(frame, [new Uint8Array(thread.buffer, thread.scratch, layout.bytes)]);
  const from = thread.scratch + Math.ceil(layout.bytes / 64) * 64;
  const { rows, places } = frame;
  const next = from + rows * 12;
  const zeros = next + 2 * BUCKETS * 4;
  const at = { all: from, local: from + rows * 4, bytes: from + rows * 8, next, zeros };
  const placed = { thread, shape, layout, rows, places, at };
  const areNumbers = layout.references.kind === "numbers";
  if (areNumbers && layout.present.length === 0) placeRuns(placed, room);
  else {
    if (areNumbers) new Uint8Array(thread.buffer, zeros, rows).fill(0);
    placeRows(placed, room);
  }
}

type Placed = {
  readonly thread: Thread;
  readonly shape: RowShape;
  readonly layout: FrameLayout;
  readonly rows: number;
  readonly places: BucketCounts;
  /**
   * Behind the frame: three words a row, which are places among all, in what is filled, and of bytes; tables of next
   * places; and a zero a row, the lengths of references that are no texts.
   */
  readonly at: {
    readonly all: number;
    readonly local: number;
    readonly bytes: number;
    readonly next: number;
    readonly zeros: number;
  };
};

/** Rows that all have the first kind, and numbers as references: those of a bucket go in one run. */
function placeRuns(placed: Placed, room: GatheringRoom): void {
  const { thread, layout, shape, rows, places, at } = placed;
  const { kernels, buffer, scratch } = thread;
  kernels.group({ words: scratch + (layout.keys[0] ?? 0), count: rows, order: at.all, ends: at.next });
  new Uint32Array(buffer, at.next + BUCKETS * 4, BUCKETS).set(planeOf(places, PLANES.homes));
  if (room.rows !== null) {
    const { keys, rest, columns, numbers } = room.rows;
    spread(placed, room.rows, { from: layout.keys[0] ?? 0, to: keys, width: 4 });
    spread(placed, room.rows, { from: layout.rest[0] ?? 0, to: rest, width: 12 });
    for (let index = 0; index < columns.length; index++) {
      const width = shape.columns[index]?.width ?? 0;
      spread(placed, room.rows, { from: layout.columns[index] ?? 0, to: columns[index] ?? 0, width });
    }
    if (numbers !== null) spread(placed, room.rows, { from: numbersOf(placed), to: numbers, width: 4 });
  }
  if (room.numbers !== null) spread(placed, EVERYWHERE, { from: numbersOf(placed), to: room.numbers, width: 4 });
}

const EVERYWHERE: Stretch = { first: 0, count: NOWHERE };

function spread({ thread, at }: Placed, { first, count: most }: Stretch, { from, to, width }: Move): void {
  const groups = { order: at.all, ends: at.next };
  const starts = at.next + BUCKETS * 4;
  thread.kernels.spread({ from: thread.scratch + from, to, groups, starts, first, most, width });
}

function placeRows(placed: Placed, room: GatheringRoom): void {
  if (placed.shape.kinds.length > 0) findRows(placed);
  if (room.rows !== null) {
    const { keys, rest, columns } = room.rows;
    narrow(placed, placed.at.all, room.rows);
    move(placed, { from: placed.layout.keys[0] ?? 0, to: keys, width: 4 });
    move(placed, { from: placed.layout.rest[0] ?? 0, to: rest, width: 12 });
    for (const [index, { width }] of placed.shape.columns.entries())
      move(placed, { from: placed.layout.columns[index] ?? 0, to: columns[index] ?? 0, width });
    moveReferences(placed, room.rows);
  }
  if (room.numbers !== null) {
    narrow(placed, placed.at.all, EVERYWHERE);
    moveNumbers(placed, room.numbers);
  }
  for (const [index, table] of room.tables.entries()) if (table !== null) placeTokens(placed, index + 1, table);
  if (room.records !== null) placeRecords(placed, room.records);
}

function words({ thread, rows }: Placed, offset: number): Uint32Array {
  return new Uint32Array(thread.buffer, offset, rows);
}

function frameWords(placed: Placed, at: number | undefined): Uint32Array {
  return words(placed, placed.thread.scratch + (at ?? 0));
}

function presentColumns({ thread, layout, rows }: Placed): Uint8Array[] {
  return layout.present.map((at) => new Uint8Array(thread.buffer, thread.scratch + at, rows));
}

/** Finds each row's place among all rows, and where its reference goes. */
function findRows(placed: Placed): void {
  const { thread, layout, rows, places, at } = placed;
  if (layout.present.length === 0) {
    deal(placed, { keys: layout.keys[0] ?? 0, rows: PLANES.homes, bytes: PLANES.homeBytes, to: at.all });
    return;
  }
  const lengths = new Uint8Array(thread.buffer, lengthsOf(placed), rows);
  const found = { rows: words(placed, at.all), bytes: words(placed, at.bytes) };
  const homes = { rows: planeOf(places, PLANES.homes), bytes: planeOf(places, PLANES.homeBytes) };
  const strays = { rows: planeOf(places, PLANES.strays), bytes: planeOf(places, PLANES.strayBytes) };
  const keys = layout.keys.map((offset) => frameWords(placed, offset));
  const present = presentColumns(placed);
  for (let row = 0; row < rows; row++) {
    const kind = present.findIndex((column) => column[row] === 1);
    const bucket = (keys[kind]?.[row] ?? 0) >>> 24;
    const next = kind === 0 ? homes : strays;
    found.rows[row] = next.rows[bucket] ?? 0;
    found.bytes[row] = next.bytes[bucket] ?? 0;
    next.rows[bucket] = (next.rows[bucket] ?? 0) + 1;
    next.bytes[bucket] = (next.bytes[bucket] ?? 0) + (lengths[row] ?? 0);
  }
}

type Deal = { readonly keys: number; readonly rows: number; readonly bytes: number; readonly to: number };

/** Deals out the next row and byte of each bucket, which two planes tell, to the rows that lie in it. */
function deal(placed: Placed, { keys, rows: rowPlane, bytes: bytePlane, to }: Deal): void {
  const { thread, rows, places, at } = placed;
  const { buffer, kernels, scratch } = thread;
  new Uint32Array(buffer, at.next, BUCKETS).set(planeOf(places, rowPlane));
  new Uint32Array(buffer, at.next + BUCKETS * 4, BUCKETS).set(planeOf(places, bytePlane));
  const next = { rows: at.next, bytes: at.next + BUCKETS * 4 };
  const lengths = lengthsOf(placed);
  kernels.deal({ words: scratch + keys, lengths, count: rows, ...next, rowPlaces: to, bytePlaces: at.bytes });
}

/** Turns places among all into places within a stretch. */
function narrow({ thread, rows, at }: Placed, places: number, { first, count }: Stretch): void {
  thread.kernels.narrow({ places, count: rows, first, most: count, to: at.local });
}

type Move = { readonly from: number; readonly to: number; readonly width: number };

function move({ thread, rows, at }: Placed, { from, to, width }: Move): void {
  thread.kernels.scatter({ from: thread.scratch + from, to, places: at.local, count: rows, width });
}

/** Where the lengths of references lie; of those that are numbers, none has any. */
function lengthsOf({ thread, layout: { references }, at }: Placed): number {
  return references.kind === "texts" ? thread.scratch + references.lengths : at.zeros;
}

function moveReferences(placed: Placed, { numbers, ...texts }: TextRoom & Pick<RowRoom, "numbers">): void {
  if (numbers === null) moveTexts(placed, texts);
  else moveNumbers(placed, numbers);
}

function moveNumbers(placed: Placed, to: number): void {
  move(placed, { from: numbersOf(placed), to, width: 4 });
}

function numbersOf({ layout: { references } }: Placed): number {
  if (references.kind !== "numbers") throw new Error("a frame of texts among frames of numbers");
  return references.numbers;
}

function moveTexts({ thread, layout: { references }, rows, at }: Placed, room: TextRoom): void {
  if (references.kind !== "texts") throw new Error("a frame of numbers among frames of texts");
  const from = thread.scratch + references.bytes;
  const lengths = thread.scratch + references.lengths;
  thread.kernels.scatter({ from: lengths, to: room.lengths, places: at.local, count: rows, width: 1 });
  thread.kernels.scatterTexts({
    from,
    lengths,
    to: room.bytes,
    places: at.bytes,
    first: room.firstByte,
    which: at.local,
    count: rows,
  });
}

function placeTokens(placed: Placed, kind: number, table: NonNullable<GatheringRoom["tables"][number]>): void {
  const { layout, places, at } = placed;
  const keys = frameWords(placed, layout.keys[kind]);
  const present = presentColumns(placed)[kind];
  const next = planeOf(places, PLANES.furtherKinds + kind - 1);
  const local = words(placed, at.local);
  for (let row = 0; row < local.length; row++) {
    if (present?.[row] !== 1) local[row] = NOWHERE;
    else {
      const bucket = (keys[row] ?? 0) >>> 24;
      const place = next[bucket] ?? 0;
      next[bucket] = place + 1;
      local[row] = place;
    }
  }
  narrow(placed, at.local, table);
  move(placed, { from: layout.keys[kind] ?? 0, to: table.keys, width: 4 });
  move(placed, { from: layout.rest[kind] ?? 0, to: table.rest, width: 12 });
  moveRows(placed, table.rows);
}

function placeRecords(placed: Placed, records: NonNullable<GatheringRoom["records"]>): void {
  const { layout, at } = placed;
  const { references } = layout;
  if (references.kind !== "texts") throw new Error("a frame of numbers among frames of texts");
  deal(placed, { keys: references.hashes, rows: PLANES.hashes, bytes: PLANES.hashedBytes, to: at.local });
  narrow(placed, at.local, records);
  move(placed, { from: references.hashes, to: records.hashes, width: 4 });
  moveRows(placed, records.rows);
  if (records.texts !== null) moveTexts(placed, records.texts);
}

/** Writes which row it is beside what was moved of it. */
function moveRows({ thread, rows, at }: Placed, to: number): void {
  thread.kernels.scatter({ from: at.all, to, places: at.local, count: rows, width: 4 });
}
