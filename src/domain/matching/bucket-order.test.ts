import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderBucket, orderSpace } from "./bucket-order.ts";
import { forest, join, numberPeople } from "./people.ts";

describe("ordering a bucket", () => {
  it("sorts by key, then by what lies behind it, then by place", () => {
    const entries = fc.array(fc.tuple(fc.constantFrom(0, 1, 255, 256, 65_536, 0xffffff), fc.nat(2)), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(entries, fc.nat(255), (world, bucket) => {
        const keys = Uint32Array.from(world, ([low]) => ((bucket << 24) | low) >>> 0);
        const behind = world.map(([, rest]) => rest);
        const space = orderSpace(200);
        orderBucket(keys, space, (a, b) => (behind[a] ?? 0) - (behind[b] ?? 0));
        const wanted = [...keys.keys()].sort(
          (a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || (behind[a] ?? 0) - (behind[b] ?? 0) || a - b,
        );
        expect([...space.order.subarray(0, keys.length)]).toEqual(wanted);
        expect([...space.sorted.subarray(0, keys.length)]).toEqual([...keys].sort((a, b) => a - b));
      }),
    );
  });
});

describe("people", () => {
  it("are the rows that chains of joins connect, numbered by their first rows", () => {
    const joins = fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 40 });
    fc.assert(
      fc.property(joins, (pairs) => {
        const rows = forest(30);
        for (const [a, b] of pairs) join(rows, a, b);
        const { personOf, people } = numberPeople(rows);
        const slow = slowPeople(pairs);
        expect([...personOf]).toEqual(slow);
        expect(people).toBe(new Set(slow).size);
      }),
    );
  });
});

function slowPeople(pairs: readonly (readonly [number, number])[]): number[] {
  const first = Array.from({ length: 30 }, (_, row) => row);
  for (let round = 0; round < 30; round++)
    for (const [a, b] of pairs) first[a] = first[b] = Math.min(first[a] ?? 0, first[b] ?? 0);
  const numbers = [...new Set(first)].sort((a, b) => a - b);
  return first.map((row) => numbers.indexOf(row));
}
