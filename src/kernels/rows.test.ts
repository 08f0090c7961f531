import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileKernels, rowKernels } from "./load.ts";

// A plan for rows of a record reference, a hex digest and a measure, by hand.
const [PLAN, DIGESTS, PRESENT, RECORDS, LENGTHS, CONSENTS, NOTHING, MEASURES, TEXT, SEPARATORS] = [
  16, 1_024, 2_048, 2_560, 4_096, 4_608, 8_192, 24_576, 32_768, 65_536,
];
const ROWS = 16;
const NO_MEASURE = -(2 ** 31);

describe("measures", () => {
  it("are whole numbers of their last place, and the rows of others are left", () => {
    const digits = fc.string({ unit: fc.constantFrom("0", "1", "2", "4", "7", "8", "9"), maxLength: 11 });
    const spelt = fc
      .tuple(fc.constantFrom("", "-"), digits, fc.constantFrom("", "."), digits, fc.nat(3))
      .map(([sign, whole, point, fraction, places]) => `${sign}${whole}${point}${fraction.slice(0, places)}`);
    const odd = fc.constantFrom("-", ".", "1e3", "+1", " 1", "1 ", "1.", ".5", "--1", "0x1", "1.2.3", "1-", "９");
    const near = fc
      .tuple(fc.constantFrom("", "-"), fc.integer({ min: 2_147_483_640, max: 2_147_483_655 }), fc.nat(3))
      .map(([sign, units, scale]) => sign + inPlaces(units, scale));
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: spelt }, odd, near), fc.nat(3), (cell, scale) => {
        expect(measureOf(cell, scale)).toBe(reference(cell, scale));
      }),
      { numRuns: 3_000 },
    );
  });

  it("are read for every row of a run, and an empty cell is none", () => {
    const text = ["1", "", "-0.5", "2147483.647", "0012.30"].map((cell) => `c,${"ab".repeat(32)},${cell}\n`).join("");
    expect(measuresIn(text, 3)).toEqual([1_000, NO_MEASURE, -500, 2_147_483_647, 12_300]);
  });
});

function reference(cell: string, scale: number): number | null {
  if (cell === "") return NO_MEASURE;
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(cell);
  const [, sign = "", whole = "", fraction = ""] = found ?? [];
  if (found === null || fraction.length > scale || cell.length > 18) return null;
  const units = BigInt(whole + fraction.padEnd(scale, "0"));
  if (units >= 2n ** 31n) return null;
  return Number(units) * (sign === "" || units === 0n ? 1 : -1);
}

function inPlaces(units: number, scale: number): string {
  const digits = `${units}`;
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function measureOf(cell: string, scale: number): number | null {
  const [measure = null] = measuresIn(`c,${"ab".repeat(32)},${cell}\n`, scale);
  return measure;
}

function measuresIn(text: string, scale: number): number[] {
  const kernels = compileKernels();
  if (kernels === null) throw new Error("this machine runs no kernels");
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  const bytes = Buffer.from(text);
  new Uint8Array(memory.buffer).set(bytes, TEXT);
  const plan = new Int32Array(memory.buffer, PLAN);
  const columns = [2, 0, 0, 0, 0, DIGESTS, PRESENT, 0, 6, MEASURES, scale, 0];
  plan.set([3, SEPARATORS, 128, 0, 0, RECORDS, LENGTHS, CONSENTS, NOTHING, 0, 0, ROWS, ...columns]);
  rowKernels(kernels, memory).readRows(PLAN, TEXT, TEXT + bytes.length);
  return [...new Int32Array(memory.buffer, MEASURES, plan[3] ?? 0)];
}
