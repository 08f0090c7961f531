import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HARBOUR, questionOf, SUNLINE, tableContract } from "../../../testing/documents.ts";
import { seededRandom } from "../../../testing/seeded-random.ts";
import { TOP } from "../../policy/terms.ts";
import { parseEpsilon } from "../../privacy/epsilon.ts";
import type { Mechanism } from "../../privacy/mechanism.ts";
import type { Truth } from "../analysis.ts";
import { rulesOf } from "../registry.ts";
import type { CrosstabAnswer } from "./answer.ts";

const CONTRACT = tableContract();
const [SUN, HARB] = [SUNLINE, HARBOUR].map((partner) => `${partner}/customers`);
const KEYS = ["bronze", "silver", "gold", null];

function epsilon(text: string) {
  const parsed = parseEpsilon(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

type Table = Extract<Truth, { kind: "table" }>;
type Asking = {
  readonly truth: Omit<Table, "kind">;
  readonly aggregate?: "sum" | "mean";
  readonly price?: string;
  readonly mechanism?: Mechanism;
};

function answered(asking: Asking, seed = 1): CrosstabAnswer {
  const { truth, aggregate, price = "9999", mechanism = "discrete-laplace" } = asking;
  const measure = aggregate === undefined ? {} : { measure: { dataset: HARB, measure: "spend", aggregate } };
  const by = [{ dataset: HARB, attribute: "tier" }];
  const question = questionOf(CONTRACT, {
    analysis: "crosstab",
    purpose: "insight",
    between: [SUN, HARB],
    by,
    ...measure,
  });
  const terms = { ...TOP, mode: "noise" as const, mechanism, k: 20 };
  const priced = { contract: CONTRACT, question, terms, epsilon: epsilon(price) };
  const { figures } = rulesOf("crosstab").answer(priced, [{ kind: "table", ...truth }], seededRandom(String(seed)));
  // SAFETY: the figures of a cross-tab are its answer.
  return figures as CrosstabAnswer;
}

const counted = (people: readonly number[]) => ({ people, holders: [], sums: [] });

describe("a cross-tab", () => {
  it("has every key of the contract and one for nobody's, found or not, and at a huge epsilon the true counts", () => {
    const answer = answered({ truth: counted([300, 0, 25, 40]) });
    expect(answer.axes).toEqual([{ dataset: HARB, attribute: "tier", keys: KEYS }]);
    expect(answer.cells.map((cell) => cell.keys)).toEqual(KEYS.map((key) => [key]));
    expect(answer.cells.map(({ people }) => ("released" in people ? people.released : people.says))).toEqual([
      300,
      "fewer than 20",
      25,
      40,
    ]);
  });

  it("withholds below k and not at k, and all withheld cells look alike", () => {
    const { cells } = answered({ truth: counted([19, 20, 21, 0]) });
    expect(cells.map(({ people }) => "released" in people)).toEqual([false, true, true, false]);
    expect(cells[0]?.people).toEqual(cells[3]?.people);
  });

  it("noises every cell, the empty ones too, with the scale of its sensitivity", () => {
    const runs = Array.from({ length: 400 }, (_, seed) =>
      answered({ truth: counted([1_000, 1_000, 0, 0]), price: "0.5" }, seed),
    );
    const drawn = runs.flatMap(({ cells }) =>
      cells.slice(0, 2).map(({ people }) => ("released" in people ? people.released - 1_000 : 0)),
    );
    const variance = drawn.reduce((sum, value) => sum + value ** 2, 0) / drawn.length;
    // By two identifiers: sensitivity 2 at epsilon 0.5, scale 4, variance 2·4² less a little.
    expect(variance).toBeGreaterThan(25);
    expect(variance).toBeLessThan(40);
    // A cell of nobody reads 20 or more three times in a thousand, or its emptiness would show.
    const empty = runs.flatMap(({ cells }) => cells.slice(2)).filter(({ people }) => "released" in people).length;
    expect(empty).toBeGreaterThan(0);
    expect(empty).toBeLessThan(15);
    expect(runs[0]?.privacy).toMatchObject({ sensitivity: 2, epsilon: "0.5", threshold: 20 });
  });

  it("tells a sum or a mean, at a huge epsilon the true one", () => {
    const truth = { people: [100, 50, 30, 0], holders: [80, 40, 20, 0], sums: [800_000, 41, 2_000, 0] };
    const told = (aggregate: "sum" | "mean") =>
      answered({ truth, aggregate }).cells.map(({ measure }) =>
        measure !== undefined && "released" in measure ? measure.released : null,
      );
    const near = (value: number) => expect.closeTo(value, -4);
    expect(told("sum")).toEqual([near(800_000), near(41), near(2_000), null]);
    expect(told("mean")[0]).toBeGreaterThan(9_000);
    expect(told("mean")[0]).toBeLessThan(11_000);
  });

  it("withholds a measure where too few people have a value, whatever the count of people", () => {
    const truth = { people: [500, 500, 500, 5], holders: [19, 20, 0, 5], sums: [0, 0, 0, 0] };
    const { cells } = answered({ truth, aggregate: "sum" });
    expect(cells.map(({ measure }) => measure !== undefined && "released" in measure)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(cells[0]?.measure).toEqual(cells[3]?.people);
  });

  /** How far the counts and the sums of the first cell spread around the truth. */
  function spreads(mechanism: Mechanism) {
    const truth = { people: [1_000, 0, 0, 0], holders: [1_000, 0, 0, 0], sums: [100_000_000, 0, 0, 0] };
    const asking = { truth, aggregate: "sum", price: "1", mechanism } as const;
    const answers = Array.from({ length: 300 }, (_, seed) => answered(asking, seed));
    const spread = (figure: (answer: CrosstabAnswer) => object | undefined, centre: number) => {
      const drawn = answers.map((answer) => {
        const shown = figure(answer);
        return shown !== undefined && "released" in shown ? Number(shown.released) - centre : Number.NaN;
      });
      return Math.sqrt(drawn.reduce((sum, value) => sum + value ** 2, 0) / drawn.length);
    };
    const counts = spread(({ cells }) => cells[0]?.people, 1_000);
    const sums = spread(({ cells }) => cells[0]?.measure, 100_000_000);
    return { counts, sums, privacy: answers[0]?.privacy };
  }

  it("spends a third of its epsilon on each of counts, people with a value, and sums", () => {
    const { counts, sums, privacy } = spreads("discrete-laplace");
    // Scales: 3 parts × sensitivity 2, and times the largest value of 500,000 units for the sums; √2 of the scale.
    expect(counts / Math.SQRT2).toBeCloseTo(6, -0.5);
    expect(sums / Math.SQRT2 / 3_000_000).toBeCloseTo(1, 0);
    expect(privacy).toMatchObject({ sensitivity: 2, parts: 3 });
  });

  it("spends a third of its rho on each with Gaussian noise, which spreads less", () => {
    const { counts, sums, privacy } = spreads("discrete-gaussian");
    // σ² = 3 parts × L2² of 2, and times the square of 500,000 for the sums. 300 draws tell σ to a fifth.
    expect(Math.abs(counts / Math.sqrt(6) - 1)).toBeLessThan(0.2);
    expect(Math.abs(sums / Math.sqrt(6) / 500_000 - 1)).toBeLessThan(0.2);
    expect(privacy).toMatchObject({ mechanism: "discrete-gaussian", squaredSensitivity: 2, parts: 3, sigma: 2.4495 });
  });

  it("keeps means within the bounds, and their intervals hold as often as they say", () => {
    const truth = { people: [400, 0, 0, 0], holders: [300, 0, 0, 0], sums: [300 * 90_000, 0, 0, 0] };
    let held = 0;
    for (let seed = 0; seed < 500; seed++) {
      const mean = answered({ truth, aggregate: "mean", price: "5" }, seed).cells[0]?.measure;
      if (mean === undefined || !("released" in mean) || mean.interval === undefined) throw new Error("no mean");
      const [low, high] = mean.interval;
      expect(mean.released).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(500_000);
      held += Number(low <= 90_000 && 90_000 <= high);
    }
    // Binomial(500, ≥ 0.95): 455 lies more than 4 standard deviations below its mean.
    expect(held).toBeGreaterThan(455);
  });

  it("shows a sum of values of one sign on its side of nought alone", () => {
    fc.assert(
      fc.property(fc.nat(100), (seed) => {
        const truth = { people: [100, 0, 0, 0], holders: [100, 0, 0, 0], sums: [10, 0, 0, 0] };
        const sum = answered({ truth, aggregate: "sum", price: "1" }, seed).cells[0]?.measure;
        if (sum !== undefined && "released" in sum)
          expect(Math.min(sum.released, ...(sum.interval ?? []))).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 40 },
    );
  });
});
