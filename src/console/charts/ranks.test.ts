import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acrossOf, barOf } from "./affinity-picture.tsx";
import { type DrawnPoint, placedPoints, runsOf, timesOf } from "./trend-picture.tsx";

const index = fc.integer({ min: 0, max: 900 });
const point = fc.record({ at: fc.integer({ min: 0, max: 10_000 }), people: fc.option(fc.nat(50_000), { nil: null }) });

const drawn = (all: readonly { at: number; people: number | null }[]): DrawnPoint[] =>
  [...all]
    .sort((one, other) => one.at - other.at)
    .map(({ at, people }) => ({
      at,
      day: "",
      instant: "",
      renewed: [],
      figure: people === null ? {} : { released: people },
    }));

describe("the times of a trend", () => {
  const said = (...times: readonly (readonly [string, string])[]) =>
    timesOf(times.map(([day, instant], at) => ({ at, day, instant, renewed: [], figure: {} }))).map(({ says }) => says);

  it("are days, instants within one day, and one where two read alike", () => {
    expect(said(["22 Nov", "22 Nov, 10:14"], ["23 Nov", "23 Nov, 9:00"])).toEqual(["22 Nov", "23 Nov"]);
    expect(said(["22 Nov", "22 Nov, 10:14"], ["22 Nov", "22 Nov, 17:30"])).toEqual(["22 Nov, 10:14", "22 Nov, 17:30"]);
    expect(said(["22 Nov", "22 Nov, 10:14"], ["22 Nov", "22 Nov, 10:14"])).toEqual(["22 Nov, 10:14"]);
    expect(said(["22 Nov", "22 Nov, 10:14"])).toEqual(["22 Nov"]);
  });
});

describe("bars around the index 100", () => {
  it("begin at 100, reach the index, and lie on the side where it lies", () => {
    fc.assert(
      fc.property(index, index, (released, more) => {
        const reach = Math.max(200, released, more);
        const { x, width } = barOf({ released }, reach);
        const end = released >= 100 ? x + width : x;
        expect(end).toBeCloseTo(acrossOf(released, reach), 6);
        expect(released >= 100 ? x : x + width).toBeCloseTo(acrossOf(100, reach), 6);
      }),
    );
  });

  it("are one stub across 100 where the index was withheld, whatever else is drawn", () => {
    fc.assert(
      fc.property(index, (reach) => {
        const { x, width } = barOf({ says: "fewer than 50" }, 200 + reach);
        expect(x + width / 2).toBeCloseTo(acrossOf(100, 200 + reach), 6);
        expect(width).toBe(barOf({ withheld: true }, 200).width);
      }),
    );
  });
});

describe("a line over time", () => {
  it("rises with the figures, moves with the time, and stands inside its band", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (all) => {
        const points = drawn(all);
        const placed = placedPoints(points);
        for (const [at, { x, y, low, high }] of placed.entries()) {
          expect(x).toBeGreaterThanOrEqual(placed[at - 1]?.x ?? 0);
          if (y === null) continue;
          expect(high <= y && y <= low).toBe(true);
          const own = points[at]?.figure.released ?? 0;
          for (const [place, other] of placed.entries()) {
            if (other.y !== null && other.y < y) expect(points[place]?.figure.released).toBeGreaterThan(own);
          }
        }
      }),
    );
  });

  it("stops where a figure was withheld, which changes no other point", () => {
    const points = drawn([
      { at: 0, people: 500 },
      { at: 10, people: 700 },
      { at: 20, people: 300 },
    ]);
    const hidden = points.map((one, at) => (at === 2 ? { ...one, figure: { says: "fewer than 50" } } : one));
    expect(runsOf(placedPoints(points)).map((run) => run.length)).toEqual([3]);
    expect(runsOf(placedPoints(hidden)).map((run) => run.length)).toEqual([2]);
    expect(placedPoints(hidden).slice(0, 2)).toEqual(placedPoints(points).slice(0, 2));
    const middle = points.map((one, at) => (at === 1 ? { ...one, figure: {} } : one));
    expect(runsOf(placedPoints(middle)).map((run) => run.length)).toEqual([1, 1]);
    expect(placedPoints(middle)[1]?.y).toBeNull();
  });
});
