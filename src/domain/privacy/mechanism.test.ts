import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { type EpsilonMicros, parseEpsilon } from "./epsilon.ts";
import { interval95 } from "./interval.ts";
import { afterThreshold, noiseScale, releaseCounts } from "./mechanism.ts";

function epsilon(text: string): EpsilonMicros {
  const read = parseEpsilon(text);
  if (!read.ok) throw new Error(`not an epsilon: ${text}`);
  return read.value;
}

describe("noiseScale", () => {
  it("is the sensitivity over epsilon, in lowest terms", () => {
    expect(noiseScale({ l1Sensitivity: 2, epsilon: epsilon("0.5") })).toEqual({ numerator: 4n, denominator: 1n });
    expect(noiseScale({ l1Sensitivity: 1, epsilon: epsilon("3") })).toEqual({ numerator: 1n, denominator: 3n });
    expect(noiseScale({ l1Sensitivity: 3, epsilon: epsilon("0.7") })).toEqual({ numerator: 30n, denominator: 7n });
  });

  it("refuses a sensitivity below 1", () => {
    for (const l1Sensitivity of [0, -1, 0.5, Number.NaN]) {
      expect(() => noiseScale({ l1Sensitivity, epsilon: epsilon("1") })).toThrow(RangeError);
    }
  });
});

describe("releaseCounts", () => {
  const release = { figures: [0, 1_000, 2 ** 40], l1Sensitivity: 2, epsilon: epsilon("0.5") };

  it("centres each figure's noise on the figure, with the variance of its scale", () => {
    const random = seededRandom("release");
    const runs = Array.from({ length: 20_000 }, () => releaseCounts(release, random));
    // Scale 4: the variance is 2a/(1-a)² with a = e^-0.25.
    const variance = (2 * Math.exp(-0.25)) / (1 - Math.exp(-0.25)) ** 2;
    for (const [at, figure] of release.figures.entries()) {
      const noise = runs.map((run) => (run[at] ?? Number.NaN) - figure);
      const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
      const squares = noise.reduce((sum, value) => sum + value * value, 0) / noise.length;
      expect(Math.abs(mean)).toBeLessThan(4.892 * Math.sqrt(variance / noise.length));
      // The kurtosis is at most about 6, so the sample variance spreads by √(5/n).
      expect(Math.abs(squares / variance - 1)).toBeLessThan(4.892 * Math.sqrt(5.2 / noise.length));
    }
  });

  it("noises each figure on its own", () => {
    const random = seededRandom("independent");
    const pairs = Array.from({ length: 20_000 }, () => releaseCounts({ ...release, figures: [0, 0] }, random));
    const variance = (2 * Math.exp(-0.25)) / (1 - Math.exp(-0.25)) ** 2;
    const product = pairs.reduce((sum, [left = Number.NaN, right = Number.NaN]) => sum + left * right, 0);
    expect(Math.abs(product / pairs.length / variance)).toBeLessThan(4.892 / Math.sqrt(pairs.length));
  });

  it("gives whole numbers, as many as it was given", () => {
    const noised = releaseCounts(release, seededRandom("whole"));
    expect(noised.length).toBe(3);
    expect(noised.every(Number.isSafeInteger)).toBe(true);
  });

  it("refuses a figure that is no count", () => {
    for (const figure of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => releaseCounts({ ...release, figures: [figure] }, seededRandom("none"))).toThrow(RangeError);
    }
  });
});

describe("afterThreshold", () => {
  it("withholds below k and releases from k on, as it stands", () => {
    expect(afterThreshold(49, 50)).toEqual({ kind: "withheld" });
    expect(afterThreshold(50, 50)).toEqual({ kind: "released", value: 50 });
    expect(afterThreshold(-3, 10)).toEqual({ kind: "withheld" });
  });

  it("refuses a threshold under the floor", () => {
    expect(() => afterThreshold(9, 9)).toThrow(RangeError);
    expect(() => afterThreshold(9, Number.NaN)).toThrow(RangeError);
  });
});

describe("interval95", () => {
  // The slow way: probabilities added up from the centre until they reach 95 per cent.
  function summed(numerator: number, denominator: number): number {
    const rate = denominator / numerator;
    let inside = Math.tanh(rate / 2);
    let h = 0;
    for (; inside < 0.95 - 1e-12; h++) inside += 2 * Math.tanh(rate / 2) * Math.exp(-rate * (h + 1));
    return h;
  }

  it.each([
    [1, 10],
    [1, 4],
    [1, 3],
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 1],
    [10, 1],
    [30, 7],
    [200, 1],
    [10_000, 3],
  ])("is the smallest half-width that holds 95 per cent, for scale %i/%i", (numerator, denominator) => {
    const scale = { numerator: BigInt(numerator), denominator: BigInt(denominator) };
    expect(interval95(scale)).toBe(summed(numerator, denominator));
  });

  it("is 30 for scale 10, and 0 where noise is nearly always 0", () => {
    expect(interval95({ numerator: 10n, denominator: 1n })).toBe(30);
    expect(interval95({ numerator: 1n, denominator: 10n })).toBe(0);
  });
});
