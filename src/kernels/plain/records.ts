// HalfSipHash-1-3 (Aumasson and Bernstein, SipHash, 2012, in words of 32 bits) of byte strings.

import type { Kernels, RecordBatch } from "../kernels.ts";

/** Bytes behind the strings that are read with the last word of the last and mean nothing. */
const SLACK = 4;

export function plainRecords(buffer: SharedArrayBuffer): Pick<Kernels, "hashRecords"> {
  return { hashRecords: (batch) => hashAll(buffer, batch) };
}

function hashAll(buffer: SharedArrayBuffer, { bytes, offsets, count, key, hashes }: RecordBatch): void {
  const starts = new Uint32Array(buffer, offsets, count + 1);
  const view = new DataView(buffer, bytes, (starts[count] ?? 0) + SLACK);
  const words = new Int32Array(buffer, key, 2);
  const target = new Int32Array(buffer, hashes, count);
  for (let row = 0; row < count; row++) {
    target[row] = hashOf(view, { at: starts[row] ?? 0, end: starts[row + 1] ?? 0 }, words);
  }
}

// HOT: once a record; the rounds of the words and the three that finish are one loop, its state in registers.
function hashOf(view: DataView, { at, end }: { readonly at: number; readonly end: number }, key: Int32Array): number {
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
    else if (place === last) word = tailAt(view, place, end) | ((end - at) << 24);
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

// The bytes before `end`, fewer than four, as a word.
function tailAt(view: DataView, at: number, end: number): number {
  return view.getInt32(at, true) & ((1 << ((end - at) << 3)) - 1);
}
