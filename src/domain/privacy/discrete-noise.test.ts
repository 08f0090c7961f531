import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { discreteGaussian, discreteLaplace } from "./discrete-noise.ts";
import type { Rational } from "./random.ts";

// Every statistical claim is tested at a significance of one in a million, with fixed seeds: the p-value of a
// chi-square test above 1e-6, and a single count within 4.892 standard deviations, the same chance on two sides.
const SIGNIFICANCE = 1e-6;
const DEVIATIONS = 4.892;

function scaleOf(numerator: number, denominator: number): Rational {
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
}

// P(x) = (1 - a) / (1 + a) · a^|x| with a = e^(-1/scale); the first factor is tanh(1 / 2·scale).
function laplaceProbability({ numerator, denominator }: Rational): Probability {
  const rate = Number(denominator) / Number(numerator);
  return (value) => Math.tanh(rate / 2) * Math.exp(-rate * Math.abs(value));
}

function gaussianProbability({ numerator, denominator }: Rational): Probability {
  const sigmaSquared = Number(numerator) / Number(denominator);
  const weight: Probability = (value) => Math.exp(-(value * value) / (2 * sigmaSquared));
  let whole = 1;
  for (let value = 1; weight(value) > 1e-20; value++) whole += 2 * weight(value);
  return (value) => weight(value) / whole;
}

function varianceOf(probability: Probability): number {
  let variance = 0;
  for (let value = 1, term = 1; term > 1e-18 || value < 10; value++) {
    term = 2 * value * value * probability(value);
    variance += term;
  }
  return variance;
}

function laplaceDraws(draws: number, scale: Rational, seed: string): Histogram {
  const random = seededRandom(seed);
  return histogramOf(draws, () => discreteLaplace(scale, random));
}

function expectFit(counts: Histogram, probability: Probability): void {
  expect(chiSquareP(counts, probability)).toBeGreaterThan(SIGNIFICANCE);
  // On its own as well: a rounded continuous distribution differs most at the centre.
  expect(Math.abs(deviationsAt(counts, 0, probability(0)))).toBeLessThan(DEVIATIONS);
  // The sample variance of a discrete Laplace spreads by √(5/n): one per cent says something from a million draws on.
  if (drawsOf(counts) < 1_000_000) return;
  expect(Math.abs(sampleVariance(counts) / varianceOf(probability) - 1)).toBeLessThan(0.01);
}

describe("discreteLaplace", () => {
  it.each([
    ["0.01", 100, 1, 1_000_000],
    ["0.1", 10, 1, 1_000_000],
    ["0.3", 10, 3, 1_000_000],
    ["0.5", 2, 1, 1_000_000],
    ["1", 1, 1, 1_000_000],
    ["0.123456 at sensitivity 2", 2_000_000, 123_456, 1_000_000],
    ["3", 1, 3, 200_000],
    ["10", 1, 10, 200_000],
  ])("has the exact probabilities for epsilon %s", (name, numerator, denominator, draws) => {
    const scale = scaleOf(numerator, denominator);
    expectFit(laplaceDraws(draws, scale, `laplace ${name}`), laplaceProbability(scale));
  });

  // One person more or less moves the figure by one: at no value may the chances differ by more than e^epsilon.
  it.each([
    [1, 1],
    [10, 1],
  ])("gives neighbouring counts histograms within e^epsilon, for scale %i/%i", (numerator, denominator) => {
    const scale = scaleOf(numerator, denominator);
    const here = laplaceDraws(250_000, scale, `here ${numerator}`);
    const there = laplaceDraws(250_000, scale, `there ${numerator}`);
    const bound = Math.exp(denominator / numerator);
    for (const [value, count] of here) {
      const neighbour = there.get(value - 1) ?? 0;
      if (count < 1_000 || neighbour < 1_000) continue;
      const slack = 1 + DEVIATIONS * Math.sqrt(1 / count + 1 / neighbour);
      expect(count / neighbour).toBeLessThan(bound * slack);
      expect(neighbour / count).toBeLessThan(bound * slack);
    }
  });

  it("refuses a scale that is not above zero", () => {
    expect(() => discreteLaplace(scaleOf(0, 1), seededRandom("none"))).toThrow(RangeError);
    expect(() => discreteLaplace(scaleOf(1, 0), seededRandom("none"))).toThrow(RangeError);
  });
});

describe("discreteGaussian", () => {
  it.each([
    ["1/3", 1, 3, 1_000_000],
    ["4", 4, 1, 200_000],
    ["99.7", 997, 10, 1_000_000],
    ["2500", 2_500, 1, 200_000],
  ])("has the exact probabilities for sigma squared %s", (name, numerator, denominator, draws) => {
    const sigmaSquared = scaleOf(numerator, denominator);
    const random = seededRandom(`gaussian ${name}`);
    const counts = histogramOf(draws, () => discreteGaussian(sigmaSquared, random));
    expectFit(counts, gaussianProbability(sigmaSquared));
  });

  it("refuses a variance that is not above zero", () => {
    expect(() => discreteGaussian(scaleOf(0, 1), seededRandom("none"))).toThrow(RangeError);
  });
});

describe("the tests themselves", () => {
  // Inverse transform of a float, rounded to the nearest integer: the sampler that everybody writes first.
  function roundedLaplace(scale: number, seed: string): () => bigint {
    const random = seededRandom(seed);
    return () => {
      const uniform = (new DataView(Uint8Array.from(random(4)).buffer).getUint32(0) + 0.5) / 2 ** 32 - 0.5;
      return BigInt(Math.round(-scale * Math.sign(uniform) * Math.log(1 - 2 * Math.abs(uniform))));
    };
  }

  it("catch a rounded continuous Laplace, whose centre is too light", () => {
    for (const scale of [1, 10]) {
      const counts = histogramOf(1_000_000, roundedLaplace(scale, `rounded ${scale}`));
      const centre = laplaceProbability(scaleOf(scale, 1))(0);
      expect(deviationsAt(counts, 0, centre)).toBeLessThan(-DEVIATIONS);
    }
  });

  it("catch a scale that is two per cent off", () => {
    const counts = laplaceDraws(1_000_000, scaleOf(102, 10), "off");
    expect(chiSquareP(counts, laplaceProbability(scaleOf(10, 1)))).toBeLessThan(SIGNIFICANCE);
  });

  it("know the chi-square distribution: published 0.001 points (NIST/SEMATECH e-Handbook §1.3.6.7.4)", () => {
    for (const [degrees, point] of [
      [1, 10.828],
      [2, 13.816],
      [10, 29.588],
      [50, 86.661],
      [100, 149.449],
    ] as const) {
      expect(upperGamma(degrees / 2, point / 2)).toBeCloseTo(0.001, 6);
    }
    expect(upperGamma(1, 1)).toBeCloseTo(Math.exp(-1), 9);
  });
});

describe("the path of the noise", () => {
  it.each(["random.ts", "discrete-noise.ts", "mechanism.ts", "epsilon.ts", "filter.ts"])(
    "has no float function and no source of its own in %s",
    (name) => {
      const source = readFileSync(new URL(name, import.meta.url), "utf8");
      const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      expect(code).not.toMatch(/\bMath\.(?!(?:ceil|clz32)\b)|crypto|\bDate\b|\d\.\d|\de-?\d/);
    },
  );
});

function sampleVariance(counts: Histogram): number {
  const squares = [...counts].reduce((sum, [value, count]) => sum + count * value * value, 0);
  return squares / drawsOf(counts);
}

function drawsOf(counts: Histogram): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

// Pearson's chi-square test against exact probabilities (NIST/SEMATECH e-Handbook §1.3.5.15).

/** Draws of a sampler, counted by value. */
type Histogram = ReadonlyMap<number, number>;

/** The probability of each integer, exact to the precision of a double. */
type Probability = (value: number) => number;

/** Counts `draws` values of a sampler. */
function histogramOf(draws: number, sample: () => bigint): Histogram {
  const counts = new Map<number, number>();
  for (let draw = 0; draw < draws; draw++) {
    const value = Number(sample());
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/**
 * The p-value of the draws under a distribution symmetric about 0. Each value expected at least 20 times is a cell of
 * its own, and each tail beyond is one cell.
 */
function chiSquareP(counts: Histogram, probability: Probability): number {
  const draws = drawsOf(counts);
  let edge = 0;
  while (draws * probability(edge + 1) >= 20) edge++;
  let statistic = 0;
  let inside = 0;
  for (let value = -edge; value <= edge; value++) {
    statistic += cell(counts.get(value) ?? 0, draws * probability(value));
    inside += probability(value);
  }
  const tail = (draws * (1 - inside)) / 2;
  for (const side of [-1, 1]) {
    const seen = [...counts].reduce((sum, [value, count]) => (value * side > edge ? sum + count : sum), 0);
    statistic += cell(seen, tail);
  }
  return upperGamma((2 * edge + 2) / 2, statistic / 2);
}

/** How many standard deviations the number of draws of one value lies from what is expected of it. */
function deviationsAt(counts: Histogram, value: number, probability: number): number {
  const draws = drawsOf(counts);
  const spread = Math.sqrt(draws * probability * (1 - probability));
  return ((counts.get(value) ?? 0) - draws * probability) / spread;
}

function cell(seen: number, expected: number): number {
  return (seen - expected) ** 2 / expected;
}

// The regularised upper incomplete gamma function Q(a, x): the series below a + 1, Lentz's continued fraction above
// (NIST DLMF §8.7.1, §8.9.2).
function upperGamma(a: number, x: number): number {
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x >= a + 1) return scale * continuedFraction(a, x);
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * 1e-15; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return 1 - scale * sum;
}

function continuedFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Number.MAX_VALUE;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return value;
}

// Stirling's series (NIST DLMF §5.11.1) after shifting the argument above 10: relative error below 1e-9.
function logGamma(a: number): number {
  let shift = 0;
  let z = a;
  for (; z < 10; z++) shift += Math.log(z);
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1_260 * z ** 5);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
