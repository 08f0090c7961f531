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

  it("keeps a sum that no number holds exactly at the largest that it does", () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(overKeys([{ keys: ["a"] }], [["b", "c"]], [most, most, 1])).toEqual([0, most]);
    expect(overKeys([{ keys: ["a"] }], [["a"]], [-most, 3])).toEqual([3, -most]);
  });
});
