import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { emptyCounts, PLANES, planeOf } from "../../wire/segment/bucket-counts.ts";
import type { RowShape } from "../../wire/segment/shape.ts";
import type { Arena } from "./arena.ts";
import { type Pass, rowExtent, type StagedRows } from "./gather.ts";
import { passesFor } from "./passes.ts";

const SHAPE: RowShape = {
  kinds: ["email", "phone", "maid"],
  columns: [{ name: "measure a", width: 4, rank: 0 }],
};
const TEXT_BYTES = 9;

/** Rows in the buckets that are named, each with all kinds, with starts as sums of what is before. */
function stagedIn(buckets: readonly number[], each: number): StagedRows {
  const counts = emptyCounts(SHAPE.kinds.length);
  for (const bucket of buckets) {
    for (let plane = 0; plane * BUCKETS < counts.length; plane++) {
      if (plane === PLANES.strays || plane === PLANES.strayBytes) continue;
      const isText = plane === PLANES.homeBytes || plane === PLANES.hashedBytes;
      planeOf(counts, plane)[bucket] = each * (isText ? TEXT_BYTES : 1);
    }
  }
  const starts = counts.slice();
  for (let plane = 0; plane * BUCKETS < counts.length; plane++) {
    let next = 0;
    const source = plane === PLANES.strays || plane === PLANES.strayBytes ? plane - 1 : plane;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (source === plane) planeOf(starts, plane)[bucket] = next;
      next += planeOf(counts, source)[bucket] ?? 0;
      if (source !== plane) planeOf(starts, plane)[bucket] = next;
    }
  }
  return { shape: SHAPE, frames: [], numbers: null, rows: new Set(buckets).size * each, counts, starts };
}

function arenaWith(free: number): Arena {
  const nothing = () => {};
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const takeForWork = () => Promise.reject(new Error("nothing is taken to plan"));
  const none = { giveBack: nothing, shorten: nothing, keep: nothing };
  return { memory, bytes: free, free: () => free, take: () => null, takeForWork, ...none };
}

const rangesOf = (passes: readonly Pass[], of: (pass: Pass) => Pass["rows"] | undefined) =>
  passes.flatMap((pass) => {
    const range = of(pass) ?? null;
    return range === null ? [] : [range];
  });

describe("passes over a list", () => {
  it("gather every bucket once, sections whole, references before rows and rows before their tokens", () => {
    const buckets = fc.uniqueArray(fc.nat(BUCKETS - 1), { minLength: 0, maxLength: 60 });
    const free = fc.integer({ min: 0, max: 3_000_000 });
    fc.assert(
      fc.property(buckets, fc.nat(2_000), free, fc.constantFrom(1, 2, 16, 256), (list, each, bytes, sections) => {
        const passes = passesFor(arenaWith(bytes), stagedIn(list, each), sections);
        const all = [
          rangesOf(passes, (one) => one.records),
          rangesOf(passes, (one) => one.rows),
          rangesOf(passes, (one) => one.tables[0]),
          rangesOf(passes, (one) => one.tables[1]),
        ];
        const [, ...bySection] = all;
        for (const ranges of all) {
          expect(ranges[0]?.[0]).toBe(0);
          expect(ranges.at(-1)?.[1]).toBe(BUCKETS);
          for (const [at, [from, to]] of ranges.entries()) {
            expect(from).toBeLessThan(to);
            if (at > 0) expect(from).toBe(ranges[at - 1]?.[1]);
          }
        }
        for (const [from, to] of bySection.flat())
          expect([from, to].map((one) => one % (BUCKETS / sections))).toEqual([0, 0]);
        const places = [(one: Pass) => one.records, (one: Pass) => one.rows, (one: Pass) => one.tables[0]].map((of) =>
          passes.flatMap((pass, at) => ((of(pass) ?? null) === null ? [] : [at])),
        );
        for (const [at, later] of places.entries())
          if (at > 0) expect(Math.max(...(places[at - 1] ?? []))).toBeLessThanOrEqual(Math.min(...later));
      }),
      { numRuns: 300 },
    );
  });

  it("are one where the list fits, and stretches that fit where it does not", () => {
    const staged = stagedIn([...Array(BUCKETS).keys()], 1_000);
    expect(passesFor(arenaWith(2 ** 30), staged, 16)).toHaveLength(1);
    const free = 12_000_000;
    const passes = passesFor(arenaWith(free), staged, 16);
    expect(passes.length).toBeGreaterThan(4);
    for (const [from, to] of rangesOf(passes, (one) => one.rows)) {
      const { count, bytes } = rowExtent(staged, from, to);
      expect(count * (16 + 1 + 4) + bytes).toBeLessThan(free - staged.rows * 4);
    }
  });
});
