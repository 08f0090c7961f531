import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datasetRefSchema } from "../dataset/schema.ts";
import type { TableMeasurement, Truth } from "../question/analysis.ts";
import { type Crowd, type CrowdList, chosenFrom, distanceOf, peopleOn } from "./crowds.ts";
import { selected, truthOf } from "./truths.ts";

const [OURS, THEIRS, THIRD] = ["some-partner/own-list", "your-company/customers", "another/own-list"].map((name) =>
  datasetRefSchema.parse(name),
);
if (OURS === undefined || THEIRS === undefined || THIRD === undefined) throw new Error("three lists");
const LISTS = [OURS, THEIRS, THIRD] as const;
const NAMES = ["a", "b", "c", "d", "e"];
const TIERS = ["gold", "silver"];
const crowd = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  tier: fc.constantFrom("gold", "silver", "other", null),
  spend: fc.constantFrom(null, -3, 0, 4, 90),
});
/** A world: what each crowd is, and which of them are on each list. */
const anyWorld = fc.record({
  crowds: fc.tuple(crowd, crowd, crowd, crowd, crowd),
  on: fc.tuple(fc.subarray(NAMES), fc.subarray(NAMES), fc.subarray(NAMES)),
});
type World = typeof anyWorld extends fc.Arbitrary<infer Made> ? Made : never;

function crowdOf({ size, tier, spend }: World["crowds"][number]): Crowd {
  return { size, values: tier === null ? {} : { tier }, ...(spend === null ? {} : { amounts: { spend } }) };
}

function listsIn({ crowds, on }: World): readonly [CrowdList, CrowdList, CrowdList] {
  const listOf = (names: readonly string[]): CrowdList =>
    new Map(names.map((name) => [name, crowdOf(crowds[NAMES.indexOf(name)] ?? { size: 0, tier: null, spend: null })]));
  return [listOf(on[0]), listOf(on[1]), listOf(on[2])];
}

/** The people of a list one by one. */
function everyone(list: CrowdList): Map<string, Crowd> {
  const people = [...list].flatMap(([name, one]) =>
    Array.from({ length: one.size }, (_, index) => [`${name}${index}`, one] as const),
  );
  return new Map(people);
}

const asMap = (lists: readonly CrowdList[]) => new Map(lists.map((list, index) => [LISTS[index] ?? OURS, list]));
const TABLE: TableMeasurement = {
  kind: "table",
  lists: [OURS, THEIRS],
  identifiers: ["email"],
  by: [{ dataset: THEIRS, attribute: "tier", keys: TIERS }],
  measure: { dataset: THEIRS, measure: "spend", scale: 0, minimum: 0, maximum: 10 },
};

function tableOf(truth: Truth) {
  if (truth.kind !== "table") throw new Error("a table");
  return truth;
}

describe("a made-up world", () => {
  it("counts overlaps of two and three lists as people one by one do", () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const lists = listsIn(world);
        const people = lists.map(everyone);
        const names = new Set(people.flatMap((one) => [...one.keys()]));
        for (const count of [2, 3]) {
          const regions = new Array<number>(2 ** count).fill(0);
          for (const name of names) {
            const mask = people
              .slice(0, count)
              .reduce((bits, list, index) => bits + (list.has(name) ? 2 ** index : 0), 0);
            if (mask > 0) regions[mask] = (regions[mask] ?? 0) + 1;
          }
          const measured = { kind: "overlap", lists: LISTS.slice(0, count), identifiers: ["email"] } as const;
          const sizes = people.slice(0, count).map(({ size }) => size);
          expect(truthOf(measured, asMap(lists))).toMatchObject({ sizes, regions });
        }
        const both = [...(people[0]?.keys() ?? [])].filter((person) => people[1]?.has(person)).length;
        expect(distanceOf(lists[0], lists[1])).toBe((people[0]?.size ?? 0) + (people[1]?.size ?? 0) - 2 * both);
        expect(peopleOn(selected(lists[0], lists[1], 1))).toBe(both);
      }),
    );
  });

  it("counts a table's people, those with a value, and their clamped values", () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const [ours, theirs] = listsIn(world);
        const shared = [...everyone(theirs)].filter(([name]) => everyone(ours).has(name)).map(([, one]) => one);
        const inCell = [...TIERS, null].map((key) =>
          shared.filter(({ values }) => (TIERS.includes(values["tier"] ?? "") ? values["tier"] : null) === key),
        );
        const spends = inCell.map((cell) => cell.flatMap(({ amounts }) => amounts?.["spend"] ?? []));
        const { people, holders, sums } = tableOf(truthOf(TABLE, asMap([ours, theirs])));
        expect(people).toEqual(inCell.map(({ length }) => length));
        expect(holders).toEqual(spends.map(({ length }) => length));
        expect(sums).toEqual(
          spends.map((cell) => cell.reduce((sum, spend) => sum + Math.max(0, Math.min(10, spend)), 0)),
        );
        const gold = chosenFrom(theirs, [{ dataset: THEIRS, attribute: "tier", in: ["gold"] }]);
        expect(peopleOn(gold)).toBe(
          [...everyone(theirs).values()].filter(({ values }) => values["tier"] === "gold").length,
        );
      }),
    );
  });

  it("matches by the second identifier whoever the first left over", () => {
    const mine: CrowdList = new Map([["mail", { size: 1, values: {}, alias: "phone" }]]);
    const displaced: Crowd = { size: 1, values: { tier: "silver" }, alias: "phone" };
    const without: CrowdList = new Map([["another", displaced]]);
    const person: CrowdList = new Map([...without, ["mail", { size: 1, values: { tier: "gold" } }]]);
    const counted = (theirs: CrowdList, identifiers: TableMeasurement["identifiers"]) =>
      tableOf(truthOf({ ...TABLE, identifiers, measure: null }, asMap([mine, theirs]))).people;
    expect(counted(without, ["email", "phone"])).toEqual([0, 1, 0]);
    expect(counted(person, ["email", "phone"])).toEqual([1, 0, 0]);
    expect(counted(without, ["email"])).toEqual([0, 0, 0]);
  });

  it("knows no attribute by the names that every object has", () => {
    const list: CrowdList = new Map([["a", { size: 1, values: {} }]]);
    expect(peopleOn(chosenFrom(list, [{ dataset: THEIRS, attribute: "toString", in: ["x"] }]))).toBe(0);
  });
});
