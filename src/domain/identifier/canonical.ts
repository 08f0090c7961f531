// The profile `concordat-1`: one canonical text for each identifier and the SHA-256 of it (FIPS 180-4). The digest is
// personal data: whoever knows the address can make it again.

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8 } from "../bytes.ts";
import type { IdentifierKind } from "../dataset/schema.ts";
import { err, ok, type Result, unreachable } from "../result.ts";
import { canonicalEmail, type EmailRefusal } from "./email.ts";
import { canonicalMaid, type MaidRefusal } from "./maid.ts";
import { type NamePostcodeRefusal, UNIT_SEPARATOR } from "./name-postcode.ts";
import { canonicalPhone, PHONE_METADATA_VERSION, type PhoneRefusal } from "./phone.ts";

/** Why a text is no identifier of its kind. */
export type IdentifierRefusal =
  | EmailRefusal
  | PhoneRefusal
  | MaidRefusal
  | NamePostcodeRefusal
  | "external-empty"
  | "external-not-unicode";

/** The kinds that one cell spells; `name+postcode` takes several (`name-postcode.ts`). */
export type OneCellKind = Exclude<IdentifierKind, "name+postcode">;

/** Profile and numbering plans that made a digest. Lists of different versions may spell one number two ways. */
export const NORMALISER_VERSION = `concordat-1+libphonenumber-js-${PHONE_METADATA_VERSION}`;

/**
 * The canonical text of an identifier of one cell as a person or a file spells it.
 * @param country  the country of a phone without country code, ISO 3166-1 alpha-2; meaningless for other kinds
 */
export function canonicalOf(kind: OneCellKind, text: string, country?: string): Result<string, IdentifierRefusal> {
  switch (kind) {
    case "email":
      return canonicalEmail(text);
    case "phone":
      return canonicalPhone(text, country);
    case "maid":
      return canonicalMaid(text);
    case "external":
      return canonicalExternal(text);
    default:
      return unreachable(kind);
  }
}

/**
 * The 32 bytes of SHA-256 over the UTF-8 of a canonical text.
 * @throws RangeError when the text is plainly not canonical for its kind, which is a bug of the caller
 */
export function canonicalDigestOf(kind: IdentifierKind, canonicalText: string): Uint8Array {
  if (!MARKS[kind].test(canonicalText)) throw new RangeError(`not the canonical text of an identifier of kind ${kind}`);
  return sha256(bytesOf(canonicalText));
}

/** What the canonical text of each kind holds at the least. */
const MARKS: { readonly [kind in IdentifierKind]: RegExp } = {
  email: /@/,
  phone: /^\+/,
  maid: /^[0-9a-f]{8}-/,
  external: /./su,
  "name+postcode": new RegExp(UNIT_SEPARATOR),
};

// The bytes as given: whoever arranged a namespace arranged the spelling too, spaces and case included.
function canonicalExternal(text: string): Result<string, IdentifierRefusal> {
  if (text === "") return err("external-empty");
  return text.isWellFormed() ? ok(text) : err("external-not-unicode");
}

/** UTF-8, with a short way for ASCII: an encoder costs a microsecond a call, and most identifiers are ASCII. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return utf8(text);
    bytes[at] = code;
  }
  return bytes;
}
