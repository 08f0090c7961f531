// The composite identifier `name+postcode` under the profile `concordat-1`: first name, last name, postal code and
// country, each in its canonical form, joined by the unit separator U+001F and hashed once. No part can hold the
// separator, so no two people share a text; the country is in it because postal codes repeat from country to country.

import { ok, type Result } from "../result.ts";
import { canonicalCountry } from "./country.ts";
import { canonicalName, type NameRefusal } from "./name.ts";
import { canonicalPostcode, type PostcodeRefusal } from "./postcode.ts";

/** Why the parts make no identifier. */
export type NamePostcodeRefusal = NameRefusal | PostcodeRefusal;

/** The parts as a file spells them. */
export type NamePostcode = {
  readonly firstName: string;
  readonly lastName: string;
  readonly postcode: string;
  /** ISO 3166-1 alpha-2, of either case. */
  readonly country: string;
};

/** What stands between the parts of a composite. */
export const UNIT_SEPARATOR = "\u001f";

/** The one spelling that is hashed. A missing part is for the caller to see: without it there is no identifier. */
export function canonicalNamePostcode(parts: NamePostcode): Result<string, NamePostcodeRefusal> {
  const first = canonicalName(parts.firstName);
  if (!first.ok) return first;
  const last = canonicalName(parts.lastName);
  if (!last.ok) return last;
  const country = canonicalCountry(parts.country);
  if (!country.ok) return country;
  const postcode = canonicalPostcode(parts.postcode, country.value);
  if (!postcode.ok) return postcode;
  return ok([first.value, last.value, postcode.value, country.value].join(UNIT_SEPARATOR));
}
