import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MALFORMED_MEASURE, NO_MEASURE, readMeasure } from "./measure.ts";

function read(cell: string, scale: number): number {
  const bytes = Buffer.from(`<${cell}>`);
  return readMeasure(
    new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    { from: 1, to: bytes.length - 1 },
    scale,
  );
}

// The obvious way: a pattern, and exact arithmetic over a padded text.
function slowly(cell: string, scale: number): number {
  if (cell === "") return NO_MEASURE;
  const [, sign, whole, fraction = ""] = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(cell) ?? [];
  if (whole === undefined || fraction.length > scale) return MALFORMED_MEASURE;
  const units = BigInt(`${sign}${whole}${fraction.padEnd(scale, "0")}`);
  return units >= -2_147_483_647n && units <= 2_147_483_647n ? Number(units) : MALFORMED_MEASURE;
}

describe("a measure", () => {
  it.each([
    ["12.5", 2, 1_250],
    ["12.50", 2, 1_250],
    ["-0.01", 2, -1],
    ["-0", 0, 0],
    ["007", 0, 7],
    ["", 3, NO_MEASURE],
    ["2147483647", 0, 2_147_483_647],
    ["-2147483.647", 3, -2_147_483_647],
    [`${"0".repeat(400)}1.000000`, 6, 1_000_000],
  ])("%j at scale %i is %i", (cell, scale, units) => {
    expect(Object.is(read(cell, scale), units)).toBe(true);
  });

  it.each([
    ["12.345", 2],
    ["12.500", 2],
    ["12.5", 0],
    ["12.", 2],
    [".5", 2],
    ["-", 2],
    ["-.5", 2],
    ["--1", 2],
    ["+1", 2],
    ["1-", 2],
    ["1.2.3", 6],
    ["1e3", 2],
    ["1,5", 2],
    ["1 000", 2],
    [" 1", 2],
    ["1 ", 2],
    ["٣", 2],
    ["NaN", 2],
    ["2147483648", 0],
    ["-2147483648", 0],
    ["21474836.48", 2],
    ["9".repeat(400), 0],
  ])("%j at scale %i is no measure", (cell, scale) => {
    expect(read(cell, scale)).toBe(MALFORMED_MEASURE);
  });

  it("is what exact arithmetic makes of it, for every text of its characters", () => {
    const text = fc.string({ unit: fc.constantFrom(..."0123456789.-".split(""), "5", "0"), maxLength: 14 });
    const number = fc.tuple(fc.integer(), fc.nat(9_999_999)).map(([whole, fraction]) => `${whole}.${fraction}`);
    fc.assert(
      fc.property(fc.oneof(text, number), fc.nat(6), (cell, scale) => {
        expect(read(cell, scale)).toBe(slowly(cell, scale));
      }),
      { numRuns: 2_000 },
    );
  });
});
