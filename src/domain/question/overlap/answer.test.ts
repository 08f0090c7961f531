import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../testing/seeded-random.ts";
import { contractIdSchema } from "../../contract/document.ts";
import { datasetRefSchema, ownerOf } from "../../dataset/schema.ts";
import { TOP } from "../../policy/terms.ts";
import { parseEpsilon } from "../../privacy/epsilon.ts";
import { isProtectedAs } from "../figures.ts";
import { answerOverlap, asIfAlone, type OverlapCounts } from "./answer.ts";
import type { OverlapQuestion } from "./question.ts";

const LISTS = ["ann/people", "ben/people", "cat/people", "dan/people"].map((name) => datasetRefSchema.parse(name));
const contract = contractIdSchema.parse("0".repeat(64));

function question(lists: number, detail?: "identifier"): OverlapQuestion {
  const asked = {
    analysis: "overlap",
    contract,
    purpose: "insight",
    between: LISTS.slice(0, lists),
    where: [],
  } as const;
  const identifiers = lists > 2 ? (["email"] as const) : (["email", "phone"] as const);
  return {
    ...asked,
    identifiers: [...identifiers],
    between: [...asked.between],
    where: [],
    ...(detail ? { detail: [detail] } : {}),
  };
}

function epsilon(text: string) {
  const parsed = parseEpsilon(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function countsOf(regions: readonly number[]): OverlapCounts {
  const lists = Math.log2(regions.length);
  const sizes = Array.from({ length: lists }, (_, list) =>
    regions.reduce((sum, count, mask) => sum + ((mask >> list) & 1 ? count : 0), 0),
  );
  return { sizes, regions, byIdentifier: [regions.at(-1) ?? 0, 0] };
}

const noise = { ...TOP, mode: "noise" as const, mechanism: "discrete-laplace" as const, k: 20 };
const precise = epsilon("9999");

describe("an overlap with noise", () => {
  it("shows every region of two to four lists, and at a huge epsilon the true figures", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 2, max: 4 })
          .chain((lists) =>
            fc.array(fc.integer({ min: 100, max: 5_000 }), { minLength: 2 ** lists - 1, maxLength: 2 ** lists - 1 }),
          ),
        fc.integer(),
        (inner, seed) => {
          const counts = countsOf([0, ...inner]);
          const asked = { question: question(counts.sizes.length), terms: noise, epsilon: precise };
          const answer = answerOverlap(asked, counts, seededRandom(String(seed)));
          expect(answer.regions).toHaveLength(inner.length);
          for (const [index, region] of answer.regions.entries())
            expect(region).toMatchObject({ released: inner[index] });
          for (const [index, size] of answer.sizes.entries())
            expect(size).toMatchObject({ released: counts.sizes[index] });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("withholds a shared region below the threshold, and every region that would give it away", () => {
    const counts = countsOf([0, 500, 600, 5]);
    const asked = { question: question(2), terms: noise, epsilon: precise };
    const { regions, matchRates } = answerOverlap(asked, counts, seededRandom(String(1)));
    for (const region of regions) expect(region).toMatchObject({ withheld: true, says: "fewer than 20" });
    expect(matchRates).toEqual([]);
  });

  it("moves each figure by noise of the stated scale: the interval holds the truth 19 times in 20", () => {
    const counts = countsOf([0, 5_000, 6_000, 1_000]);
    const asked = { question: question(2, "identifier"), terms: noise, epsilon: epsilon("0.5") };
    let held = 0;
    for (let seed = 0; seed < 2_000; seed++) {
      const shared = answerOverlap(asked, counts, seededRandom(String(seed))).regions[2];
      if (shared === undefined || !("interval" in shared) || shared.interval === undefined)
        throw new Error("no interval");
      held += Number(shared.interval[0] <= 1_000 && 1_000 <= shared.interval[1]);
    }
    // Binomial(2000, ≥ 0.95): 1,860 lies more than 4 standard deviations below its mean.
    expect(held).toBeGreaterThan(1_860);
    expect(held).toBeLessThan(2_000);
  });

  it("states its price, threshold and sensitivity", () => {
    const asked = { question: question(2, "identifier"), terms: noise, epsilon: epsilon("0.5") };
    const { privacy, byIdentifier } = answerOverlap(asked, countsOf([0, 500, 600, 100]), seededRandom(String(1)));
    expect(privacy).toMatchObject({ mode: "noise", epsilon: "0.5", sensitivity: 4, threshold: 20 });
    expect(byIdentifier?.map((one) => one.identifier)).toEqual(["email", "phone"]);
  });
});

describe("an overlap with Gaussian noise", () => {
  const asked = {
    question: question(2, "identifier"),
    terms: { ...noise, mechanism: "discrete-gaussian" as const },
    epsilon: epsilon("0.5"),
  };

  it("names it with its sigma, and its interval holds the truth 19 times in 20", () => {
    const counts = countsOf([0, 5_000, 6_000, 1_000]);
    let held = 0;
    for (let seed = 0; seed < 1_000; seed++) {
      const { regions, privacy } = answerOverlap(asked, counts, seededRandom(String(seed)));
      const shared = regions[2];
      if (shared === undefined || !("interval" in shared) || shared.interval === undefined)
        throw new Error("no interval");
      held += Number(shared.interval[0] <= 1_000 && 1_000 <= shared.interval[1]);
      // Two sizes, the pairs and two figures by identifier: L2² is 4, so sigma is 2 / 0.5.
      expect(privacy).toMatchObject({
        mechanism: "discrete-gaussian",
        sigma: 4,
        squaredSensitivity: 4,
        epsilon: "0.5",
      });
      expect(shared.interval[1] - shared.interval[0]).toBe(16);
    }
    // Binomial(1000, ≥ 0.95): 915 lies more than 4 standard deviations below its mean.
    expect(held).toBeGreaterThan(915);
    expect(held).toBeLessThan(1_000);
  });

  it("is no draw for terms that ask for the other noise", () => {
    const { privacy } = answerOverlap(asked, countsOf([0, 500, 600, 100]), seededRandom("1"));
    expect(isProtectedAs(privacy, asked.terms, asked.epsilon)).toBe(true);
    expect(isProtectedAs(privacy, noise, asked.epsilon)).toBe(false);
  });
});

describe("an exact overlap", () => {
  const exact = { ...TOP, k: 10, rounding: 5 };

  it("draws no randomness and rounds", () => {
    const noDice = () => {
      throw new Error("exact mode draws nothing");
    };
    const asked = { question: question(2), terms: exact, epsilon: precise };
    const answer = answerOverlap(asked, countsOf([0, 131, 126, 137]), noDice);
    expect(answer.regions.map((region) => "released" in region && region.released)).toEqual([130, 125, 135]);
    expect(answer.regions.every((region) => !("interval" in region))).toBe(true);
    expect(answer.privacy.mode).toBe("exact");
  });

  it("withholds figures by identifier together, since they add up to the matched people", () => {
    const counts = { ...countsOf([0, 131, 126, 137]), byIdentifier: [130, 7] };
    const asked = { question: question(2, "identifier"), terms: exact, epsilon: precise };
    const { byIdentifier } = answerOverlap(asked, counts, seededRandom(String(1)));
    expect(byIdentifier?.every((one) => "withheld" in one)).toBe(true);
  });
});

describe("what the guard withholds", () => {
  it("is answered as for lists on which nobody but the recipient's own people are", () => {
    const asked = { question: question(2), terms: { ...TOP, k: 10 }, epsilon: epsilon("1") };
    const [ann, ben] = LISTS;
    if (ann === undefined || ben === undefined) throw new Error("there are two lists");
    const counts = countsOf([0, 40, 50, 60]);
    expect(asIfAlone(asked.question, ownerOf(ann), counts)).toMatchObject({ sizes: [100, 0], regions: [0, 100, 0, 0] });
    expect(asIfAlone(asked.question, ownerOf(ben), counts)).toMatchObject({ sizes: [0, 110], regions: [0, 0, 110, 0] });
    const empty = answerOverlap(asked, { ...countsOf([0, 100, 0, 0]), byIdentifier: [0, 0] }, seededRandom("1"));
    expect(answerOverlap(asked, asIfAlone(asked.question, ownerOf(ann), counts), seededRandom("1"))).toEqual(empty);
  });
});
