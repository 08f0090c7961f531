// Whether the coordinates of a public key are those of a point that may verify signatures: edwards25519 (RFC 8032 §5.1)
// and P-256 (FIPS 186-5, SP 800-186 §3.2.1.3). Checked once, when a key is taken in.
// Verifiers disagree about points of mixed order, so only the subgroup of prime order is taken.

import { toHex } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { decodePoint, isOfPrimeOrder } from "./edwards25519.ts";

export type PointFault = "point-not-on-curve" | "point-of-wrong-order";

/**
 * What is wrong with 32 bytes as an Ed25519 public key, or null for the one encoding of a point of prime order.
 * About 3 ms, one multiplication by the order of the subgroup; some microseconds for a point that was sound before.
 */
export function ed25519PointFault(encoded: Uint8Array): PointFault | null {
  const name = toHex(encoded);
  if (sound.has(name)) return null;
  const point = decodePoint(encoded);
  if (point === null) return "point-not-on-curve";
  if (!isOfPrimeOrder(point)) return "point-of-wrong-order";
  if (sound.size >= LIMITS.knownKeys) sound.clear();
  sound.add(name);
  return null;
}

// A key is read again with every document that it signed, and what its point is never changes. Nobody fills this with
// what is refused.
const sound = new Set<string>();

/**
 * What is wrong with two big-endian coordinates of 32 bytes as a P-256 public key, or null for a point of the curve.
 * The group has prime order, so every affine point will do.
 */
export function p256PointFault(x: Uint8Array, y: Uint8Array): PointFault | null {
  const [left, right] = [bigEndian(x), bigEndian(y)];
  if (left >= P256 || right >= P256) return "point-not-on-curve";
  return (right * right - (left ** 3n - 3n * left + P256_B)) % P256 === 0n ? null : "point-not-on-curve";
}

const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

function bigEndian(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
