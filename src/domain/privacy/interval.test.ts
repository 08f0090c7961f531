import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { discreteGaussian, discreteLaplace } from "./discrete-noise.ts";
import { halfWidth, halfWidthOfSum } from "./interval.ts";
import type { Noise } from "./mechanism.ts";

const rational = (numerator: number, denominator: number) => ({
  numerator: BigInt(numerator),
  denominator: BigInt(denominator),
});
const laplace = (numerator: number, denominator: number): Noise => ({
  mechanism: "discrete-laplace",
  scale: rational(numerator, denominator),
});
const gaussian = (numerator: number, denominator: number): Noise => ({
  mechanism: "discrete-gaussian",
  sigmaSquared: rational(numerator, denominator),
});

// P(|noise| > h) by adding up the exact probabilities of -h to h.
function tail(width: number, h: number): number {
  const ratio = Math.exp(-1 / width);
  let inside = 0;
  for (let at = -h; at <= h; at++) inside += ((1 - ratio) / (1 + ratio)) * ratio ** Math.abs(at);
  return 1 - inside;
}

// The same under Gaussian noise, summed from the far end so that nothing is lost to rounding.
function gaussianTail(sigmaSquared: number, h: number): number {
  const weight = (at: number) => Math.exp(-(at ** 2) / (2 * sigmaSquared));
  const sumBeyond = (from: number) => {
    let sum = 0;
    for (let at = from + Math.ceil(40 * Math.sqrt(sigmaSquared)); at >= from; at--) sum += weight(at);
    return sum;
  };
  return (2 * sumBeyond(h + 1)) / (1 + 2 * sumBeyond(1));
}

function drawn(noise: Noise, random: (bytes: number) => Uint8Array): bigint {
  if (noise.mechanism === "discrete-laplace") return discreteLaplace(noise.scale, random);
  return discreteGaussian(noise.sigmaSquared, random);
}

describe("the width of an interval", () => {
  it("is the smallest that misses no more often than is said", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(0.05, 0.025, 0.0125),
        (top, bottom, miss) => {
          const h = halfWidth(laplace(top, bottom), miss);
          expect(tail(top / bottom, h)).toBeLessThanOrEqual(miss + 1e-9);
          if (h > 0) expect(tail(top / bottom, h - 1)).toBeGreaterThan(miss - 1e-9);
        },
      ),
    );
  });

  it("of Gaussian noise is the smallest that misses no more often than is said", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40_000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0.05, 0.025, 0.0125),
        (top, bottom, miss) => {
          const h = halfWidth(gaussian(top, bottom), miss);
          expect(gaussianTail(top / bottom, h)).toBeLessThanOrEqual(miss + 1e-9);
          if (h > 0) expect(gaussianTail(top / bottom, h - 1)).toBeGreaterThan(miss - 1e-9);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("of wide Gaussian noise is too wide by a thousandth at the most, however wide it is", () => {
    for (const sigma of [1_001, 2_500, 4_000]) {
      for (const miss of [0.05, 0.0125]) {
        const h = halfWidth(gaussian(sigma ** 2, 1), miss);
        expect(gaussianTail(sigma ** 2, h)).toBeLessThanOrEqual(miss);
        expect(gaussianTail(sigma ** 2, Math.floor(h * 0.999) - 1)).toBeGreaterThan(miss);
      }
    }
    // 1.95996 σ, from tables.
    expect(
      halfWidth({ mechanism: "discrete-gaussian", sigmaSquared: rational(10 ** 15, 1) }, 0.05) / 10 ** 7.5,
    ).toBeCloseTo(1.96, 2);
  });

  it("of a sum misses no more often than is said, and is far narrower than its terms' together", () => {
    const random = seededRandom("sums");
    const cases = [1, 4, 16].flatMap((terms) => [
      { terms, noise: laplace(6, 1) },
      { terms, noise: gaussian(36, 1) },
    ]);
    for (const { terms, noise } of cases) {
      const h = halfWidthOfSum(noise, terms, 0.05);
      let missed = 0;
      for (let run = 0; run < 1_000; run++) {
        let sum = 0n;
        for (let term = 0; term < terms; term++) sum += drawn(noise, random);
        missed += Number(sum > BigInt(h) || sum < -BigInt(h));
      }
      // Binomial(1000, ≤ 0.05): 80 lies more than 4 standard deviations above its mean.
      expect(missed).toBeLessThan(80);
      if (terms === 16) expect(h).toBeLessThan((terms * halfWidth(noise, 0.05)) / 2);
    }
  });
});
