// One identifier of a person as it is typed, made into what may leave the partner's side: its canonical form, hashed.

import { toHex } from "../../domain/bytes.ts";
import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { canonicalDigestOf, canonicalOf } from "../../domain/identifier/canonical.ts";
import { canonicalNamePostcode } from "../../domain/identifier/name-postcode.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { HashedIdentifier } from "../../domain/subject/hashed-identifier.ts";
import { REFUSAL_SENTENCES } from "./refusals.ts";

/** An identifier as a person types it; never to be sent. */
export type TypedIdentifier = {
  readonly kind: IdentifierKind;
  /** Of an external id `namespace:id`; of name and postal code `first;last;postcode`. */
  readonly text: string;
  /** ISO 3166, of phones without a country code and of postal codes. */
  readonly country?: string | undefined;
};

/** The hashed identifier, or in words why it is none. */
export function hashedIdentifier({ kind, text, country }: TypedIdentifier): Result<HashedIdentifier, string> {
  const namespace = kind === "external" ? text.slice(0, Math.max(0, text.indexOf(":"))) : undefined;
  if (namespace === "") return err("it names no namespace: write it as namespace:id");
  const canonical = canonicalText({ kind, text, country: country?.toUpperCase() });
  if (!canonical.ok) return canonical;
  const hash = toHex(canonicalDigestOf(kind, canonical.value));
  return ok(namespace === undefined ? { kind, hash } : { kind, namespace, hash });
}

function canonicalText({ kind, text, country }: TypedIdentifier): Result<string, string> {
  const read =
    kind === "name+postcode"
      ? canonicalPerson(text, country)
      : canonicalOf(kind, kind === "external" ? text.slice(text.indexOf(":") + 1) : text, country);
  if (read.ok) return read;
  return err(REFUSAL_SENTENCES[read.error].replace(/^(hold|have) /, "it is "));
}

function canonicalPerson(text: string, country: string | undefined) {
  const [firstName = "", lastName = "", postcode = ""] = text.split(";");
  if (country === undefined) return err("country-unknown" as const);
  return canonicalNamePostcode({ firstName, lastName, postcode, country });
}
