// The strict front of signed policies: general JSON serialisation (RFC 7515 §7.2.1) over the canonical form, each
// signature by a key of the one partner whose policy it is. What permits more may need two, by two keys.

import type { Json } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { readEnvelope } from "./contract-jws.ts";
import type { PublicKey, Thumbprint } from "./jwk.ts";
import {
  type PayloadRefusal,
  readCanonicalPayload,
  readEntry,
  readProtectedHeader,
  type SignatureRefusal,
  verifySignature,
} from "./jws.ts";

/** The `typ` of policy signatures. */
export const POLICY_TYP = "concordat-policy+jws";

/** Why signed policies are refused; `at` is the place of the signature in the list. */
export type PolicyRefusal =
  | { readonly reason: "envelope-malformed" | "not-signed" | PayloadRefusal }
  | { readonly reason: SignatureRefusal | "key-unknown" | "key-twice"; readonly at: number };

/**
 * Verifies that every signature of an envelope is good, each by another of these keys, and that there is one.
 * @param document  parsed by `parseStrictJson`
 * @param keys  the partner's, revoked ones too, from a place that the reader trusts
 */
export function verifySignedPolicy(
  document: unknown,
  keys: readonly PublicKey[],
): Result<{ readonly payload: Json; readonly signers: readonly Thumbprint[] }, PolicyRefusal> {
  const envelope = readEnvelope(document);
  if (envelope === null) return err({ reason: "envelope-malformed" });
  const payload = readCanonicalPayload(envelope.payload);
  if (!payload.ok) return err({ reason: payload.error });
  const signers: Thumbprint[] = [];
  for (const [at, value] of envelope.signatures.entries()) {
    const signer = signerOf(value, keys, payload.value.bytes);
    if (!signer.ok) return err({ reason: signer.error, at });
    if (signers.includes(signer.value)) return err({ reason: "key-twice", at });
    signers.push(signer.value);
  }
  return signers.length === 0 ? err({ reason: "not-signed" }) : ok({ payload: payload.value.json, signers });
}

function signerOf(
  value: unknown,
  keys: readonly PublicKey[],
  payloadBytes: Uint8Array,
): Result<Thumbprint, SignatureRefusal | "key-unknown"> {
  const entry = readEntry(value);
  if (!entry.ok) return entry;
  const header = readProtectedHeader(entry.value.protected);
  if (!header.ok) return header;
  const key = keys.find((one) => one.thumbprint === header.value.kid);
  if (key === undefined) return err("key-unknown");
  const verdict = verifySignature({ key, payloadBytes, typ: POLICY_TYP, entry: entry.value });
  return verdict.ok ? ok(key.thumbprint) : verdict;
}
