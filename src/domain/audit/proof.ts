// Verification of inclusion and consistency proofs (RFC 9162 §2.1.3.2, §2.1.4.2): booleans, strict about every length.
// Holds for sizes up to 2^53 - 1, hence halving in place of shifts.

import { equalBytes, fromBase64 } from "../bytes.ts";
import { EMPTY_FRONTIER, nodeHash, rootOf } from "./merkle.ts";

export type InclusionClaim = {
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
};

export type ConsistencyClaim = {
  readonly first: number;
  readonly second: number;
  readonly firstRoot: Uint8Array;
  readonly secondRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

const HASH_BYTES = 32;

/**
 * Whether the leaf stands at `index` in the tree of `size` leaves with this root. O(log size) hashes.
 * @see RFC 9162 §2.1.3.2
 */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size, proof, root } = claim;
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  if (![claim.leafHash, root, ...proof].every(isHash)) return false;
  let place: Place = { from: index, last: size - 1 };
  let hash = claim.leafHash;
  for (const sibling of proof) {
    if (place.last === 0) return false;
    if (isRightOrLast(place)) {
      hash = nodeHash(sibling, hash);
      place = climbToRight(place);
    } else {
      hash = nodeHash(hash, sibling);
    }
    place = parent(place);
  }
  return place.last === 0 && equalBytes(hash, root);
}

/** A leaf with its proof as base64, as files carry it. */
export type LeafClaim = { readonly leafHash: Uint8Array; readonly index: number; readonly proof: readonly string[] };

/**
 * Verifies leaf after leaf of one tree. Leaves whose paths meet share the rest of the way: their proofs must agree
 * there to the letter, and are hashed once. O(1) hashes a leaf where all leaves come in order, O(log size) for each
 * that comes alone; says the same as `verifyInclusion`.
 */
export function inclusionVerifier(tree: Pick<InclusionClaim, "size" | "root">): (claim: LeafClaim) => boolean {
  const { size, root } = tree;
  // By the rightmost node of a level, which tells levels apart: the last node of a good path there.
  const known = new Map<number, Reached>();
  return ({ leafHash, index, proof }) => {
    if (!isSize(index) || !isSize(size) || index >= size || !isHash(leafHash)) return false;
    const reached: (readonly [number, Reached])[] = [];
    // INVARIANT: nothing of a path is known before all of it has held.
    const holds = () => {
      for (const [level, node] of reached) known.set(level, node);
      return true;
    };
    let place: Place = { from: index, last: size - 1 };
    let hash = leafHash;
    for (const [used, text] of proof.entries()) {
      const before = known.get(place.last);
      if (before?.from === place.from)
        return equalBytes(before.hash, hash) && agreeFrom(before, { proof, used }) && holds();
      if (place.last === 0) return false;
      reached.push([place.last, { from: place.from, hash, proof, used }]);
      const sibling = fromBase64(text);
      if (!sibling.ok || !isHash(sibling.value)) return false;
      const isRight = isRightOrLast(place);
      hash = isRight ? nodeHash(sibling.value, hash) : nodeHash(hash, sibling.value);
      place = parent(isRight ? climbToRight(place) : place);
    }
    return place.last === 0 && equalBytes(hash, root) && holds();
  };
}

type Rest = { readonly proof: readonly string[]; readonly used: number };
type Reached = Rest & { readonly from: number; readonly hash: Uint8Array };

// What is left of two proofs from the same node on.
function agreeFrom(one: Rest, other: Rest): boolean {
  const left = one.proof.length - one.used;
  if (left !== other.proof.length - other.used) return false;
  for (let at = 0; at < left; at++) if (one.proof[one.used + at] !== other.proof[other.used + at]) return false;
  return true;
}

/**
 * Whether the tree of `second` leaves begins with the tree of `first` leaves. O(log second) hashes.
 * Equal sizes need equal roots and an empty proof. The empty tree begins every tree: its root must be the empty tree's
 * and the proof empty (RFC 9162 defines no proof there; C2SP tlog-witness sends an empty one).
 * @see RFC 9162 §2.1.4.2
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { first, second, firstRoot, secondRoot, proof } = claim;
  if (!isSize(first) || !isSize(second) || first > second) return false;
  if (![firstRoot, secondRoot, ...proof].every(isHash)) return false;
  if (first === second) return proof.length === 0 && equalBytes(firstRoot, secondRoot);
  if (first === 0) return proof.length === 0 && equalBytes(firstRoot, rootOf(EMPTY_FRONTIER));
  return growsFrom(claim);
}

// Rebuilds both roots from one path, for 0 < first < second.
function growsFrom(claim: ConsistencyClaim): boolean {
  const { first, second, firstRoot, secondRoot, proof } = claim;
  if (proof.length === 0) return false;
  const [seed, ...path] = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof;
  if (seed === undefined) return false;
  let place = climbFromRight({ from: first - 1, last: second - 1 });
  let [before, after] = [seed, seed];
  for (const sibling of path) {
    if (place.last === 0) return false;
    if (isRightOrLast(place)) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      place = climbToRight(place);
    } else {
      after = nodeHash(after, sibling);
    }
    place = parent(place);
  }
  return place.last === 0 && equalBytes(before, firstRoot) && equalBytes(after, secondRoot);
}

// `from` is the node the path has reached, `last` the rightmost node of its level: fn and sn of the RFC.
type Place = { readonly from: number; readonly last: number };

function isRightOrLast(place: Place): boolean {
  return place.from % 2 === 1 || place.from === place.last;
}

function parent(place: Place): Place {
  return { from: Math.floor(place.from / 2), last: Math.floor(place.last / 2) };
}

// A last node without a sibling stands for its parent, until it is a right child.
function climbToRight(place: Place): Place {
  let at = place;
  while (at.from % 2 === 0 && at.from !== 0) at = parent(at);
  return at;
}

// The subtree that ends the first tree: up from its last leaf for as long as that is a right child.
function climbFromRight(place: Place): Place {
  let at = place;
  while (at.from % 2 === 1) at = parent(at);
  return at;
}

function isPowerOfTwo(n: number): boolean {
  let power = 1;
  while (power < n) power *= 2;
  return power === n;
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}
