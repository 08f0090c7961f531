// The group of edwards25519 (RFC 8032 §5.1): points read and written in their one encoding, sums, multiples.
// All that it is given is public, so nothing here takes a constant time, and plain BigInt is quick enough.

/** Extended homogeneous coordinates (RFC 8032 §5.1.4): x = X/Z, y = Y/Z, x·y = T/Z. */
export type Point = { readonly x: bigint; readonly y: bigint; readonly z: bigint; readonly t: bigint };

/** The order of the subgroup that the generator makes, a prime; the cofactor is 8. */
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const P = 2n ** 255n - 19n;
const GENERATOR_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n;
const GENERATOR_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960n;

/** The point whose multiples are public keys. */
export const GENERATOR: Point = { x: GENERATOR_X, y: GENERATOR_Y, z: 1n, t: residue(GENERATOR_X * GENERATOR_Y) };

const D = residue(-121665n * power(121666n, P - 2n));
const SQRT_MINUS_ONE = power(2n, (P - 1n) / 4n);
const SIGN = 1n << 255n;

const NEUTRAL: Point = { x: 0n, y: 1n, z: 1n, t: 0n };

/**
 * Reads 32 bytes as a point of the curve, whatever its order; null for any spelling but the one that `encodePoint`
 * writes (RFC 8032 §5.1.3).
 */
export function decodePoint(encoded: Uint8Array): Point | null {
  const bits = littleEndian(encoded);
  const y = bits & (SIGN - 1n);
  return encoded.length !== 32 || y >= P ? null : pointAt(y, bits >> 255n);
}

/** The 32 bytes of a point: y, and above it the lowest bit of x (RFC 8032 §5.1.2). */
export function encodePoint(point: Point): Uint8Array {
  const inverse = power(point.z, P - 2n);
  const [x, y] = [residue(point.x * inverse), residue(point.y * inverse)];
  const bits = (x & 1n) === 1n ? y + SIGN : y;
  return Uint8Array.from({ length: 32 }, (_, at) => Number((bits >> BigInt(8 * at)) & 255n));
}

/** A number from its bytes, the lowest first, as RFC 8032 §5.1.2 writes coordinates and scalars. */
export function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** Whether a point is of the subgroup of prime order and not its neutral point. One multiplication, about 3 ms. */
export function isOfPrimeOrder(point: Point): boolean {
  return !isNeutral(point) && isNeutral(sumOfMultiples([ORDER, point], [0n, NEUTRAL]));
}

/** The point with which another adds up to nothing. */
export function negate({ x, y, z, t }: Point): Point {
  return { x: residue(-x), y, z, t: residue(-t) };
}

/**
 * The sum of a multiple of one point and a multiple of another, in one pass over the bits of both. About 3 ms.
 * @see Straus, Addition Chains of Vectors (1964)
 */
export function sumOfMultiples(left: readonly [bigint, Point], right: readonly [bigint, Point]): Point {
  const both = add(left[1], right[1]);
  const bits = Math.max(left[0].toString(2).length, right[0].toString(2).length);
  let sum = NEUTRAL;
  for (let bit = BigInt(bits - 1); bit >= 0n; bit--) {
    sum = add(sum, sum);
    const [isLeft, isRight] = [(left[0] >> bit) & 1n, (right[0] >> bit) & 1n];
    if (isLeft === 1n) sum = add(sum, isRight === 1n ? both : left[1]);
    else if (isRight === 1n) sum = add(sum, right[1]);
  }
  return sum;
}

/** The complete addition law: it holds for equal and for neutral points too. */
function add(left: Point, right: Point): Point {
  const a = residue((left.y - left.x) * (right.y - right.x));
  const b = residue((left.y + left.x) * (right.y + right.x));
  const c = residue(2n * D * left.t * right.t);
  const d = residue(2n * left.z * right.z);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return { x: residue(e * f), y: residue(g * h), z: residue(f * g), t: residue(e * h) };
}

function isNeutral(point: Point): boolean {
  return point.x === 0n && point.y === point.z;
}

function pointAt(y: bigint, sign: bigint): Point | null {
  const root = squareRootOfRatio(residue(y * y - 1n), residue(D * y * y + 1n));
  if (root === null || (root === 0n && sign === 1n)) return null;
  const x = (root & 1n) === sign ? root : P - root;
  return { x, y, z: 1n, t: residue(x * y) };
}

/** A square root of u/v modulo p, or null when there is none. */
function squareRootOfRatio(u: bigint, v: bigint): bigint | null {
  const candidate = residue(u * v ** 3n * power(residue(u * v ** 7n), (P - 5n) / 8n));
  const square = residue(v * candidate * candidate);
  if (square === u) return candidate;
  return square === residue(-u) ? residue(candidate * SQRT_MINUS_ONE) : null;
}

function power(value: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = residue(result * result);
    if (bit === "1") result = residue(result * value);
  }
  return result;
}

function residue(value: bigint): bigint {
  const remainder = value % P;
  return remainder < 0n ? remainder + P : remainder;
}
