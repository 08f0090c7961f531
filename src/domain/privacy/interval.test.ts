import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { discreteLaplace } from "./discrete-noise.ts";
import { halfWidth, halfWidthOfSum } from "./interval.ts";

const scaleOf = (numerator: number, denominator: number) => ({
  numerator: BigInt(numerator),
  denominator: BigInt(denominator),
});

// P(|noise| > h) by adding up the exact probabilities of -h to h.
function tail(width: number, h: number): number {
  const ratio = Math.exp(-1 / width);
  let inside = 0;
  for (let at = -h; at <= h; at++) inside += ((1 - ratio) / (1 + ratio)) * ratio ** Math.abs(at);
  return 1 - inside;
}

describe("the width of an interval", () => {
  it("is the smallest that misses no more often than is said", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(0.05, 0.025, 0.0125),
        (top, bottom, miss) => {
          const h = halfWidth(scaleOf(top, bottom), miss);
          expect(tail(top / bottom, h)).toBeLessThanOrEqual(miss + 1e-9);
          if (h > 0) expect(tail(top / bottom, h - 1)).toBeGreaterThan(miss - 1e-9);
        },
      ),
    );
  });

  it("of a sum misses no more often than is said, and is far narrower than its terms' together", () => {
    const scale = scaleOf(6, 1);
    const random = seededRandom("sums");
    for (const terms of [1, 4, 16]) {
      const h = halfWidthOfSum(scale, terms, 0.05);
      let missed = 0;
      for (let run = 0; run < 1_000; run++) {
        let sum = 0n;
        for (let term = 0; term < terms; term++) sum += discreteLaplace(scale, random);
        missed += Number(sum > BigInt(h) || sum < -BigInt(h));
      }
      // Binomial(1000, ≤ 0.05): 80 lies more than 4 standard deviations above its mean.
      expect(missed).toBeLessThan(80);
      if (terms === 16) expect(h).toBeLessThan((terms * halfWidth(scale, 0.05)) / 2);
    }
  });
});
