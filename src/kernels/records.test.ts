// Hashes of records against HalfSipHash written as its authors define it, in every world. The definition is tried on
// the authors' own vectors, which exist for two rounds and four.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KERNEL_WORLDS } from "../testing/kernel-worlds.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });
const strings = fc.oneof(
  fc.array(fc.uint8Array({ maxLength: 20, size: "max" }), { maxLength: 12, size: "max" }),
  fc
    .integer({ min: 0, max: 40 })
    .chain((size) => fc.array(fc.uint8Array({ minLength: size, maxLength: size }), { maxLength: 12, size: "max" })),
);

describe.each(KERNEL_WORLDS)("%s", (_, open) => {
  const check = (list: readonly Uint8Array[], key: readonly [number, number]): void => {
    const world = open();
    const offsets = [0];
    for (const one of list) offsets.push((offsets.at(-1) ?? 0) + one.length);
    const places = {
      bytes: world.hold(Uint8Array.from(list.flatMap((one) => [...one]))),
      hashes: world.room(list.length * 4),
    };
    const held = { offsets: world.hold(Uint32Array.from(offsets)), key: world.hold(Uint32Array.from(key)) };
    world.kernels.hashRecords({ ...places, ...held, count: list.length });
    expect(world.words(places.hashes, list.length)).toEqual(list.map((one) => halfSipHash(one, key, [1, 3])));
    expect(world.isIntact()).toBe(true);
  };

  test("records are hashed by HalfSipHash-1-3, alike in length or not", () => {
    fc.assert(fc.property(strings, fc.tuple(word, word), check), { numRuns: 200 });
  });

  test("every length up to 255 is hashed, alone and among its like", () => {
    const ofLength = (length: number) => Uint8Array.from({ length }, (_, at) => at * 7 + length);
    check(
      Array.from({ length: 256 }, (_, length) => ofLength(length)),
      [1, 0xffffffff],
    );
    check(
      Array.from({ length: 256 }, (_, at) => ofLength(at & ~3)),
      [0x80000000, 2],
    );
  });
});

test("the definition gives the authors' vectors of HalfSipHash-2-4", () => {
  const key = [0x03020100, 0x07060504] as const;
  const hashes = [0, 1, 2, 3].map((length) =>
    halfSipHash(
      Uint8Array.from({ length }, (_, at) => at),
      key,
      [2, 4],
    ),
  );
  expect(hashes).toEqual([0x5b9f35a9, 0xb85a4727, 0x03a662fa, 0x04e7fe8a]);
});

type State = [number, number, number, number];

function halfSipHash(
  bytes: Uint8Array,
  [k0, k1]: readonly [number, number],
  [inner, last]: readonly [number, number],
): number {
  let state: State = [k0, k1, k0 ^ 0x6c796765, k1 ^ 0x74656462];
  const padded = new Uint8Array((bytes.length & ~3) + 4);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length;
  for (let at = 0; at < padded.length; at += 4) {
    const block = new DataView(padded.buffer).getInt32(at, true);
    state[3] ^= block;
    for (let round = 0; round < inner; round++) state = sipRound(state);
    state[0] ^= block;
  }
  state[2] ^= 0xff;
  for (let round = 0; round < last; round++) state = sipRound(state);
  return (state[1] ^ state[3]) >>> 0;
}

function sipRound([v0, v1, v2, v3]: State): State {
  const a = (v0 + v1) | 0;
  const b = turned(v1, 5) ^ a;
  const c = (v2 + v3) | 0;
  const d = turned(v3, 8) ^ c;
  const e = (turned(a, 16) + d) | 0;
  const f = (c + b) | 0;
  return [e, turned(b, 13) ^ f, turned(f, 16), turned(d, 7) ^ e];
}

function turned(value: number, left: number): number {
  return (value << left) | (value >>> (32 - left));
}
