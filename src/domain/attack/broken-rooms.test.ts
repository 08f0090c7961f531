// Every attack is tried on a room of which one rule is broken, and finds it out: an attack that finds nothing in the
// room as it is has teeth all the same.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { partnerIdSchema } from "../partner/manifest.ts";
import { type Policy, policySchema } from "../policy/document.ts";
import { parseEpsilon } from "../privacy/epsilon.ts";
import { ROOM_RULES, type Rules } from "./rules.ts";
import { seededBytes } from "./seeded-bytes.ts";
import { type Finding, type Plan, simulate } from "./simulate.ts";

// Enough for a leak to show at a millionth beside the bounds of the policy below: 0.24 for one answer, 0.67 for nine.
const WORLDS = { rehearsed: 20, judged: 120 };

/** What is answered without being paid for shows in one world. */
const FEW = { worlds: { rehearsed: 2, judged: 2 } };
/** Twice too little noise is near the bound of one answer, which is cheap to ask. */
const MANY = { worlds: { rehearsed: 400, judged: 6_000 } };

const byOne = ({ identifiers }: Finding["door"]): boolean => identifiers.length === 1;

type Grant = Policy["grants"][number];

/** `insight-only.json` for one partner, with so many analyses granted. */
function granting(analyses: Grant["analyses"], grant: Partial<Grant> = {}): Policy {
  const text = readFileSync(new URL("../../../policies/insight-only.json", import.meta.url), "utf8");
  const policy = policySchema.parse(JSON.parse(text));
  const requestsPerPeriod = analyses.map((analysis) => ({ analysis, count: 20, period: "P30D" }));
  const attributes: Grant["attributes"] = { tier: ["filter", "group"], region: ["filter", "group"] };
  const [first] = policy.grants;
  return policySchema.parse({
    ...policy,
    defaults: { ...policy.defaults, requestsPerPeriod },
    grants: [{ ...first, to: ["one-partner"], analyses, attributes, ...grant }],
    prohibitions: [],
    examples: [],
  });
}

const FIGURES = granting(["overlap"]);
const TABLES = granting(["crosstab"], { attributes: { tier: ["group", "filter"], region: ["group"] } });
const SUMS = granting(["crosstab"], { attributes: { tier: ["group"], spend: ["measure"] } });
const SEGMENTS = granting(["affinity"]);
const SERIES = granting(["overlap", "trend"]);
const LISTS = granting(["audience", "suppression"], { channels: ["email"] });
const DENIABLE = granting(["audience"], { channels: ["email"], terms: { deniability: "0.25" } });
const HOUSE_MEMBERS = ["one-partner", "other-partner"].map((name) => partnerIdSchema.parse(name));
const HOUSE = policySchema.parse({
  ...granting(["overlap"], { to: HOUSE_MEMBERS }),
  affiliates: [{ id: "one-house", partners: HOUSE_MEMBERS, because: "they are one company" }],
});

/** Which of these attacks leak in a room with these rules, by the door's shape. */
function leaksIn(
  policy: Policy,
  broken: Partial<Rules>,
  trying: Trying,
): { readonly [attack: string]: Finding["leak"] } {
  const { attacks, worlds = WORLDS, isAt = () => true } = trying;
  const rules = { ...ROOM_RULES, ...broken };
  const picks: Plan["picks"] = ({ name }, door) => attacks.includes(name) && isAt(door);
  const plan = { policy, contract: null, on: "2026-11-26", rules, seed: "broken", worlds, picks };
  const simulated = simulate({ ...plan, progress: () => {} });
  if (!simulated.ok) throw new Error(simulated.error);
  const leaks = simulated.value.findings.filter(({ leak }) => leak !== null);
  return Object.fromEntries(
    leaks.map(({ attack, door, leak }) => [`${attack.name}: ${door.analysis} of ${door.others.length + 2}`, leak]),
  );
}

type Trying = {
  readonly attacks: readonly string[];
  readonly worlds?: Plan["worlds"];
  readonly isAt?: (door: Finding["door"]) => boolean;
};

/** Rules by which every answer is priced as before and protected as if it had cost so many times as much. */
function cheaper(times: number): Partial<Rules> {
  return {
    answer: (priced, truths, random) => {
      const epsilon = parseEpsilon(String((priced.epsilon / 1_000_000) * times));
      if (!epsilon.ok) throw new Error(epsilon.error);
      return ROOM_RULES.answer({ ...priced, epsilon: epsilon.value }, truths, random);
    },
  };
}

describe("figures", () => {
  it("with the same noise for every answer are found out by differences", () => {
    // One stream a world, from its beginning for each answer: noise that sticks.
    const worlds = new Map<unknown, string>();
    const noise: Rules["noise"] = (random) => {
      const world = worlds.get(random) ?? `world ${worlds.size}`;
      worlds.set(random, world);
      return seededBytes(world);
    };
    const leaks = leaksIn(FIGURES, { noise }, { attacks: ["tracker", "crafted list"] });
    expect(leaks).toMatchObject({
      "tracker: overlap of 2": "beats-bound",
      "crafted list: overlap of 2": "beats-bound",
    });
  });

  it("whose threshold is held against the truth are found out at its edge", () => {
    const answer: Rules["answer"] = (priced, [truth, ...more], random) => {
      if (truth?.kind !== "overlap") return ROOM_RULES.answer(priced, truth === undefined ? [] : [truth], random);
      const shared = truth.regions.at(-1) ?? 0;
      const shows = shared >= priced.terms.k ? 100_000 : 0;
      return ROOM_RULES.answer(priced, [{ ...truth, regions: truth.regions.map(() => shows) }, ...more], random);
    };
    expect(leaksIn(FIGURES, { answer }, { attacks: ["threshold edge"] })).toMatchObject({
      "threshold edge: overlap of 2": "beats-bound",
    });
  });

  it("with too little noise are found out, among two lists and among three", () => {
    const attacks = ["averaging", "threshold edge", "set-size bisection", "bisection by conditions", "one answer"];
    const tried = { attacks: [...attacks, "re-upload differencing"] };
    expect(leaksIn(FIGURES, cheaper(10), tried)).toMatchObject({
      "averaging: overlap of 2": "beats-bound",
      "threshold edge: overlap of 2": "beats-bound",
      "set-size bisection: overlap of 2": "beats-bound",
      "bisection by conditions: overlap of 2": "beats-bound",
      "re-upload differencing: overlap of 2": "beats-bound",
      "averaging: overlap of 3": "beats-bound",
      "threshold edge: overlap of 3": "beats-bound",
    });
  });

  it("in an account for each contract are found out by their sum", () => {
    const account: Rules["account"] = (lineage, contract) => `${lineage} ${contract}`;
    expect(leaksIn(FIGURES, { account }, { ...FEW, attacks: ["sybils"] })).toEqual({
      "sybils: overlap of 2": "over-budget",
    });
  });

  it("of affiliates in an account for each contract are found out by their sum", () => {
    const account: Rules["account"] = (lineage, contract) => `${lineage} ${contract}`;
    expect(leaksIn(HOUSE, {}, { ...FEW, attacks: ["affiliates"] })).toEqual({});
    expect(leaksIn(HOUSE, { account }, { ...FEW, attacks: ["affiliates"] })).toMatchObject({
      "affiliates: overlap of 2": "over-budget",
    });
  });

  it("of a trend that are drawn anew for an overlap, for nothing, are found out by rewording", () => {
    const free: Partial<Rules> = {
      recordedAs: (digest, { isTwin }) => `${digest} ${isTwin}`,
      account: (lineage, _, { isTwin }) => `${lineage} ${isTwin}`,
    };
    expect(leaksIn(SERIES, free, { ...FEW, attacks: ["rewording"] })).toMatchObject({
      "rewording: trend of 2": "over-budget",
    });
  });
});

describe("tables", () => {
  it("that are drawn anew in other words, for nothing, are found out by rewording", () => {
    const wordingOf = ({ by }: Parameters<Rules["recordedAs"]>[1]) => by.map(({ attribute }) => attribute).join();
    const free: Partial<Rules> = {
      recordedAs: (digest, probe) => `${digest} ${wordingOf(probe)}`,
      account: (lineage, _, probe) => `${lineage} ${wordingOf(probe)}`,
    };
    expect(leaksIn(TABLES, free, { ...FEW, attacks: ["rewording"] })).toMatchObject({
      "rewording: crosstab of 2": "over-budget",
    });
  });

  it("by two identifiers with the noise for one are found out by whom the person displaces", () => {
    const answer: Rules["answer"] = (priced, truths, random) => {
      const { question } = priced;
      const identifiers = question.identifiers.slice(0, 1);
      return ROOM_RULES.answer({ ...priced, question: { ...question, identifiers } }, truths, random);
    };
    expect(leaksIn(TABLES, { answer }, { ...MANY, attacks: ["displacement"] })).toEqual({
      "displacement: crosstab of 2": "beats-bound",
    });
  });

  it("with too little noise on the sums alone are found out by an extreme value", () => {
    const answer: Rules["answer"] = (priced, truths, random) => {
      const { contract } = priced;
      const datasets = contract.datasets.map((list) => {
        const measures = Object.entries(list.measures ?? {}).map(([name, measure]) => {
          const { min, max } = measure.clamp;
          return [name, { ...measure, clamp: { min, max: max / 100 } }] as const;
        });
        return { ...list, measures: Object.fromEntries(measures) };
      });
      return ROOM_RULES.answer({ ...priced, contract: { ...contract, datasets } }, truths, random);
    };
    expect(leaksIn(SUMS, { answer }, { attacks: ["extreme value"] })).toMatchObject({
      "extreme value: crosstab of 2": "beats-bound",
    });
  });

  it("of a measure that is not clamped are found out by an extreme value", () => {
    const measure: Rules["measure"] = (measurement, lists) => {
      if (measurement.kind !== "table" || measurement.measure === null) return ROOM_RULES.measure(measurement, lists);
      const wide = { ...measurement.measure, maximum: Number.MAX_SAFE_INTEGER };
      return ROOM_RULES.measure({ ...measurement, measure: wide }, lists);
    };
    expect(leaksIn(SUMS, { measure }, { attacks: ["extreme value"] })).toMatchObject({
      "extreme value: crosstab of 2": "beats-bound",
    });
  });

  it("of segments that count a person once where it stands in two figures are found out", () => {
    expect(leaksIn(SEGMENTS, cheaper(2), { ...MANY, attacks: ["one answer"], isAt: byOne })).toEqual({
      "one answer: affinity of 2": "beats-bound",
    });
  });
});

describe("lists", () => {
  it("of the same people, given again and again, are found out by two that are one person apart", () => {
    const answer: Rules["answer"] = (priced, truths, random) =>
      ROOM_RULES.answer(
        priced,
        truths.map((truth) =>
          truth.kind === "selection" && truth.nearest === 0 ? { ...truth, nearest: null } : truth,
        ),
        random,
      );
    const leaks = leaksIn(LISTS, { answer }, { attacks: ["crafted list"] });
    expect(leaks).toMatchObject({
      "crafted list: audience of 2": "beats-bound",
      "crafted list: suppression of 2": "beats-bound",
    });
  });

  it("that are deniable by a coin which never turns are found out by one entry, and at the longest list", () => {
    // At the longest list the noise on its size hides every other world.
    const worlds = { rehearsed: 20, judged: 300 };
    const tried = { worlds, attacks: ["one answer", "averaging", "edge of the longest deniable list"] };
    expect(leaksIn(DENIABLE, {}, tried)).toEqual({});
    expect(leaksIn(DENIABLE, { turns: () => false }, tried)).toEqual({
      "one answer: audience of 2": "beats-bound",
      "averaging: audience of 2": "beats-bound",
      "edge of the longest deniable list: audience of 2": "beats-bound",
    });
  });

  it("whose gate is the true size are found out at its edge", () => {
    const answer: Rules["answer"] = (priced, truths, random) => {
      const isLong = truths.some((truth) => truth.kind === "selection" && truth.size >= priced.terms.minimumAudience);
      const sure = { ...priced.terms, mode: isLong ? ("exact" as const) : priced.terms.mode };
      return ROOM_RULES.answer({ ...priced, terms: sure }, truths, random);
    };
    const leaks = leaksIn(LISTS, { answer }, { attacks: ["threshold edge"] });
    expect(leaks).toMatchObject({
      "threshold edge: audience of 2": "beats-bound",
      "threshold edge: suppression of 2": "beats-bound",
    });
  });
});
