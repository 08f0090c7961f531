import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costOfPureEpsilon, parseEpsilon } from "../../domain/privacy/epsilon.ts";
import { shadeOf } from "../crosstab-figures.tsx";
import { countByDay } from "../day-strip.tsx";
import { priceOf } from "../pages/learned.tsx";
import { burnDown, share } from "./burn-down.ts";
import { eulerLayout, lensArea, WITHHELD_DEPTH } from "./euler.ts";
import { fitted, roomiest } from "./placing.ts";
import { bySize, type DrawnOverlap, type DrawnRegion, eulerFigures } from "./regions.ts";
import { barHeight } from "./upset-picture.tsx";

const size = fc.integer({ min: 50, max: 5_000_000 });
const maybe = fc.option(size, { nil: null });
/** Two sizes and how many people are on both lists. */
const pair = fc.tuple(size, size, fc.nat(1_000)).map(([left, right, share]) => ({
  sizes: [left, right],
  shared: Math.round((share / 1_000) * Math.min(left, right)),
}));

const apart = (one: { x: number; y: number }, other: { x: number; y: number }) =>
  Math.hypot(one.x - other.x, one.y - other.y);

describe("an Euler diagram", () => {
  it("of two lists has circles and a lens in proportion to the figures, fitted into any frame", () => {
    fc.assert(
      fc.property(pair, ({ sizes, shared }) => {
        const { circles } = eulerLayout({ sizes, pairs: [{ left: 0, right: 1, people: shared }] });
        const [left, right] = fitted(circles, { width: 560, height: 340, margin: 12 });
        if (left === undefined || right === undefined) throw new Error("two circles");
        const unit = (Math.PI * left.r ** 2) / (sizes[0] ?? 1);
        expect(Math.PI * right.r ** 2).toBeCloseTo((sizes[1] ?? 1) * unit, 4);
        const lens = lensArea(left.r, right.r, apart(left, right));
        expect(Math.abs(lens - shared * unit)).toBeLessThan(1e-5 * Math.PI * Math.max(left.r, right.r) ** 2);
      }),
    );
  });

  it("of three lists has every lens to scale, or says that it has not", () => {
    fc.assert(
      fc.property(fc.tuple(pair, size, fc.nat(1_000), fc.nat(1_000)), ([{ sizes: two, shared }, third, one, other]) => {
        const sizes = [...two, third];
        const least = Math.min(...sizes);
        const people = [shared, Math.round((one / 1_000) * least), Math.round((other / 1_000) * least)];
        const places = [[0, 1] as const, [0, 2] as const, [1, 2] as const];
        const pairs = places.map(([left, right], index) => ({ left, right, people: people[index] ?? 0 }));
        const { circles, isToScale } = eulerLayout({ sizes, pairs });
        for (const [index, circle] of circles.entries())
          expect(Math.PI * circle.r ** 2).toBeCloseTo(sizes[index] ?? 0, 3);
        if (!isToScale) return;
        for (const { left, right, people: wanted } of pairs) {
          const [a, b] = [circles[left], circles[right]];
          if (a === undefined || b === undefined) throw new Error("three circles");
          const area = lensArea(a.r, b.r, apart(a, b));
          expect(Math.abs(area - wanted)).toBeLessThan(1e-4 * Math.PI * Math.max(a.r, b.r) ** 2);
        }
      }),
    );
  });

  it("puts a lens that was withheld in one place, whatever else is known", () => {
    fc.assert(
      fc.property(fc.tuple(size, size, size, maybe, maybe), ([one, two, three, left, right]) => {
        const pairs = [
          { left: 0, right: 1, people: null },
          { left: 0, right: 2, people: left },
          { left: 1, right: 2, people: right },
        ];
        const { circles, isToScale } = eulerLayout({ sizes: [one, two, three], pairs });
        const [a, b] = circles;
        if (a === undefined || b === undefined) throw new Error("three circles");
        const byRule = a.r + b.r - WITHHELD_DEPTH * Math.min(a.r, b.r);
        if (isToScale) expect(apart(a, b)).toBeCloseTo(byRule, 4);
        expect(apart(a, b)).toBeLessThanOrEqual(byRule + 1e-6);
      }),
    );
  });

  it("takes nothing from a figure that was withheld: a sum with such a part is withheld too", () => {
    const figure = fc.oneof(
      size.map((released) => ({ released })),
      fc.constant({ withheld: true as const, says: "fewer than 50" }),
    );
    fc.assert(
      fc.property(
        fc.array(figure, { minLength: 7, maxLength: 7 }),
        fc.array(figure, { minLength: 3, maxLength: 3 }),
        (parts, sizes) => {
          const overlap = overlapOf(parts, sizes);
          const { sizes: known, pairs } = eulerFigures(overlap);
          expect(known).toEqual(sizes.map((one) => ("released" in one ? one.released : null)));
          for (const { left, right, people } of pairs) {
            const both = overlap.regions.filter(
              ({ members }) => members.includes(`l${left}`) && members.includes(`l${right}`),
            );
            const isWhole = both.every(({ figure: one }) => one.released !== undefined);
            expect(people).toBe(isWhole ? both.reduce((sum, { figure: one }) => sum + (one.released ?? 0), 0) : null);
          }
        },
      ),
    );
  });

  it("finds for a region the place with most room, inside it, or says that there is none", () => {
    const circles = [
      { x: 0, y: 0, r: 10 },
      { x: 12, y: 0, r: 6 },
    ];
    expect(roomiest(circles, [true, true])?.x).toBeCloseTo(8, 0);
    expect(roomiest(circles, [true, false])?.x).toBeLessThan(0);
    expect(
      roomiest(
        [
          { x: 0, y: 0, r: 3 },
          { x: 0, y: 0, r: 9 },
        ],
        [true, false],
      ),
    ).toBeNull();
  });
});

describe("figures in a picture", () => {
  it("stand in bars in proportion, and withheld ones in stubs of one height behind all others", () => {
    fc.assert(
      fc.property(size, size, (one, two) => {
        const reach = Math.max(one, two);
        expect(barHeight({ released: one }, reach) * two).toBeCloseTo(barHeight({ released: two }, reach) * one, 2);
        expect(barHeight({ withheld: true, says: "fewer than 50" }, reach)).toBe(barHeight({}, 1));
      }),
    );
    const sorted = bySize([region({}), region({ released: 5 }), region({ released: 9 })]);
    expect(sorted.map(({ figure }) => figure.released)).toEqual([9, 5, undefined]);
  });

  it("shade cells by people, and no withheld cell at all", () => {
    expect([shadeOf({ released: 0 }, 100), shadeOf({ released: 50 }, 100), shadeOf({ released: 100 }, 100)]).toEqual([
      0, 3, 6,
    ]);
    expect(shadeOf({ withheld: true, says: "fewer than 50" }, 100)).toBeNull();
  });

  it("count acts by day and kind", () => {
    const acts = [
      { at: "2026-11-22T23:59:59.999Z", act: "question-denied" as const },
      { at: "2026-11-23T00:00:00.000Z", act: "question-permitted" as const },
      { at: "2026-11-23T10:00:00.000Z", act: "policy-put" as const },
    ];
    expect(countByDay([...acts].reverse())).toEqual([
      { day: "2026-11-22", counts: { permit: 0, deny: 1, change: 0 } },
      { day: "2026-11-23", counts: { permit: 1, deny: 0, change: 1 } },
    ]);
  });

  it("tell what a debit cost in the units in which its price is stated", () => {
    for (const text of ["0.1", "0.5", "2", "1.25"]) {
      const epsilon = parseEpsilon(text);
      if (!epsilon.ok) throw new Error("an epsilon");
      expect(priceOf(costOfPureEpsilon(epsilon.value))).toBe(text);
    }
  });
});

function region(figure: DrawnRegion["figure"]): DrawnRegion {
  return { members: [], figure };
}

function overlapOf(parts: readonly DrawnRegion["figure"][], sizes: readonly DrawnRegion["figure"][]): DrawnOverlap {
  const lists = sizes.map((one, index) => ({ ref: `l${index}`, name: `List ${index}`, colour: index, size: one }));
  const regions = parts.map((figure, index) => ({
    members: lists.filter((_, bit) => ((index + 1) & (1 << bit)) !== 0).map(({ ref }) => ref),
    figure,
  }));
  return { lists, regions };
}

describe("what is left of a budget", () => {
  const DAY = 86_400_000;
  const window = { limit: 100n, periodMillis: 30 * DAY, now: 100 * DAY };

  it("falls with each debit and comes back a period later", () => {
    const debits = [
      { at: 95 * DAY, nanoRho: 20n },
      { at: 80 * DAY, nanoRho: 30n },
    ];
    expect(burnDown(debits, window).map(({ at, left }) => [at / DAY, left])).toEqual([
      [70, 1],
      [80, 0.7],
      [95, 0.5],
      [110, 0.8],
      [125, 1],
      [130, 1],
    ]);
  });

  it("counts what was taken before the picture begins until it has aged, and is never less than nothing", () => {
    const steps = burnDown([{ at: 60 * DAY, nanoRho: 400n }], window);
    expect(steps.map(({ at, left }) => [at / DAY, left])).toEqual([
      [70, 0],
      [90, 1],
      [130, 1],
    ]);
    expect(burnDown([], window)).toHaveLength(2);
    expect(share(1n, 0n)).toBe(0);
  });
});
