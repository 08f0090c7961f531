// Frames of sealed files, read by themselves.

import { closeSync, openSync, readSync } from "node:fs";
import { type FileKey, type FramePlace, openFrame, openInChunks, TAG_BYTES } from "../../crypto/sealed-frames.ts";
import type { FrameSpot } from "./frame-sink.ts";
import { LET_GO_TOGETHER, letGo } from "./let-go.ts";

/** A frame and the file that it lies in. */
export type PlacedSpot = { readonly path: string; readonly fileKey: FileKey; readonly spot: FrameSpot };

/** Opens frame after frame, in memory that is used again for their sealed bytes. */
export type OpenFrames = {
  /** What a frame holds, in memory of its own that it fills. */
  readonly bytesOf: (frame: PlacedSpot) => Uint8Array;
  /** Puts what a frame holds into places, one after the other; together they have as many bytes as it. */
  readonly into: (frame: PlacedSpot, places: readonly Uint8Array[]) => void;
  /** Does work that opens many frames: each of their files is opened once for all of it. */
  readonly holding: <Value>(work: () => Value) => Value;
};

/** What it makes throws an error that says damaged when a frame is not what was sealed there. */
export function frameOpener(): OpenFrames {
  let memory = new Uint8Array(0);
  let held: Map<string, number> | null = null;
  const readSpot = ({ path, spot }: PlacedSpot, to: Uint8Array): void => {
    const file = held?.get(path) ?? openSync(path, "r");
    held?.set(path, file);
    try {
      const read = readSync(file, to, 0, spot.bytes, spot.offset);
      if (read !== spot.bytes) throw new Error(`the sealed file ${path} is damaged: it ends too soon`);
    } finally {
      if (held === null) closeSync(file);
    }
  };
  const openWith = <Value>(frame: PlacedSpot, open: (place: FramePlace, sealed: Uint8Array) => Value): Value => {
    const { bytes, number } = frame.spot;
    if (memory.length < bytes) memory = new Uint8Array(bytes * 2);
    const sealed = memory.subarray(0, bytes);
    readSpot(frame, sealed);
    try {
      return open({ number, isLast: false }, sealed);
    } catch (error) {
      throw new Error(`the sealed file ${frame.path} is damaged`, { cause: error });
    }
  };
  return {
    bytesOf: (frame) => openWith(frame, (place, sealed) => openFrame(frame.fileKey, place, sealed)),
    into: (frame, places) => {
      const wanted = places.reduce((sum, { length }) => sum + length, 0);
      if (wanted !== plainBytes(frame.spot)) throw new Error(`a frame of ${frame.path} is not of its stated size`);
      const put = putting(places);
      const opened: Uint8Array[] = [];
      const take = (chunk: Uint8Array) => {
        put(chunk);
        if (opened.push(chunk) === LET_GO_TOGETHER) letGo(opened.splice(0));
      };
      openWith(frame, (place, sealed) => openInChunks(frame.fileKey, place, { sealed, take }));
      letGo(opened);
    },
    holding: (work) => {
      const files = new Map<string, number>();
      held = files;
      try {
        return work();
      } finally {
        held = null;
        for (const file of files.values()) closeSync(file);
      }
    },
  };
}

/** How many bytes a frame holds. */
export function plainBytes({ bytes }: Pick<FrameSpot, "bytes">): number {
  return bytes - TAG_BYTES;
}

/** Puts chunks into places, one behind the other. */
function putting(places: readonly Uint8Array[]): (chunk: Uint8Array) => void {
  let [turn, at] = [0, 0];
  return (chunk) => {
    for (let taken = 0; taken < chunk.length; ) {
      const place = places[turn];
      if (place === undefined) throw new Error("a frame holds more than there are places for");
      const length = Math.min(chunk.length - taken, place.length - at);
      place.set(chunk.subarray(taken, taken + length), at);
      taken += length;
      at += length;
      if (at === place.length) [turn, at] = [turn + 1, 0];
    }
  };
}

/** What one frame of a sealed file holds. @throws an error that says damaged when it is not what was sealed there */
export function frameBytesOf(frame: PlacedSpot): Uint8Array {
  return frameOpener().bytesOf(frame);
}
