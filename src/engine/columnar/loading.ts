// The work of loading: opens a frame of a sealed version and puts its columns where they belong in the arena.

import type { FileKey } from "../../crypto/sealed-frames.ts";
import { frameOpener } from "./frame-bytes.ts";
import type { FrameSpot } from "./frame-sink.ts";
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
  return ({ stretches, ...frame }) => {
    const places = stretches.map(({ to, bytes }) => new Uint8Array(thread.buffer, to, bytes));
    open.into(frame, places);
    return { outcome: null };
  };
}
