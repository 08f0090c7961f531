// Whether a signature verifies, where there is no node:crypto: what `verification.ts` does, with the same names, over
// @noble/curves. WebCrypto answers later, by promise, while every verifier here answers at once; and it has Ed25519
// only in newer browsers. Some milliseconds a signature, and a log has few.

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { concatBytes, fromBase64Url } from "../domain/bytes.ts";

/** A public key in the form that verifies with it: its coordinates, as each curve's encoding has them. */
export type Verifier = Uint8Array;

type Point = { readonly kty: string; readonly crv: string; readonly x: string; readonly y?: string };

/** The form that verifies, of a key whose coordinates have been checked to be those of a point. */
export function verifierOf({ crv, x, y = "" }: Point): Verifier {
  const [left, right] = [fromBase64Url(x), fromBase64Url(y)];
  if (!left.ok || !right.ok) throw new RangeError("not the coordinates of a point");
  // SEC 1 §2.3.3: an uncompressed point is 0x04, x and y.
  return crv === "Ed25519" ? left.value : concatBytes(Uint8Array.of(4), left.value, right.value);
}

/** Whether 64 bytes are an Ed25519 signature over a message. */
export function verifiesEd25519(verifier: Verifier, message: Uint8Array, signature: Uint8Array): boolean {
  // Without ZIP 215, which takes encodings that RFC 8032 §5.1.3 refuses.
  return ed25519.verify(signature, message, verifier, { zip215: false });
}

/** Whether 64 bytes, r‖s as IEEE P1363 has them, are an ECDSA signature over SHA-256 of a message. */
export function verifiesP256(verifier: Verifier, message: Uint8Array, signature: Uint8Array): boolean {
  // FIPS 186-5 takes either of the two values of s, as node:crypto does.
  return p256.verify(signature, message, verifier, { lowS: false, format: "compact" });
}
