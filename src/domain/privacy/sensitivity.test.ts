import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overlapSensitivity } from "./sensitivity.ts";

// Slow and obvious forms of the two matching rules: the claims that the noise rests on, tested as they are stated.

/** A person's tokens by identifier, in the contract's order. Within a list no two people share a token of one kind. */
type Person = readonly (readonly number[])[];

const KINDS = 3;

function greedyMatch(left: readonly Person[], right: readonly Person[]) {
  const [matchedLeft, matchedRight] = [new Set<Person>(), new Set<Person>()];
  const byKind = Array.from({ length: KINDS }, (_, kind) => {
    let pairs = 0;
    for (let token = 0; token < 40; token++) {
      const holds = (person: Person): boolean => person[kind]?.includes(token) ?? false;
      const [one, other] = [left.find(holds), right.find(holds)];
      if (one === undefined || other === undefined || matchedLeft.has(one) || matchedRight.has(other)) continue;
      matchedLeft.add(one);
      matchedRight.add(other);
      pairs++;
    }
    return pairs;
  });
  return { matchedLeft, byKind };
}

function greedyFigures(left: readonly Person[], right: readonly Person[]): readonly number[] {
  const { matchedLeft, byKind } = greedyMatch(left, right);
  return [left.length, right.length, matchedLeft.size, ...byKind];
}

// Sizes of the lists, then people by the exact set of lists that hold their token.
function regionFigures(lists: readonly (readonly number[])[]): readonly number[] {
  const regions = new Array<number>(2 ** lists.length - 1).fill(0);
  for (const token of new Set(lists.flat())) {
    const mask = lists.reduce((sum, list, at) => (list.includes(token) ? sum + 2 ** at : sum), 0);
    regions[mask - 1] = (regions[mask - 1] ?? 0) + 1;
  }
  return [...lists.map((list) => list.length), ...regions];
}

function distance(here: readonly number[], there: readonly number[]): number {
  return here.reduce((sum, figure, at) => sum + Math.abs(figure - (there[at] ?? Number.NaN)), 0);
}

function squaredDistance(here: readonly number[], there: readonly number[]): number {
  return here.reduce((sum, figure, at) => sum + (figure - (there[at] ?? Number.NaN)) ** 2, 0);
}

// Each kind's tokens are dealt out to the people of a list, each token to one person at the most.
const list: fc.Arbitrary<readonly Person[]> = fc
  .tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.array(fc.array(fc.nat(9), { maxLength: 12 }), { minLength: 3, maxLength: 3 }),
  )
  .map(([people, owners]) =>
    Array.from({ length: people }, (_, person) =>
      owners.map((ofKind) => ofKind.flatMap((owner, token) => (owner === person ? [token] : []))),
    ),
  );

describe("overlapSensitivity", () => {
  it("of two lists bounds what one person changes, with and without figures by identifier, and is reached", () => {
    let most = 0;
    let mostOfPairs = 0;
    let mostSquared = 0;
    const [pairs, byKind] = [0, KINDS].map((identifierFigures) => overlapSensitivity({ lists: 2, identifierFigures }));
    if (pairs === undefined || byKind === undefined) throw new Error("there are two shapes");
    const kinds = new Set<number>();
    fc.assert(
      fc.property(list, list, fc.nat(), (left, right, at) => {
        const without = left.toSpliced(at % left.length, 1);
        const [here, there] = [greedyFigures(left, right), greedyFigures(without, right)];
        const plain = distance(here.slice(0, 3), there.slice(0, 3));
        expect(plain).toBeLessThanOrEqual(pairs.l1);
        expect(distance(here, there)).toBeLessThanOrEqual(byKind.l1);
        expect(squaredDistance(here.slice(0, 3), there.slice(0, 3))).toBeLessThanOrEqual(Number(pairs.l2Squared));
        mostSquared = Math.max(mostSquared, squaredDistance(here, there));
        for (const [figure, count] of here.entries()) {
          expect(Math.abs(count - (there[figure] ?? Number.NaN))).toBeLessThanOrEqual(1);
          if (figure >= 3) kinds.add(count - (there[figure] ?? Number.NaN));
        }
        mostOfPairs = Math.max(mostOfPairs, plain);
        most = Math.max(most, distance(here, there));
      }),
      { numRuns: 20_000, seed: 20_261_122 },
    );
    expect(mostOfPairs).toBe(2);
    expect(most).toBe(2 + KINDS);
    expect(mostSquared).toBe(Number(byKind.l2Squared));
    expect([...kinds].sort()).toEqual([-1, 0, 1]);
  });

  it("of a list of people is one record: one person of the other list moves one at the most", () => {
    let most = 0;
    fc.assert(
      fc.property(list, list, fc.nat(), (own, other, at) => {
        const [here, there] = [other, other.toSpliced(at % other.length, 1)].map(
          (one) => greedyMatch(own, one).matchedLeft,
        );
        const moved = own.filter((person) => here?.has(person) !== there?.has(person)).length;
        expect(moved).toBeLessThanOrEqual(1);
        most = Math.max(most, moved);
      }),
      { numRuns: 5_000, seed: 20_261_126 },
    );
    expect(most).toBe(1);
  });

  it("of three or four lists bounds what one person changes, and is reached", () => {
    const tokens = fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 8 });
    let most = 0;
    fc.assert(
      fc.property(fc.array(tokens, { minLength: 3, maxLength: 4 }), fc.nat(), fc.nat(), (lists, of, at) => {
        const which = of % lists.length;
        const one = lists[which] ?? [];
        const without = lists.with(which, one.toSpliced(at % one.length, 1));
        const changed = distance(regionFigures(lists), regionFigures(without));
        const bound = overlapSensitivity({ lists: lists.length, identifierFigures: 0 });
        expect(changed).toBeLessThanOrEqual(bound.l1);
        expect(squaredDistance(regionFigures(lists), regionFigures(without))).toBeLessThanOrEqual(
          Number(bound.l2Squared),
        );
        most = Math.max(most, changed);
      }),
      { numRuns: 2_000, seed: 20_261_122 },
    );
    expect(most).toBe(3);
  });

  it("refuses what no bound is proved for", () => {
    expect(() => overlapSensitivity({ lists: 1, identifierFigures: 0 })).toThrow(RangeError);
    expect(() => overlapSensitivity({ lists: 3, identifierFigures: 1 })).toThrow(RangeError);
  });
});
