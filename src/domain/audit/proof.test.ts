import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { referenceConsistency, referencePath, referenceRoot } from "../../testing/vectors/rfc9162/reference-tree.ts";
import { fromBase64, toBase64, utf8 } from "../bytes.ts";
import {
  consistencyPlan,
  frontierPlan,
  inclusionPlan,
  leafHash,
  type NodeAddress,
  nodeHash,
  proofFromPlan,
  rootOf,
} from "./merkle.ts";
import {
  type ConsistencyClaim,
  type InclusionClaim,
  inclusionVerifier,
  verifyConsistency,
  verifyInclusion,
} from "./proof.ts";

const LEAVES = Array.from({ length: 40 }, (_, index) => leafHash(utf8(`leaf ${index}`)));
const OTHER = leafHash(utf8("another"));

function inclusionClaim(index: number, size: number): InclusionClaim {
  const leaves = LEAVES.slice(0, size);
  const proof = referencePath(index, leaves);
  return { leafHash: LEAVES[index] ?? OTHER, index, size, proof, root: referenceRoot(leaves) };
}

function consistencyClaim(first: number, second: number): ConsistencyClaim {
  const leaves = LEAVES.slice(0, second);
  return {
    first,
    second,
    firstRoot: referenceRoot(leaves.slice(0, first)),
    secondRoot: referenceRoot(leaves),
    proof: first === 0 ? [] : referenceConsistency(first, leaves),
  };
}

// Every proof that is one step away: a hash dropped, doubled, changed, swapped with its neighbour, or one more.
function damaged(proof: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const at = proof.map((hash, index) => [
    proof.toSpliced(index, 1),
    proof.toSpliced(index, 0, hash),
    proof.toSpliced(index, 1, OTHER),
    proof.toSpliced(index, 1, hash.slice(0, 31)),
  ]);
  return [...at.flat(), [...proof, OTHER], [OTHER, ...proof]];
}

describe("verifyInclusion", () => {
  it("accepts every leaf of every tree to 40 leaves", () => {
    for (let size = 1; size <= 40; size++) {
      for (let index = 0; index < size; index++) expect(verifyInclusion(inclusionClaim(index, size))).toBe(true);
    }
  });

  it("refuses another leaf, place, root and every damaged proof", () => {
    for (let size = 1; size <= 17; size++) {
      for (let index = 0; index < size; index++) {
        const claim = inclusionClaim(index, size);
        expect(verifyInclusion({ ...claim, leafHash: OTHER })).toBe(false);
        expect(verifyInclusion({ ...claim, root: OTHER })).toBe(false);
        for (let other = 0; other <= size; other++) {
          if (other !== index) expect(verifyInclusion({ ...claim, index: other })).toBe(false);
        }
        for (const proof of damaged(claim.proof)) expect(verifyInclusion({ ...claim, proof })).toBe(false);
      }
    }
  });

  it("refuses numbers that are no sizes, and hashes that are not 32 bytes", () => {
    const claim = inclusionClaim(0, 1);
    for (const index of [-1, 0.5, Number.NaN, 2 ** 53]) expect(verifyInclusion({ ...claim, index })).toBe(false);
    for (const size of [0, 1.5, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(verifyInclusion({ ...claim, size })).toBe(false);
    }
    const short = claim.root.slice(0, 31);
    expect(verifyInclusion({ ...claim, leafHash: short, root: short })).toBe(false);
  });
});

describe("verifyConsistency", () => {
  it("accepts every pair of trees to 40 leaves, the empty one among them", () => {
    for (let second = 0; second <= 40; second++) {
      for (let first = 0; first <= second; first++) {
        expect(verifyConsistency(consistencyClaim(first, second))).toBe(true);
      }
    }
  });

  it("refuses other roots and every damaged proof", () => {
    for (let second = 0; second <= 17; second++) {
      for (let first = 0; first <= second; first++) {
        const claim = consistencyClaim(first, second);
        expect(verifyConsistency({ ...claim, firstRoot: OTHER })).toBe(false);
        if (first > 0) expect(verifyConsistency({ ...claim, secondRoot: OTHER })).toBe(false);
        for (const proof of damaged(claim.proof)) expect(verifyConsistency({ ...claim, proof })).toBe(false);
      }
    }
  });

  it("refuses a log that forked: the first tree is not how the second begins", () => {
    for (let second = 2; second <= 24; second++) {
      for (let first = 1; first <= second; first++) {
        const forked = [...LEAVES.slice(0, first - 1), OTHER];
        const claim = { ...consistencyClaim(first, second), firstRoot: referenceRoot(forked) };
        expect(verifyConsistency(claim)).toBe(false);
      }
    }
  });

  it("refuses a second size whose tree has another height", () => {
    for (let first = 1; first <= 16; first++) {
      const claim = consistencyClaim(first, 17);
      for (const second of [33, 64, 65, 2 ** 40]) expect(verifyConsistency({ ...claim, second })).toBe(false);
    }
  });

  it("refuses a smaller second tree and numbers that are no sizes", () => {
    const claim = consistencyClaim(3, 5);
    expect(verifyConsistency({ ...claim, first: 6 })).toBe(false);
    expect(verifyConsistency({ ...claim, first: -1 })).toBe(false);
    expect(verifyConsistency({ ...claim, first: 2.5 })).toBe(false);
    expect(verifyConsistency({ ...claim, second: 2 ** 53 })).toBe(false);
  });
});

// A tree far beyond memory: every leaf is the same but one, so every subtree's hash is known without its leaves.
describe("sizes beyond 2^32", () => {
  const powers = [LEAVES[0] ?? OTHER];
  for (let level = 0; level < 52; level++) powers.push(nodeHash(powers[level] ?? OTHER, powers[level] ?? OTHER));

  function hashIn(special: number, { level, index }: NodeAddress): Uint8Array {
    if (Math.floor(special / 2 ** level) !== index) return powers[level] ?? OTHER;
    if (level === 0) return OTHER;
    const [left, right] = [index * 2, index * 2 + 1].map((below) =>
      hashIn(special, { level: level - 1, index: below }),
    );
    return nodeHash(left ?? OTHER, right ?? OTHER);
  }

  function rootAt(special: number, size: number): Uint8Array {
    return rootOf({ size, hashes: frontierPlan(size).map((address) => hashIn(special, address)) });
  }

  const place = fc
    .tuple(fc.integer({ min: 2 ** 32 + 1, max: Number.MAX_SAFE_INTEGER }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([size, share]) => ({ size, special: Math.min(size - 1, Math.floor(size * share)) }));

  it("proves the one leaf that differs, and nothing one place beside it", () => {
    fc.assert(
      fc.property(place, ({ size, special }) => {
        const plan = inclusionPlan(special, size);
        const nodes = plan.flat().map((address) => ({ ...address, hash: hashIn(special, address) }));
        const proof = proofFromPlan(plan, nodes);
        const claim = { leafHash: OTHER, index: special, size, proof, root: rootAt(special, size) };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, index: special === 0 ? 1 : special - 1 })).toBe(false);
      }),
    );
  });

  it("proves that the log grew, and refuses a first tree that differs in one leaf", () => {
    fc.assert(
      fc.property(place, ({ size: second, special }) => {
        const first = special + 1;
        const plan = consistencyPlan(first, second);
        const nodes = plan.flat().map((address) => ({ ...address, hash: hashIn(special, address) }));
        const claim = {
          first,
          second,
          firstRoot: rootAt(special, first),
          secondRoot: rootAt(special, second),
          proof: proofFromPlan(plan, nodes),
        };
        expect(verifyConsistency(claim)).toBe(true);
        if (first > 1) expect(verifyConsistency({ ...claim, firstRoot: rootAt(special - 1, first) })).toBe(false);
      }),
    );
  });
});

describe("published vectors", () => {
  const file = "../shared/vectors/merkle/inclusion.json";
  if (!existsSync(file)) console.warn(`SKIPPED: ${file} is not here`);

  it.skipIf(!existsSync(file))("agrees with all 98 published inclusion verdicts", () => {
    const bytes = z.string().transform((text) => {
      const decoded = fromBase64(text);
      return decoded.ok ? decoded.value : Uint8Array.of();
    });
    const vector = z.object({
      leafIdx: z.number(),
      treeSize: z.number(),
      root: bytes.nullable(),
      leafHash: bytes.nullable(),
      proof: z.array(bytes).nullable(),
      desc: z.string(),
      wantErr: z.boolean(),
    });
    const cases = z.array(vector).parse(JSON.parse(readFileSync(file, "utf8")));
    expect(cases.length).toBe(98);
    for (const { leafIdx, treeSize, root, leafHash, proof, desc, wantErr } of cases) {
      const claim = { leafHash: leafHash ?? Uint8Array.of(), root: root ?? Uint8Array.of(), proof: proof ?? [] };
      expect(verifyInclusion({ ...claim, index: leafIdx, size: treeSize }), desc).toBe(!wantErr);
    }
  });
});

describe("inclusionVerifier", () => {
  it("says of leaf after leaf what verifyInclusion says of each, good and damaged in any order", () => {
    const size = fc.integer({ min: 1, max: 40 });
    const asked = fc.array(fc.record({ at: fc.nat(39), way: fc.nat(400), isDamaged: fc.boolean() }), { maxLength: 12 });
    fc.assert(
      fc.property(size, asked, (leaves, claims) => {
        const { root } = inclusionClaim(0, leaves);
        const stands = inclusionVerifier({ size: leaves, root });
        for (const { at, way, isDamaged } of claims) {
          const claim = inclusionClaim(at % leaves, leaves);
          const ways = damaged(claim.proof);
          const proof = isDamaged ? (ways[way % ways.length] ?? []) : claim.proof;
          const told = stands({ ...claim, proof: proof.map(toBase64) });
          expect(told).toBe(verifyInclusion({ ...claim, proof }));
        }
      }),
    );
  });

  it("refuses what is no base64 of a hash, another leaf, and a place outside the tree", () => {
    const { root, proof, leafHash: leaf } = inclusionClaim(3, 7);
    const stands = inclusionVerifier({ size: 7, root });
    const texts = proof.map(toBase64);
    expect(stands({ leafHash: leaf, index: 3, proof: texts })).toBe(true);
    expect(stands({ leafHash: leaf, index: 3, proof: texts.map((text) => `${text}=`) })).toBe(false);
    expect(stands({ leafHash: OTHER, index: 3, proof: texts })).toBe(false);
    expect(stands({ leafHash: leaf, index: 7, proof: texts })).toBe(false);
    expect(stands({ leafHash: leaf, index: 3, proof: texts })).toBe(true);
  });
});
