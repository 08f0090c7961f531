// Whether a signature verifies, where there is no node:crypto: what `verification.ts` does, with the same names.
// What a browser verifies is a log with its receipts, whose keys are Ed25519 alone (C2SP signed-note), so this has no
// P-256. WebCrypto answers later, by promise, while every verifier here answers at once. Some milliseconds a signature.

import { sha512 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes, fromBase64Url } from "../domain/bytes.ts";
import {
  decodePoint,
  encodePoint,
  GENERATOR,
  littleEndian,
  negate,
  ORDER,
  type Point,
  sumOfMultiples,
} from "./edwards25519.ts";

/** A public key in the form that verifies with it: its 32 bytes, and the point that they are of. */
export type Verifier = { readonly encoded: Uint8Array; readonly point: Point };

/**
 * The form that verifies, of a key whose coordinates have been checked to be those of a point.
 * @throws RangeError for a key of another curve, which no log has
 */
export function verifierOf({ crv, x }: { readonly crv: string; readonly x: string }): Verifier {
  const encoded = fromBase64Url(x);
  const point = crv === "Ed25519" && encoded.ok ? decodePoint(encoded.value) : null;
  if (point === null || !encoded.ok) throw new RangeError("a browser verifies by Ed25519 keys alone");
  return { encoded: encoded.value, point };
}

/**
 * Whether 64 bytes are an Ed25519 signature over a message, by RFC 8032 §5.1.7 without the cofactor: R is held to
 * [S]B − [k]A byte by byte, so that the verdict is OpenSSL's on every signature.
 */
export function verifiesEd25519({ encoded, point }: Verifier, message: Uint8Array, signature: Uint8Array): boolean {
  const [commitment, response] = [signature.subarray(0, 32), littleEndian(signature.subarray(32))];
  if (response >= ORDER) return false;
  const challenge = littleEndian(sha512(concatBytes(commitment, encoded, message))) % ORDER;
  const sum = sumOfMultiples([response, GENERATOR], [challenge, negate(point)]);
  return equalBytes(encodePoint(sum), commitment);
}

/** @throws RangeError always: there is no key that asks for it, since `verifierOf` makes none. */
export function verifiesP256(): never {
  throw new RangeError("a browser verifies by Ed25519 keys alone");
}
