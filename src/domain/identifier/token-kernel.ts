// Tokens: keyed BLAKE3 of a 32-byte digest, cut to 128 bits (SEC-09), over flat arrays, because calling a library once
// a row costs more than the hash. The identifier kinds must never join each other, so each has its own key, derived
// from the room key with the context `concordat token <kind> 1` (BLAKE3 specification, §2.3, derive_key).

import { blake3 } from "@noble/hashes/blake3.js";
import { utf8 } from "../bytes.ts";
import type { IdentifierKind } from "../dataset/schema.ts";
import { compressAll } from "./token-kernel.gen.ts";

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
