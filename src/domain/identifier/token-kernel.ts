// Tokens: keyed BLAKE3 of a 32-byte digest, cut to 128 bits (SEC-09), over flat arrays, because calling a library once
// a row costs more than the hash. The identifier kinds must never join each other, so each has its own key, derived
// from the room key with the context `concordat token <kind> 1` (BLAKE3 specification, §2.3, derive_key).

import { blake3 } from "@noble/hashes/blake3.js";
import { utf8 } from "../bytes.ts";
import type { IdentifierKind } from "../dataset/schema.ts";

/** The 32-bit words of one digest as they lie in memory, little-endian. */
export const DIGEST_WORDS = 8;
/** The 32-bit words of one token. */
export const TOKEN_WORDS = 4;

/**
 * Turns `count` digests into tokens.
 * @param digests 8 little-endian words a digest; Secret: whoever holds them may guess at people
 * @param tokens  4 words a token, each the big-endian reading of four of its bytes: words then compare as bytes do
 */
export type Tokeniser = (digests: Int32Array, count: number, tokens: Uint32Array) => void;

/** The first part of a scheme's name; the version of the room key follows. Tokens of different schemes never join. */
export const TOKEN_SCHEME = "blake3-1";

/**
 * The tokeniser of one identifier kind under one room key. O(count) time, no allocation a row.
 * @param roomKey 32 bytes; Secret: whoever holds it can test guesses about people
 */
export function tokeniser(roomKey: Uint8Array, kind: IdentifierKind): Tokeniser {
  if (roomKey.length !== 32) throw new Error("a room key has 32 bytes");
  const derived = blake3(roomKey, { context: utf8(`concordat token ${kind} 1`) });
  return keyedTokeniser(derived);
}

/**
 * The tokeniser under a BLAKE3 key, without derivation.
 * @param key 32 bytes; Secret
 */
export function keyedTokeniser(key: Uint8Array): Tokeniser {
  const view = new DataView(key.buffer, key.byteOffset, 32);
  const words = Int32Array.from({ length: 8 }, (_, index) => view.getInt32(index * 4, true));
  return (digests, count, tokens) => compressAll({ key: words, digests, count, tokens });
}

type Batch = { key: Int32Array; digests: Int32Array; count: number; tokens: Uint32Array };

// A digest is one block of a one-chunk message: CHUNK_START, CHUNK_END, ROOT and KEYED_HASH (§2.4, table 3).
const FLAGS = 1 | 2 | 8 | 16;
const BLOCK_BYTES = 32;
const ROUNDS = 7;

// HOT: sixteen state and sixteen message words live in local variables; a round per function would spill them.
function compressAll({ key, digests, count, tokens }: Batch): void {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0, k4 = 0, k5 = 0, k6 = 0, k7 = 0] = key;
  for (let row = 0; row < count; row++) {
    const at = row * DIGEST_WORDS;
    let m0 = (digests[at] ?? 0) | 0;
    let m1 = (digests[at + 1] ?? 0) | 0;
    let m2 = (digests[at + 2] ?? 0) | 0;
    let m3 = (digests[at + 3] ?? 0) | 0;
    let m4 = (digests[at + 4] ?? 0) | 0;
    let m5 = (digests[at + 5] ?? 0) | 0;
    let m6 = (digests[at + 6] ?? 0) | 0;
    let m7 = (digests[at + 7] ?? 0) | 0;
    let m8 = 0;
    let m9 = 0;
    let m10 = 0;
    let m11 = 0;
    let m12 = 0;
    let m13 = 0;
    let m14 = 0;
    let m15 = 0;
    let v0 = k0;
    let v1 = k1;
    let v2 = k2;
    let v3 = k3;
    let v4 = k4;
    let v5 = k5;
    let v6 = k6;
    let v7 = k7;
    let v8 = 0x6a09e667;
    let v9 = 0xbb67ae85 | 0;
    let v10 = 0x3c6ef372;
    let v11 = 0xa54ff53a | 0;
    let v12 = 0;
    let v13 = 0;
    let v14 = BLOCK_BYTES;
    let v15 = FLAGS;
    for (let round = 0; ; round++) {
      v0 = (v0 + v4 + m0) | 0;
      v12 ^= v0;
      v12 = (v12 << 16) | (v12 >>> 16);
      v8 = (v8 + v12) | 0;
      v4 ^= v8;
      v4 = (v4 << 20) | (v4 >>> 12);
      v0 = (v0 + v4 + m1) | 0;
      v12 ^= v0;
      v12 = (v12 << 24) | (v12 >>> 8);
      v8 = (v8 + v12) | 0;
      v4 ^= v8;
      v4 = (v4 << 25) | (v4 >>> 7);
      v1 = (v1 + v5 + m2) | 0;
      v13 ^= v1;
      v13 = (v13 << 16) | (v13 >>> 16);
      v9 = (v9 + v13) | 0;
      v5 ^= v9;
      v5 = (v5 << 20) | (v5 >>> 12);
      v1 = (v1 + v5 + m3) | 0;
      v13 ^= v1;
      v13 = (v13 << 24) | (v13 >>> 8);
      v9 = (v9 + v13) | 0;
      v5 ^= v9;
      v5 = (v5 << 25) | (v5 >>> 7);
      v2 = (v2 + v6 + m4) | 0;
      v14 ^= v2;
      v14 = (v14 << 16) | (v14 >>> 16);
      v10 = (v10 + v14) | 0;
      v6 ^= v10;
      v6 = (v6 << 20) | (v6 >>> 12);
      v2 = (v2 + v6 + m5) | 0;
      v14 ^= v2;
      v14 = (v14 << 24) | (v14 >>> 8);
      v10 = (v10 + v14) | 0;
      v6 ^= v10;
      v6 = (v6 << 25) | (v6 >>> 7);
      v3 = (v3 + v7 + m6) | 0;
      v15 ^= v3;
      v15 = (v15 << 16) | (v15 >>> 16);
      v11 = (v11 + v15) | 0;
      v7 ^= v11;
      v7 = (v7 << 20) | (v7 >>> 12);
      v3 = (v3 + v7 + m7) | 0;
      v15 ^= v3;
      v15 = (v15 << 24) | (v15 >>> 8);
      v11 = (v11 + v15) | 0;
      v7 ^= v11;
      v7 = (v7 << 25) | (v7 >>> 7);
      v0 = (v0 + v5 + m8) | 0;
      v15 ^= v0;
      v15 = (v15 << 16) | (v15 >>> 16);
      v10 = (v10 + v15) | 0;
      v5 ^= v10;
      v5 = (v5 << 20) | (v5 >>> 12);
      v0 = (v0 + v5 + m9) | 0;
      v15 ^= v0;
      v15 = (v15 << 24) | (v15 >>> 8);
      v10 = (v10 + v15) | 0;
      v5 ^= v10;
      v5 = (v5 << 25) | (v5 >>> 7);
      v1 = (v1 + v6 + m10) | 0;
      v12 ^= v1;
      v12 = (v12 << 16) | (v12 >>> 16);
      v11 = (v11 + v12) | 0;
      v6 ^= v11;
      v6 = (v6 << 20) | (v6 >>> 12);
      v1 = (v1 + v6 + m11) | 0;
      v12 ^= v1;
      v12 = (v12 << 24) | (v12 >>> 8);
      v11 = (v11 + v12) | 0;
      v6 ^= v11;
      v6 = (v6 << 25) | (v6 >>> 7);
      v2 = (v2 + v7 + m12) | 0;
      v13 ^= v2;
      v13 = (v13 << 16) | (v13 >>> 16);
      v8 = (v8 + v13) | 0;
      v7 ^= v8;
      v7 = (v7 << 20) | (v7 >>> 12);
      v2 = (v2 + v7 + m13) | 0;
      v13 ^= v2;
      v13 = (v13 << 24) | (v13 >>> 8);
      v8 = (v8 + v13) | 0;
      v7 ^= v8;
      v7 = (v7 << 25) | (v7 >>> 7);
      v3 = (v3 + v4 + m14) | 0;
      v14 ^= v3;
      v14 = (v14 << 16) | (v14 >>> 16);
      v9 = (v9 + v14) | 0;
      v4 ^= v9;
      v4 = (v4 << 20) | (v4 >>> 12);
      v3 = (v3 + v4 + m15) | 0;
      v14 ^= v3;
      v14 = (v14 << 24) | (v14 >>> 8);
      v9 = (v9 + v14) | 0;
      v4 ^= v9;
      v4 = (v4 << 25) | (v4 >>> 7);
      if (round === ROUNDS - 1) break;
      const n0 = m2;
      const n1 = m6;
      const n2 = m3;
      const n3 = m10;
      const n4 = m7;
      const n5 = m0;
      const n6 = m4;
      const n7 = m13;
      const n8 = m1;
      const n9 = m11;
      const n10 = m12;
      const n11 = m5;
      const n12 = m9;
      const n13 = m14;
      const n14 = m15;
      const n15 = m8;
      m0 = n0;
      m1 = n1;
      m2 = n2;
      m3 = n3;
      m4 = n4;
      m5 = n5;
      m6 = n6;
      m7 = n7;
      m8 = n8;
      m9 = n9;
      m10 = n10;
      m11 = n11;
      m12 = n12;
      m13 = n13;
      m14 = n14;
      m15 = n15;
    }
    const to = row * TOKEN_WORDS;
    tokens[to] = bigEndian(v0 ^ v8);
    tokens[to + 1] = bigEndian(v1 ^ v9);
    tokens[to + 2] = bigEndian(v2 ^ v10);
    tokens[to + 3] = bigEndian(v3 ^ v11);
  }
}

function bigEndian(word: number): number {
  return (word << 24) | ((word << 8) & 0xff0000) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
