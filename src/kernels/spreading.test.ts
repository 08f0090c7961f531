// Columns that go group by group, by the first byte of words, against the slow answer.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS } from "../testing/kernel-worlds.ts";

const byte = fc.oneof(fc.nat(2), fc.constantFrom(127, 128, 255));
const words = fc.array(
  fc.tuple(byte, fc.nat(2 ** 24 - 1)).map(([first, rest]) => first * 2 ** 24 + rest),
  { maxLength: 60, size: "max" },
);

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  test("places stand by the first byte of their words, and elements go in runs to where their byte begins", () => {
    fc.assert(
      fc.property(words, fc.constantFrom(1, 2, 4, 12), fc.nat(10), fc.nat(60), (list, width, first, most) => {
        const world = open();
        const at = world.hold(Uint32Array.from(list));
        const [order, ends] = [world.room(list.length * 4), world.room(1_024)];
        world.kernels.group({ words: at, count: list.length, order, ends });
        const byteOf = (place: number) => Math.floor((list[place] ?? 0) / 2 ** 24);
        const sorted = list.map((__, place) => place).sort((a, b) => byteOf(a) - byteOf(b) || a - b);
        expect(world.words(order, list.length)).toEqual(sorted);
        const behind = (one: number) => sorted.filter((place) => byteOf(place) <= one).length;
        const expectedEnds = Array.from({ length: 256 }, (__, one) => behind(one));
        expect(world.words(ends, 256)).toEqual(expectedEnds);
        const column = Uint8Array.from({ length: list.length * width }, (__, index) => index * 7 + 1);
        const starts = expectedEnds.map((__, one) => first - 2 + (expectedEnds[one - 1] ?? 0));
        const room = new Uint8Array((most + list.length) * width).fill(9);
        const expected = [...room];
        for (const [index, place] of sorted.entries()) {
          const start = (starts[byteOf(place)] ?? 0) - first;
          if (start < 0 || start >= most) continue;
          const to = start + index - (expectedEnds[byteOf(place) - 1] ?? 0);
          for (let one = 0; one < width; one++) expected[to * width + one] = column[place * width + one] ?? 0;
        }
        const [from, to] = [world.hold(column), world.hold(room)];
        const table = world.hold(Uint32Array.from(starts));
        world.kernels.spread({ from, to, groups: { order, ends }, starts: table, first, most, width });
        expect(world.bytes(to, room.length)).toEqual(expected);
        expect(world.isIntact()).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
