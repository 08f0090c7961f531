import { describe, expect, it } from "vitest";
import { parseEpsilon } from "../privacy/epsilon.ts";
import { budgetInWords, chanceInWords } from "./words.ts";

function units(text: string): string {
  const parsed = parseEpsilon(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return budgetInWords(parsed.value);
}

describe("what people read of a budget", () => {
  it("is units, not a share", () => {
    expect(["0.5", "1", "10"].map(units)).toEqual([
      "0.5 units of privacy budget",
      "1 unit of privacy budget",
      "10 units of privacy budget",
    ]);
  });

  it("has its chance as one in so many, in either spelling", () => {
    expect(["1e-5", "1e-7", "2e-18", "0.00001", "0.0000003"].map((delta) => chanceInWords(delta))).toEqual([
      "1 in 100,000",
      "1 in 10,000,000",
      "2 in 1,000,000,000,000,000,000",
      "1 in 100,000",
      "3 in 10,000,000",
    ]);
  });
});
