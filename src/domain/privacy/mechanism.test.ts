import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { costOfPureEpsilon, type EpsilonMicros, parseEpsilon, printEpsilon } from "./epsilon.ts";
import { interval95 } from "./interval.ts";
import { afterThreshold, noiseOf, type Pricing, releaseCounts, releaseSums } from "./mechanism.ts";
import { overlapSensitivity } from "./sensitivity.ts";

function epsilon(text: string): EpsilonMicros {
  const read = parseEpsilon(text);
  if (!read.ok) throw new Error(`not an epsilon: ${text}`);
  return read.value;
}

const MECHANISMS = ["discrete-laplace", "discrete-gaussian"] as const;

function pricing(mechanism: Pricing["mechanism"], price: string, sensitivity = { l1: 2, l2Squared: 2n }): Pricing {
  return { mechanism, epsilon: epsilon(price), sensitivity, parts: 1 };
}

describe("noiseOf", () => {
  it("has as scale the sensitivity over epsilon, in lowest terms, and its square for Gaussian noise", () => {
    const scale = (l1: number, price: string) => noiseOf(pricing("discrete-laplace", price, { l1, l2Squared: 1n }));
    expect(scale(2, "0.5")).toMatchObject({ scale: { numerator: 4n, denominator: 1n } });
    expect(scale(1, "3")).toMatchObject({ scale: { numerator: 1n, denominator: 3n } });
    expect(scale(3, "0.7")).toMatchObject({ scale: { numerator: 30n, denominator: 7n } });
    const squared = (l2Squared: bigint, price: string) =>
      noiseOf(pricing("discrete-gaussian", price, { l1: 9, l2Squared }));
    expect(squared(2n, "0.5")).toMatchObject({ sigmaSquared: { numerator: 8n, denominator: 1n } });
    expect(squared(3n, "0.7")).toMatchObject({ sigmaSquared: { numerator: 300n, denominator: 49n } });
  });

  it("never spends more rho than the price costs, and as little less as rounding takes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999_999_999 }),
        fc.nat(5),
        fc.integer({ min: 1, max: 3 }),
        (micros, identifierFigures, parts) => {
          const sensitivity = overlapSensitivity({ lists: 2, identifierFigures });
          const price = epsilon(printEpsilon(BigInt(micros)));
          const noise = noiseOf({ mechanism: "discrete-gaussian", epsilon: price, sensitivity, parts });
          if (noise.mechanism !== "discrete-gaussian") throw new Error("the noise is of another mechanism");
          // Each part spends L2² / 2σ² of rho; in nano-rho, over one denominator.
          const { numerator, denominator } = noise.sigmaSquared;
          const spent = 1_000_000_000n * BigInt(parts) * sensitivity.l2Squared * denominator;
          const cost = costOfPureEpsilon(price);
          expect(spent <= cost * 2n * numerator).toBe(true);
          expect(spent > (cost - 1n) * 2n * numerator).toBe(true);
        },
      ),
    );
  });

  it("spends the same at one price by either mechanism, and the Gaussian spreads less", () => {
    for (const identifierFigures of [0, 1, 5]) {
      const sensitivity = overlapSensitivity({ lists: 2, identifierFigures });
      const [wide, narrow] = MECHANISMS.map((mechanism) => interval95(noiseOf(pricing(mechanism, "0.1", sensitivity))));
      expect(narrow).toBeLessThan((wide ?? 0) / 2);
    }
  });

  it("widens with the parts: all of Laplace noise, the root of them of Gaussian noise", () => {
    const parts = (mechanism: Pricing["mechanism"]) => noiseOf({ ...pricing(mechanism, "0.5"), parts: 3 });
    expect(parts("discrete-laplace")).toMatchObject({ scale: { numerator: 12n, denominator: 1n } });
    expect(parts("discrete-gaussian")).toMatchObject({ sigmaSquared: { numerator: 24n, denominator: 1n } });
  });

  it("refuses a sensitivity below 1, and fewer than one part", () => {
    for (const l1 of [0, -1, 0.5, Number.NaN])
      expect(() => noiseOf(pricing("discrete-laplace", "1", { l1, l2Squared: 1n }))).toThrow(RangeError);
    expect(() => noiseOf(pricing("discrete-gaussian", "1", { l1: 1, l2Squared: 0n }))).toThrow(RangeError);
    expect(() => noiseOf({ ...pricing("discrete-gaussian", "1"), parts: 0 })).toThrow(RangeError);
  });
});

// Scale 4 has variance 2a/(1-a)² with a = e^-0.25 and kurtosis of about 6; σ² = 8 is a discrete Gaussian's variance to
// 30 places, and its kurtosis is 3.
const SPREAD = {
  "discrete-laplace": { variance: (2 * Math.exp(-0.25)) / (1 - Math.exp(-0.25)) ** 2, kurtosis: 6.2 },
  "discrete-gaussian": { variance: 8, kurtosis: 3 },
};

describe.each(MECHANISMS)("counts with %s noise", (mechanism) => {
  const figures = [0, 1_000, 2 ** 40];
  const noise = noiseOf(pricing(mechanism, "0.5"));
  const { variance, kurtosis } = SPREAD[mechanism];

  it("are centred on the figures, with the variance of the noise", () => {
    const random = seededRandom("release");
    const runs = Array.from({ length: 20_000 }, () => releaseCounts(figures, noise, random));
    for (const [at, figure] of figures.entries()) {
      const drawn = runs.map((run) => (run[at] ?? Number.NaN) - figure);
      const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
      const squares = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length;
      expect(Math.abs(mean)).toBeLessThan(4.892 * Math.sqrt(variance / drawn.length));
      expect(Math.abs(squares / variance - 1)).toBeLessThan(4.892 * Math.sqrt((kurtosis - 1) / drawn.length));
    }
  });

  it("are noised each on its own", () => {
    const random = seededRandom("independent");
    const pairs = Array.from({ length: 20_000 }, () => releaseCounts([0, 0], noise, random));
    const product = pairs.reduce((sum, [left = Number.NaN, right = Number.NaN]) => sum + left * right, 0);
    expect(Math.abs(product / pairs.length / variance)).toBeLessThan(4.892 / Math.sqrt(pairs.length));
  });

  it("are whole numbers, as many as there were", () => {
    const noised = releaseCounts(figures, noise, seededRandom("whole"));
    expect(noised.length).toBe(3);
    expect(noised.every(Number.isSafeInteger)).toBe(true);
  });

  it("are refused where they are no counts", () => {
    for (const figure of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => releaseCounts([figure], noise, seededRandom("none"))).toThrow(RangeError);
    }
  });
});

describe("sums", () => {
  it("may be negative, and stay at the end of what a double holds", () => {
    const [low = 0, high = 0] = releaseSums(
      [-500, Number.MAX_SAFE_INTEGER],
      noiseOf(pricing("discrete-gaussian", "5")),
      seededRandom("sums"),
    );
    expect(Math.abs(low + 500)).toBeLessThan(20);
    expect(high).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
  });
});

describe("afterThreshold", () => {
  it("withholds below k and releases from k on, as it stands", () => {
    expect(afterThreshold(49, 50)).toEqual({ kind: "withheld" });
    expect(afterThreshold(50, 50)).toEqual({ kind: "released", value: 50 });
    expect(afterThreshold(51, 50)).toEqual({ kind: "released", value: 51 });
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
    expect(interval95({ mechanism: "discrete-laplace", scale })).toBe(summed(numerator, denominator));
  });

  it("is 30 for scale 10, and 0 where noise is nearly always 0", () => {
    const width = (numerator: bigint, denominator: bigint) =>
      interval95({ mechanism: "discrete-laplace", scale: { numerator, denominator } });
    expect([width(10n, 1n), width(1n, 10n)]).toEqual([30, 0]);
  });
});
