// Scattering, and texts scattered and gathered, against references that move one byte at a time.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS } from "../testing/kernel-worlds.ts";

const NOWHERE = 0xffffffff;

/** For each of so many elements a place of its own, or none. */
const scattered = fc.nat(70).chain((count) => {
  const every = Array.from({ length: count + 20 }, (_, place) => place);
  const places = fc.shuffledSubarray(every, { minLength: count, maxLength: count });
  const isLeft = fc.array(fc.nat(3), { minLength: count, maxLength: count });
  return fc.tuple(places, isLeft).map(([list, left]) => list.map((place, at) => (left[at] === 0 ? NOWHERE : place)));
});

// Lengths about those at which a kernel of words of sixteen bytes takes another way.
const length = fc.oneof(fc.nat(40), fc.constantFrom(0, 1, 15, 16, 17, 31, 32, 33, 64, 127, 128, 255));
const texts = fc.array(
  length.chain((size) => fc.uint8Array({ minLength: size, maxLength: size })),
  { maxLength: 40, size: "max" },
);
const ordered = texts.chain((list) => {
  const rows = list.map((_, row) => row);
  const order = fc.oneof(
    fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
    fc.shuffledSubarray(rows),
  );
  return fc.tuple(fc.constant(list), order);
});

const joined = (list: readonly Uint8Array[]) => Uint8Array.from(list.flatMap((one) => [...one]));
const lengthsOf = (list: readonly Uint8Array[]) => Uint8Array.from(list.map((one) => one.length));

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  test.each([1, 2, 4, 12])("elements of %i bytes go where their places say, and others stay as they were", (width) => {
    fc.assert(
      fc.property(scattered, fc.infiniteStream(fc.nat(255)), (places, stream) => {
        const world = open();
        const count = places.length;
        const size = (count + 20) * width;
        const source = Uint8Array.from({ length: count * width }, () => stream.next().value ?? 0);
        const before = Uint8Array.from({ length: size }, (__, at) => at * 31);
        const expected = before.slice();
        for (const [row, place] of places.entries())
          if (place !== NOWHERE) expected.set(source.subarray(row * width, (row + 1) * width), place * width);
        const at = { from: world.hold(source), to: world.hold(before), places: world.hold(Uint32Array.from(places)) };
        world.kernels.scatter({ ...at, count, width });
        expect(world.bytes(at.to, size)).toEqual([...expected]);
        expect(world.isIntact()).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("texts go where their places say, and no byte beside them is written", () => {
    const gaps = fc.array(fc.nat(20), { minLength: 40, maxLength: 40 });
    const wanted = fc.array(fc.nat(3), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(ordered, gaps, wanted, fc.constantFrom(0, 77, 2 ** 31), (sent, between, left, first) => {
        const world = open();
        const [list, some] = sent;
        const order = [...new Set([...some, ...list.keys()])];
        const places = new Uint32Array(list.length);
        let end = 0;
        for (const row of order) {
          end += between[row] ?? 0;
          places[row] = first + end;
          end += list[row]?.length ?? 0;
        }
        const which = Uint32Array.from(list, (__, row) => (left[row] === 0 ? NOWHERE : row));
        const expected = new Uint8Array(end).fill(9);
        for (const [row, text] of list.entries())
          if (which[row] !== NOWHERE) expected.set(text, (places[row] ?? 0) - first);
        const to = world.hold(new Uint8Array(end).fill(9));
        world.kernels.scatterTexts({
          from: world.hold(joined(list)),
          lengths: world.hold(lengthsOf(list)),
          to,
          places: world.hold(places),
          first,
          which: world.hold(which),
          count: list.length,
        });
        expect(world.bytes(to, end)).toEqual([...expected]);
        expect(world.isIntact()).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test("texts are gathered in another order, one behind the other", () => {
    fc.assert(
      fc.property(texts, fc.infiniteStream(fc.nat()), (list, stream) => {
        const world = open();
        const order = list
          .map((__, row) => ({ row, by: stream.next().value ?? 0 }))
          .sort((left, right) => left.by - right.by)
          .map(({ row }) => row);
        const expected = order.flatMap((row) => [...(list[row] ?? [])]);
        const to = world.room(expected.length);
        world.kernels.gatherTexts({
          from: world.hold(joined(list)),
          lengths: world.hold(lengthsOf(list)),
          to,
          order: world.hold(Uint32Array.from(order)),
          count: list.length,
          offsets: world.room(list.length * 4),
        });
        expect(world.bytes(to, expected.length)).toEqual(expected);
        expect(world.isIntact()).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
