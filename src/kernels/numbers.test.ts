// Numbers that are marked, against a set of those that were.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS } from "../testing/kernel-worlds.ts";

const around = fc.constantFrom(0, 31, 2 ** 31 - 40, 2 ** 32 - 1_000);

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  test("numbers within the width set their bits, and those that find theirs set are counted", () => {
    const list = around.chain((from) => {
      const near = fc.integer({ min: Math.max(0, from - 50), max: from + 350 });
      return fc.tuple(
        fc.constant(from),
        fc.array(near, { maxLength: 120, size: "max" }),
        fc.constantFrom(0, 1, 64, 300),
      );
    });
    fc.assert(
      fc.property(list, ([from, numbers, width]) => {
        const world = open();
        const words = Math.floor(width / 32) + 1;
        const bits = world.hold(new Uint32Array(words));
        const held = world.hold(Uint32Array.from(numbers));
        const within = numbers.filter((number) => number >= from && number < from + width);
        const marking = { numbers: held, count: numbers.length, from, width, bits };
        const marked = new Set(within.map((number) => number - from));
        expect(world.kernels.markNumbers(marking)).toBe(within.length - marked.size);
        const bitmap = world.words(bits, words);
        const isSet = (place: number) => (((bitmap[place >>> 5] ?? 0) >>> (place & 31)) & 1) === 1;
        const places = Array.from({ length: width }, (__, place) => place);
        expect(places.filter(isSet)).toEqual(places.filter((place) => marked.has(place)));
        expect(world.kernels.markNumbers(marking)).toBe(within.length);
        expect(world.isIntact()).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
