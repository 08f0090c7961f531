// Structured Fields (RFC 9651) read strictly. The library follows the standard's parser, which keeps the last of two
// equal keys and lets spellings vary; a field that decides about a signature must have one meaning and one spelling.

import { type Dictionary, parseDictionary, serializeDictionary } from "structured-headers";
import { LIMITS } from "../domain/limits.ts";
import { err, ok, type Result } from "../domain/result.ts";

/**
 * Reads a dictionary field in its canonical spelling, blanks around commas aside. Duplicate keys or parameters, lenient
 * numbers, blanks elsewhere, unpadded base64 and non-zero pad bits are all `not-canonical`.
 * @see RFC 9651 §3.2 (dictionaries), §4.1 (serialisation)
 */
export function strictDictionary(text: string): Result<Dictionary, "not-canonical"> {
  if (text.length > LIMITS.signatureFieldCharacters) return err("not-canonical");
  try {
    const dictionary = parseDictionary(text);
    return withEvenCommas(serializeDictionary(dictionary)) === withEvenCommas(text)
      ? ok(dictionary)
      : err("not-canonical");
  } catch (error) {
    // The library throws errors of several classes on malformed text, and nothing else.
    if (error instanceof Error) return err("not-canonical");
    throw error;
  }
}

function withEvenCommas(text: string): string {
  return text.replace(/[ \t]*,[ \t]*/g, ", ");
}
