// Canonical JSON (RFC 8785) and the strict reading that goes with it: no duplicate names, no lone surrogates,
// no number that a double cannot hold. What is signed, hashed or logged passes through here.

import { textDigest } from "./bytes.ts";
import { LIMITS } from "./limits.ts";
import { err, ok, type Result } from "./result.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/**
 * The one text of a JSON value: names sorted by UTF-16 code units, no white space, numbers as ECMAScript prints them.
 * Members whose value is `undefined` are left out.
 * @throws TypeError for a number that is not finite or a text with a lone surrogate, which is a bug of the caller
 * @see RFC 8785 §3.2
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (typeof value === "string") return canonicalText(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  let members = "";
  for (const name of sorted(Object.keys(value))) {
    const member = value[name];
    if (member === undefined) continue;
    members += `${members === "" ? "" : ","}${canonicalText(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

// By insertion where names are few: the sort of the platform makes lists of its own, which for small objects cost more
// than all else that is done here.
function sorted(names: readonly string[]): readonly string[] {
  if (names.length > FEW_NAMES) return [...names].sort();
  const placed: string[] = [];
  for (const name of names) {
    let place = placed.length;
    for (; place > 0; place--) {
      const before = placed[place - 1];
      if (before === undefined || before <= name) break;
      placed[place] = before;
    }
    placed[place] = name;
  }
  return placed;
}

const FEW_NAMES = 16;

/** SHA-256 over the UTF-8 bytes of the canonical text, in lowercase hex. */
export function canonicalDigest(value: Json): string {
  return textDigest(canonicalJson(value));
}

export type JsonRefusal = { readonly kind: "not-json" | "duplicate-name" | "too-deep"; readonly at: number };

/**
 * Reads JSON as I-JSON (RFC 7493): refuses duplicate names, lone surrogates, numbers beyond a double, and nesting
 * deeper than `LIMITS.jsonDepth`. `__proto__` is an ordinary name. O(n) time; `at` is a position in UTF-16 units.
 */
export function parseStrictJson(text: string): Result<Json, JsonRefusal> {
  const cursor: Cursor = { text, at: 0, refusal: null };
  const value = readValue(cursor, 0);
  skipSpace(cursor);
  if (cursor.at !== text.length) refuse(cursor, "not-json");
  return cursor.refusal === null && value !== undefined
    ? ok(value)
    : err(cursor.refusal ?? { kind: "not-json", at: 0 });
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError("a number that is not finite has no JSON form");
  return Object.is(value, -0) ? "0" : String(value);
}

// Printable ASCII without a quote or a backslash: as most texts are, and as such a text is written.
const AS_IT_IS = /^[ !#-[\]-~]*$/;

function canonicalText(text: string): string {
  if (AS_IT_IS.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError("a text with a lone surrogate has no canonical form");
  return JSON.stringify(text);
}

// The reader is a recursive descent over one cursor (grammar of RFC 8259 §2). A production that cannot go on notes
// the first refusal and answers `undefined`; its callers then unwind without reading further.

type Cursor = { readonly text: string; at: number; refusal: JsonRefusal | null };

// biome-ignore lint/suspicious/noControlCharactersInRegex: as below.
const PLAIN_TEXT = /"[^"\\\u0000-\u001f]*"/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 §7 forbids exactly these characters.
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

function readValue(cursor: Cursor, depth: number): Json | undefined {
  if (depth > LIMITS.jsonDepth) return refuse(cursor, "too-deep");
  skipSpace(cursor);
  const next = cursor.text[cursor.at];
  if (next === "{") return readMembers(cursor, depth + 1);
  if (next === "[") return readItems(cursor, depth + 1);
  if (next === '"') return readText(cursor);
  const word = match(cursor, WORD);
  if (word !== null) return word === "null" ? null : word === "true";
  return readNumber(cursor);
}

function readMembers(cursor: Cursor, depth: number): Json | undefined {
  // Without a prototype, so that `__proto__` is a member like any other.
  const members: { [name: string]: Json } = Object.create(null);
  cursor.at++;
  skipSpace(cursor);
  if (take(cursor, "}")) return members;
  do {
    skipSpace(cursor);
    const start = cursor.at;
    const name = readText(cursor);
    if (name === undefined) return undefined;
    if (Object.hasOwn(members, name)) return refuse(cursor, "duplicate-name", start);
    skipSpace(cursor);
    if (!take(cursor, ":")) return refuse(cursor, "not-json");
    const value = readValue(cursor, depth);
    if (value === undefined) return undefined;
    members[name] = value;
    skipSpace(cursor);
  } while (take(cursor, ","));
  return take(cursor, "}") ? members : refuse(cursor, "not-json");
}

function readItems(cursor: Cursor, depth: number): Json | undefined {
  const items: Json[] = [];
  cursor.at++;
  skipSpace(cursor);
  if (take(cursor, "]")) return items;
  do {
    const item = readValue(cursor, depth);
    if (item === undefined) return undefined;
    items.push(item);
    skipSpace(cursor);
  } while (take(cursor, ","));
  return take(cursor, "]") ? items : refuse(cursor, "not-json");
}

function readText(cursor: Cursor): string | undefined {
  const start = cursor.at;
  const literal = match(cursor, PLAIN_TEXT) ?? match(cursor, TEXT);
  if (literal === null) return refuse(cursor, "not-json");
  const text: unknown = literal.includes("\\") ? JSON.parse(literal) : literal.slice(1, -1);
  return typeof text === "string" && text.isWellFormed() ? text : refuse(cursor, "not-json", start);
}

function readNumber(cursor: Cursor): number | undefined {
  const start = cursor.at;
  const literal = match(cursor, NUMBER);
  if (literal === null) return refuse(cursor, "not-json");
  const value = Number(literal);
  return Number.isFinite(value) ? value : refuse(cursor, "not-json", start);
}

function skipSpace(cursor: Cursor): void {
  while (isSpace(cursor.text.charCodeAt(cursor.at))) cursor.at++;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

function take(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

function match(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found === null) return null;
  cursor.at = pattern.lastIndex;
  return found[0];
}

function refuse(cursor: Cursor, kind: JsonRefusal["kind"], at: number = cursor.at): undefined {
  cursor.refusal ??= { kind, at };
  return undefined;
}
