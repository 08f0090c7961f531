// The canonical form of a phone number under the profile `concordat-1`: E.164 with `+`, valid by the numbering plan of
// its country and not merely of a possible length. The plans are those of libphonenumber-js, full metadata.

import { isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { err, ok, type Result } from "../result.ts";
import { trimWhiteSpace } from "./white-space.ts";

/** Why a text is no number that can be matched. */
export type PhoneRefusal =
  | "phone-no-country"
  | "phone-country-unknown"
  | "phone-invalid"
  | "phone-letters"
  | "phone-extension";

/** Version of the numbering plans in use; a test holds it to the installed package. */
export const PHONE_METADATA_VERSION = "1.13.16";

/** Hyphens, the minus sign and the hyphen bullet, which lists carry where somebody's editor replaced a hyphen. */
const DASHES = /[\p{Dash_Punctuation}\u2212\u2043]/gu;
const PLUSES = /[\uff0b\ufe62]/g;
const BRACKETED_CODE = /^\( ?(\+\d{1,3}) ?\)/;
const SPACES = /\p{White_Space}/gu;
const INVISIBLE = /\p{Format}/gu;
const LETTER = /\p{Letter}/u;
const INTERNATIONAL = /^[^\p{Number}]*[+\uff0b\ufe62]/u;
const E164 = /^\+[1-9]\d{1,14}$/;
const PLAIN = /^[+0-9() .-]*$/;

/**
 * The one spelling of a number that is hashed, such as `+442079460958`. Takes national and international spellings,
 * `(0)`, digits of any script, any hyphen and invisible marks. Idempotent.
 * @param country  ISO 3166-1 alpha-2 of a number without its country code; such numbers are refused without it
 * @see ITU-T E.164 for the form, libphonenumber for the plans; about 7 µs a number
 */
export function canonicalPhone(text: string, country?: string): Result<string, PhoneRefusal> {
  const cleaned = plainSpelling(text);
  const international = isInternational(cleaned);
  const region = country === undefined || international ? undefined : country;
  if (!international && region === undefined) return err(LETTER.test(cleaned) ? "phone-letters" : "phone-no-country");
  if (region !== undefined && !isSupportedCountry(region)) return err("phone-country-unknown");
  const options = region === undefined ? {} : { defaultCountry: region };
  const number = parsePhoneNumberFromString(cleaned, { ...options, extract: false });
  if (number?.ext !== undefined) return err("phone-extension");
  if (LETTER.test(cleaned)) return err("phone-letters");
  if (number === undefined || !number.isValid() || !E164.test(number.number)) return err("phone-invalid");
  return ok(number.number);
}

/** Whether a spelling carries its own country code, so that no default country is applied. */
export function isInternational(text: string): boolean {
  return INTERNATIONAL.test(text);
}

/** Whether an ISO 3166-1 alpha-2 code, uppercase, has a numbering plan here. */
export function hasNumberingPlan(country: string): boolean {
  return isSupportedCountry(country);
}

function plainSpelling(text: string): string {
  const trimmed = trimWhiteSpace(text);
  if (PLAIN.test(trimmed)) return trimmed.replace(BRACKETED_CODE, "$1 ");
  const visible = trimWhiteSpace(trimmed.replace(INVISIBLE, ""));
  return visible.replace(DASHES, "-").replace(PLUSES, "+").replace(SPACES, " ").replace(BRACKETED_CODE, "$1 ");
}
