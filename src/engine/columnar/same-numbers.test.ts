import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compressAll } from "../../domain/identifier/token-kernel.gen.ts";
import { plainKernels } from "../../kernels/plain.ts";
import { beginSameNumbers, sameNumbersScratchBytes, windowsOf } from "./same-numbers.ts";

const BUFFER = new SharedArrayBuffer(1 << 20);
const kernels = plainKernels(BUFFER, compressAll);
const [NUMBERS, SCRATCH] = [64, 1 << 18];

/** By a map of all numbers: the least row of each with each of the others. */
function slowPairs(numbers: readonly number[]): string[] {
  const rows = new Map<number, number[]>();
  for (const [row, number] of numbers.entries()) rows.set(number, [...(rows.get(number) ?? []), row]);
  return [...rows.values()].flatMap(([least, ...others]) => others.map((other) => `${least} ${other}`)).sort();
}

function foundPairs(numbers: readonly number[], windows: readonly { from: number; to: number }[]): string[] {
  new Uint32Array(BUFFER, NUMBERS, numbers.length).set(numbers);
  const window = Math.max(...windows.map(({ from, to }) => to - from));
  new Uint8Array(BUFFER, SCRATCH, sameNumbersScratchBytes(window)).fill(0xa5);
  const find = beginSameNumbers(
    { buffer: BUFFER, scratch: SCRATCH, kernels },
    { numbers: NUMBERS, count: numbers.length, window },
  );
  return windows
    .flatMap((one) => {
      const { outcome } = find(one);
      return Array.from({ length: outcome.length / 2 }, (_, pair) => `${outcome[2 * pair]} ${outcome[2 * pair + 1]}`);
    })
    .sort();
}

describe("rows of one number", () => {
  it("are found with the least of them, wherever the windows lie", () => {
    const list = fc
      .integer({ min: 0, max: 5_000_000 })
      .chain((least) => fc.array(fc.integer({ min: least, max: least + 300 }), { minLength: 1, maxLength: 200 }));
    fc.assert(
      fc.property(list, fc.constantFrom(32, 64, 96, 320), (numbers, width) => {
        const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
        const expected = slowPairs(numbers);
        expect(foundPairs(numbers, windowsOf(numbers.length, { least, most }))).toEqual(expected);
        const first = least - (least % 32);
        const count = Math.ceil((most + 1 - first) / width);
        const narrow = Array.from({ length: count }, (_, index) => ({
          from: first + index * width,
          to: Math.min(first + (index + 1) * width, most + 1),
        }));
        expect(foundPairs(numbers, narrow)).toEqual(expected);
      }),
    );
  });

  it("are looked for in windows that follow each other, from the least number to the most", () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.nat(1e8), (one, other, rows) => {
        const [least, most] = [Math.min(one, other), Math.max(one, other)];
        const windows = windowsOf(rows, { least, most });
        expect(windows[0]?.from).toBeLessThanOrEqual(least);
        expect(windows.at(-1)?.to).toBe(most + 1);
        for (const [index, { from, to }] of windows.entries()) {
          expect(from % 32).toBe(0);
          expect(to).toBeGreaterThan(from);
          expect(to - from).toBeLessThanOrEqual(2 ** 28);
          if (index > 0) expect(windows[index - 1]?.to).toBe(from);
        }
      }),
    );
  });
});
