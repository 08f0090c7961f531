import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { charged, type Debt, drained, millisUntil, NO_DEBT, type Quota, unitsLeft } from "./quota.ts";

const quotas = fc.record({ units: fc.integer({ min: 1, max: 40 }), windowSeconds: fc.integer({ min: 1, max: 7 }) });
const uses = fc.array(
  fc.record({ after: fc.integer({ min: 0, max: 3_000 }), units: fc.integer({ min: 0, max: 45 }) }),
  {
    maxLength: 60,
  },
);
type Use = { readonly after: number; readonly units: number };

/** Who may use what, by the rules alone: fractions drain from a vessel, a millisecond at a time. */
function slowly({ units, windowSeconds }: Quota, all: readonly Use[]): boolean[] {
  const [vessel, window] = [BigInt(units) * BigInt(windowSeconds * 1_000), BigInt(windowSeconds * 1_000)];
  let held = 0n;
  return all.map((use) => {
    for (let milli = 0; milli < use.after; milli++) held = held > BigInt(units) ? held - BigInt(units) : 0n;
    const wanted = BigInt(use.units) * window;
    const isHad = use.units > units ? held === 0n : held + wanted <= vessel;
    if (isHad) held += wanted;
    return isHad;
  });
}

function quickly(quota: Quota, all: readonly Use[]): { had: boolean; at: number; units: number; debt: Debt }[] {
  let [debt, now] = [NO_DEBT, 1_800_000_000_000];
  return all.map(({ after, units }) => {
    now += after;
    debt = drained(quota, debt, now);
    const had = millisUntil(quota, debt, units) === 0;
    if (had) debt = charged(quota, debt, units);
    return { had, at: now, units, debt };
  });
}

describe("a quota", () => {
  test("gives what a vessel gives that drains a millisecond at a time", () => {
    fc.assert(
      fc.property(quotas, uses, (quota, all) => {
        expect(quickly(quota, all).map(({ had }) => had)).toEqual(slowly(quota, all));
      }),
      { numRuns: 60 },
    );
  });

  test("gives in no stretch of time more than itself and what drains in that time", () => {
    const small = uses.map((all) => all.map((use) => ({ ...use, units: Math.min(use.units, 1) })));
    fc.assert(
      fc.property(quotas, small, (quota, all) => {
        const had = quickly(quota, all).filter((use) => use.had);
        for (const [first, from] of had.entries())
          for (const [last, until] of had.entries()) {
            if (last < first) continue;
            const sum = had.slice(first, last + 1).reduce((units, use) => units + use.units, 0);
            const most = quota.units + ((until.at - from.at) * quota.units) / (quota.windowSeconds * 1_000);
            expect(sum).toBeLessThanOrEqual(most);
          }
      }),
      { numRuns: 60 },
    );
  });

  test("is to be had after exactly the time that it tells, and not a millisecond before", () => {
    fc.assert(
      fc.property(quotas, uses, fc.integer({ min: 1, max: 45 }), (quota, all, units) => {
        const debt = quickly(quota, all).at(-1)?.debt ?? NO_DEBT;
        const wait = millisUntil(quota, debt, units);
        expect(millisUntil(quota, drained(quota, debt, debt.at + wait), units)).toBe(0);
        if (wait > 0) expect(millisUntil(quota, drained(quota, debt, debt.at + wait - 1), units)).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  test("tells as left what may be used, and no unit more", () => {
    fc.assert(
      fc.property(quotas, uses, (quota, all) => {
        const debt = quickly(quota, all).at(-1)?.debt ?? NO_DEBT;
        const left = unitsLeft(quota, debt);
        if (left > 0) expect(millisUntil(quota, debt, left)).toBe(0);
        if (left < quota.units) expect(millisUntil(quota, debt, left + 1)).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  test("is whole again after its window, and a clock that is set back neither drains nor stops it", () => {
    const quota = { units: 3, windowSeconds: 60 };
    const spent = charged(quota, drained(quota, NO_DEBT, 5_000_000), 3);
    expect(unitsLeft(quota, drained(quota, spent, 5_060_000))).toBe(3);
    const back = drained(quota, spent, 1_000_000);
    expect(unitsLeft(quota, back)).toBe(0);
    expect(unitsLeft(quota, drained(quota, back, 1_020_000))).toBe(1);
  });

  test("counts a day of the largest bytes without losing one", () => {
    const quota = { units: 16 * 1_073_741_824, windowSeconds: 60 };
    const owing = charged(quota, drained(quota, NO_DEBT, 1), quota.units - 1);
    expect(unitsLeft(quota, owing)).toBe(1);
    expect(quota.units * quota.windowSeconds * 1_000).toBeLessThan(Number.MAX_SAFE_INTEGER / 4);
  });
});
