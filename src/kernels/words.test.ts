// Questions about a column of words, against the slow answers.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS } from "../testing/kernel-worlds.ts";

// Few values, so that some come twice in a row; both ends of the range, so that signs would show.
const word = fc.oneof(fc.nat(3), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff), fc.nat(2 ** 31));
const column = (minLength: number) => fc.array(word, { minLength, maxLength: 70, size: "max" });

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  test("the first word that equals the one before it is found, from any place on", () => {
    fc.assert(
      fc.property(column(0), fc.nat(70), (words, from) => {
        const world = open();
        const at = world.hold(Uint32Array.from(words));
        const place = words.findIndex((one, index) => index >= Math.max(1, from) && one === words[index - 1]);
        expect(world.kernels.firstRepeat(at, words.length, from)).toBe(place < 0 ? words.length : place);
      }),
      { numRuns: 300 },
    );
  });

  test("all words lie between the least and the greatest, which are among them", () => {
    fc.assert(
      fc.property(column(1), (words) => {
        const world = open();
        const at = world.hold(Uint32Array.from(words));
        const to = world.room(8);
        world.kernels.extremes(at, words.length, to);
        expect(world.words(to, 2)).toEqual([Math.min(...words), Math.max(...words)]);
        expect(world.isIntact()).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("those words are told whose low bits are marked", () => {
    fc.assert(
      fc.property(column(0), fc.constantFrom(5, 7, 12), fc.array(fc.nat()), (words, width, marks) => {
        const world = open();
        const mask = 2 ** width - 1;
        const set = new Set(marks.map((mark) => mark & mask));
        const bitmap = new Uint32Array(2 ** width / 32);
        for (const mark of set) bitmap[mark >>> 5] = (bitmap[mark >>> 5] ?? 0) | (1 << (mark & 31));
        const held = world.hold(Uint32Array.from(words));
        const [bits, to] = [world.hold(bitmap), world.room(words.length * 4 + 4)];
        const found = world.kernels.marked({ words: held, count: words.length, bits, mask, to });
        const places = words.flatMap((one, place) => (set.has((one & mask) >>> 0) ? [place] : []));
        expect(world.words(to, found)).toEqual(places);
        expect(world.isIntact()).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
