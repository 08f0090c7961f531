import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "../bytes.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type Comparison, compareCheckpoints } from "./comparison.ts";
import { append, consistencyPlan, EMPTY_FRONTIER, leafHash, proofFromPlan, rootOf, type TreeNode } from "./merkle.ts";

type Log = { readonly at: (size: number) => Checkpoint; readonly nodes: readonly TreeNode[] };

const honest = logOf((index) => `entry ${index}`);
// The same entries up to the 21st, and others from there on.
const forked = logOf((index) => (index < 20 ? `entry ${index}` : `other ${index}`));

test("two roots of one size are told, and one tree is the same", () => {
  for (let size = 0; size <= 40; size += 1) {
    expect(compared(honest.at(size), honest.at(size))).toBe("same");
    expect(compared(honest.at(size), forked.at(size))).toBe(size <= 20 ? "same" : "two-roots");
  }
});

test("a proof decides between two sizes, whichever comes first, and only along one history", () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40), fc.boolean(), (one, other, isForked) => {
      fc.pre(one !== other && Math.min(one, other) > 0);
      const [first, second] = [Math.min(one, other), Math.max(one, other)];
      const history = isForked ? forked : honest;
      const proof = proofFromPlan(consistencyPlan(first, second), history.nodes);
      const larger = history.at(second);
      const pair = one < other ? ([honest.at(first), larger] as const) : ([larger, honest.at(first)] as const);
      expect(compared(...pair)).toBe("unproven");
      expect(compareCheckpoints(pair, proof).kind).toBe(isForked && first > 20 ? "not-grown" : "grown");
      expect(compareCheckpoints(pair, [...proof, larger.root]).kind).toBe("not-grown");
    }),
  );
});

test("every log grew from the empty one, and another origin says nothing", () => {
  expect(compared(honest.at(0), forked.at(30))).toBe("grown");
  expect(compared(honest.at(7), { ...honest.at(7), origin: "elsewhere" })).toBe("another-log");
});

function compared(...pair: readonly [Checkpoint, Checkpoint]): Comparison["kind"] {
  return compareCheckpoints(pair, null).kind;
}

function logOf(entry: (index: number) => string): Log {
  const roots = [rootOf(EMPTY_FRONTIER)];
  const nodes: TreeNode[] = [];
  let frontier = EMPTY_FRONTIER;
  for (let index = 0; index < 40; index += 1) {
    const grown = append(frontier, leafHash(utf8(entry(index))));
    frontier = grown.frontier;
    nodes.push(...grown.nodes);
    roots.push(rootOf(frontier));
  }
  return { nodes, at: (size) => ({ origin: "log", size, root: roots[size] ?? new Uint8Array() }) };
}
