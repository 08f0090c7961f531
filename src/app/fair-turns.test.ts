import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fairTurns } from "./fair-turns.ts";

/** Work that ends when it is told to, and tells when it begins. */
function stage() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      begun.push(name);
      ends.push(() => resolve(name));
    });
  const endOne = async () => {
    ends.shift()?.();
    for (let turn = 0; turn < 8; turn++) await Promise.resolve();
  };
  return { begun, work, endOne };
}

describe("fair turns", () => {
  test("let another party begin next, however many the first has brought", async () => {
    const turns = fairTurns({ atOnce: 2, ofOneAtOnce: 2 });
    const { begun, work, endOne } = stage();
    const all = Array.from({ length: 50 }, (_, count) => turns.take("greedy", work(`greedy ${count}`)));
    all.push(turns.take("modest", work("modest")));
    await endOne();
    await endOne();
    expect(begun.indexOf("modest")).toBeLessThanOrEqual(3);
    for (let count = 0; count < 51; count++) await endOne();
    expect((await Promise.all(all)).length).toBe(51);
  });

  test("tell work whether it had to wait", async () => {
    const turns = fairTurns({ atOnce: 1, ofOneAtOnce: 1 });
    const told = ["ash", "ash", "birch"].map((party) => turns.take(party, async (hasWaited) => hasWaited));
    expect(await Promise.all(told)).toEqual([false, true, true]);
    expect(await turns.take("ash", async (hasWaited) => hasWaited)).toBe(false);
  });

  test("leave places that one party never has", async () => {
    const turns = fairTurns({ atOnce: 4, ofOneAtOnce: 3 });
    const { begun, work, endOne } = stage();
    const all = Array.from({ length: 10 }, (_, count) => turns.take("greedy", work(`greedy ${count}`)));
    await Promise.resolve();
    expect([turns.underWay(), turns.waiting()]).toEqual([3, 7]);
    all.push(turns.take("modest", work("modest")));
    await Promise.resolve();
    await Promise.resolve();
    expect(begun.at(-1)).toBe("modest");
    for (let count = 0; count < 11; count++) await endOne();
    await Promise.all(all);
    expect([turns.underWay(), turns.waiting()]).toEqual([0, 0]);
  });

  test("go on when work fails, never hold more than they may, and leave nobody waiting", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ party: fc.constantFrom("ash", "birch", "cedar"), fails: fc.boolean() }), {
          maxLength: 40,
        }),
        async (pieces) => {
          const turns = fairTurns({ atOnce: 3, ofOneAtOnce: 2 });
          const busy = { ash: 0, birch: 0, cedar: 0 };
          const outcomes = await Promise.allSettled(
            pieces.map(({ party, fails }) =>
              turns.take(party, async () => {
                busy[party]++;
                expect(busy[party]).toBeLessThanOrEqual(2);
                expect(busy.ash + busy.birch + busy.cedar).toBeLessThanOrEqual(3);
                await Promise.resolve();
                busy[party]--;
                if (fails) throw new RangeError(party);
              }),
            ),
          );
          expect(outcomes.map(({ status }) => status === "rejected")).toEqual(pieces.map(({ fails }) => fails));
          expect([turns.underWay(), turns.waiting()]).toEqual([0, 0]);
        },
      ),
    );
  });
});
