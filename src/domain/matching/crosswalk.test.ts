import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Crosswalk, crosswalkByBucket, sharedTokensByBucket } from "./crosswalk.ts";
import { BUCKETS, repeatsOf, type TokenTable } from "./token-table.ts";

type Words = readonly [number, number, number, number];

// Few values a word, so that keys repeat within a table and tokens differ in any one word.
const word = fc.constantFrom(0, 1, 0x80000000, 0xffffffff);
const tokens = fc.uniqueArray(fc.tuple(word, word, word, word), { maxLength: 60, selector: String });

describe("the crosswalk of two tables", () => {
  it("pairs the people of equal tokens, in ascending order, however often keys repeat", () => {
    fc.assert(
      fc.property(tokens, tokens, (ours, theirs) => {
        const [left, right] = [tableOf(ours), tableOf(theirs)];
        expect(pairsOf(run(crosswalkByBucket(left, right)))).toEqual(slowPairs(left, right));
        expect(run(sharedTokensByBucket(left, right, Array(256).keys()))).toBe(slowPairs(left, right).length);
      }),
      { numRuns: 500 },
    );
  });

  it("is the same where one table is hundreds of times the other and is probed", () => {
    const many = Array.from({ length: 8_000 }, (_, index): Words => [index >>> 3, index & 1, index & 2, index]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(12_000), { maxLength: 50 }), (picked) => {
        const few = picked.map((index): Words => [index >>> 3, index & 1, index & 2, index]);
        const [small, large] = [tableOf(few), tableOf(many)];
        expect(pairsOf(run(crosswalkByBucket(small, large)))).toEqual(slowPairs(small, large));
        expect(pairsOf(run(crosswalkByBucket(large, small)))).toEqual(slowPairs(large, small));
      }),
      { numRuns: 20 },
    );
  });
});

function run<Value>(steps: Generator<void, Value>): Value {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function pairsOf({ left, right }: Crosswalk): number[][] {
  return [...left].map((person, at) => [person, right[at] ?? -1]);
}

function slowPairs(left: TokenTable, right: TokenTable): number[][] {
  const holders = new Map([...right.people].map((person, at) => [textOf(right, at), person]));
  return [...left.people].flatMap((person, at) => {
    const other = holders.get(textOf(left, at));
    return other === undefined ? [] : [[person, other]];
  });
}

function textOf({ keys, rest }: TokenTable, at: number): string {
  return [keys[at], ...rest.subarray(at * 3, at * 3 + 3)].join(" ");
}

function tableOf(words: readonly Words[]): TokenTable {
  const sorted = [...words].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
  const keys = Uint32Array.from(sorted, ([key]) => key);
  const starts = new Uint32Array(BUCKETS + 1);
  for (const key of keys) starts[(key >>> 24) + 1] = (starts[(key >>> 24) + 1] ?? 0) + 1;
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    starts[bucket + 1] = (starts[bucket + 1] ?? 0) + (starts[bucket] ?? 0);
  return {
    keys,
    rest: Uint32Array.from(sorted.flatMap(([, ...rest]) => rest)),
    people: Uint32Array.from(sorted, (_, at) => (at * 7) % 1_000_003),
    firsts: new Uint8Array(0),
    repeats: repeatsOf(keys),
    starts,
  };
}
