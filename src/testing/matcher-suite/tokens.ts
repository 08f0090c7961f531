// Tokens as the laws expect them: made one by one, with another implementation of the hash than the matchers have.

import { blake3 } from "@noble/hashes/blake3.js";
import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { keyedTokeniser, type Tokeniser } from "../../domain/identifier/token-kernel.ts";
import { digestOf } from "./lists.ts";

/** The token of an identifier as 32 lowercase hex digits, which compare as the bytes do. */
export type TokenOf = (kind: IdentifierKind, identifier: string) => string;

/** Makes the token of one digest; the same people stand in many lists, and each hash is made once. */
export function tokenMaker(roomKey: Uint8Array): (kind: IdentifierKind, digest: Uint8Array) => string {
  const makerOf = once((kind: IdentifierKind) => {
    const key = blake3(roomKey, { context: Buffer.from(`concordat token ${kind} 1`) });
    return once((hex: string) => Buffer.from(blake3(Buffer.from(hex, "hex"), { key, dkLen: 16 })).toString("hex"));
  });
  return (kind, digest) => makerOf(kind)(Buffer.from(digest).toString("hex"));
}

export function trueToken(roomKey: Uint8Array): TokenOf {
  const make = tokenMaker(roomKey);
  return onceEach((kind, text) => make(kind, digestOf(text)));
}

// Few first and second words, so that buckets are shared, keys repeat in long runs and some tokens differ late.
const alike = keyedTokeniser(new Uint8Array(32));
export const lookalike: Tokeniser = (digests, count, tokens) => {
  alike(digests, count, tokens);
  for (let at = 0; at < count * 4; at += 4) {
    tokens[at] = ((tokens[at] ?? 0) & 1) * 0x80000001;
    tokens[at + 1] = (tokens[at + 1] ?? 0) & 1;
  }
};

export const lookalikeToken: TokenOf = onceEach((_, text) => tokenBy(lookalike, digestOf(text)));

/** One token by a tokeniser, which makes many at a time. */
export function tokenBy(tokenise: Tokeniser, digest: Uint8Array): string {
  const words = new Uint32Array(4);
  tokenise(new Int32Array(new Uint8Array(digest).buffer), 1, words);
  return [...words].map((word) => word.toString(16).padStart(8, "0")).join("");
}

function onceEach(make: TokenOf): TokenOf {
  const byKind = once((kind: IdentifierKind) => once((text: string) => make(kind, text)));
  return (kind, text) => byKind(kind)(text);
}

function once<Name, Value>(make: (name: Name) => Value): (name: Name) => Value {
  const made = new Map<Name, Value>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}
