import fc from "fast-check";
import { expect, it } from "vitest";
import { datasetRefSchema } from "../dataset/schema.ts";
import { type CrowdList, chosenFrom, countsOf, distanceOf, peopleOn } from "./crowds.ts";

const DATASET = datasetRefSchema.parse("your-company/customers");
const NAMES = ["a", "b", "c", "d", "e"];
const crowd = fc.record({ size: fc.integer({ min: 1, max: 4 }), tier: fc.constantFrom("gold", "silver", null) });
/** A world: what each crowd is, and which of them are on each list. */
const anyWorld = fc.record({
  crowds: fc.tuple(crowd, crowd, crowd, crowd, crowd),
  left: fc.subarray(NAMES),
  right: fc.subarray(NAMES),
});

/** The people of a list one by one, with their tier. */
function everyone(list: CrowdList): Map<string, string | undefined> {
  const people = [...list].flatMap(([name, { size, values }]) =>
    Array.from({ length: size }, (_, index) => [`${name}${index}`, values["tier"]] as const),
  );
  return new Map(people);
}

it("counts what counting people one by one counts", () => {
  fc.assert(
    fc.property(anyWorld, ({ crowds, left, right }) => {
      const listOf = (names: readonly string[]): CrowdList =>
        new Map(
          names.map((name) => {
            const { size, tier } = crowds[NAMES.indexOf(name)] ?? { size: 0, tier: null };
            return [name, { size, values: tier === null ? {} : { tier } }];
          }),
        );
      const lists = [listOf(left), listOf(right)] as const;
      const [one, other] = [everyone(lists[0]), everyone(lists[1])];
      const both = [...one.keys()].filter((person) => other.has(person)).length;
      expect(countsOf(lists[0], lists[1], 2)).toEqual({
        sizes: [one.size, other.size],
        regions: [0, one.size - both, other.size - both, both],
        byIdentifier: [both, 0],
      });
      expect(distanceOf(lists[0], lists[1])).toBe(new Set([...one.keys(), ...other.keys()]).size - both);
      const gold = chosenFrom(lists[0], [{ dataset: DATASET, attribute: "tier", in: ["gold"] }]);
      expect(peopleOn(gold)).toBe([...one.values()].filter((tier) => tier === "gold").length);
    }),
  );
});

it("knows no attribute by the names that every object has", () => {
  const list: CrowdList = new Map([["a", { size: 1, values: {} }]]);
  expect(peopleOn(chosenFrom(list, [{ dataset: DATASET, attribute: "toString", in: ["x"] }]))).toBe(0);
});
