// The one place where signatures are made and checked: Ed25519 (RFC 8032) and ECDSA on P-256 with SHA-256 (FIPS 186-5).
// Requests, contracts, receipts and notes all pass through here, so that every part of a room gives the same verdict.

import { sign } from "node:crypto";
import type { PublicKey, SigningKey } from "./jwk.ts";
import { verifiesEd25519, verifiesP256 } from "./verification.ts";

/** Bytes of a signature of either algorithm: R‖S (RFC 8032 §5.1.6), or r‖s as IEEE P1363 and RFC 7518 §3.4 write it. */
export const SIGNATURE_BYTES = 64;

/**
 * Whether a signature over a message verifies under a key, by the key's own algorithm. About 100 µs.
 * Any other length than 64 bytes is refused, DER included.
 */
export function verifyBytes(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const verifies = key.algorithm === "EdDSA" ? verifiesEd25519 : verifiesP256;
  return verifies(key.verifier, message, signature);
}

/** Signs a message: 64 bytes. Ed25519 is deterministic; ECDSA draws a fresh secret for every signature. */
export function signBytes(key: SigningKey, message: Uint8Array): Uint8Array {
  if (key.publicKey.algorithm === "EdDSA") return new Uint8Array(sign(null, message, key.signer));
  return new Uint8Array(sign("sha256", message, { key: key.signer, dsaEncoding: "ieee-p1363" }));
}
