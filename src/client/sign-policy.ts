// A partner's signature under its policy, made on its own machine: a JWS signature (RFC 7515) over the canonical form.

import type { SigningKey } from "../crypto/jwk.ts";
import { type JwsEntry, signPayload } from "../crypto/jws.ts";
import { POLICY_TYP } from "../crypto/policy-jws.ts";
import { utf8 } from "../domain/bytes.ts";
import { canonicalJson, type Json } from "../domain/canonical-json.ts";

/** A policy's document with a signature, as the room takes it. */
export function signedPolicy<Document extends Json>(
  key: SigningKey,
  document: Document,
): { readonly document: Document; readonly signature: JwsEntry } {
  return { document, signature: signPayload(key, utf8(canonicalJson(document)), POLICY_TYP) };
}
