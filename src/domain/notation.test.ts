import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Notation, OF_DOCUMENTS, setNumeral } from "./notation.ts";
import { amount, chanceInWords, counted, decimal, figure, plainDecimal } from "./policy/words.ts";

const GERMAN: Notation = { group: ".", decimal: ",", further: 3, least: 4 };
const INDIAN: Notation = { ...OF_DOCUMENTS, further: 2 };
const SPANISH: Notation = { ...GERMAN, least: 5 };

describe("a numeral", () => {
  it.each([
    ["0", "0", "0", "0"],
    ["999", "999", "999", "999"],
    ["1234", "1.234", "1,234", "1234"],
    ["-12345", "-12.345", "-12,345", "-12.345"],
    ["123456", "123.456", "1,23,456", "123.456"],
    ["1234567.089", "1.234.567,089", "12,34,567.089", "1.234.567,089"],
    ["0.50", "0,50", "0.50", "0,50"],
  ])("%s is set as its reader's country sets it", (numeral, german, indian, spanish) => {
    expect([GERMAN, INDIAN, SPANISH].map((notation) => setNumeral(numeral, notation))).toEqual([
      german,
      indian,
      spanish,
    ]);
  });

  it("keeps its digits in every notation", () => {
    const notation = fc.record({
      group: fc.constantFrom(".", ",", " ", "'"),
      decimal: fc.constantFrom(".", ","),
      further: fc.constantFrom(2, 3),
      least: fc.constantFrom(4, 5),
    });
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }), notation, (value, one) => {
        expect(setNumeral(String(value), one).replaceAll(/[^\d-]/g, "")).toBe(String(value));
      }),
    );
  });
});

describe("words for people", () => {
  it("set figures as asked, and as documents do where nothing is asked", () => {
    expect([figure(1_234_567), figure(1_234_567, GERMAN)]).toEqual(["1,234,567", "1.234.567"]);
    expect([decimal(-123_456, 2), decimal(-123_456, 2, GERMAN)]).toEqual(["-1,234.56", "-1.234,56"]);
    expect([decimal(5, 2), plainDecimal(123_456, 2), plainDecimal(7, 0)]).toEqual(["0.05", "1234.56", "7"]);
    expect([0, -500_000, 5_000_000_000, 10_000_000].map((one) => amount(one))).toEqual(["0", "-0.5", "5,000", "10"]);
    expect(amount(1_234_500_000, GERMAN)).toBe("1.234,5");
    expect([counted(1, "day", GERMAN), counted(1_200, "day", GERMAN)]).toEqual(["1 day", "1.200 days"]);
    expect(chanceInWords("1e-7", GERMAN)).toBe("1 in 10.000.000");
  });
});
