// The Merkle tree of the log: hashing, appending and the planning of proofs (RFC 9162 §2.1).
// A complete subtree is addressed by (level, index): it covers the 2^level leaves from index × 2^level on, its hash
// never changes, and storage keeps it once. Everything else is folded from complete subtrees when it is asked for.
// Sizes are `number` and reach 2^53 - 1: an index is also a JSON number of the entry, and a bigint is none. No bit
// operator appears here, since those cut a number to 32 bits.

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "../bytes.ts";

/** The place of a complete subtree: `level` 0 is the leaves, 0 ≤ level ≤ 52. */
export type NodeAddress = { readonly level: number; readonly index: number };

/** A complete subtree as storage keeps it; `hash` is 32 bytes. */
export type TreeNode = NodeAddress & { readonly hash: Uint8Array };

/** The right edge of a tree: the hash of each complete subtree that it falls into, largest (leftmost) first. */
export type Frontier = { readonly size: number; readonly hashes: readonly Uint8Array[] };

/** A proof before its hashes are known: each hash of the proof is the fold of these complete subtrees. */
export type ProofPlan = readonly (readonly NodeAddress[])[];

/** The tree without leaves. */
export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] };

const LEAF_PREFIX = new Uint8Array([0]);
const NODE_PREFIX = new Uint8Array([1]);

/** Hash of one leaf: SHA-256 over 0x00 and the entry's bytes (RFC 9162 §2.1.1). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF_PREFIX, entry));
}

/** Hash of an inner node: SHA-256 over 0x01 and the two 32-byte hashes below it (RFC 9162 §2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE_PREFIX, left, right));
}

/**
 * Appends one leaf. Amortised two hashes, at most 53.
 * @param leaf  the 32-byte leaf hash
 * @returns the frontier of the larger tree, and every complete subtree that this leaf completed, the leaf first
 */
export function append(
  frontier: Frontier,
  leaf: Uint8Array,
): { readonly frontier: Frontier; readonly nodes: readonly TreeNode[] } {
  requireSize(frontier.size + 1);
  const hashes = [...frontier.hashes];
  const nodes: TreeNode[] = [{ level: 0, index: frontier.size, hash: leaf }];
  let hash = leaf;
  for (let level = 0, index = frontier.size; index % 2 === 1; ) {
    hash = nodeHash(lastOf(hashes), hash);
    hashes.pop();
    level += 1;
    index = (index - 1) / 2;
    nodes.push({ level, index, hash });
  }
  return { frontier: { size: frontier.size + 1, hashes: [...hashes, hash] }, nodes };
}

/** Root of the tree with this frontier; the empty tree's is SHA-256 of nothing (RFC 9162 §2.1.1). At most 53 hashes. */
export function rootOf(frontier: Frontier): Uint8Array {
  return frontier.size === 0 ? sha256(new Uint8Array(0)) : fold(frontier.hashes);
}

/** The complete subtrees whose hashes are the frontier of a tree of `size` leaves, largest first. */
export function frontierPlan(size: number): readonly NodeAddress[] {
  requireSize(size);
  return completeSubtrees(0, size);
}

/**
 * Which complete subtrees an inclusion proof needs: PATH of RFC 9162 §2.1.3.1, from the leaf upwards.
 * Requires 0 ≤ index < size. Only the last hash of a level at the ragged right edge folds more than one subtree.
 */
export function inclusionPlan(index: number, size: number): ProofPlan {
  requireSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new RangeError("no such leaf in the tree");
  const plan: (readonly NodeAddress[])[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      plan.push(completeSubtrees(middle, end));
      end = middle;
    } else {
      plan.push(completeSubtrees(start, middle));
      start = middle;
    }
  }
  return plan.reverse();
}

/**
 * Which complete subtrees a consistency proof needs: SUBPROOF of RFC 9162 §2.1.4.1, from the bottom upwards.
 * Requires 0 ≤ first ≤ second. The plan is empty when the sizes are equal and when the first tree is empty.
 */
export function consistencyPlan(first: number, second: number): ProofPlan {
  requireSize(second);
  if (!Number.isSafeInteger(first) || first < 0 || first > second) throw new RangeError("no such earlier tree");
  if (first === 0 || first === second) return [];
  const plan: (readonly NodeAddress[])[] = [];
  let [start, end] = [0, second];
  while (first < end) {
    const middle = start + largestPowerBelow(end - start);
    if (first <= middle) {
      plan.push(completeSubtrees(middle, end));
      end = middle;
    } else {
      plan.push(completeSubtrees(start, middle));
      start = middle;
    }
  }
  // A start of 0 means that the first tree is itself a subtree of the second: the verifier holds its root.
  if (start > 0) plan.push(completeSubtrees(start, end));
  return plan.reverse();
}

/**
 * The proof that a plan describes.
 * @param nodes  at least the nodes that the plan names, in any order
 * @throws RangeError when a node is missing: storage lost part of the tree
 */
export function proofFromPlan(plan: ProofPlan, nodes: readonly TreeNode[]): readonly Uint8Array[] {
  return proofsFrom(nodes)(plan);
}

/** The same for many plans over the same nodes: what several of them need is folded once. */
export function proofsFrom(nodes: readonly TreeNode[]): (plan: ProofPlan) => readonly Uint8Array[] {
  const byAddress = new Map(nodes.map((node) => [addressKey(node), node.hash]));
  const find = (address: NodeAddress): Uint8Array => {
    const hash = byAddress.get(addressKey(address));
    if (hash === undefined) throw new RangeError(`the tree lacks node ${addressKey(address)}`);
    return hash;
  };
  const folded = new Map<string, Uint8Array>();
  return (plan) =>
    plan.map((subtrees) => {
      const range = subtrees.map(addressKey).join();
      const hash = folded.get(range) ?? fold(subtrees.map(find));
      folded.set(range, hash);
      return hash;
    });
}

/** The nodes that plans need, each once. */
export function plannedNodes(plans: readonly ProofPlan[]): readonly NodeAddress[] {
  return [...new Map(plans.flat(2).map((address) => [addressKey(address), address])).values()];
}

function addressKey(address: NodeAddress): string {
  return `${address.level}/${address.index}`;
}

// The leaves from `start` to `end`, as complete subtrees from the left; the root over those leaves is their fold.
// Requires `start` to be a multiple of every power of two up to the length, as in every range that RFC 9162 splits off.
function completeSubtrees(start: number, end: number): readonly NodeAddress[] {
  const subtrees: NodeAddress[] = [];
  for (let at = start; at < end; ) {
    const { level, width } = largestSubtree(end - at);
    subtrees.push({ level, index: at / width });
    at += width;
  }
  return subtrees;
}

function fold(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), lastOf(hashes));
}

function largestSubtree(leaves: number): { readonly level: number; readonly width: number } {
  let level = 0;
  let width = 1;
  while (width * 2 <= leaves) {
    width *= 2;
    level += 1;
  }
  return { level, width };
}

// The largest power of two below n, for n > 1: where RFC 9162 §2.1.1 splits a list.
function largestPowerBelow(n: number): number {
  return largestSubtree(n - 1).width;
}

function lastOf(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) throw new RangeError("the frontier does not fit its size");
  return last;
}

function requireSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError("not the size of a tree");
}
