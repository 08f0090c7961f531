import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../testing/seeded-random.ts";
import { TOP } from "../../policy/terms.ts";
import { parseEpsilon } from "../../privacy/epsilon.ts";
import { answerAudience, listDistance } from "./answer.ts";

function epsilon(text: string) {
  const parsed = parseEpsilon(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const bounds = { ...TOP, k: 20, minimumAudience: 100, maximumAudience: 1_000 };
const noise = { terms: { ...bounds, mode: "noise" as const }, epsilon: epsilon("9999") };
const exact = { terms: bounds, epsilon: epsilon("0.5") };

describe("the gate before an audience", () => {
  it.each([
    [99, null, "withheld"],
    [100, null, "released"],
    [101, null, "released"],
    [999, null, "released"],
    [1_000, null, "released"],
    [1_001, null, "withheld"],
    [500, 0, "withheld"],
    [500, 19, "withheld"],
    [500, 20, "released"],
    [500, 21, "released"],
  ])("lets a list of %i people, %s apart from the nearest, be %s, in both modes", (size, nearest, outcome) => {
    for (const asked of [noise, exact]) {
      expect(answerAudience(asked, { size, room: 2_000, nearest }, seededRandom(String(7))).outcome).toBe(outcome);
    }
  });

  it("says the same of every list that it withholds", () => {
    const shapes = [
      { size: 0, room: 0, nearest: null },
      { size: 5_000, room: 9_000, nearest: null },
      { size: 500, room: 900, nearest: 3 },
    ].map((counts) => JSON.stringify(answerAudience(exact, counts, seededRandom(String(1))).answer));
    expect(new Set(shapes).size).toBe(1);
  });

  it("decides on the noised size: near the edge it goes either way", () => {
    const asked = { ...noise, epsilon: epsilon("0.1") };
    const outcomes = Array.from({ length: 200 }, (_, seed) =>
      answerAudience(asked, { size: 100, room: 900, nearest: null }, seededRandom(String(seed))),
    );
    const released = outcomes.filter((one) => one.outcome === "released").length;
    expect(released).toBeGreaterThan(50);
    expect(released).toBeLessThan(150);
  });
});

describe("the distance of two lists", () => {
  it("is the size of their symmetric difference", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.uniqueArray(fc.string()), (left, right) => {
        const only = [...left.filter((one) => !right.includes(one)), ...right.filter((one) => !left.includes(one))];
        expect(listDistance(left, right)).toBe(only.length);
      }),
    );
  });
});
