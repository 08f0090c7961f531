import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { affinitySensitivity, type Sensitivity, sumSensitivity, tableSensitivity } from "./sensitivity.ts";

// Slow and obvious forms of the matching rules and of tables, to which the claims of README.md are held.

type Person = {
  /** By identifier; within a list no two people share a token of one kind. */
  readonly tokens: readonly (readonly number[])[];
  readonly group: number;
  readonly value: number | null;
};
type World = { readonly left: readonly Person[]; readonly right: readonly Person[] };
type Pair = readonly [left: Person, right: Person];

const KINDS = 3;
const TOKENS = 8;
const GROUPS = 4;
/** Bounds of a measure, on both sides of nought and on one. */
const CLAMP = { minimum: -3, maximum: 5 };
const ONE_SIDED = { minimum: 1, maximum: 5 };

function greedyPairs({ left, right }: World): Pair[] {
  const pairs: Pair[] = [];
  for (let kind = 0; kind < KINDS; kind++) {
    for (let token = 0; token < TOKENS; token++) {
      const [one, other] = [holderOf(left, kind, token), holderOf(right, kind, token)];
      const isFree = pairs.every(([a, b]) => a !== one && b !== other);
      if (one !== undefined && other !== undefined && isFree) pairs.push([one, other]);
    }
  }
  return pairs;
}

function holderOf(people: readonly Person[], kind: number, token: number): Person | undefined {
  return people.find((person) => person.tokens[kind]?.includes(token));
}

// By the first identifier alone, everybody under its least token.
function standingPairs({ left, right }: World): Pair[] {
  const leastOf = (person: Person) => Math.min(...(person.tokens[0] ?? []));
  return left.flatMap((one) => {
    const other = right.find((person) => leastOf(person) === leastOf(one));
    return other === undefined || leastOf(one) === Number.POSITIVE_INFINITY ? [] : [[one, other] satisfies Pair];
  });
}

type Figures = {
  readonly counts: readonly number[];
  readonly holders: readonly number[];
  readonly sums: readonly number[];
};

type Standing = { readonly cell: number; readonly value: number | null };

function table(people: readonly Standing[], cells: number, clamp = CLAMP): Figures {
  const figures = ["counts", "holders", "sums"].map(() => new Array<number>(cells).fill(0));
  const [counts = [], holders = [], sums = []] = figures;
  for (const { cell, value } of people) {
    counts[cell] = (counts[cell] ?? 0) + 1;
    if (value === null) continue;
    holders[cell] = (holders[cell] ?? 0) + 1;
    sums[cell] = (sums[cell] ?? 0) + Math.min(clamp.maximum, Math.max(clamp.minimum, value));
  }
  return { counts, holders, sums };
}

const ofRight = (pairs: readonly Pair[], clamp = CLAMP) =>
  table(
    pairs.map(([, { group, value }]) => ({ cell: group, value })),
    GROUPS,
    clamp,
  );
const ofBoth = (pairs: readonly Pair[]) => {
  const cells = pairs.map(([left, right]) => ({ cell: left.group * GROUPS + right.group, value: left.value }));
  return table(cells, GROUPS * GROUPS);
};

/** L1 and L2² between the figures of two worlds. */
function distances(here: readonly number[], there: readonly number[]): readonly [number, number] {
  const apart = here.map((figure, at) => Math.abs(figure - (there[at] ?? Number.NaN)));
  return [apart.reduce((sum, one) => sum + one, 0), apart.reduce((sum, one) => sum + one ** 2, 0)];
}

const person = fc.record({ group: fc.nat(GROUPS - 1), value: fc.option(fc.integer({ min: -9, max: 9 })) });

// Each kind's tokens are dealt out to the people of a list, each token to one person at the most.
const list: fc.Arbitrary<readonly Person[]> = fc
  .tuple(
    fc.array(person, { minLength: 1, maxLength: 6 }),
    fc.array(fc.array(fc.nat(6), { maxLength: TOKENS }), { minLength: KINDS, maxLength: KINDS }),
  )
  .map(([people, owners]) =>
    people.map((one, at) => ({
      ...one,
      tokens: owners.map((ofKind) => ofKind.flatMap((owner, token) => (owner === at ? [token] : []))),
    })),
  );

/** The most that one person more or less, in either list, changes of what is told. */
function mostOver(runs: number, figuresOf: (world: World) => Figures & { readonly further?: readonly number[] }) {
  const most = { counts: NOTHING, holders: NOTHING, sums: NOTHING, together: NOTHING };
  fc.assert(
    fc.property(list, list, fc.nat(), fc.boolean(), (left, right, at, isLeft) => {
      const here = figuresOf({ left, right });
      const side = isLeft ? left : right;
      const without = side.toSpliced(at % side.length, 1);
      const there = figuresOf(isLeft ? { left: without, right } : { left, right: without });
      most.counts = greater(most.counts, distances(here.counts, there.counts));
      most.holders = greater(most.holders, distances(here.holders, there.holders));
      most.sums = greater(most.sums, distances(here.sums, there.sums));
      const all = [here, there].map(({ counts, further = [] }) => [...counts, ...further]);
      most.together = greater(most.together, distances(all[0] ?? [], all[1] ?? []));
    }),
    { numRuns: runs, seed: 20_261_126 },
  );
  return most;
}

const NOTHING: Sensitivity = { l1: 0, l2Squared: 0n };

function greater(most: Sensitivity, [l1, l2Squared]: readonly [number, number]): Sensitivity {
  return {
    l1: Math.max(most.l1, l1),
    l2Squared: BigInt(Math.max(Number(most.l2Squared), l2Squared)),
  };
}

describe("tableSensitivity", () => {
  it("by one identifier, with attributes of both lists, bounds counts, holders and sums, and is reached", () => {
    const bound = tableSensitivity({ lists: 2, identifiers: 1, isOneSided: false });
    const most = mostOver(10_000, (world) => ofBoth(standingPairs(world)));
    expect(most).toMatchObject({ counts: bound, holders: bound, sums: sumSensitivity(bound, CLAMP) });
  });

  it("by several identifiers, with attributes of one list, bounds counts, holders and sums, and is reached", () => {
    const bound = tableSensitivity({ lists: 2, identifiers: KINDS, isOneSided: true });
    const most = mostOver(20_000, (world) => ofRight(greedyPairs(world)));
    expect(most).toMatchObject({ counts: bound, holders: bound, sums: sumSensitivity(bound, CLAMP) });
  });

  it("by several identifiers, sums of values on one side of nought change less when squared", () => {
    const bound = tableSensitivity({ lists: 2, identifiers: KINDS, isOneSided: true });
    const most = mostOver(10_000, (world) => ofRight(greedyPairs(world), ONE_SIDED));
    expect(most.sums).toEqual(sumSensitivity(bound, ONE_SIDED));
    expect([CLAMP, ONE_SIDED].map((bounds) => sumSensitivity(bound, bounds).l2Squared)).toEqual([64n, 50n]);
  });

  it("holds for nothing else: partners are re-dealt along a path, and with them the cells of both", () => {
    expect(mostOver(10_000, (world) => ofBoth(greedyPairs(world))).counts.l1).toBeGreaterThan(2);
    expect(() => tableSensitivity({ lists: 2, identifiers: 2, isOneSided: false })).toThrow(RangeError);
    expect(() => tableSensitivity({ lists: 3, identifiers: 2, isOneSided: true })).toThrow(RangeError);
    expect(() => tableSensitivity({ lists: 1, identifiers: 1, isOneSided: true })).toThrow(RangeError);
  });
});

describe("affinitySensitivity", () => {
  const everybody = ({ right }: World) =>
    table(
      right.map(({ group, value }) => ({ cell: group, value })),
      GROUPS,
    ).counts;

  it("bounds the segments of a list, in all and among the shared, and is reached", () => {
    const one = mostOver(10_000, (world) => ({ ...ofRight(standingPairs(world)), further: everybody(world) }));
    expect(one.together).toEqual(affinitySensitivity(1));
    const several = mostOver(20_000, (world) => ({ ...ofRight(greedyPairs(world)), further: everybody(world) }));
    expect(several.together).toEqual(affinitySensitivity(KINDS));
  });
});
