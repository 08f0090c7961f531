import { describe, expect, it } from "vitest";
import { HARBOUR, questionOf, SUNLINE, tableContract } from "../../../testing/documents.ts";
import { seededRandom } from "../../../testing/seeded-random.ts";
import { TOP } from "../../policy/terms.ts";
import { parseEpsilon } from "../../privacy/epsilon.ts";
import type { Mechanism } from "../../privacy/mechanism.ts";
import { rulesOf } from "../registry.ts";
import type { AffinityAnswer } from "./answer.ts";

const CONTRACT = tableContract();
const [SUN, HARB] = [SUNLINE, HARBOUR].map((partner) => `${partner}/customers`);

type Counts = { readonly shared: readonly number[]; readonly all: readonly number[] };

type Asking = { readonly seed?: number; readonly mechanism?: Mechanism };

function answered({ shared, all }: Counts, price: string, asking: Asking = {}): AffinityAnswer {
  const { seed = 1, mechanism = "discrete-laplace" } = asking;
  const segments = { dataset: HARB, attribute: "tier" };
  const question = questionOf(CONTRACT, { analysis: "affinity", purpose: "insight", among: SUN, segments });
  const epsilon = parseEpsilon(price);
  if (!epsilon.ok) throw new Error(epsilon.error);
  const terms = { ...TOP, mode: "noise" as const, mechanism, k: 20 };
  const truths = [shared, all].map((people) => ({ kind: "table", people, holders: [], sums: [] }) as const);
  const priced = { contract: CONTRACT, question, terms, epsilon: epsilon.value };
  const { figures } = rulesOf("affinity").answer(priced, truths, seededRandom(String(seed)));
  // SAFETY: the figures of an affinity are its answer.
  return figures as AffinityAnswer;
}

describe("an affinity", () => {
  const counts = { shared: [200, 100, 100, 0], all: [1_000, 1_000, 1_500, 500] };

  it("ranks segments by their lift, at a huge epsilon the true one, and tells the counts", () => {
    const { segments } = answered(counts, "9999");
    expect(segments.map(({ key, lift }) => [key, lift])).toEqual([
      ["bronze", 2],
      ["silver", 1],
      ["gold", 0.6667],
      [null, undefined],
    ]);
    expect(segments[0]).toMatchObject({
      index: { released: 200 },
      shared: { released: 200 },
      all: { released: 1_000 },
    });
  });

  it("withholds the index where either count is below k, and not at k", () => {
    const { segments } = answered({ shared: [19, 20, 100, 100], all: [500, 500, 19, 500] }, "9999");
    const index = Object.fromEntries(segments.map(({ key, index: of }) => [String(key), "released" in of]));
    expect(index).toEqual({ bronze: false, silver: true, gold: false, null: true });
  });

  it.each(["discrete-laplace", "discrete-gaussian"] as const)("gives intervals that hold, of %s noise", (mechanism) => {
    let held = 0;
    for (let seed = 0; seed < 500; seed++) {
      const found = answered(counts, "0.5", { seed, mechanism }).segments.find(({ key }) => key === "gold");
      if (found === undefined || !("released" in found.index) || found.index.interval === undefined) continue;
      const [low, high] = found.index.interval;
      held += Number(low <= 66.7 && 66.6 <= high);
    }
    // Binomial(500, ≥ 0.95): 455 lies more than 4 standard deviations below its mean.
    expect(held).toBeGreaterThan(455);
  });

  it("states the sensitivity of both counts together", () => {
    expect(answered(counts, "0.5").privacy).toMatchObject({ sensitivity: 3, epsilon: "0.5", threshold: 20 });
    const { privacy } = answered(counts, "0.5", { mechanism: "discrete-gaussian" });
    expect(privacy).toMatchObject({ mechanism: "discrete-gaussian", squaredSensitivity: 3, sigma: 3.4641 });
  });
});
