// Order, gather and runs against JavaScript's own sort and index, in every world.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS } from "../testing/kernel-worlds.ts";
import { orderScratchBytes } from "./kernels.ts";

const word = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 0x80000000, 0xffffffff));
const SIZES = [0, 1, 3, 4, 5, 4096, 40_000];

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  const ordered = (keys: readonly number[]): number[] => {
    const world = open();
    const order = world.room(keys.length * 4);
    const scratch = world.room(orderScratchBytes(keys.length));
    world.kernels.order({ keys: world.hold(Uint32Array.from(keys)), count: keys.length, order, scratch });
    expect(world.isIntact()).toBe(true);
    return world.words(order, keys.length);
  };

  test("order gives places by the low 24 bits, equal keys as they stand", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 200, size: "max" }), (keys) => {
        expect(ordered(keys)).toEqual(sorted(keys));
      }),
    );
  });

  test.each(SIZES)("order puts %i keys of one bucket in order", (count) => {
    const keys = spread(count).map((key) => 0xff000000 + (key % 2 ** 24));
    expect(ordered(keys)).toEqual(sorted(keys));
    expect(ordered(keys.map(() => 0xff123456))).toEqual(keys.map((_, place) => place));
  });

  test("order holds with more places than fit beside a digit", () => {
    const keys = spread(2 ** 20 + 5);
    const places = ordered(keys);
    const isAscending = places.every((place, at) => {
      const before = places[at - 1];
      return before === undefined || low(keys, before) < low(keys, place) || sameAndBefore(keys, before, place);
    });
    expect([isAscending, new Set(places).size]).toEqual([true, keys.length]);
  });

  test.each([1, 2, 4, 8, 12, 16, 3, 6, 20])("gather puts elements of %i bytes in another order", (width) => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(39), { maxLength: 60, size: "max" }),
        fc.uint8Array({ minLength: 1, maxLength: 40, size: "max" }),
        (order, seed) => {
          const world = open();
          const column = Uint8Array.from({ length: 40 * width }, (_, at) => (seed[at % seed.length] ?? 0) + at);
          const to = world.room(order.length * width);
          const places = world.hold(Uint32Array.from(order));
          world.kernels.gather({ to, from: world.hold(column), order: places, count: order.length, width });
          const expected = order.flatMap((place) => [...column.subarray(place * width, (place + 1) * width)]);
          expect(world.bytes(to, expected.length)).toEqual(expected);
          expect(world.isIntact()).toBe(true);
        },
      ),
    );
  });

  test.each([1, 2, 4, 12])(
    "runs of elements of %i bytes are copied to their places, and nothing beside them",
    (width) => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(30), fc.nat(3)), { maxLength: 12, size: "max" }), (list) => {
          const world = open();
          const column = Uint8Array.from({ length: 70 * width }, (_, at) => at * 7 + 1);
          const runs: number[] = [];
          const expected: number[] = [];
          let place = 0;
          for (const [first, length, gap] of list) {
            runs.push(first, place + gap, length);
            expected.push(...Array.from({ length: gap * width }, () => 9));
            expected.push(...column.subarray(first * width, (first + length) * width));
            place += gap + length;
          }
          const to = world.hold(new Uint8Array(place * width).fill(9));
          const [from, words] = [world.hold(column), world.hold(Uint32Array.from(runs))];
          world.kernels.copyRuns({ to, from, runs: words, count: list.length, width });
          expect(world.bytes(to, place * width)).toEqual(expected);
          expect(world.isIntact()).toBe(true);
        }),
      );
    },
  );
});

function sorted(keys: readonly number[]): number[] {
  return keys.map((_, place) => place).sort((a, b) => low(keys, a) - low(keys, b) || a - b);
}

function low(keys: readonly number[], place: number): number {
  return (keys[place] ?? 0) % 2 ** 24;
}

function sameAndBefore(keys: readonly number[], before: number, place: number): boolean {
  return low(keys, before) === low(keys, place) && before < place;
}

// Words that a multiplication scatters over all 32 bits (Knuth, TAOCP vol. 3, §6.4).
function spread(count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.imul(index % 30_000, 0x9e3779b1) >>> 0);
}
