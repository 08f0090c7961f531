// Rows and identifiers that cannot be used: the reasons, the sentences for them, and the tally that keeps the first
// lines word for word and counts the rest. Never a value of the list, only its line and its column.

import type { IdentifierRefusal } from "../../domain/identifier/canonical.ts";
import { LIMITS } from "../../domain/limits.ts";

/** Why a row, or one identifier of it, is left out. */
export type RowRefusal =
  | "cell-count"
  | "record-missing"
  | "record-too-long"
  | "attribute-undeclared"
  | "measure-malformed"
  | "already-hashed"
  | IdentifierRefusal;

/** One refusal by its place: the line on which the row begins, and the column at fault. */
export type RefusedPlace = { readonly line: number; readonly column: string; readonly reason: RowRefusal };

/** Refusals counted by reason. */
export type RefusalTally = {
  readonly total: number;
  readonly byReason: Readonly<Partial<Record<RowRefusal, number>>>;
  /** The first places, in the file's order. */
  readonly places: readonly RefusedPlace[];
};

/** What to tell a person about each reason, after the number of rows. */
export const REFUSAL_SENTENCES: Readonly<Record<RowRefusal, string>> = {
  "cell-count": "have more or fewer cells than the header",
  "record-missing": "have no record reference",
  "record-too-long": `have a record reference of more than ${LIMITS.recordBytes} bytes`,
  "attribute-undeclared": "hold an attribute value that the schema does not declare",
  "measure-malformed": "hold a measure that is no decimal number, too precise or too large",
  "already-hashed": "hold a digest where a raw value belongs",
  "email-not-unicode": "hold an e-mail address that is not well-formed text",
  "email-inner-space": "hold an e-mail address with a space inside",
  "email-not-one-at": "hold an e-mail address without exactly one @",
  "email-empty-part": "hold an e-mail address with an empty part",
  "email-no-dot": "hold an e-mail address whose domain has no dot",
  "email-domain-invalid": "hold an e-mail address whose domain is not a domain name",
  "email-too-long": "hold an e-mail address of more than 254 characters",
  "phone-no-country": "hold a phone without country code, and no country is stated",
  "phone-country-unknown": "hold a phone of a country that is not known",
  "phone-invalid": "hold a phone that is not valid in its country",
  "phone-letters": "hold a phone with letters",
  "phone-extension": "hold a phone with an extension",
  "maid-not-uuid": "hold an advertising id that is no UUID with dashes",
  "maid-all-zeros": "hold an advertising id of zeros alone, which stands for nobody",
  "external-empty": "hold an empty external id",
  "external-not-unicode": "hold an external id that is not well-formed text",
  "name-not-unicode": "hold a name that is not well-formed text",
  "name-empty": "hold a name without a letter",
  "country-unknown": "hold a postal code of a country that is not known",
  "postcode-malformed": "hold a postal code that does not fit its country",
};

/** An empty tally that grows by `tallyRefusal`. */
export function newRefusalTally(): MutableTally {
  return { total: 0, byReason: {}, places: [] };
}

/** A tally that is still growing. */
export type MutableTally = { total: number; byReason: Partial<Record<RowRefusal, number>>; places: RefusedPlace[] };

/** Counts one refusal; keeps its place while there is room. */
export function tallyRefusal(tally: MutableTally, place: RefusedPlace): void {
  tally.total++;
  tally.byReason[place.reason] = (tally.byReason[place.reason] ?? 0) + 1;
  if (tally.places.length < LIMITS.rejectedRowsKept) tally.places.push(place);
}
