// Bytes that a seed determines, for attacks on made-up worlds alone: the same attack plays the same way each time. No
// answer about people ever draws from here.

import { blake3 } from "@noble/hashes/blake3.js";
import { utf8 } from "../bytes.ts";
import type { RandomBytes } from "../privacy/random.ts";

/** The same bytes for the same seed: xoshiro128** (Blackman and Vigna 2018), begun with a digest of the seed. */
export function seededBytes(seed: string): RandomBytes {
  const next = xoshiro(blake3(utf8(seed)));
  return (count) => {
    const bytes = new Uint8Array(count);
    let word = 0;
    for (let index = 0; index < count; index++) {
      if (index % 4 === 0) word = next();
      bytes[index] = word >>> (8 * (index % 4));
    }
    return bytes;
  };
}

function xoshiro(digest: Uint8Array): () => number {
  const view = new DataView(digest.buffer, digest.byteOffset);
  let [a, b, c, d] = [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)];
  return () => {
    const word = Math.imul(rotated(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return word;
  };
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
