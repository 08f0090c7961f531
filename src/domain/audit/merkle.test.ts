import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REFERENCE_LEAVES, REFERENCE_ROOTS } from "../../testing/vectors/rfc9162/reference-roots.ts";
import { referenceConsistency, referencePath, referenceRoot } from "../../testing/vectors/rfc9162/reference-tree.ts";
import { fromHex, toHex, utf8 } from "../bytes.ts";
import {
  append,
  consistencyPlan,
  EMPTY_FRONTIER,
  type Frontier,
  frontierPlan,
  inclusionPlan,
  leafHash,
  proofFromPlan,
  rootOf,
  type TreeNode,
} from "./merkle.ts";

type Tree = { readonly frontier: Frontier; readonly nodes: readonly TreeNode[] };

function grow(leaves: readonly Uint8Array[]): Tree {
  const nodes: TreeNode[] = [];
  let frontier = EMPTY_FRONTIER;
  for (const leaf of leaves) {
    const step = append(frontier, leaf);
    frontier = step.frontier;
    nodes.push(...step.nodes);
  }
  return { frontier, nodes };
}

function numberedLeaves(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => leafHash(utf8(`leaf ${index}`)));
}

const LEAVES = numberedLeaves(70);
const SIZES = Array.from({ length: LEAVES.length + 1 }, (_, size) => size);

describe("hashing", () => {
  it("gives the published roots of 0 to 8 leaves", () => {
    const leaves = REFERENCE_LEAVES.map((hex) => {
      const bytes = fromHex(hex);
      if (!bytes.ok) throw new Error(`the vector is not hex: ${hex}`);
      return leafHash(bytes.value);
    });
    const roots = REFERENCE_ROOTS.map((_, size) => toHex(rootOf(grow(leaves.slice(0, size)).frontier)));
    expect(roots).toEqual([...REFERENCE_ROOTS]);
  });
});

describe("append", () => {
  it("gives the root of the recursive tree at every size to 70", () => {
    for (const size of SIZES) {
      const leaves = LEAVES.slice(0, size);
      expect(toHex(rootOf(grow(leaves).frontier))).toBe(toHex(referenceRoot(leaves)));
    }
  });

  it("names every complete subtree exactly once, with the root of its leaves", () => {
    const { nodes } = grow(LEAVES);
    const addresses = nodes.map(({ level, index }) => `${level}/${index}`);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(nodes.length).toBe([0, 1, 2, 3, 4, 5, 6].reduce((sum, level) => sum + Math.floor(70 / 2 ** level), 0));
    for (const { level, index, hash } of nodes) {
      const width = 2 ** level;
      const covered = LEAVES.slice(index * width, (index + 1) * width);
      expect(covered.length).toBe(width);
      expect(toHex(hash)).toBe(toHex(referenceRoot(covered)));
    }
  });

  it("leaves the frontier that it was given as it was", () => {
    const { frontier } = grow(LEAVES.slice(0, 3));
    const before = frontier.hashes.map(toHex);
    append(frontier, leafHash(utf8("one more")));
    expect(frontier.hashes.map(toHex)).toEqual(before);
  });

  it("goes on from a frontier fetched back by its plan", () => {
    for (const size of SIZES) {
      const { frontier, nodes } = grow(LEAVES.slice(0, size));
      const fetched = proofFromPlan(
        frontierPlan(size).map((address) => [address]),
        nodes,
      );
      expect(fetched.map(toHex)).toEqual(frontier.hashes.map(toHex));
    }
  });

  it("refuses a frontier that does not fit its size", () => {
    expect(() => append({ size: 3, hashes: [] }, leafHash(utf8("x")))).toThrow(RangeError);
    expect(() => append({ size: Number.MAX_SAFE_INTEGER, hashes: [] }, leafHash(utf8("x")))).toThrow(RangeError);
  });
});

describe("plans", () => {
  it("give the inclusion proof of the recursive tree, for every leaf of every size to 70", () => {
    const { nodes } = grow(LEAVES);
    for (const size of SIZES) {
      for (let index = 0; index < size; index++) {
        const proof = proofFromPlan(inclusionPlan(index, size), nodes);
        expect(proof.map(toHex)).toEqual(referencePath(index, LEAVES.slice(0, size)).map(toHex));
      }
    }
  });

  it("give the consistency proof of the recursive tree, for every pair of sizes to 70", () => {
    const { nodes } = grow(LEAVES);
    for (const second of SIZES) {
      for (let first = 1; first <= second; first++) {
        const proof = proofFromPlan(consistencyPlan(first, second), nodes);
        expect(proof.map(toHex)).toEqual(referenceConsistency(first, LEAVES.slice(0, second)).map(toHex));
      }
    }
  });

  it("need no proof from the empty tree", () => {
    expect(consistencyPlan(0, 9)).toEqual([]);
  });

  it("name only complete subtrees within the tree, at any size", () => {
    const size = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(size, fc.nat(), (n, at) => {
        const plans = [frontierPlan(n), ...inclusionPlan(at % n, n), ...consistencyPlan(n - (at % n), n)];
        for (const { level, index } of plans.flat()) {
          expect(Number.isSafeInteger(index) && level <= 52).toBe(true);
          expect((index + 1) * 2 ** level).toBeLessThanOrEqual(n);
        }
      }),
    );
  });

  it("refuse a leaf or an earlier tree that does not exist", () => {
    for (const [index, size] of [
      [0, 0],
      [5, 5],
      [-1, 5],
      [0.5, 5],
      [0, 2 ** 53],
    ] as const) {
      expect(() => inclusionPlan(index, size)).toThrow(RangeError);
    }
    for (const [first, second] of [
      [6, 5],
      [-1, 5],
      [1.5, 5],
    ] as const) {
      expect(() => consistencyPlan(first, second)).toThrow(RangeError);
    }
  });

  it("say which node storage lost", () => {
    expect(() => proofFromPlan(inclusionPlan(0, 3), [])).toThrow("the tree lacks node 0/1");
  });
});
