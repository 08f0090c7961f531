import { describe, expect, it } from "vitest";
import { costOfPureEpsilon, nanoRho, parseEpsilon } from "../privacy/epsilon.ts";
import { beats, binomialTail, boundOfAnswer, boundOfBudget, rightThatBeats, SIGNIFICANCE } from "./bound.ts";

function epsilonOf(text: string) {
  const epsilon = parseEpsilon(text);
  if (!epsilon.ok) throw new Error(text);
  return epsilon.value;
}

/** The chances of each outcome of `trials` coins that fall heads with `chance`, by Pascal's triangle. */
function pascal(trials: number, chance: number): number[] {
  let row = [1];
  for (let trial = 0; trial < trials; trial++)
    row = Array.from(
      { length: row.length + 1 },
      (_, heads) => (row[heads] ?? 0) * (1 - chance) + (row[heads - 1] ?? 0) * chance,
    );
  return row;
}

/**
 * The advantage of the best guess after so many randomised responses of this epsilon: the most that so many
 * epsilon-private answers can give (Kairouz, Oh, Viswanath 2015), so no bound may lie below it.
 */
function mostFrom(answers: number, epsilon: number): number {
  const truth = Math.exp(epsilon) / (1 + Math.exp(epsilon));
  const [there, absent] = [pascal(answers, truth), pascal(answers, 1 - truth)];
  return there.reduce((sum, chance, heads) => sum + Math.abs(chance - (absent[heads] ?? 0)), 0) / 2;
}

const PRICES = ["0.01", "0.1", "0.25", "0.5", "1", "2.5", "5"];

describe("the bound of one answer", () => {
  it.each(PRICES)("is (e^ε - 1) / (e^ε + 1), which a randomised response reaches, at %s", (price) => {
    const epsilon = Number(price);
    expect(boundOfAnswer(epsilonOf(price))).toBeCloseTo((Math.exp(epsilon) - 1) / (Math.exp(epsilon) + 1), 12);
    expect(boundOfAnswer(epsilonOf(price))).toBeCloseTo(mostFrom(1, epsilon), 12);
  });
});

describe("the bound of a budget", () => {
  it.each(PRICES)("is never below what the worst answers at %s give, and below 1", (price) => {
    for (const answers of [1, 2, 3, 9, 31, 100]) {
      const spent = nanoRho(costOfPureEpsilon(epsilonOf(price)) * BigInt(answers));
      expect(boundOfBudget(spent)).toBeGreaterThanOrEqual(mostFrom(answers, Number(price)) - 1e-9);
      expect(boundOfBudget(spent)).toBeLessThanOrEqual(1);
    }
  });

  it("grows with what is spent, from nothing", () => {
    expect(boundOfBudget(nanoRho(0n))).toBe(0);
    const bounds = [1n, 10n, 1_000n, 100_000n].map((millis) => boundOfBudget(nanoRho(millis * 1_000_000n)));
    expect(bounds).toEqual([...bounds].sort((left, right) => left - right));
  });
});

describe("a decision", () => {
  it("rests on the exact binomial tail", () => {
    for (const [trials, chance] of [
      [10, 0.5],
      [25, 0.62],
      [40, 0.9],
    ] as const) {
      const exact = pascal(trials, chance);
      for (let right = 0; right <= trials; right++) {
        const tail = exact.slice(right).reduce((sum, one) => sum + one, 0);
        expect(binomialTail(right, trials, chance)).toBeCloseTo(tail, 10);
      }
    }
  });

  it("calls a leak from one number of right guesses on, and errs by no more than stated", () => {
    for (const bound of [0, 0.245, 0.67, 0.93]) {
      const least = rightThatBeats(bound, 1_000);
      expect(beats(bound, least, 1_000)).toBe(true);
      expect(beats(bound, least - 1, 1_000)).toBe(false);
      expect(binomialTail(least, 1_000, (1 + bound) / 2)).toBeLessThanOrEqual(SIGNIFICANCE);
      expect(binomialTail(least - 2, 1_000, (1 + bound) / 2)).toBeGreaterThan(SIGNIFICANCE);
    }
  });

  it("is never made against a bound that forbids nothing, nor on a handful of guesses", () => {
    expect(beats(1, 1_000, 1_000)).toBe(false);
    expect(rightThatBeats(0.9, 20)).toBe(21);
  });
});
