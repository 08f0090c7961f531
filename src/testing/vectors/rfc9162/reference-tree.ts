// The Merkle tree as RFC 9162 writes it down, by recursion over whole lists: slow, obvious, and made without a line of
// the code it is compared with except SHA-256.

import { sha256 } from "@noble/hashes/sha2.js";

/** MTH of RFC 9162 §2.1.1 over leaf hashes. */
export function referenceRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(Uint8Array.of());
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  const k = split(leaves.length);
  return sha256(Uint8Array.of(1, ...referenceRoot(leaves.slice(0, k)), ...referenceRoot(leaves.slice(k))));
}

/** PATH(m, D_n) of RFC 9162 §2.1.3.1. */
export function referencePath(m: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k
    ? [...referencePath(m, left), referenceRoot(right)]
    : [...referencePath(m - k, right), referenceRoot(left)];
}

/** PROOF(m, D_n) of RFC 9162 §2.1.4.1, for 0 < m ≤ n. */
export function referenceConsistency(m: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  return subproof(m, leaves, true);
}

function subproof(m: number, leaves: readonly Uint8Array[], whole: boolean): readonly Uint8Array[] {
  if (m === leaves.length) return whole ? [] : [referenceRoot(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k
    ? [...subproof(m, left, whole), referenceRoot(right)]
    : [...subproof(m - k, right, false), referenceRoot(left)];
}

function split(n: number): number {
  return n <= 2 ? 1 : 2 ** Math.floor(Math.log2(n - 1));
}
