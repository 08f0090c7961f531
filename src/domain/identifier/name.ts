// The canonical form of a first or last name under the profile `concordat-1`: NFC, lowercase, without punctuation,
// symbols and white space; accents stay, in every script. Alone a name matches nobody: it is part of a composite.

import { err, ok, type Result } from "../result.ts";

/** Why a text is no name that can be matched. */
export type NameRefusal = "name-not-unicode" | "name-empty";

const PLAIN = /^[a-z]+$/;
/** Whatever is no letter, mark or number, and the two letters that stand for an apostrophe (O'Connor, Hawai'i). */
const NOT_OF_A_NAME = /[^\p{Letter}\p{Mark}\p{Number}]|[\u02bb\u02bc]/gu;
const LETTER_OR_NUMBER = /[\p{Letter}\p{Number}]/u;

/** The one spelling of a name: `O'Connor` and ` OCONNOR` are `oconnor`. Idempotent; O(length). */
export function canonicalName(text: string): Result<string, NameRefusal> {
  if (PLAIN.test(text)) return ok(text);
  if (!text.isWellFormed()) return err("name-not-unicode");
  const name = text.normalize("NFC").replace(NOT_OF_A_NAME, "").toLowerCase().normalize("NFC");
  return LETTER_OR_NUMBER.test(name) ? ok(name) : err("name-empty");
}
