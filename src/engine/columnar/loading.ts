// The work of loading: opens a frame of a sealed version and puts its columns where they belong in the arena.

import type { FileKey } from "../../crypto/sealed-frames.ts";
import { frameOpener } from "./frame-bytes.ts";
import type { FrameSpot } from "./sealed-file.ts";
import type { Thread } from "./threads/thread.ts";

/** A frame, and where its bytes go, one stretch after the other. */
export type LoadedFrame = {
  readonly path: string;
  readonly fileKey: FileKey;
  readonly spot: FrameSpot;
  readonly stretches: readonly { readonly to: number; readonly bytes: number }[];
};

export function beginLoading(thread: Thread): (frame: LoadedFrame) => { outcome: null } {
  const open = frameOpener();
  return ({ path, fileKey, spot, stretches }) => {
    const plain = open({ path, fileKey, spot });
    const wanted = stretches.reduce((sum, { bytes }) => sum + bytes, 0);
    if (wanted !== plain.length) throw new Error(`a frame of ${path} is damaged: it is not of its stated size`);
    let at = 0;
    for (const { to, bytes } of stretches) {
      new Uint8Array(thread.buffer, to, bytes).set(plain.subarray(at, at + bytes));
      at += bytes;
    }
    return { outcome: null };
  };
}
