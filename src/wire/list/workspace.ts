// Bytes that wait to be read, copied so that whoever gave them may use theirs again.

import type { Allocate } from "./batch.ts";
import { WORD_SLACK } from "./words.ts";

/** The bytes `from`..`used` wait. The view is of the same memory; `WORD_SLACK` bytes more may be read behind them. */
export type Workspace = { readonly bytes: Uint8Array; readonly view: DataView; from: number; used: number };

const COPIED_AT_A_TIME = 8;

export function workspace(capacity: number, allocate: Allocate = (bytes) => new Uint8Array(bytes)): Workspace {
  const bytes = allocate(capacity + COPIED_AT_A_TIME + WORD_SLACK);
  return { bytes, view: viewOf(bytes), from: 0, used: 0 };
}

/** Moves the bytes that wait to the front and adds others, for which there must be room. */
export function appendBlock(space: Workspace, block: Uint8Array): void {
  const waiting = space.used - space.from;
  // Into shared memory V8 copies byte by byte unless source and target lie alike in their words: twelve times as slow.
  const from = (block.byteOffset - waiting) & (COPIED_AT_A_TIME - 1);
  space.bytes.copyWithin(from, space.from, space.used);
  space.bytes.set(block, from + waiting);
  space.from = from;
  space.used = from + waiting + block.length;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Zeros bytes, and up to seven more: in elements of eight, as shared memory is filled element by element. */
export function zero({ buffer, byteOffset }: Uint8Array | Int32Array, bytes: number): void {
  new Float64Array(buffer, byteOffset, Math.ceil(bytes / 8)).fill(0);
}
