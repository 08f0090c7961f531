import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinPeople, leastFirst, readSameRows, rowsWithin, type SameRows, writeSameRows } from "./same-rows.ts";

const ROWS = 24;
const row = fc.nat(ROWS - 1);
const pairs = fc.array(fc.tuple(row, row), { maxLength: 8 }).map((list) => Uint32Array.from(list.flat()));
const repeated = fc.uniqueArray(fc.integer({ min: 1, max: ROWS - 1 }), { maxLength: 6 });
const sameRows: fc.Arbitrary<SameRows> = fc.record({
  repeated: repeated.map((list) => Uint32Array.from(list).sort()),
  further: fc.array(pairs, { maxLength: 4 }),
  records: pairs,
});

/** Whoever is reached from a row over shared tokens and references, the least first. */
function personOf({ repeated: repeats, further, records }: SameRows, from: number): number {
  const links = [...further, records].flatMap((list) =>
    [...list].flatMap((left, at) => (at % 2 === 0 ? [[left, list[at + 1] ?? -1] as const] : [])),
  );
  links.push(...[...repeats].map((one) => [one - 1, one] as const));
  const reached = new Set([from]);
  for (let before = 0; before !== reached.size; ) {
    before = reached.size;
    for (const [left, right] of links) {
      if (reached.has(left)) reached.add(right);
      if (reached.has(right)) reached.add(left);
    }
  }
  return Math.min(...reached);
}

const pairsIn = (words: Uint32Array) =>
  Array.from({ length: words.length / 2 }, (_, pair) => `${words[2 * pair]} ${words[2 * pair + 1]}`);

describe("rows that are one person", () => {
  it("are joined by any chain of what they share, and the first of them speaks", () => {
    fc.assert(
      fc.property(sameRows, (same) => {
        const expected = Array.from({ length: ROWS }, (_, one) => [one, personOf(same, one)] as const)
          .filter(([one, speaker]) => one !== speaker)
          .flat();
        expect([...joinPeople(same, ROWS)]).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("come back from the frame that keeps them", () => {
    fc.assert(
      fc.property(sameRows, (same) => {
        const merged = joinPeople(same, ROWS);
        // A frame is opened at any offset of a larger buffer.
        const frame = new Uint8Array([1, 2, 3, ...writeSameRows(same, merged)]).subarray(3);
        const read = readSameRows(frame);
        expect([...read.merged]).toEqual([...merged]);
        expect([...read.repeated]).toEqual([...same.repeated]);
        expect(pairsIn(read.records).sort()).toEqual(pairsIn(same.records).sort());
        expect(read.further.map((list) => [...list])).toEqual(same.further.map((list) => [...list]));
      }),
    );
  });

  it("are nobody where nothing is shared", () => {
    const none = new Uint32Array(0);
    expect(joinPeople({ repeated: none, further: [none, none], records: none }, 5)).toEqual(none);
  });

  it("stand with the least of each set first and the others ascending, whichever was found first", () => {
    const sets = fc.shuffledSubarray([...Array(ROWS).keys()], { minLength: 12 }).map((rows) => {
      const size = 2 + ((rows[0] ?? 0) % 4);
      return Array.from({ length: Math.floor(rows.length / size) }, (_, at) => rows.slice(at * size, (at + 1) * size));
    });
    fc.assert(
      fc.property(sets, (list) => {
        const pairsIn = (rows: readonly number[]) => rows.slice(1).flatMap((other) => [rows[0], other]);
        const words = (pairs: typeof list) => Uint32Array.from(pairs.flatMap(pairsIn), (one) => one ?? 0);
        expect(leastFirst(words(list))).toEqual(words(list.map((rows) => [...rows].sort((a, b) => a - b))));
      }),
    );
  });

  it("are found within a stretch of ascending rows, counted from its first", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40)), fc.nat(42), fc.nat(42), (list, one, other) => {
        const rows = Uint32Array.from(list).sort();
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const expected = [...rows].filter((row) => row >= from && row < to).map((row) => row - from);
        expect([...rowsWithin(rows, from, to)]).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });
});
