// Tokens: keyed BLAKE3 of a 32-byte digest, cut to 128 bits (SEC-09), over flat arrays, because calling a library once
// a row costs more than the hash. Identifier kinds must never join each other, nor external ids of two namespaces, so
// each has its own key, derived from the room key with the context `concordat token <kind> 1`, or `concordat token
// external:<namespace> 1` (BLAKE3 specification, §2.3, derive_key).

import { blake3 } from "@noble/hashes/blake3.js";
import { utf8 } from "../bytes.ts";
import type { DatasetSchema, IdentifierKind } from "../dataset/schema.ts";
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

/** What a tokeniser is for: identifiers with different names have different keys, and never join. */
export type TokenName = IdentifierKind | `external:${string}`;

/** The name under which a schema's identifiers of a kind become tokens: the kind, and of external ids the namespace. */
export function tokenNameOf({ identifiers }: DatasetSchema, kind: IdentifierKind): TokenName {
  if (kind !== "external") return kind;
  if (identifiers.external === undefined) throw new RangeError("the schema has no external ids");
  return `external:${identifiers.external.namespace}`;
}

/**
 * The tokeniser of one identifier under one room key. O(count) time, no allocation a row.
 * @param roomKey 32 bytes; Secret: whoever holds it can test guesses about people
 * @param name    by `tokenNameOf`
 * @throws RangeError for external ids without their namespace, which would join with those of every other
 */
export function tokeniser(roomKey: Uint8Array, name: TokenName): Tokeniser {
  return keyedTokeniser(tokenKey(roomKey, name));
}

/**
 * The BLAKE3 key of one identifier's tokens under one room key. Secret, as the room key is.
 * @param roomKey 32 bytes; Secret
 * @param name    by `tokenNameOf`
 * @throws RangeError for external ids without their namespace
 */
export function tokenKey(roomKey: Uint8Array, name: TokenName): Uint8Array {
  if (roomKey.length !== 32) throw new Error("a room key has 32 bytes");
  if (name === "external") throw new RangeError("external ids have a namespace");
  return blake3(roomKey, { context: utf8(`concordat token ${name} 1`) });
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
