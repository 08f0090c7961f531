// Rows with the same record reference: found by a keyed hash, bucket by bucket so that the table in use stays in the
// cache, and compared byte by byte where hashes are equal. The hash is HalfSipHash-1-3 (Aumasson and Bernstein,
// SipHash, 2012, in words of 32 bits) under a key of the moment, so that no partner can write references that collide.

import { randomBytes } from "node:crypto";
import { type Forest, join } from "../../domain/matching/people.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { wordAt } from "../../wire/list/words.ts";
import { inPieces, inSteps } from "./pace.ts";

/** Record references one after the other. `WORD_SLACK` bytes more may be read behind the last. */
export type Records = { readonly recordLengths: Uint8Array; readonly recordBytes: Uint8Array };

const BUCKETS_PER_BREATH = 16;

/** Joins the rows that have the same record reference. O(rows) time, 16 bytes a row. */
export async function joinSameRecords(records: Records, rows: Forest): Promise<void> {
  await inSteps(joinBuckets(await hashRecords(records), rows), BUCKETS_PER_BREATH);
}

/** The rows by the first byte of their references' hashes, and where each row's reference begins. */
type Hashed = {
  readonly view: DataView;
  readonly lengths: Uint8Array;
  readonly offsets: Uint32Array;
  readonly starts: Uint32Array;
  readonly hashes: Int32Array;
  readonly rows: Uint32Array;
};

async function hashRecords({ recordLengths: lengths, recordBytes }: Records): Promise<Hashed> {
  const count = lengths.length;
  const view = new DataView(recordBytes.buffer, recordBytes.byteOffset);
  const key = Int32Array.of(randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE());
  const offsets = new Uint32Array(count + 1);
  const starts = new Uint32Array(BUCKETS + 1);
  const unordered = new Int32Array(count);
  await inPieces(count, (from, to) => {
    for (let row = from, at = offsets[from] ?? 0; row < to; row++) {
      const end = at + (lengths[row] ?? 0);
      const hash = halfSipHash(view, { at, end }, key);
      unordered[row] = hash;
      offsets[row + 1] = end;
      const next = (hash >>> 24) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
      at = end;
    }
  });
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    starts[bucket + 1] = (starts[bucket + 1] ?? 0) + (starts[bucket] ?? 0);
  return { view, lengths, offsets, starts, ...(await byBucket(unordered, starts)) };
}

// HOT: once a record; the rounds of the words and the three that finish are one loop, its state in registers.
function halfSipHash(
  view: DataView,
  { at, end }: { readonly at: number; readonly end: number },
  key: Int32Array,
): number {
  const k0 = key[0] ?? 0;
  const k1 = key[1] ?? 0;
  let v0 = k0;
  let v1 = k1;
  let v2 = k0 ^ 0x6c796765;
  let v3 = k1 ^ 0x74656462;
  const last = at + ((end - at) & ~3);
  for (let place = at; place <= last + 12; place += 4) {
    let word = 0;
    if (place < last) word = view.getInt32(place, true);
    else if (place === last) word = wordAt(view, place, end) | ((end - at) << 24);
    else if (place === last + 4) v2 ^= 255;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}

async function byBucket(unordered: Int32Array, starts: Uint32Array) {
  const cursor = starts.slice();
  const hashes = new Int32Array(unordered.length);
  const rows = new Uint32Array(unordered.length);
  await inPieces(unordered.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const hash = unordered[row] ?? 0;
      const at = cursor[hash >>> 24] ?? 0;
      cursor[hash >>> 24] = at + 1;
      hashes[at] = hash;
      rows[at] = row;
    }
  });
  return { hashes, rows };
}

/** Open addressing with linear probing (Knuth, TAOCP vol. 3, §6.4, algorithm L), a table for each bucket. */
function* joinBuckets(hashed: Hashed, forest: Forest): Generator<void, void> {
  const { starts, rows } = hashed;
  let slots = new Uint32Array(0);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const from = starts[bucket] ?? 0;
    const to = starts[bucket + 1] ?? 0;
    const capacity = 2 ** Math.ceil(Math.log2((to - from) * 2 + 1));
    if (slots.length < capacity) slots = new Uint32Array(capacity);
    const table = slots.subarray(0, capacity).fill(0);
    for (let at = from; at < to; at++) {
      const same = findOrKeep(hashed, table, at);
      if (same >= 0) join(forest, rows[same] ?? 0, rows[at] ?? 0);
    }
    yield;
  }
}

/** The place of an earlier row with the same reference; -1, and the row is kept, if none has. */
function findOrKeep(hashed: Hashed, table: Uint32Array, at: number): number {
  const { hashes, rows } = hashed;
  const hash = hashes[at] ?? 0;
  const mask = table.length - 1;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const held = (table[slot] ?? 0) - 1;
    if (held < 0) {
      table[slot] = at + 1;
      return -1;
    }
    if (hashes[held] === hash && isSameRecord(hashed, rows[held] ?? 0, rows[at] ?? 0)) return held;
  }
}

function isSameRecord({ view, lengths, offsets }: Hashed, left: number, right: number): boolean {
  const length = lengths[left] ?? 0;
  if (length !== lengths[right]) return false;
  const a = offsets[left] ?? 0;
  const b = offsets[right] ?? 0;
  for (let at = 0; at < length; at++) if (view.getUint8(a + at) !== view.getUint8(b + at)) return false;
  return true;
}
