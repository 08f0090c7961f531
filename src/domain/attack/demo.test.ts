// The demo's own rules under attack: what the demo shows to others has to hold for itself.

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { contractSchema } from "../contract/document.ts";
import { policySchema } from "../policy/document.ts";
import { ROOM_RULES } from "./rules.ts";
import { type Plan, simulate } from "./simulate.ts";

const PARTNERS = new URL("../../../partners/", import.meta.url);
const CONTRACTS = readdirSync(new URL("contracts/", PARTNERS)).map((name) =>
  contractSchema.parse(JSON.parse(readFileSync(new URL(`contracts/${name}`, PARTNERS), "utf8"))),
);

const PAIRS = CONTRACTS.flatMap((contract) =>
  contract.members.map(({ partner }) => {
    const text = readFileSync(new URL(`${partner}/policy.json`, PARTNERS), "utf8");
    return { contract, policy: policySchema.parse(JSON.parse(text)), name: `${partner} under ${contract.name}` };
  }),
);

function attacked({ policy, contract }: Pick<Plan, "policy" | "contract">, plan: Pick<Plan, "picks" | "worlds">) {
  const about = { policy, contract, on: "2026-11-26", rules: ROOM_RULES, seed: "demo", progress: () => {} };
  const simulated = simulate({ ...about, ...plan });
  if (!simulated.ok) throw new Error(simulated.error);
  return simulated.value;
}

it.each([...new Map(PAIRS.map((pair) => [pair.policy.partner, pair.policy]))])("%s promises something", (_, policy) => {
  const plan = { picks: () => false, worlds: { rehearsed: 2, judged: 2 } };
  const { pledges, isHeld } = attacked({ policy, contract: null }, plan);
  expect(pledges.length).toBeGreaterThan(0);
  expect(isHeld).toBe(true);
});

it.each(PAIRS)("$name: no answer tells more than it costs, whatever the analysis", (pair) => {
  // Enough for an answer that tells all to be found out at a millionth.
  const worlds = { rehearsed: 6, judged: 60 };
  const { isHeld, findings, pledges } = attacked(pair, { picks: ({ heldTo }) => heldTo === "one-answer", worlds });
  expect(isHeld).toBe(true);
  expect(new Set(findings.map(({ door }) => door))).toEqual(new Set(pledges.map(({ door }) => door)));
  const analyses = new Set(pledges.map(({ door }) => door.analysis));
  expect(analyses.size).toBe(pair.name === "harbour-yachts under sunline-harbour" ? 5 : analyses.size);
});

it("tables hold against a tracker and against other words, whose answers are pooled", () => {
  const pair = PAIRS.find(({ name }) => name === "harbour-yachts under sunline-harbour");
  if (pair === undefined) throw new Error("the demo has tables");
  const pooled = ["tracker", "rewording"];
  const picks: Plan["picks"] = ({ name }, { axes }) => pooled.includes(name) && axes.length > 0;
  const { isHeld, findings } = attacked(pair, { picks, worlds: { rehearsed: 10, judged: 100 } });
  expect(isHeld).toBe(true);
  expect(findings.map(({ attack }) => attack.name)).toEqual(Array(5).fill(pooled).flat());
});
