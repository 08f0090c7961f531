// The work of merging: a section of an earlier version loses the rows whose references an increment names, gains the
// rows that the increment brings, and is made anew; or stays as it is, where neither befell it.

import { bumpFrom } from "./bump.ts";
import { frameOpener, type OpenFrames, type PlacedSpot, plainBytes } from "./frame-bytes.ts";
import { lentTokens } from "./lent-tokens.ts";
import { type MergingRooms, mergeInput, tellFinals } from "./merge-input.ts";
import { type Merged, type MergePiece, type MergeSettings, stays } from "./merge-piece.ts";
import { type EarlierRooms, mergingRooms } from "./merge-rooms.ts";
import { quickMerger } from "./quick-merge.ts";
import { LONGEST_RECORD, unpackRecords } from "./record-text.ts";
import { type FindReference, type References, referenceFinder } from "./references.ts";
import { type MadeSection, type Making, makeBucket, sealSection, sectionRooms } from "./section.ts";
import type { Thread } from "./threads/thread.ts";
import { wordList } from "./word-list.ts";

/** Merges sections, one after the other. */
type Merge = (pieces: readonly MergePiece[]) => { readonly outcome: readonly Merged[] };

export function beginMerging(thread: Thread, settings: MergeSettings): Merge {
  const { shape, size, references } = settings;
  const bump = bumpFrom(thread.scratch);
  const making = { thread, shape, rooms: sectionRooms(bump, shape, size) };
  const { quick, ...others } = mergingRooms(bump, settings);
  const rooms = { thread, shape, ...others };
  new Uint8Array(thread.buffer, rooms.base.key, 8).set(settings.recordKey);
  const find = referenceFinder(thread.buffer, references);
  const open = frameOpener();
  const quickly = quickMerger({ thread, settings, open, earlier: quick, made: making.rooms });
  const merge = (piece: MergePiece): Merged => {
    const merged = quickly(piece);
    if (merged !== null) return merged;
    const kept = keptRows(thread, rooms.base, { piece, open, find, references });
    const rowsRemoved = piece.base.rows - kept.count;
    if (stays(settings, piece, rowsRemoved)) return { number: piece.number, rowsRemoved, made: null };
    openColumns(thread, rooms.base, { piece, open });
    const made = makeAnew(
      { ...making, numbers: null, firstRow: 0, tokens: 0, rows: 0, recordBytes: 0, repeated: wordList() },
      { rooms, settings, open },
      { piece, kept: kept.flags },
    );
    return { number: piece.number, rowsRemoved, made };
  };
  return (pieces) => ({ outcome: open.holding(() => pieces.map(merge)) });
}

type Work = { readonly rooms: MergingRooms; readonly settings: MergeSettings; readonly open: OpenFrames };
type Changing = { readonly piece: MergePiece; readonly kept: Uint8Array };

function makeAnew(making: Making, { rooms, settings, open }: Work, { piece, kept }: Changing): MadeSection {
  const tokens: number[] = [];
  const rows: number[] = [];
  const homes: number[] = [];
  const lent = lentTokens(piece.base, open);
  for (const [index, bucket] of piece.base.buckets.entries()) {
    const added = piece.added?.[index];
    const merged = mergeInput(rooms, { piece, lent, bucket, kept, added });
    tokens.push(makeBucket(making, merged.rows).tokens);
    rows.push(merged.rows.homes + merged.rows.strays);
    homes.push(merged.rows.homes);
    tellFinals(rooms.thread, rooms.input, { merged, piece, added });
  }
  const sealed = sealSection(making, settings.sink, piece.frames);
  return { number: piece.number, ...sealed, tokens, rows, homes, repeated: making.repeated.words().slice() };
}

type Opening = { readonly piece: MergePiece; readonly open: OpenFrames };
type Looking = Opening & { readonly find: FindReference; readonly references: References };

/** Which rows of the section stay: 1 for each, in the order of the rows. */
function keptRows({ kernels, buffer }: Thread, rooms: EarlierRooms, { piece, open, find, references }: Looking) {
  const { rows } = piece.base;
  const records = unpackRecords(open.bytesOf(piece.base.records), rows);
  const lengths = new Uint8Array(buffer, rooms.lengths, rows);
  const texts = new Uint8Array(buffer, rooms.texts, rows * 128 + LONGEST_RECORD);
  const offsets = new Uint32Array(buffer, rooms.offsets, rows + 1);
  for (let row = 0, end = 0; row < rows; row++) {
    const length = records.write(row, texts, end);
    lengths[row] = length;
    end += length;
    offsets[row + 1] = end;
  }
  offsets[0] = 0;
  kernels.hashRecords({
    bytes: rooms.texts,
    offsets: rooms.offsets,
    count: rows,
    key: rooms.key,
    hashes: rooms.hashes,
  });
  const hashes = new Uint32Array(buffer, rooms.hashes, rows);
  const found = new Uint8Array(buffer, references.found, references.count);
  const flags = new Uint8Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const place = find(hashes[row] ?? 0, texts, { from: offsets[row] ?? 0, to: offsets[row + 1] ?? 0 });
    if (place >= 0) found[place] = 1;
    else {
      flags[row] = 1;
      count++;
    }
  }
  return { flags, count };
}

function openColumns({ buffer }: Thread, rooms: EarlierRooms, { piece: { base }, open }: Opening): void {
  const openTo = (frame: PlacedSpot, at: number) =>
    open.into(frame, [new Uint8Array(buffer, at, plainBytes(frame.spot))]);
  openTo(base.table, rooms.table);
  if (base.columns !== null) openTo(base.columns, rooms.columns);
}
