import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contractSchema } from "../contract/document.ts";
import { partnerIdSchema } from "../partner/manifest.ts";
import { type Policy, policySchema } from "../policy/document.ts";
import { draftContract } from "./draft.ts";
import { reportLines } from "./report.ts";
import { ROOM_RULES } from "./rules.ts";
import { type Plan, type Simulation, simulate } from "./simulate.ts";

// A leak is claimed at a fixed significance, so fewer worlds than the command plays can only miss one: enough here for
// each broken room of these tests to be found.
const WORLDS = { rehearsed: 20, judged: 120 };
const EVERYWHERE = [
  ...["tracker", "averaging", "rewording", "threshold edge", "crafted list", "set-size bisection"],
  ...["bisection by conditions", "re-upload differencing", "sybils"],
];
const NOISY = ["strict.json", "insight-only.json", "cross-sell.json", "suppression-only.json"];
/** What others of these do not open: of tables by one identifier, and of lists with a coin, each kind of attack. */
const PART: { readonly [name: string]: Plan["picks"] } = {
  "tables.json": ({ name }, { analysis, identifiers, others }) =>
    name === "sybils" || (analysis === "crosstab" && identifiers.length === 1 && others.length === 0),
  "careful-lists.json": ({ name }, { channel }) => name === "sybils" || name === "affiliates" || channel !== null,
};

function shipped(name: string): Policy {
  return policySchema.parse(JSON.parse(readFileSync(new URL(`../../../policies/${name}`, import.meta.url), "utf8")));
}

function attacked(policy: Policy, plan: Partial<Plan> = {}): Simulation {
  const { contract = null, rules = ROOM_RULES, worlds = WORLDS } = plan;
  const { picks = () => true } = plan;
  const about = { policy, contract, on: "2026-11-26", rules, seed: "fixed", worlds, picks };
  const simulated = simulate({ ...about, progress: () => {} });
  if (!simulated.ok) throw new Error(simulated.error);
  return simulated.value;
}

function among(...names: readonly string[]): Plan["picks"] {
  return ({ name }) => names.includes(name);
}

const LEAKING = ["tracker", "averaging", "threshold edge", "crafted list"];

/** The attacks that found something, each with why it is a leak. */
function leaksOf({ findings }: Simulation): { readonly [attack: string]: string } {
  return Object.fromEntries(findings.flatMap(({ attack, leak }) => (leak === null ? [] : [[attack.name, leak]])));
}

function weakened(defaults: object): Policy {
  const policy = shipped("insight-only.json");
  return policySchema.parse({ ...policy, defaults: { ...policy.defaults, ...defaults } });
}

describe("the ready-made policies", () => {
  it.each([...NOISY, ...Object.keys(PART)])(
    "%s: no attack beats what the policy promises, and every one of them was tried",
    (name) => {
      const { [name]: picks = () => true } = PART;
      const simulation = attacked(shipped(name), { picks });
      expect(leaksOf(simulation)).toEqual({});
      expect(simulation.isHeld).toBe(true);
      const names = new Set(simulation.findings.map(({ attack }) => attack.name));
      for (const one of EVERYWHERE) expect(names).toContain(one);
      const lists = simulation.pledges.map(({ door }) => door).filter(({ channel }) => channel !== null);
      const [certain, deniable] = [true, false].map((is) =>
        lists.some(({ terms }) => (terms.deniability === null) === is),
      );
      expect(names.has("edge of the guard between lists")).toBe(certain);
      expect(names.has("edge of the longest deniable list")).toBe(deniable);
      expect(names.has("affiliates")).toBe(name === "careful-lists.json");
      for (const { spent, budget, outcome, limit } of simulation.findings) {
        expect(spent > 0n && spent <= budget).toBe(true);
        // It ends only when no further world can make a leak of it.
        if (outcome.guesses < limit.guesses)
          expect(outcome.right + limit.guesses - outcome.guesses).toBeLessThan(limit.right);
      }
      expect(reportLines(simulation).at(-1)).toMatch(/^held: no attack of \d+ is beyond its bound/);
    },
  );

  it("exact-counts.json leaks, as its README says, but not what two answers tell together", () => {
    const simulation = attacked(shipped("exact-counts.json"), { picks: among(...LEAKING, "re-upload differencing") });
    const leaks = leaksOf(simulation);
    for (const name of LEAKING) expect(leaks[name]).toBe("beats-bound");
    const reupload = simulation.findings.find(({ attack }) => attack.name === "re-upload differencing");
    expect(reupload).toMatchObject({ measured: 0, leak: null });
    expect(simulation.isHeld).toBe(false);
  });
});

describe("a weak policy", () => {
  it("in exact mode, with few people and a huge budget, is found out, and the questions that told are printed", () => {
    const budget = { perRelease: "60", perRecipient: "9999", lineage: "9999", delta: "1e-7", period: "P3M" };
    const policy = weakened({ mode: "exact", k: 10, rounding: 1, minimumAudience: 10, budget });
    const simulation = attacked(policy, {
      worlds: { rehearsed: 40, judged: 560 },
      picks: among("threshold edge", "crafted list"),
    });
    expect(leaksOf(simulation)).toMatchObject({ "threshold edge": "certain", "crafted list": "certain" });
    const lines = reportLines(simulation).map((line) => line.trim());
    const edge = lines.findIndex((line) => line.startsWith("LEAKS  threshold edge: measured 1.00"));
    const own = "`travel-partner-1/own-list`: 9 customers that it knows of (group 1), 20 strangers and the person";
    expect(lines.slice(edge + 4, edge + 7)).toEqual([
      "1. the owner uploads `your-company/customers`: its customers",
      `2. the attacker uploads ${own}`,
      "3. travel-partner-1 asks for overlap figures for insight: 10 shared, 30 in all",
    ]);
    expect(lines.at(-1)).toMatch(/^leaks: \d of 4 attacks$/);
  });

  it("whose budget bounds nothing is told so, even where no attack had the patience to use it", () => {
    const budget = { perRelease: "0.01", perRecipient: "9999", lineage: "9999", delta: "1e-7", period: "P3M" };
    const simulation = attacked(weakened({ budget }), { picks: () => false });
    expect(leaksOf(simulation)).toEqual({});
    expect(simulation.isHeld).toBe(false);
    expect(reportLines(simulation).join("\n")).toContain("such a budget promises nothing: lower `lineage`");
  });
});

describe("a contract that is given", () => {
  const policy = shipped("insight-only.json");
  const seat = { partner: partnerIdSchema.parse("travel-partner-1"), industry: "travel" };

  it("is the one that is attacked, with its stricter limits", () => {
    const draft = draftContract(policy, [seat.partner], "2026-11-26");
    const terms = {
      ...draft.terms,
      k: 500,
      minimumAudience: 500,
      budget: { ...draft.terms.budget, perRelease: "0.25" },
    };
    const simulation = attacked(policy, {
      contract: contractSchema.parse({ ...draft, terms }),
      picks: among("one answer"),
    });
    expect(simulation.isHeld).toBe(true);
    expect(simulation.pledges.map(({ door }) => [door.recipient, door.terms.k, door.price])).toEqual([
      ["travel-partner-1", 500, 250_000],
    ]);
  });

  it("without a list of the policy's partner is refused in a sentence", () => {
    const draft = draftContract(
      { ...policy, partner: partnerIdSchema.parse("somebody-else") },
      [seat.partner],
      "2026-11-26",
    );
    const simulated = simulate({
      policy,
      contract: draft,
      on: "2026-11-26",
      rules: ROOM_RULES,
      seed: "x",
      worlds: WORLDS,
      picks: () => true,
      progress: () => {},
    });
    expect(simulated).toEqual({
      ok: false,
      error: "the contract brings together no list of `your-company` with one of a member that could ask about it",
    });
  });
});

it("plays the same game for the same plan, and has nothing to play where nobody may ask", () => {
  const worlds = { rehearsed: 10, judged: 10 };
  const lines = () => reportLines(attacked(shipped("strict.json"), { worlds }));
  expect(lines()).toEqual(lines());
  const closed = attacked(policySchema.parse({ ...shipped("strict.json"), grants: [] }));
  expect(closed).toMatchObject({ findings: [], pledges: [], isHeld: true });
  expect(reportLines(closed).at(-1)).toBe("held: the documents let nobody ask anything, so there is nothing to attack");
});
