import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  budgetFromEpsilon,
  costOfPureEpsilon,
  type Delta,
  type EpsilonMicros,
  epsilonFromRho,
  nanoRho,
  parseDelta,
  parseEpsilon,
  priceWithin,
  printEpsilon,
} from "./epsilon.ts";

function epsilon(text: string): EpsilonMicros {
  const read = parseEpsilon(text);
  if (!read.ok) throw new Error(`not an epsilon: ${text}`);
  return read.value;
}

function delta(text: string): Delta {
  const read = parseDelta(text);
  if (!read.ok) throw new Error(`not a delta: ${text}`);
  return read.value;
}

const epsilons = fc.integer({ min: 1, max: 9_999_999_999 }).map((micros) => epsilon(printEpsilon(BigInt(micros))));
const deltas = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 18 }))
  .map(([digit, power]) => ({ text: `${digit}e-${power}`, chance: Number(`${digit}e-${power}`) }));

// The formula as Bun and Steinke print it, in floats: right to about ten digits, in no particular direction.
function epsilonInFloats(rho: number, chance: number): number {
  return rho + 2 * Math.sqrt(rho * Math.log(1 / chance));
}

describe("parseEpsilon and printEpsilon", () => {
  it.each([
    ["0.5", 500_000, "0.5"],
    ["10", 10_000_000, "10"],
    ["0.100", 100_000, "0.1"],
    ["0.000001", 1, "0.000001"],
    ["9999.999999", 9_999_999_999, "9999.999999"],
    ["1.000000", 1_000_000, "1"],
  ])("reads %s as %i millionths and prints it as %s", (text, micros, printed) => {
    expect(epsilon(text)).toBe(micros);
    expect(printEpsilon(epsilon(text))).toBe(printed);
  });

  it.each([
    "",
    "0",
    "0.0",
    "-1",
    "+1",
    ".5",
    "1.",
    "01",
    "1e1",
    "0.0000001",
    "10000",
    " 1",
    "1 ",
    "1,5",
    "NaN",
    "∞",
    "١",
  ])("refuses `%s`", (text) => {
    expect(parseEpsilon(text)).toEqual({ ok: false, error: "not-an-epsilon" });
  });

  it("are inverse for every epsilon", () => {
    fc.assert(
      fc.property(epsilons, (micros) => {
        expect(epsilon(printEpsilon(micros))).toBe(micros);
      }),
    );
  });

  it("prints nothing spent, and more than a policy can state", () => {
    expect(printEpsilon(0n)).toBe("0");
    expect(printEpsilon(123_456_000_000n)).toBe("123456");
  });
});

describe("parseDelta", () => {
  it("reads powers of ten and decimals as the same rational number", () => {
    const { numerator, denominator } = delta("1e-7");
    expect(numerator * 10_000_000n).toBe(denominator);
    expect(delta("0.0000001")).toEqual(delta("1e-7"));
    expect(delta("0.25")).toEqual({ numerator: 25n, denominator: 100n });
  });

  it.each(["0", "0.0", "1", "1e0", "0e-7", "10e-7", "1e-19", "1E-7", "1e7", "1.0", "-0.1", "1e-07", "", ".1"])(
    "refuses `%s`",
    (text) => {
      expect(parseDelta(text)).toEqual({ ok: false, error: "not-a-delta" });
    },
  );
});

describe("costOfPureEpsilon", () => {
  it.each([
    ["0.5", 125_000_000n],
    ["1", 500_000_000n],
    ["0.1", 5_000_000n],
    ["10", 50_000_000_000n],
    ["0.000001", 1n],
    ["0.000045", 2n],
  ])("of epsilon %s is %i nano-rho", (text, cost) => {
    expect(costOfPureEpsilon(epsilon(text))).toBe(cost);
  });

  it("is epsilon²/2 rounded up, so never free and never too cheap", () => {
    fc.assert(
      fc.property(epsilons, (micros) => {
        const doubled = 2_000n * costOfPureEpsilon(micros);
        const square = BigInt(micros) ** 2n;
        expect(doubled >= square && doubled - square < 2_000n && doubled > 0n).toBe(true);
      }),
    );
  });
});

describe("budgetFromEpsilon", () => {
  it("of epsilon 10 and delta 1e-7 is what the closed form says, to nine digits", () => {
    // (√(L + epsilon) - √L)² solves the formula for rho.
    const logarithm = Math.log(1e7);
    const rho = (Math.sqrt(logarithm + 10) - Math.sqrt(logarithm)) ** 2;
    expect(rho).toBeCloseTo(1.2009, 4);
    expect(Number(budgetFromEpsilon(epsilon("10"), delta("1e-7"))) / 1e9).toBeCloseTo(rho, 8);
  });

  it("never allows more than epsilon, and one billionth more would, within the precision of a float", () => {
    fc.assert(
      fc.property(epsilons, deltas, (micros, { text, chance }) => {
        const rho = budgetFromEpsilon(micros, delta(text));
        const stated = micros / 1e6;
        const tolerance = stated * 1e-11 + 1e-13;
        expect(epsilonInFloats(Number(rho) / 1e9, chance)).toBeLessThanOrEqual(stated + tolerance);
        expect(epsilonInFloats(Number(rho + 1n) / 1e9, chance)).toBeGreaterThan(stated - tolerance);
      }),
      { numRuns: 1_000 },
    );
  });

  it("grows with epsilon and with delta", () => {
    fc.assert(
      fc.property(epsilons, epsilons, deltas, (one, other, { text }) => {
        const [small, large] = one < other ? [one, other] : [other, one];
        const budget = budgetFromEpsilon(small, delta(text));
        expect(budget <= budgetFromEpsilon(large, delta(text))).toBe(true);
        expect(budget <= budgetFromEpsilon(small, delta("0.9"))).toBe(true);
      }),
    );
  });
});

describe("epsilonFromRho", () => {
  it("of a whole budget is never above the epsilon it came from, and one billionth more always is", () => {
    fc.assert(
      fc.property(epsilons, deltas, (micros, { text }) => {
        const rho = budgetFromEpsilon(micros, delta(text));
        expect(epsilonFromRho(rho, delta(text)) <= BigInt(micros)).toBe(true);
        expect(epsilonFromRho(nanoRho(rho + 1n), delta(text)) > BigInt(micros)).toBe(true);
      }),
    );
  });

  it("is the formula rounded up to a millionth", () => {
    const rhos = fc.bigInt({ min: 0n, max: 10n ** 13n }).map(nanoRho);
    fc.assert(
      fc.property(rhos, deltas, (rho, { text, chance }) => {
        const shown = Number(epsilonFromRho(rho, delta(text))) / 1e6;
        const exact = epsilonInFloats(Number(rho) / 1e9, chance);
        expect(shown - exact).toBeGreaterThan(-1e-9 - exact * 1e-12);
        expect(shown - exact).toBeLessThan(1e-6 + 1e-9 + exact * 1e-12);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is nothing when nothing is spent", () => {
    expect(epsilonFromRho(nanoRho(0n), delta("1e-7"))).toBe(0n);
  });
});

describe("nanoRho", () => {
  it("is never negative", () => {
    expect(() => nanoRho(-1n)).toThrow(RangeError);
  });
});

describe("priceWithin", () => {
  it("is the highest price in hundredths that so much rho pays for, and none where a hundredth is too much", () => {
    expect(priceWithin(nanoRho(49_999n))).toBe(null);
    expect(priceWithin(nanoRho(50_000n))).toBe(10_000);
    expect(priceWithin(nanoRho(125_000_000n))).toBe(500_000);
    expect(priceWithin(nanoRho(124_999_999n))).toBe(490_000);
    fc.assert(
      fc.property(fc.bigInt({ min: 50_000n, max: 40_000_000_000_000n }), (rho) => {
        const price = priceWithin(nanoRho(rho)) ?? epsilon("0.000001");
        expect(price % 10_000).toBe(0);
        expect(costOfPureEpsilon(price) <= rho).toBe(true);
        const next = epsilon(printEpsilon(BigInt(price) + 10_000n));
        expect(costOfPureEpsilon(next) > rho).toBe(true);
      }),
    );
  });
});
