// Bitmaps against lists of booleans, in every world.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS } from "../testing/kernel-worlds.ts";

const bitmap = fc.uint8Array({ minLength: 64, maxLength: 64 });

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  const marked = (codes: readonly number[], width: 1 | 2, allowed: readonly number[]): void => {
    const world = open();
    const words = Math.ceil(codes.length / 128);
    const bits = world.room(words * 16);
    const column = world.hold(width === 1 ? Uint8Array.from(codes) : Uint16Array.from(codes));
    const places = { codes: column, allowed: world.hold(Uint8Array.from(allowed)), bits };
    world.kernels.markBits({ ...places, width, count: codes.length, values: allowed.length });
    const expected = Array.from({ length: words * 128 }, (_, row) => allowed[codes[row] ?? -1] === 1);
    expect(bitsOf(world.bytes(bits, words * 16))).toEqual(expected);
    expect(world.kernels.countBits(bits, words)).toBe(expected.filter(Boolean).length);
    expect(world.isIntact()).toBe(true);
  };

  test.each([1, 2, 15, 16, 17, 32, 33, 64, 65, 256])(
    "rows of %i codes are marked where theirs is allowed",
    (values) => {
      const codes = fc.array(fc.nat(values - 1), { maxLength: 300, size: "max" });
      const allowed = fc.array(fc.nat(1), { minLength: values, maxLength: values });
      fc.assert(fc.property(codes, fc.constantFrom<1 | 2>(1, 2), allowed, marked), { numRuns: 40 });
    },
  );

  test.each([0, 1, 3, 4, 5, 127, 128, 129, 4096])("%i rows are marked, all of them and none", (rows) => {
    for (const width of [1, 2] as const) {
      marked(new Array<number>(rows).fill(2), width, [0, 0, 1]);
      marked(new Array<number>(rows).fill(2), width, [1, 1, 0]);
    }
  });

  test.each([0, 1, 2, 3, 4, 5])("rows of many codes are marked where %i of them are allowed", (many) => {
    const among = fc.constantFrom<readonly [number, 1 | 2]>([200, 1], [256, 1], [200, 2], [700, 2]);
    const world = among.chain(([values, width]) => {
      const allowed = fc.uniqueArray(fc.nat(values - 1), { minLength: many, maxLength: many });
      return allowed.chain((codes) => {
        const code = fc.oneof(fc.nat(values - 1), fc.constantFrom(0, values - 1, ...codes));
        const column = fc.array(code, { maxLength: 90, size: "max" });
        return fc.tuple(column, fc.constant({ values, width, codes }));
      });
    });
    fc.assert(
      fc.property(world, ([column, { values, width, codes }]) => {
        marked(
          column,
          width,
          Array.from({ length: values }, (__, code) => +codes.includes(code)),
        );
      }),
      { numRuns: 40 },
    );
  });

  test("bits of places are picked, one behind the other", () => {
    const places = fc.array(fc.nat(511), { maxLength: 300, size: "max" });
    fc.assert(
      fc.property(bitmap, places, (bytes, wanted) => {
        const world = open();
        const words = Math.ceil(wanted.length / 128);
        const [bits, to] = [world.hold(bytes), world.room(words * 16)];
        const at = world.hold(Uint32Array.from(wanted));
        world.kernels.bitsAt({ places: at, count: wanted.length, bits, to });
        const all = bitsOf([...bytes]);
        const expected = Array.from({ length: words * 128 }, (__, place) => all[wanted[place] ?? -1] ?? false);
        expect(bitsOf(world.bytes(to, words * 16))).toEqual(expected);
        expect(world.isIntact()).toBe(true);
      }),
    );
  });

  test("codes of two bytes are looked up by both", () => {
    const allowed = Array.from({ length: 65_536 }, (_, code) => +(code % 3 === 0));
    marked([0, 1, 255, 256, 258, 65_535, 65_534, 32_768, 32_769, ...new Array<number>(20).fill(513)], 2, allowed);
  });

  test("bits in both are those that andBits leaves, wherever it leaves them", () => {
    fc.assert(
      fc.property(bitmap, bitmap, fc.nat(4), (left, right, words) => {
        const world = open();
        const [a, b, to] = [world.hold(left), world.hold(right), world.room(words * 16)];
        const both = [...left.subarray(0, words * 16)].map((byte, at) => byte & (right[at] ?? 0));
        expect(world.kernels.bitsInBoth(a, b, words)).toBe(bitsOf(both).filter(Boolean).length);
        world.kernels.andBits({ to, left: a, right: b, words });
        world.kernels.andBits({ to: a, left: a, right: b, words });
        expect([world.bytes(to, words * 16), world.bytes(a, words * 16)]).toEqual([both, both]);
        expect(world.isIntact()).toBe(true);
      }),
    );
  });
});

function bitsOf(bytes: readonly number[]): boolean[] {
  return bytes.flatMap((byte) => [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => ((byte >> bit) & 1) === 1));
}
