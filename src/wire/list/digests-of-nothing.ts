// Digests that stand for no person (SEC-08): SHA-256 of nothing, of blanks and of the placeholders that exports leave
// where a value is missing. Two lists that hold them would match each other's gaps.

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8 } from "../../domain/bytes.ts";

const TABLE_BYTES = 8_192;
const WORDS = ["null", "nil", "none", "nan", "n/a", "na", "undefined", "unknown", "empty", "missing", "blank", "void"];
const MORE = ["test", "not available", "not provided", "no email", "noemail", "anonymous", "deleted", "redacted"];
const MARKS = [
  "",
  " ",
  "  ",
  "\t",
  "\n",
  "\r\n",
  "\0",
  "-",
  "--",
  ".",
  "?",
  "0",
  "+",
  "+0",
  "1",
  "true",
  "false",
  '""',
];
const CODES = ["''", "[]", "{}", "()", "(null)", "<null>", "\\N", "#n/a", "@", "x", "xx", "xxx", "00000000000"];
const MAILBOXES = ["test", "noreply", "no-reply", "none", "null", "unknown", "user", "email", "info", "admin", "a"];
const HOSTS = ["test.com", "example.com", "example.org", "none.com", "noemail.com"];
const NUMBERS = ["+1", "+00000000000", "+10000000000", "+11111111111", "+12345678900", "1234567890", "0000000000"];

/** Whether the 8 little-endian words at `at` are the digest of nothing. One look in a table for nearly every digest. */
export function isDigestOfNothing(words: Int32Array, at: number): boolean {
  const first = words[at] ?? 0;
  const marks = FIRST_WORDS_OF_NOTHING[(first & 0xffff) >> 3] ?? 0;
  return ((marks >> (first & 7)) & 1) !== 0 && isOnList(words, at, first);
}

// Apart from the first look: a function with a closure in it makes room for what the closure holds at every call.
function isOnList(words: Int32Array, at: number, first: number): boolean {
  return (BY_FIRST_WORD.get(first) ?? []).some((digest) => digest.every((word, index) => word === words[at + index]));
}

/**
 * Bit n: a digest of nothing has n as the low 16 bits of its first word; and in a second table, as its high ones. The
 * first is looked into for every digest and stays in the first-level cache.
 */
export const FIRST_WORDS_OF_NOTHING = new Uint8Array(2 * TABLE_BYTES);
const BY_FIRST_WORD = new Map<number, Int32Array[]>();
for (const placeholder of placeholders()) {
  const digest = sha256(utf8(placeholder));
  const words = new Int32Array(digest.buffer, digest.byteOffset, 8);
  const first = words[0] ?? 0;
  mark((first & 0xffff) >> 3, first & 7);
  mark(TABLE_BYTES + (first >>> 19), (first >>> 16) & 7);
  BY_FIRST_WORD.set(first, [...(BY_FIRST_WORD.get(first) ?? []), words]);
}

function mark(byte: number, bit: number): void {
  FIRST_WORDS_OF_NOTHING[byte] = (FIRST_WORDS_OF_NOTHING[byte] ?? 0) | (1 << bit);
}

function placeholders(): Set<string> {
  const words = [...WORDS, ...MORE, ...CODES];
  const spelt = words.flatMap((word) => [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]);
  const addresses = MAILBOXES.flatMap((box) => HOSTS.map((host) => `${box}@${host}`));
  return new Set([...MARKS, ...spelt, ...addresses, ...NUMBERS, "NaN", "N/a"]);
}
