// Shared tokens against a look at every pair, in every world. Words are drawn from few, so that keys repeat and tokens
// differ in single words.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS, type KernelWorld } from "../testing/kernel-worlds.ts";
import type { Side } from "./kernels.ts";

type Token = readonly [number, number, number, number];

const key = fc.oneof(fc.nat(3), fc.constantFrom(0, 0x7fffffff, 0x80000000, 0xffffffff), fc.nat(40));
const bits = fc.oneof(fc.nat(1), fc.constantFrom(0x80000000, 0xffffffff));
const token: fc.Arbitrary<Token> = fc.tuple(key, bits, bits, bits);
const side = (maxLength: number) => fc.array(token, { maxLength, size: "max" }).map(ascending);

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  const check = (left: readonly Token[], right: readonly Token[]): void => {
    const world = open();
    const room = Math.min(left.length, right.length);
    const at = { left: world.room(room * 4), right: world.room(room * 4) };
    const sides = [hold(world, left), hold(world, right)] as const;
    const count = world.kernels.sharedTokens(...sides, at);
    const found = { left: world.words(at.left, count), right: world.words(at.right, count) };
    expect(found).toEqual(referencePlaces(left, right));
    expect(world.kernels.countSharedTokens(...sides, at)).toBe(count);
    expect(world.isIntact()).toBe(true);
  };

  test("shared tokens are found, and no others", () => {
    fc.assert(fc.property(side(60), side(60), check), { numRuns: 300 });
  });

  test("sides that share half are told apart from sides that repeat keys", () => {
    fc.assert(
      fc.property(side(40), side(40), side(200), (left, right, both) => {
        check(ascending([...left, ...both]), ascending([...right, ...both]));
      }),
    );
  });

  test("a run of one key is matched by its other words", () => {
    const run = (step: number): Token[] =>
      Array.from({ length: 3000 / step }, (_, n): Token => [7, n >> 6, n * step, 0]);
    check(run(1), ascending(run(3)));
    check(ascending([[7, 0, 0, 0], ...run(2)]), ascending([...run(1), [8, 0, 0, 0]]));
    check(runsOf(2), runsOf(5));
  });

  test.each([0, 1, 3, 4, 5, 4096])("%i tokens a side, all, none and a third of them shared", (count) => {
    check(uniform(count, 1), uniform(count, 1));
    check(uniform(count, 1), uniform(count, 2));
    const both = uniform(Math.ceil(count / 3), 3);
    check(ascending([...uniform(count, 1), ...both]), ascending([...uniform(count, 2), ...both]));
  });

  test.each([1, 2, 7, 50])("%i tokens against hundreds of times as many, on either side", (count) => {
    const many = ascending([...uniform(count * 200, 4), ...runsOf(9)]);
    const few = many.filter((_, place) => place % Math.floor(many.length / count) === 0).slice(0, count);
    const strangers = few.map(([a, b, c, d]): Token => [a, b, c, (d ^ 1) >>> 0]);
    check(few, many);
    check(many, few);
    check(ascending(strangers), many);
    check(many, ascending([...few.slice(1), ...strangers.slice(0, 1)]));
  });

  test("what lies behind a side is not part of it", () => {
    const all = uniform(400, 5);
    const [most, few] = [all.slice(0, 399), all.slice(0, 217)];
    for (const [left, right] of [
      [most, few],
      [few, most],
      [few, few],
    ] as const) {
      const world = open();
      const at = { left: world.room(217 * 4), right: world.room(217 * 4) };
      const held = [hold(world, all), hold(world, all)] as const;
      const sides = [
        { ...held[0], count: left.length },
        { ...held[1], count: right.length },
      ] as const;
      expect(world.kernels.sharedTokens(...sides, at)).toBe(217);
      expect(world.words(at.left, 217)).toEqual(few.map((_, place) => place));
    }
    check(all.slice(0, 200), all.slice(200));
  });
});

function hold(world: KernelWorld, tokens: readonly Token[]): Side {
  const keys = world.hold(Uint32Array.from(tokens, ([first]) => first));
  const rest = world.hold(Uint32Array.from(tokens.flatMap(([, ...others]) => others)));
  return { keys, rest, count: tokens.length };
}

function referencePlaces(left: readonly Token[], right: readonly Token[]) {
  const places = new Map(right.map((one, place) => [one.join(), place]));
  const shared = left.flatMap((one, place) => {
    const other = places.get(one.join());
    return other === undefined ? [] : [[place, other] as const];
  });
  return { left: shared.map(([place]) => place), right: shared.map(([, place]) => place) };
}

function ascending(tokens: readonly Token[]): Token[] {
  const unique = new Map(tokens.map((one) => [one.join(), one]));
  return [...unique.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
}

// Words that a multiplication scatters over all 32 bits (Knuth, TAOCP vol. 3, §6.4).
function uniform(count: number, seed: number): Token[] {
  const scattered = (value: number): number => Math.imul(value, 0x9e3779b1) >>> 0;
  return ascending(
    Array.from({ length: count }, (_, n): Token => [scattered(n * 8 + seed), n, scattered(n), scattered(seed)]),
  );
}

// Runs of one to five tokens, of which sides with another step share some.
function runsOf(step: number): Token[] {
  return ascending(Array.from({ length: 600 }, (_, n): Token => [Math.floor(n / 5) * 3, 1, 2, (n * step) % 11]));
}
