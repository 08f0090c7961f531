import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arenaOf, SLACK } from "./arena.ts";

type Step = { readonly takes: number } | { readonly givesBack: number } | { readonly shortens: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ takes: fc.oneof(fc.nat(300), fc.nat(9_000_000)) }) },
    { weight: 2, arbitrary: fc.record({ givesBack: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ shortens: fc.nat(30) }) },
  ),
  { maxLength: 60, size: "max" },
);

type Taken = { readonly from: number; readonly to: number };

/** The least offset behind what begins the arena or is taken where so many bytes are free. */
function firstGap(taken: readonly Taken[], bytes: number, wanted: number): number | null {
  const needed = Math.ceil((wanted + SLACK) / 64) * 64;
  const starts = [64, ...taken.map(({ to }) => to)].sort((left, right) => left - right);
  const isFree = (from: number) =>
    from + needed <= bytes && taken.every((one) => one.to <= from || one.from >= from + needed);
  return starts.find(isFree) ?? null;
}

describe("the arena", () => {
  it("gives the first gap in which bytes fit, aligned, with slack behind them, and nothing twice", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const arena = arenaOf(1);
        const free = arena.free();
        const taken: Taken[] = [];
        for (const step of list) {
          if ("takes" in step) {
            const from = arena.take(step.takes);
            expect(from).toBe(firstGap(taken, arena.bytes, step.takes));
            if (from !== null) taken.push({ from, to: from + Math.ceil((step.takes + SLACK) / 64) * 64 });
          } else if ("shortens" in step) {
            const place = step.shortens % Math.max(taken.length, 1);
            const one = taken[place];
            if (one === undefined) continue;
            const kept = Math.floor((one.to - one.from - SLACK) / 2);
            arena.shorten(one.from, kept);
            taken[place] = { from: one.from, to: one.from + Math.ceil((kept + SLACK) / 64) * 64 };
          } else if (taken.length > 0) {
            const [one] = taken.splice(step.givesBack % taken.length, 1);
            arena.giveBack(one?.from ?? 0);
          }
          expect(arena.free()).toBe(free - taken.reduce((sum, { from, to }) => sum + to - from, 0));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("never gives the offset zero, and refuses bytes back that nobody has", () => {
    const arena = arenaOf(1);
    const at = arena.take(0) ?? 0;
    expect(at).toBeGreaterThan(0);
    for (const wrong of [0, 1, at + 64]) expect(() => arena.giveBack(wrong)).toThrow("nobody took");
    for (const wrong of [0, 1, at + 64]) expect(() => arena.shorten(wrong, 0)).toThrow("nobody took");
    expect(() => arena.shorten(at, 1)).toThrow("do not become more");
    arena.giveBack(at);
    expect(() => arena.giveBack(at)).toThrow("nobody took");
  });

  it("asks whoever keeps bytes, one thing after another, until there is room or nothing is left to give", () => {
    const arena = arenaOf(1);
    const third = Math.floor(arena.bytes / 3) - 1_000;
    const kept = [arena.take(third), arena.take(third), arena.take(third)].map((offset) => offset ?? 0);
    let asked = 0;
    const giveUp = () => {
      const offset = kept.shift();
      if (offset === undefined) return false;
      asked++;
      arena.giveBack(offset);
      return true;
    };
    arena.keep({ bytes: () => kept.length * third, giveUp });
    const free = arena.free();
    expect(free).toBeGreaterThan(3 * third);
    expect(arena.take(1_000)).not.toBeNull();
    expect(asked).toBe(0);
    expect(arena.take(third + 5_000)).not.toBeNull();
    expect(asked).toBe(2);
    expect(arena.take(arena.bytes)).toBeNull();
    expect([asked, kept.length]).toEqual([3, 0]);
  });

  it("has at least what threads need to work in, and at the most what a 32-bit offset reaches", () => {
    expect(arenaOf(0).bytes).toBeGreaterThanOrEqual(16 * 2 ** 20);
    expect(arenaOf(2 ** 28 + 1).bytes).toBeGreaterThan(2 ** 28);
    expect(arenaOf(2 ** 40).bytes).toBeLessThan(2 ** 32);
  });
});
