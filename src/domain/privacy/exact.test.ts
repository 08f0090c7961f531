import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ExactOverlap, releaseExactOverlap, roundToStep } from "./exact.ts";

const K = 10;

function sizesOf({ members, regions }: ExactOverlap): readonly number[] {
  return Array.from({ length: members }, (_, member) =>
    regions.reduce((sum, count, at) => (((at + 1) >> member) & 1 ? sum + count : sum), 0),
  );
}

// Every world with two or three members whose lists have these sizes: the regions of several members are chosen freely,
// and whoever is left of a list stands in it alone.
function worldsWith(sizes: readonly number[]): readonly (readonly number[])[] {
  const [a = 0, b = 0, c] = sizes;
  const worlds: (readonly number[])[] = [];
  const upTo = (bound: number): readonly number[] => Array.from({ length: Math.max(0, bound + 1) }, (_, n) => n);
  if (c === undefined) return upTo(Math.min(a, b)).map((both) => [a - both, b - both, both]);
  for (const abc of upTo(Math.min(a, b, c))) {
    for (const ab of upTo(Math.min(a, b) - abc)) {
      for (const ac of upTo(Math.min(a - ab, c) - abc)) {
        for (const bc of upTo(Math.min(b - ab, c - ac) - abc)) {
          worlds.push([a - ab - ac - abc, b - ab - bc - abc, ab, c - ac - bc - abc, ac, bc, abc]);
        }
      }
    }
  }
  return worlds;
}

// What an attacker cannot tell apart who knows the rule, every size to the person, and the released figures.
function indistinguishable(overlap: ExactOverlap): readonly (readonly number[])[] {
  const seen = JSON.stringify(releaseExactOverlap(overlap));
  return worldsWith(sizesOf(overlap)).filter(
    (regions) => JSON.stringify(releaseExactOverlap({ ...overlap, regions })) === seen,
  );
}

function overlapOf(regions: readonly number[], step: number): ExactOverlap {
  return { members: Math.log2(regions.length + 1), regions, k: K, step };
}

const step = fc.constantFrom(1, 5, 10);
const count = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 14 }));
const pairs = fc.tuple(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 3, maxLength: 3 }), step);
const triples = fc.tuple(fc.array(count, { minLength: 7, maxLength: 7 }), step);

describe("releaseExactOverlap", () => {
  it("releases everything, rounded, when every region has k people", () => {
    const release = releaseExactOverlap({ members: 2, regions: [104, 25, 10], k: 10, step: 10 });
    expect(release.sizes).toEqual([114, 35].map((size) => ({ kind: "released", value: roundToStep(size, 10) })));
    expect(release.regions.map((figure) => figure.kind === "released" && figure.value)).toEqual([100, 30, 10]);
  });

  it("withholds every region when one is under k, and the sizes under k with them", () => {
    const kinds = (regions: readonly number[]): readonly string[] => {
      const release = releaseExactOverlap(overlapOf(regions, 1));
      return [...release.sizes, ...release.regions].map((figure) => figure.kind);
    };
    expect(kinds([100, 100, 9])).toEqual(["released", "released", "withheld", "withheld", "withheld"]);
    expect(kinds([0, 100, 9])).toEqual(["withheld", "released", "withheld", "withheld", "withheld"]);
    expect(kinds([10, 10, 10]).every((kind) => kind === "released")).toBe(true);
  });

  it("numbers regions by mask: the size of a member sums the masks that have its bit", () => {
    const { sizes } = releaseExactOverlap({ members: 3, regions: [100, 200, 300, 400, 500, 600, 700], k: 10, step: 1 });
    expect(sizes.map((figure) => figure.kind === "released" && figure.value)).toEqual([1_600, 1_800, 2_200]);
  });

  it.each([
    ["two", pairs, 500],
    ["three", triples, 60],
  ])("leaves at least k values possible for every withheld region of %s members", (_, overlaps, numRuns) => {
    let withheld = 0;
    fc.assert(
      fc.property(overlaps, ([regions, rounding]) => {
        const overlap = overlapOf(regions, rounding);
        const release = releaseExactOverlap(overlap);
        // Whose list is itself under k knows so from the list; no answer of the room can hide that from its owner.
        if (release.sizes.some((size) => size.kind === "withheld")) return;
        const worlds = indistinguishable(overlap);
        for (const [at, figure] of release.regions.entries()) {
          if (figure.kind === "released") continue;
          withheld++;
          expect(new Set(worlds.map((world) => world[at])).size).toBeGreaterThanOrEqual(K);
        }
      }),
      { numRuns },
    );
    expect(withheld).toBeGreaterThan(100);
  });

  it("leaves at least k values possible for a withheld size, to those who cannot see that list", () => {
    // Seen from the other member: whichever of 0 to k - 1 people the list has, the answer is the same.
    const seen = Array.from({ length: K }, (_, size) =>
      JSON.stringify(releaseExactOverlap(overlapOf([size, 50, 0], 1))),
    );
    expect(new Set(seen).size).toBe(1);
  });

  it("refuses k under the floor, a step below 1 and regions that do not fit the members", () => {
    const sound: ExactOverlap = { members: 2, regions: [100, 100, 100], k: 10, step: 10 };
    const unsound = [{ k: 9 }, { step: 0 }, { step: 0.5 }, { members: 3 }, { members: 1, regions: [5] }];
    for (const change of unsound) expect(() => releaseExactOverlap({ ...sound, ...change })).toThrow(RangeError);
    expect(() => releaseExactOverlap({ ...sound, regions: [100, -1, 100] })).toThrow(RangeError);
  });
});

describe("roundToStep", () => {
  it("rounds half way up", () => {
    expect([24, 25, 26, 30, 34, 35].map((value) => roundToStep(value, 10))).toEqual([20, 30, 30, 30, 30, 40]);
    expect([7, 8].map((value) => roundToStep(value, 15))).toEqual([0, 15]);
    expect(roundToStep(17, 1)).toBe(17);
  });

  it("gives the nearest multiple, half a step away at the most", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 1_000_000 }), (value, multiple) => {
        const rounded = roundToStep(value, multiple);
        expect(rounded % multiple).toBe(0);
        expect(rounded - value).toBeLessThanOrEqual(multiple / 2);
        expect(value - rounded).toBeLessThan(multiple / 2);
      }),
    );
  });
});
