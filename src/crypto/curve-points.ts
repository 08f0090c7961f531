// Whether the coordinates of a public key are those of a point that may verify signatures: edwards25519 (RFC 8032 §5.1)
// and P-256 (FIPS 186-5, SP 800-186 §3.2.1.3). Checked once, when a key is taken in, so plain BigInt is quick enough.
// Verifiers disagree about points of mixed order, so only the subgroup of prime order is taken.

import { toHex } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";

export type PointFault = "point-not-on-curve" | "point-of-wrong-order";

/**
 * What is wrong with 32 bytes as an Ed25519 public key, or null for the one encoding of a point of prime order.
 * About 3 ms, one multiplication by the order of the subgroup; some microseconds for a point that was sound before.
 * @see RFC 8032 §5.1.3 (decoding), §5.1.4 (addition)
 */
export function ed25519PointFault(encoded: Uint8Array): PointFault | null {
  const name = toHex(encoded);
  if (sound.has(name)) return null;
  const point = decodeEdwards(encoded);
  if (point === null) return "point-not-on-curve";
  if (isNeutral(point) || !isNeutral(multiply(point, ORDER))) return "point-of-wrong-order";
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
  return residue(right * right - (left ** 3n - 3n * left + P256_B), P256) === 0n ? null : "point-not-on-curve";
}

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = residue(-121665n * power(121666n, P - 2n), P);
const SQRT_MINUS_ONE = power(2n, (P - 1n) / 4n);

const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Extended homogeneous coordinates: x = X/Z, y = Y/Z, x·y = T/Z. */
type Point = { readonly x: bigint; readonly y: bigint; readonly z: bigint; readonly t: bigint };

const NEUTRAL: Point = { x: 0n, y: 1n, z: 1n, t: 0n };

function decodeEdwards(encoded: Uint8Array): Point | null {
  const bits = bigEndian(encoded.toReversed());
  const sign = bits >> 255n;
  const y = bits & (2n ** 255n - 1n);
  if (encoded.length !== 32 || y >= P) return null;
  const root = squareRootOfRatio(residue(y * y - 1n, P), residue(D * y * y + 1n, P));
  if (root === null || (root === 0n && sign === 1n)) return null;
  const x = (root & 1n) === sign ? root : P - root;
  return { x, y, z: 1n, t: residue(x * y, P) };
}

/** A square root of u/v modulo p, or null when there is none. */
function squareRootOfRatio(u: bigint, v: bigint): bigint | null {
  const candidate = residue(u * v ** 3n * power(residue(u * v ** 7n, P), (P - 5n) / 8n), P);
  const square = residue(v * candidate * candidate, P);
  if (square === u) return candidate;
  return square === residue(-u, P) ? residue(candidate * SQRT_MINUS_ONE, P) : null;
}

function multiply(point: Point, scalar: bigint): Point {
  let product = NEUTRAL;
  for (const bit of scalar.toString(2)) {
    product = add(product, product);
    if (bit === "1") product = add(product, point);
  }
  return product;
}

/** The complete addition law: it holds for equal and for neutral points too. */
function add(left: Point, right: Point): Point {
  const a = residue((left.y - left.x) * (right.y - right.x), P);
  const b = residue((left.y + left.x) * (right.y + right.x), P);
  const c = residue(2n * D * left.t * right.t, P);
  const d = residue(2n * left.z * right.z, P);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return { x: residue(e * f, P), y: residue(g * h, P), z: residue(f * g, P), t: residue(e * h, P) };
}

function isNeutral(point: Point): boolean {
  return point.x === 0n && point.y === point.z;
}

function power(value: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = residue(result * result, P);
    if (bit === "1") result = residue(result * value, P);
  }
  return result;
}

function residue(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus;
  return remainder < 0n ? remainder + modulus : remainder;
}

function bigEndian(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
