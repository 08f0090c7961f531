import { describe, expect, test } from "vitest";
import { aligned, grouped, shownFigure, shownRho, sized } from "./figures.ts";

describe("figures for people", () => {
  test("carry their interval as plus or minus where it is even", () => {
    expect(shownFigure({ released: 6_120, interval: [6_082, 6_158] })).toBe("6,120 ± 38 (95 %)");
  });

  test("carry both ends of an interval that stops at zero", () => {
    expect(shownFigure({ released: 12, interval: [0, 50] })).toBe("12, from 0 to 50 (95 %)");
  });

  test("stand alone in exact mode, and say no more than the room when withheld", () => {
    expect(shownFigure({ released: 1_250 })).toBe("1,250");
    expect(shownFigure({ says: "fewer than 50" })).toBe("fewer than 50");
  });

  test("of the ledger are billionths, without zeros at the end", () => {
    expect(["125000000", "5000", "1", "0", "12000000000"].map(shownRho)).toEqual([
      "0.125 rho",
      "0.000005 rho",
      "0.000000001 rho",
      "0 rho",
      "12 rho",
    ]);
  });

  test("of bytes take the unit that reads best", () => {
    expect([0, 999, 1_000, 1_640_000, 5e13].map(sized)).toEqual(["0 B", "999 B", "1.0 kB", "1.6 MB", "50.0 TB"]);
    expect(grouped(1_234_567)).toBe("1,234,567");
  });

  test("stand in columns, the last of which has no blanks behind it", () => {
    expect(
      aligned(
        [
          ["a", "bb"],
          ["ccc", "d"],
        ],
        2,
      ),
    ).toEqual(["  a    bb", "  ccc  d"]);
  });
});
