import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MILLIS, durationDays, isoDate, isoInstant, startOfDate, unixMillis } from "./instant.ts";

const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const instants = fc.integer({ min: 0, max: LAST });

describe("instants", () => {
  it("print as ECMAScript prints them, for any of eight thousand years", () => {
    fc.assert(
      fc.property(instants, (at) => {
        expect(isoInstant(unixMillis(at))).toBe(new Date(at).toISOString());
      }),
      { numRuns: 2_000 },
    );
  });

  it("name the day that begins at midnight UTC", () => {
    fc.assert(
      fc.property(instants, (at) => {
        const start = startOfDate(isoDate(unixMillis(at)));
        expect(start).toEqual({ ok: true, value: at - (at % DAY_MILLIS) });
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "1969-12-31", "2026-04-31", ""])(
    "refuse the date `%s`, which no calendar has",
    (text) => expect(startOfDate(text)).toEqual({ ok: false, error: "not-a-date" }),
  );

  it("refuse a fraction of a millisecond as a bug", () => {
    expect(() => unixMillis(0.5)).toThrow(RangeError);
  });
});

describe("durations", () => {
  it.each([
    ["P30D", 30],
    ["P2W", 14],
    ["P3M", 90],
    ["P1Y", 365],
  ])("%s is %i days", (text, days) => expect(durationDays(text)).toEqual({ ok: true, value: days }));

  it.each(["P0D", "P1D2W", "PT1H", "30D", "P-1D", "P1.5D", "P99999D", "p1d"])("refuse `%s`", (text) =>
    expect(durationDays(text)).toEqual({ ok: false, error: "not-a-duration" }),
  );
});
