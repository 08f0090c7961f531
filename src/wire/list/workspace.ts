// Bytes that wait to be read, copied so that whoever gave them may use theirs again.

import { WORD_SLACK } from "./words.ts";

/** The first `used` bytes wait. The view is of the same memory, which ends `WORD_SLACK` bytes behind them or later. */
export type Workspace = { bytes: Uint8Array; view: DataView; used: number };

export function workspace(capacity: number): Workspace {
  const bytes = new Uint8Array(capacity + WORD_SLACK);
  return { bytes, view: viewOf(bytes), used: 0 };
}

export function appendBlock(space: Workspace, block: Uint8Array): void {
  const needed = space.used + block.length;
  if (needed + WORD_SLACK > space.bytes.length) {
    const larger = workspace(needed * 2);
    larger.bytes.set(space.bytes.subarray(0, space.used));
    space.bytes = larger.bytes;
    space.view = larger.view;
  }
  space.bytes.set(block, space.used);
  space.used = needed;
}

/** Drops the first bytes. */
export function forget(space: Workspace, count: number): void {
  space.bytes.copyWithin(0, count, space.used);
  space.used -= count;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
