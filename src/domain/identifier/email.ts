// The canonical form of an e-mail address under the profile `concordat-1`: NFC, trimmed, lowercase, domain in ASCII
// by UTS #46. Dots and +suffixes stay, at every provider: folding them is for a destination to ask, not for matching.

import { err, ok, type Result } from "../result.ts";
import { hasWhiteSpace, trimWhiteSpace } from "./white-space.ts";

/** Why a text is no address that can be matched. */
export type EmailRefusal =
  | "email-not-unicode"
  | "email-inner-space"
  | "email-not-one-at"
  | "email-empty-part"
  | "email-no-dot"
  | "email-domain-invalid"
  | "email-too-long";

/** Characters of an address, at the most (RFC 5321 §4.5.3.1.3: a path of 256 octets less its brackets). */
const MAX_CHARACTERS = 254;

const PLAIN = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/;
/** The four characters that UTS #46 §4 reads as the dot between labels. */
const DOTS = /[.\u3002\uff0e\uff61]/;
const HOST_LABEL = /^[a-z0-9_-]+$/;
/** What no label may hold before it meets a URL parser, which would read it as port, path, user or escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this pattern is for.
const NOT_IN_LABEL = /[\x00-\x2c\x2e\x2f\x3a-\x5e\x60\x7b-\x7f]/;

/**
 * The one spelling of an address that is hashed. Two addresses that differ in case, outer white space, Unicode form
 * or the spelling of an international domain have the same one. Idempotent; O(length).
 */
export function canonicalEmail(text: string): Result<string, EmailRefusal> {
  const plain = text.toLowerCase();
  if (plain.length <= MAX_CHARACTERS && PLAIN.test(plain)) return ok(plain);
  if (!text.isWellFormed()) return err("email-not-unicode");
  const lowercase = trimWhiteSpace(text.normalize("NFC")).toLowerCase().normalize("NFC");
  if (hasWhiteSpace(lowercase)) return err("email-inner-space");
  const at = lowercase.indexOf("@");
  if (at < 0 || at !== lowercase.lastIndexOf("@")) return err("email-not-one-at");
  if (at === 0) return err("email-empty-part");
  const domain = asciiDomain(lowercase.slice(at + 1));
  if (!domain.ok) return domain;
  const canonical = `${lowercase.slice(0, at)}@${domain.value}`;
  return characters(canonical) > MAX_CHARACTERS ? err("email-too-long") : ok(canonical);
}

function asciiDomain(domain: string): Result<string, EmailRefusal> {
  const labels = domain.split(DOTS);
  if (labels.includes("")) return err("email-empty-part");
  if (labels.length < 2) return err("email-no-dot");
  const spelt: string[] = [];
  for (const label of labels) {
    const ascii = asciiLabel(label);
    if (ascii === "") return err("email-empty-part");
    if (ascii === null) return err("email-domain-invalid");
    spelt.push(ascii);
  }
  return ok(spelt.join("."));
}

/**
 * One label by UTS #46 as every URL parser does it (WHATWG URL, domain to ASCII). Label by label, with a last label
 * of our own, so that no run of digits is read as an IPv4 address. A label that is ASCII stays as it is.
 */
function asciiLabel(label: string): string | null {
  if (HOST_LABEL.test(label)) return label;
  if (NOT_IN_LABEL.test(label)) return null;
  const url = `http://${label}.example`;
  if (!URL.canParse(url)) return null;
  const ascii = new URL(url).hostname.slice(0, -".example".length);
  return ascii === "" || HOST_LABEL.test(ascii) ? ascii : null;
}

function characters(text: string): number {
  return text.length <= MAX_CHARACTERS ? text.length : [...text].length;
}
