// The end of a sealed file that is being written: frames are sealed and written there by several threads at once, each
// in a place of its own. A chunk is written as soon as it is sealed, and its memory used for the next.

import { writevSync } from "node:fs";
import { CHUNK_BYTES, type FileKey, sealInChunks, TAG_BYTES } from "../../crypto/sealed-frames.ts";
import { LET_GO_TOGETHER, letGo } from "./let-go.ts";

/** Where a sealed frame lies in its file. */
export type FrameSpot = { readonly number: number; readonly offset: number; readonly bytes: number };

/** A file that several threads append frames to. */
export type FrameSink = {
  readonly fileKey: FileKey;
  /** The file, open in this process. */
  readonly descriptor: number;
  /** Where the next bytes go. */
  readonly end: BigInt64Array<SharedArrayBuffer>;
};

/** Seals a frame and writes it behind what there is; any thread may, at any time before the file is closed. */
export function addFrame(sink: FrameSink, number: number, pieces: readonly Uint8Array[]): FrameSpot {
  const bytes = bytesIn(pieces) + TAG_BYTES;
  const offset = reserve(sink, bytes);
  let at = offset;
  for (const chunks of together(sealInChunks(sink.fileKey, { number, isLast: false }, pieces))) {
    at = writeAll(sink, chunks, at);
    letGo(chunks);
  }
  return { number, offset, bytes };
}

/** Chunks in groups that are worth a write of their own. */
function* together(chunks: Iterable<Uint8Array>): Generator<readonly Uint8Array[]> {
  let group: Uint8Array[] = [];
  for (const chunk of chunks) {
    group.push(chunk);
    if (bytesIn(group) < CHUNK_BYTES * LET_GO_TOGETHER) continue;
    yield group;
    group = [];
  }
  yield group;
}

/** Writes pieces behind what there is. */
export function addPieces(sink: FrameSink, pieces: readonly Uint8Array[]): void {
  writeAll(sink, pieces, reserve(sink, bytesIn(pieces)));
}

function reserve({ end }: FrameSink, bytes: number): number {
  return Number(Atomics.add(end, 0, BigInt(bytes)));
}

/** Writes pieces from a place on; answers the place behind them. */
function writeAll({ descriptor }: FrameSink, pieces: readonly Uint8Array[], from: number): number {
  let [at, rest] = [from, pieces];
  while (rest.length > 0) {
    const written = writevSync(descriptor, rest, at);
    at += written;
    rest = behind(rest, written);
  }
  return at;
}

function bytesIn(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** What is left of the pieces behind so many bytes: a disk that is almost full takes some and refuses the rest. */
function behind(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let before = bytes;
  return pieces.flatMap((piece) => {
    const taken = Math.min(before, piece.length);
    before -= taken;
    return taken < piece.length ? [piece.subarray(taken)] : [];
  });
}
