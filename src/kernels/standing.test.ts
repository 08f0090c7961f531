// Masks of who stands under which tokens, against a look at every token and every pair.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS, type KernelWorld } from "../testing/kernel-worlds.ts";

const MOST = 70;

/** Tokens and who they stand for, each of which may be left out. */
const standings = fc.record({
  count: fc.nat(MOST),
  first: fc.nat(300),
  list: fc.nat(11),
  people: fc.option(fc.array(fc.nat(511), { minLength: MOST, maxLength: MOST })),
  firsts: fc.option(fc.array(fc.nat(1), { minLength: MOST, maxLength: MOST })),
  bits: fc.option(fc.uint8Array({ minLength: 64, maxLength: 64 })),
});

const places = fc.uniqueArray(fc.nat(MOST - 1), { maxLength: MOST });
const masks = fc.array(fc.nat(4095), { minLength: MOST, maxLength: MOST });

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  test("a token stands where it is its person's least and the person is in the room", () => {
    fc.assert(
      fc.property(standings, ({ count, first, list, people, firsts, bits }) => {
        const world = open();
        const held = {
          people: people === null ? 0 : world.hold(Uint32Array.from(people)),
          firsts: firsts === null ? 0 : world.hold(Uint8Array.from(firsts)),
          bits: bits === null ? 0 : world.hold(bits),
          masks: world.room(count * 2),
        };
        world.kernels.stand({ ...held, first, count, list });
        const isStanding = (at: number) => {
          const person = people === null ? first + at : (people[at] ?? 0);
          const isIn = bits === null || (((bits[person >> 3] ?? 0) >> (person & 7)) & 1) === 1;
          return isIn && (firsts === null || firsts[at] === 1);
        };
        const expected = Array.from({ length: count }, (_, at) => (isStanding(at) ? 2 ** list : 0));
        expect(halves(world, held.masks, count)).toEqual(expected);
        expect(world.isIntact()).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test("both of a pair take on the other's bit where both are there, and no others do", () => {
    const lists = fc.uniqueArray(fc.nat(11), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(places, places, masks, masks, lists, (atLeft, atRight, ours, theirs, [i = 0, j = 0]) => {
        const world = open();
        const count = Math.min(atLeft.length, atRight.length);
        const pairs = {
          left: world.hold(Uint32Array.from(atLeft.slice(0, count))),
          right: world.hold(Uint32Array.from(atRight.slice(0, count))),
        };
        const left = { masks: world.hold(Uint16Array.from(ours)), list: i };
        const right = { masks: world.hold(Uint16Array.from(theirs)), list: j };
        world.kernels.meet({ pairs, count, left, right });
        const [a, b] = [[...ours], [...theirs]];
        for (let pair = 0; pair < count; pair++) {
          const [p, q] = [atLeft[pair] ?? 0, atRight[pair] ?? 0];
          const isBoth = ((ours[p] ?? 0) & (1 << i)) !== 0 && ((theirs[q] ?? 0) & (1 << j)) !== 0;
          if (!isBoth) continue;
          a[p] = (ours[p] ?? 0) | (1 << j);
          b[q] = (theirs[q] ?? 0) | (1 << i);
        }
        expect(halves(world, left.masks, MOST)).toEqual(a);
        expect(halves(world, right.masks, MOST)).toEqual(b);
        expect(world.isIntact()).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

function halves(world: KernelWorld, at: number, count: number): number[] {
  const bytes = world.bytes(at, count * 2);
  return Array.from({ length: count }, (_, index) => (bytes[index * 2] ?? 0) + 256 * (bytes[index * 2 + 1] ?? 0));
}
