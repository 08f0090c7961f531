import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellCount, cellKeys, type Key, overKeys } from "./table.ts";

const VALUES = ["a", "b", "c", "d"];
const axis = fc.record({
  keys: fc.uniqueArray(fc.constantFrom(...VALUES, "x", "y"), { minLength: 1, maxLength: 4 }),
  values: fc.shuffledSubarray(VALUES, { minLength: 1 }),
});

describe("a table", () => {
  it("lays counts by a list's own values over the contract's keys, as a slow look-up does", () => {
    const worlds = fc.array(axis, { minLength: 1, maxLength: 3 }).chain((axes) => {
      const codes = axes.reduce((cells, { values }) => cells * (values.length + 1), 1);
      return fc.tuple(fc.constant(axes), fc.array(fc.nat(50), { minLength: codes, maxLength: codes }));
    });
    fc.assert(
      fc.property(worlds, ([axes, counted]) => {
        const laid = overKeys(
          axes,
          axes.map(({ values }) => values),
          counted,
        );
        const byName = new Map<string, number>();
        const own = axes.reduce<(string | null)[][]>(
          (cells, { values }) => cells.flatMap((cell) => [null, ...values].map((value) => [...cell, value])),
          [[]],
        );
        for (const [code, values] of own.entries()) {
          const keys = values.map(
            (value, at): Key => (value !== null && axes[at]?.keys.includes(value) ? value : null),
          );
          byName.set(JSON.stringify(keys), (byName.get(JSON.stringify(keys)) ?? 0) + (counted[code] ?? 0));
        }
        expect(laid).toHaveLength(cellCount(axes));
        expect(laid).toEqual(cellKeys(axes).map((keys) => byName.get(JSON.stringify(keys)) ?? 0));
      }),
    );
  });

  it("adds up the cells of each group's values, as counting people one by one under their group does", () => {
    const worlds = fc.record({
      values: fc.shuffledSubarray(VALUES, { minLength: 4 }),
      groupOf: fc.array(fc.nat(2), { minLength: VALUES.length, maxLength: VALUES.length }),
      people: fc.array(fc.tuple(fc.nat(VALUES.length), fc.nat(1)), { maxLength: 40 }),
    });
    fc.assert(
      fc.property(worlds, ({ values, groupOf, people }) => {
        const names = [...new Set(groupOf)].map((group) => `group-${group}`);
        const members = names.map((name) => VALUES.filter((_, at) => `group-${groupOf[at]}` === name));
        const coarse = { keys: names, grouped: { by: "groups", members } };
        const fine = { keys: ["u", "v"] };
        // A person is a code of the coarse attribute, 0 for no value, and a value of the fine one.
        const cells = new Array<number>((values.length + 1) * 3).fill(0);
        for (const [code, other] of people) cells[code * 3 + other + 1] = (cells[code * 3 + other + 1] ?? 0) + 1;
        const laid = overKeys([coarse, fine], [values, ["u", "v"]], cells);
        const groupsOf = ([code, other]: readonly [number, number]) => {
          const value = values[code - 1];
          return [value === undefined ? null : `group-${groupOf[VALUES.indexOf(value)]}`, fine.keys[other]];
        };
        const slow = cellKeys([coarse, fine]).map(
          (keys) => people.filter((one) => JSON.stringify(groupsOf(one)) === JSON.stringify(keys)).length,
        );
        expect(laid).toEqual(slow);
      }),
    );
  });

  it("keeps a sum that no number holds exactly at the largest that it does", () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(overKeys([{ keys: ["a"] }], [["b", "c"]], [most, most, 1])).toEqual([0, most]);
    expect(overKeys([{ keys: ["a"] }], [["a"]], [-most, 3])).toEqual([3, -most]);
  });
});
