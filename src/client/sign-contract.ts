// A member's signature under a contract, made on its own machine: one JWS signature (RFC 7515) over the canonical form.
// What is signed is checked against the contract's id first, so that a room cannot have another text signed.

import { CONTRACT_TYP } from "../crypto/contract-jws.ts";
import type { SigningKey } from "../crypto/jwk.ts";
import { type JwsEntry, signPayload } from "../crypto/jws.ts";
import { utf8 } from "../domain/bytes.ts";
import { canonicalDigest, canonicalJson, type Json } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";

/**
 * Signs a contract's document.
 * @param contract.id  the digest under which the signer read the contract
 */
export function contractSignature(
  key: SigningKey,
  contract: { readonly id: string; readonly document: Json },
): Result<JwsEntry, "digest-differs"> {
  if (canonicalDigest(contract.document) !== contract.id) return err("digest-differs");
  return ok(signPayload(key, utf8(canonicalJson(contract.document)), CONTRACT_TYP));
}
