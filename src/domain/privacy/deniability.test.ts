import { describe, expect, it } from "vitest";
import { keyedBytes } from "../../crypto/keyed-bytes.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { coinEpsilon, falseShare, gateEpsilon, isTurned, turnedShare } from "./deniability.ts";
import { type EpsilonMicros, parseEpsilon } from "./epsilon.ts";

function epsilon(text: string): EpsilonMicros {
  const parsed = parseEpsilon(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

// Two-sided significance of 1e-6 for a normal deviate.
const DEVIATE = 4.892;
const TOSSES = 100_000;

/** By how many standard deviations a share of turned memberships lies off its probability. */
function deviation(turned: number, chance: number): number {
  return (turned - TOSSES * chance) / Math.sqrt(TOSSES * chance * (1 - chance));
}

function turnsOf(coin: () => boolean): number {
  let turned = 0;
  for (let toss = 0; toss < TOSSES; toss++) if (coin()) turned++;
  return turned;
}

describe("the coin of a deniable list", () => {
  it.each(["0.000001", "0.5", "1", "2.5", "4"])("turns 1 / (1 + e^%s) of all memberships", (text) => {
    const random = seededRandom(`coin ${text}`);
    const turned = turnsOf(() => isTurned(epsilon(text), random));
    expect(Math.abs(deviation(turned, 1 / (1 + Math.exp(Number(text)))))).toBeLessThan(DEVIATE);
  });

  it("would be found out if it were 3 % off", () => {
    const random = seededRandom("coin off");
    const turned = turnsOf(() => isTurned(epsilon("1.04"), random));
    expect(Math.abs(deviation(turned, 1 / (1 + Math.exp(1))))).toBeGreaterThan(DEVIATE);
  });

  it("tells two neighbours apart by no more than e^epsilon, whatever is seen of a record", () => {
    const random = seededRandom("neighbours");
    const turned = turnsOf(() => isTurned(epsilon("1"), random)) / TOSSES;
    const [seenIfMember, seenIfNot] = [1 - turned, turned];
    const slack = (DEVIATE * 2) / Math.sqrt(TOSSES * turned);
    for (const [one, other] of [
      [seenIfMember, seenIfNot],
      [1 - seenIfNot, 1 - seenIfMember],
    ] as const)
      expect(Math.log(one / other)).toBeLessThan(1 + slack);
    expect(Math.log(seenIfMember / seenIfNot)).toBeGreaterThan(1 - slack);
  });

  it("has tosses of its own for each record, the same each time, independent of each other's", () => {
    const key = seededRandom("key")(32);
    const tossed = (name: string) => isTurned(epsilon("1"), keyedBytes(key, name));
    const tosses = Array.from({ length: 20_000 }, (_, index) => tossed(`record ${index}`));
    expect(tosses.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => tossed(`record ${index}`)));
    const chance = 1 / (1 + Math.exp(1));
    const share = (hits: number, of: number, p: number) => (hits - of * p) / Math.sqrt(of * p * (1 - p));
    expect(Math.abs(share(tosses.filter(Boolean).length, tosses.length, chance))).toBeLessThan(DEVIATE);
    const pairs = tosses.filter((one, index) => index % 2 === 0 && one && tosses[index + 1] === true).length;
    expect(Math.abs(share(pairs, tosses.length / 2, chance * chance))).toBeLessThan(DEVIATE);
    const others = tosses.map((_, index) =>
      isTurned(epsilon("1"), keyedBytes(seededRandom("other")(32), `record ${index}`)),
    );
    expect(others).not.toEqual(tosses);
  });
});

describe("the price of a deniable list", () => {
  it("pays for the coin and for the noise on the size, and the coin has at most half", () => {
    for (const [asked, price, coin] of [
      ["1", "5", "1"],
      ["4", "5", "2.5"],
      ["2.5", "5", "2.5"],
      ["0.5", "0.000001", "0.000001"],
      ["0.5", "0.000003", "0.000001"],
    ] as const) {
      expect(coinEpsilon(epsilon(asked), epsilon(price))).toBe(epsilon(coin));
    }
    expect(gateEpsilon(epsilon("1"), epsilon("5"))).toBe(epsilon("4"));
    expect(coinEpsilon(null, epsilon("5"))).toBeNull();
    expect(gateEpsilon(null, epsilon("5"))).toBe(epsilon("5"));
  });

  it("says what share of the entries is false as a list of that size has it", () => {
    const turned = turnedShare(epsilon("2"));
    for (const [matched, others] of [
      [1_000, 9_000],
      [0, 10_000],
      [500, 0],
    ] as const) {
      const size = matched * (1 - turned) + others * turned;
      const share = (others * turned) / size;
      expect(falseShare(epsilon("2"), { size, room: matched + others })).toBeCloseTo(share, 2);
    }
  });
});
