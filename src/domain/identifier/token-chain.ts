// The chain of room keys. Digests become tokens under the first; each key that a rotation put behind it makes tokens
// anew out of those before: keyed BLAKE3, cut to 128 bits, of a token followed by sixteen zero bytes, under a key that
// is derived from the link with the context `concordat token link <name> 1`. So what is sealed is keyed again without
// any digest, and what is uploaded goes through the whole chain.

import { blake3 } from "@noble/hashes/blake3.js";
import { fromHex, toHex, utf8 } from "../bytes.ts";
import {
  DIGEST_WORDS,
  keyedTokeniser,
  TOKEN_SCHEME,
  TOKEN_WORDS,
  type Tokeniser,
  type TokenName,
  tokenKey,
} from "./token-kernel.ts";

/** The keys that tokens are made with, the first first; 32 bytes each. Secret. */
export type RoomKeyChain = readonly [first: Uint8Array, ...links: Uint8Array[]];

/**
 * Names how tokens are made: how many keys the chain has and, of more than one, which is the last. Tokens of different
 * schemes never join.
 */
export function schemeOf(chain: RoomKeyChain): string {
  const last = chain.at(-1);
  const name = `${TOKEN_SCHEME}:${chain.length}`;
  return chain.length === 1 || last === undefined ? name : `${name}:${linkId(last)}`;
}

/** A name for a link that tells nothing of it: eight bytes derived from it, in hex. */
function linkId(link: Uint8Array): string {
  return toHex(blake3(link, { context: utf8("concordat room key link id 1"), dkLen: 8 }));
}

/**
 * The links that tokens of a scheme lack.
 * @returns null where the scheme is of no part of this chain
 */
export function linksSince(chain: RoomKeyChain, scheme: string): readonly Uint8Array[] | null {
  const [first, ...links] = chain;
  for (let count = 0; count <= links.length; count++)
    if (schemeOf([first, ...links.slice(0, count)]) === scheme) return links.slice(count);
  return null;
}

/**
 * The keys of one identifier's tokens: for digests, then for each link. Secret, as the chain is.
 * @throws RangeError for external ids without their namespace
 */
export function tokenKeysOf([first, ...links]: RoomKeyChain, name: TokenName): readonly Uint8Array[] {
  return [tokenKey(first, name), ...links.map((link) => linkKey(link, name))];
}

/**
 * The BLAKE3 key under which a link makes one identifier's tokens anew. Secret.
 * @param link 32 bytes; Secret
 * @throws RangeError for external ids without their namespace
 */
export function linkKey(link: Uint8Array, name: TokenName): Uint8Array {
  if (link.length !== 32) throw new Error("a room key has 32 bytes");
  if (name === "external") throw new RangeError("external ids have a namespace");
  return blake3(link, { context: utf8(`concordat token link ${name} 1`) });
}

/** The tokeniser of one identifier under a chain. O(count) time for each key. */
export function chainTokeniser(chain: RoomKeyChain, name: TokenName): Tokeniser {
  const [own, ...links] = tokenKeysOf(chain, name).map(keyedTokeniser);
  if (own === undefined) throw new Error("a chain without a key");
  return (digests, count, tokens) => {
    own(digests, count, tokens);
    for (const link of links) {
      const padded = new Int32Array(count * DIGEST_WORDS);
      padTokens(tokens, count, padded);
      link(padded, count, tokens);
    }
  };
}

/** Puts tokens, big-endian words, where the kernels read digests: each is one whose other half is zero. */
export function padTokens(tokens: Uint32Array, count: number, padded: Int32Array): void {
  for (let row = 0; row < count; row++) {
    const to = row * DIGEST_WORDS;
    for (let word = 0; word < TOKEN_WORDS; word++) {
      const value = tokens[row * TOKEN_WORDS + word] ?? 0;
      padded[to + word] = (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
      padded[to + TOKEN_WORDS + word] = 0;
    }
  }
}

/**
 * One token after the links that it lacks. O(links).
 * @param token 32 lowercase hex digits
 */
export function tokenAgain(token: string, name: TokenName, links: readonly Uint8Array[]): string {
  return links.reduce((text, link) => againUnder(text, linkKey(link, name)), token);
}

function againUnder(token: string, key: Uint8Array): string {
  const bytes = fromHex(token);
  if (!bytes.ok || bytes.value.length !== 16) throw new Error("a token has 32 hex digits");
  const padded = new Uint8Array(32);
  padded.set(bytes.value);
  return toHex(blake3(padded, { key, dkLen: 16 }));
}
