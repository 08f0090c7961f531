// The work of spelling out: a staged frame whose references are numbers becomes one whose references are texts, for a
// list in which others are spelt otherwise.

import { frameLayout } from "../../wire/segment/frame.ts";
import type { RowShape } from "../../wire/segment/shape.ts";
import { countBuckets, countsBytes } from "./bucket-counting.ts";
import { bumpBytes, bumpFrom } from "./bump.ts";
import { frameOpener } from "./frame-bytes.ts";
import { addFrame, type FrameSink } from "./frame-sink.ts";
import { readNumbers } from "./record-text.ts";
import type { FrameEntry, StagedFrame } from "./staged-part.ts";
import type { Thread } from "./threads/thread.ts";

export type SpellingSettings = {
  readonly shape: RowShape;
  readonly sink: FrameSink;
  /** 8 bytes; Secret. */
  readonly recordKey: Uint8Array;
};

/** A frame, and its number in the file that it goes to. */
export type SpeltFrame = StagedFrame & { readonly number: number };

type Most = { readonly rows: number; readonly recordBytes: number };

const roomsOf = (shape: RowShape, { rows, recordBytes }: Most) => ({
  key: 8,
  counts: countsBytes(shape.kinds.length),
  offsets: (rows + 1) * 4,
  frame: frameLayout(shape, rows, { textBytes: recordBytes }).bytes,
});

/** Bytes that each thread needs for frames of at most so many rows and bytes of references. */
export function spellingScratchBytes(shape: RowShape, most: Most): number {
  return bumpBytes(Object.values(roomsOf(shape, most)));
}

export function beginSpelling(
  thread: Thread,
  { shape, sink, recordKey }: SpellingSettings,
): (frame: SpeltFrame) => { outcome: FrameEntry } {
  const { buffer, kernels } = thread;
  const open = frameOpener();
  return (frame) => {
    const { rows, recordBytes, numbers } = frame;
    if (numbers === null) throw new Error("a frame whose references are texts");
    const bump = bumpFrom(thread.scratch);
    const sizes = roomsOf(shape, frame);
    const key = bump.take(sizes.key);
    const counts = bump.take(sizes.counts);
    const offsets = bump.take(sizes.offsets);
    const start = bump.take(sizes.frame);
    new Uint8Array(buffer, key, 8).set(recordKey);
    const [from, to] = [frameLayout(shape, rows, "numbers"), frameLayout(shape, rows, { textBytes: recordBytes })];
    if (from.references.kind !== "numbers" || to.references.kind !== "texts") throw new Error("layouts of other kinds");
    const plain = open.bytesOf(frame);
    const { lengths, bytes, hashes } = to.references;
    const room = new Uint8Array(buffer, start, to.bytes);
    // Up to the references, both layouts are one.
    room.set(plain.subarray(0, from.references.numbers));
    const low = new Uint32Array(plain.slice(from.references.numbers, from.references.numbers + rows * 4).buffer);
    const { write } = readNumbers({ prefix: numbers.prefix, fixed: numbers.digits, low, high: null });
    for (let row = 0, at = bytes; row < rows; row++) {
      const length = write(row, room, at);
      room[lengths + row] = length;
      at += length;
    }
    kernels.addUp(start + lengths, rows, offsets);
    kernels.hashRecords({ bytes: start + bytes, offsets, count: rows, key, hashes: start + hashes });
    const counted = countBuckets(thread, { start, layout: to, rows, counts, zeros: 0 });
    const spot = addFrame(sink, frame.number, [room]);
    return { outcome: { spot, rows, recordBytes, numbers: null, counts: counted, isBlank: false } };
  };
}
