// A signed policy checked without the room, against the partner's keys. Every refusal is a sentence.

import { KEY_REFUSALS, type PublicKey, parsePublicJwk, type Thumbprint } from "../crypto/jwk.ts";
import { SIGNATURE_REFUSALS } from "../crypto/jws.ts";
import { type PolicyRefusal, verifySignedPolicy } from "../crypto/policy-jws.ts";
import { canonicalDigest, type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";

/** A policy's document, its digest, and the keys that signed it. */
export type VerifiedPolicy = {
  readonly digest: string;
  readonly document: Json;
  readonly signers: readonly Thumbprint[];
};

/**
 * Verifies a signed policy. That the document is a policy, and whose, is for the caller to read.
 * @param text  the RFC 7515 General JSON Serialization, as the room gives it
 * @param jwks  the partner's public JWKs, revoked ones too, from a place that the reader trusts
 */
export function verifyPolicy(text: string, jwks: readonly unknown[]): Result<VerifiedPolicy, string> {
  const envelope = parseStrictJson(text);
  if (!envelope.ok) return err("the file is not strict JSON");
  const keys: PublicKey[] = [];
  for (const jwk of jwks) {
    const key = parsePublicJwk(jwk);
    if (!key.ok) return err(`a key of the partner cannot be used: ${KEY_REFUSALS[key.error]}`);
    keys.push(key.value);
  }
  const signed = verifySignedPolicy(envelope.value, keys);
  if (!signed.ok) return err(refusalInWords(signed.error));
  const { payload, signers } = signed.value;
  return ok({ digest: canonicalDigest(payload), document: payload, signers });
}

function refusalInWords(refusal: PolicyRefusal): string {
  if (!("at" in refusal)) return ENVELOPE_REFUSALS[refusal.reason];
  return `signature ${refusal.at + 1}: ${signatureInWords(refusal.reason)}`;
}

function signatureInWords(reason: keyof typeof SIGNATURE_REFUSALS | "key-unknown" | "key-twice"): string {
  if (reason === "key-unknown") return "its key is none of the partner's keys given";
  if (reason === "key-twice") return "its key has signed before it";
  return SIGNATURE_REFUSALS[reason];
}

const ENVELOPE_REFUSALS = {
  "envelope-malformed": "the file is not a signed policy: an object of exactly `payload` and `signatures`",
  "not-signed": "nobody has signed it",
  "payload-not-base64url": "the payload is not base64url",
  "payload-not-canonical": "the payload is not canonical JSON (RFC 8785)",
} as const;
