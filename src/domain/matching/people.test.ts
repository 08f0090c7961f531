import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forest, join, numberPeople } from "./people.ts";

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
