import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Kernels } from "../../kernels/kernels.ts";
import { arenaOf } from "./arena.ts";
import { callsOn } from "./calls.ts";
import { crewOf } from "./threads/crew.ts";
import { kernelsOf } from "./threads/thread.ts";

const arena = arenaOf(2 ** 25);
const crew = crewOf({ arena, module: null, threads: 3 });
const own = kernelsOf({ memory: arena.memory, module: null });
afterAll(() => crew.end());

const MOST = 2_000;
const [codes, allowed, whole, inStretches] = [MOST, 300, MOST, MOST].map((bytes) => arena.take(bytes) ?? 0) as [
  ...[number, number, number, number],
];
const bytesAt = (at: number, count: number) => new Uint8Array(arena.memory.buffer, at, count);

/** Kernels that nobody may call. */
const forbidden = new Proxy(own, {
  get: () => () => {
    throw new Error("a kernel was called on the thread that asks");
  },
});

test("what is called in stretches by threads is what one call does", async () => {
  const calls = callsOn(crew, forbidden, 0);
  const anyRows = fc.oneof(fc.nat({ max: MOST }), fc.constantFrom(0, 1, 127, 128, 129, 384, 385, 1_536));
  await fc.assert(
    fc.asyncProperty(anyRows, fc.infiniteStream(fc.nat({ max: 4 })), async (rows, code) => {
      bytesAt(codes, rows).set(Array.from({ length: rows }, () => code.next().value));
      bytesAt(allowed, 5).set([0, 1, 0, 1, 1]);
      const marking = { width: 1, allowed, values: 5 } as const;
      for (const bits of [whole, inStretches]) bytesAt(bits, MOST).fill(0xaa);
      own.markBits({ ...marking, codes, count: rows, bits: whole });
      await calls.callInStretches(rows, "markBits", ({ from, count }) => [
        { ...marking, codes: codes + from, count, bits: inStretches + from / 8 },
      ]);
      expect(bytesAt(inStretches, MOST)).toEqual(bytesAt(whole, MOST));
      expect(await calls.call(rows, "countBits", whole, 1)).toBe(own.countBits(whole, 1));
    }),
    { numRuns: 60 },
  );
});

test("few rows are looked at on the thread that asks, at once and in one stretch", async () => {
  const seen: unknown[] = [];
  const counting: Kernels = { ...own, countBits: (bits, words) => seen.push([bits, words]) };
  const calls = callsOn(crew, counting, 100);
  await calls.callInStretches(1_999, "countBits", ({ from, count }) => [from, count]);
  expect(seen).toEqual([[0, 1_999]]);
  await expect(callsOn(crew, forbidden, 100).call(1_999, "countBits", 0, 0)).rejects.toThrow("the thread that asks");
  expect(await callsOn(crew, forbidden, 100).call(2_000, "countBits", whole, 0)).toBe(0);
});

test("what a kernel fails with on a thread is told when no stretch is at work any more", async () => {
  const calls = callsOn(crew, forbidden, 0);
  const outside = 2 ** 26;
  await expect(
    calls.callInStretches(MOST, "countBits", ({ from }) => [from === 0 ? outside : whole, 1]),
  ).rejects.toThrow();
  expect(await calls.call(1, "countBits", whole, 0)).toBe(0);
});
