// Whether a signature verifies, by node:crypto: Ed25519 (RFC 8032) and ECDSA on P-256 with SHA-256 (FIPS 186-5).
// A browser has no node:crypto, so a bundle takes `verification-browser.ts` in this file's place; both have one suite.

import { createPublicKey, type KeyObject, verify } from "node:crypto";

/** A public key in the form that verifies with it. */
export type Verifier = KeyObject;

/** The form that verifies, of a key whose coordinates have been checked to be those of a point. */
export function verifierOf(jwk: { readonly kty: string; readonly crv: string; readonly x: string }): Verifier {
  return createPublicKey({ key: { ...jwk }, format: "jwk" });
}

/** Whether 64 bytes are an Ed25519 signature over a message. About 100 µs. */
export function verifiesEd25519(verifier: Verifier, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, verifier, signature);
}

/** Whether 64 bytes, r‖s as IEEE P1363 has them, are an ECDSA signature over SHA-256 of a message. */
export function verifiesP256(verifier: Verifier, message: Uint8Array, signature: Uint8Array): boolean {
  return verify("sha256", message, { key: verifier, dsaEncoding: "ieee-p1363" }, signature);
}
