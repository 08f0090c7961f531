// Frames of sealed files, read by themselves.

import { closeSync, openSync, readSync } from "node:fs";
import { type FileKey, openFrame } from "../../crypto/sealed-frames.ts";
import type { FrameSpot } from "./sealed-file.ts";

/** A frame and the file that it lies in. */
export type PlacedSpot = { readonly path: string; readonly fileKey: FileKey; readonly spot: FrameSpot };

/** Opens frame after frame, in memory that is used again for their sealed bytes. */
export type OpenFrames = (frame: PlacedSpot) => Uint8Array;

export function frameOpener(): OpenFrames {
  let memory = new Uint8Array(0);
  return (frame) => {
    const { bytes, number } = frame.spot;
    if (memory.length < bytes) memory = new Uint8Array(bytes * 2);
    const sealed = memory.subarray(0, bytes);
    readSpot(frame, sealed);
    try {
      return openFrame(frame.fileKey, { number, isLast: false }, sealed);
    } catch (error) {
      throw new Error(`the sealed file ${frame.path} is damaged`, { cause: error });
    }
  };
}

/** What one frame of a sealed file holds. @throws an error that says damaged when it is not what was sealed there */
export function frameBytesOf(frame: PlacedSpot): Uint8Array {
  return frameOpener()(frame);
}

function readSpot({ path, spot }: PlacedSpot, to: Uint8Array): void {
  const file = openSync(path, "r");
  try {
    const read = readSync(file, to, 0, spot.bytes, spot.offset);
    if (read !== spot.bytes) throw new Error(`the sealed file ${path} is damaged: it ends too soon`);
  } finally {
    closeSync(file);
  }
}
