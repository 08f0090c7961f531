import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS_STATED } from "../../testing/documents.ts";
import { ADA, anyClauses, BEN, OWNER, policyOfClauses } from "../../testing/policies.ts";
import { canonicalDigest } from "../canonical-json.ts";
import { type Contract, contractId, contractSchema } from "../contract/document.ts";
import { canonicalQuestion, questionSchema } from "../question/question.ts";
import { type Policy, policySchema } from "./document.ts";
import { exposureOf } from "./exposure.ts";
import { exposureLines } from "./exposure-lines.ts";
import { weigh } from "./weigh.ts";
import type { Directory } from "./words.ts";

const DIRECTORY: Directory = new Map([
  [OWNER, { name: "Corvo Bank", industry: "banking" }],
  [ADA, { name: "Ada Travel", industry: "travel" }],
  [BEN, { name: "Ben Boats", industry: "boats" }],
]);
const PURPOSES = ["insight", "sale", "other"];
const DAYS = ["2026-02-15", "2026-03-31", "2026-04-01", "2026-06-30", "2026-07-01"];

const tier = { type: "category", values: ["gold", "plain"], uses: ["filter", "group"] };
const category = (uses: readonly string[]) => ({ type: "category", values: ["one", "two"], uses });
const analysis = { purposes: PURPOSES, recipients: [ADA], identifiers: ["email"] };

function contractOf(replaced: object = {}): Contract {
  const list = (partner: string, identifiers: readonly string[], attributes: object) => {
    return { partner, dataset: "customers", identifiers, attributes, consents: [] };
  };
  return contractSchema.parse({
    concordat: "contract/1",
    name: "small-world",
    version: 1,
    previous: null,
    members: [OWNER, ADA, BEN].map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    purposes: PURPOSES,
    datasets: [
      list(OWNER, ["email"], { tier, region: category(["filter"]), spend: category(["measure"]) }),
      list(ADA, ["email"], {}),
      list(BEN, ["phone"], {}),
    ],
    analyses: [
      { analysis: "overlap", ...analysis, channels: [] },
      { analysis: "audience", ...analysis, channels: ["email", "post"] },
    ],
    terms: LIMITS_STATED,
    validity: { from: "2026-02-01", until: "2026-12-31" },
    ...replaced,
  });
}

const OPEN: Omit<Policy, "partner"> = policyOpen();

function policyOpen(): Policy {
  const names = { tier: ["filter"], region: ["filter"] };
  const to = ["travel", "boats", "banking"].map((industry) => ({ industry }));
  const analyses = ["overlap", "audience"];
  return policySchema.parse({
    concordat: "policy/1",
    partner: ADA,
    version: 1,
    defaults: LIMITS_STATED,
    grants: [
      { id: "all", to, purposes: PURPOSES, analyses, attributes: names, channels: ["email", "post"], terms: {} },
    ],
    prohibitions: [],
    examples: [],
  });
}

function inForce(policy: Policy) {
  return { policy, digest: canonicalDigest(policy) };
}

// The slow obvious way: every question of the world, put to contract and policies as the room would.
function learntInWorld(policy: Policy, contract: Contract): string[] {
  const id = contractId(contract);
  const mine = `${OWNER}/customers`;
  const theirs = `${ADA}/customers`;
  const kinds = [
    { analysis: "overlap", between: [mine, theirs] },
    ...["email", "post"].map((channel) => ({ analysis: "audience", from: theirs, matching: mine, channel })),
  ];
  const subsets = [[], ["tier"], ["region"], ["tier", "region"], ["spend"]];
  const policies = new Map([
    [OWNER, inForce(policy)],
    [ADA, inForce({ ...OPEN, partner: ADA })],
  ]);
  const found = new Set<string>();
  for (const kind of kinds)
    for (const purpose of PURPOSES)
      for (const names of subsets) {
        const where = names.map((attribute) => {
          return { dataset: mine, attribute, in: [attribute === "tier" ? "gold" : "one"] };
        });
        const asked = questionSchema.parse({ ...kind, contract: id, purpose, where });
        const question = canonicalQuestion(contract, asked);
        if (!question.ok) throw new Error(JSON.stringify(question.error));
        for (const on of DAYS) {
          const base = { contract, contractId: id, question: question.value, recipient: ADA, directory: DIRECTORY };
          const weighed = weigh({ ...base, on, policies });
          if (weighed.kind === "deny") continue;
          const grant = weighed.reasons.find((one) => one.partner === OWNER && one.effect === "permits")?.pointer;
          const channel = "channel" in kind ? kind.channel : null;
          for (const name of [null, ...names]) found.add([kind.analysis, purpose, channel, on, name, grant].join(" "));
        }
      }
  return [...found].sort();
}

function exposed(policy: Policy, contract: Contract) {
  const asked = { owner: OWNER, recipient: ADA, policy: inForce(policy), directory: DIRECTORY, on: "2026-02-15" };
  const items = exposureOf(asked, [{ id: contractId(contract), contract }]);
  if (!items.ok) throw new Error(items.error);
  return items.value;
}

function learntByExposure(policy: Policy, contract: Contract): string[] {
  const lines = exposed(policy, contract).flatMap(({ analysis: kind, purpose, channel, from, until, clauses, uses }) =>
    DAYS.filter((day) => from <= day && day <= until).flatMap((day) =>
      [null, ...uses.map(({ attribute }) => attribute)].map((name) =>
        [kind, purpose, channel, day, name, clauses.policy].join(" "),
      ),
    ),
  );
  return lines.sort();
}

describe("an exposure", () => {
  it("is exactly what some question of a finite world would be permitted, by the same grant", () => {
    const contract = contractOf();
    fc.assert(
      fc.property(anyClauses, (clauses) => {
        const policy = policyOfClauses(clauses);
        expect(learntByExposure(policy, contract)).toEqual(learntInWorld(policy, contract));
      }),
      { numRuns: Number(process.env["DIFFERENCE_RUNS"] ?? 100) },
    );
  });

  it("knows limits that hold for whatever is permitted", () => {
    const policy = policyOfClauses({
      grants: [],
      prohibitions: [],
      exclusions: [],
      exclusives: [],
      approachable: [],
      banned: [],
      k: 60,
    });
    const grants = [
      {
        id: "one",
        to: [ADA],
        purposes: ["insight"],
        analyses: ["overlap"],
        attributes: { tier: [{ use: "filter", k: 250 }] },
        channels: [],
        terms: { k: 100 },
        until: "2026-06-30",
      },
    ];
    const [item, ...rest] = exposed(policySchema.parse({ ...policy, grants }), contractOf());
    expect(rest).toEqual([]);
    expect(item).toMatchObject({
      from: "2026-02-15",
      until: "2026-06-30",
      terms: { k: 100, mode: "noise" },
      uses: [{ attribute: "tier", use: "filter", limits: { k: 250 } }],
      clauses: { contract: "/analyses/0", policy: "/grants/0" },
    });
  });

  it("tells a measure in tables where the contract's bounds lie within the grant's", () => {
    const [own, ...others] = contractOf().datasets;
    const measures = { income: { scale: 2, clamp: { min: 0, max: 90_000 }, aggregates: ["sum"] } };
    const datasets = [{ ...own, measures }, ...others];
    const contract = contractOf({ datasets, analyses: [{ analysis: "crosstab", ...analysis, channels: [] }] });
    const usesUnder = (most: string) => {
      const attributes = { income: [{ use: "measure", clamp: { least: "0", most } }] };
      const grants = OPEN.grants.map((grant) => ({ ...grant, analyses: ["crosstab"], attributes }));
      const requestsPerPeriod = [{ analysis: "crosstab", count: 5, period: "P30D" }];
      const defaults = { ...LIMITS_STATED, requestsPerPeriod };
      return exposed(policySchema.parse({ ...OPEN, partner: OWNER, defaults, grants }), contract)[0]?.uses;
    };
    expect(usesUnder("900")).toMatchObject([{ attribute: "income", use: "measure", limits: { aggregates: ["sum"] } }]);
    expect(usesUnder("899.99")).toEqual([]);
  });

  it("is nothing where no list of the recipient can be matched, and says so", () => {
    const policy = { ...OPEN, partner: OWNER };
    const contract = contractOf();
    const told = {
      owner: "Corvo Bank",
      recipient: "Ada Travel",
      contracts: [{ id: contractId(contract), name: "small-world", state: "in-force" }],
      grantAt: () => "all",
    };
    expect(exposureLines([], told).join("\n")).toMatch(/“small-world”, in force: nothing/);
    expect(exposureLines([], { ...told, contracts: [] })).toEqual([
      "Ada Travel can learn nothing about Corvo Bank: no contract that is open has both as members",
    ]);
    const lines = exposureLines(exposed(policy, contract), told).join("\n");
    expect(lines).toContain("list “customers”: audience lists for sale, to reach people through post, by grant “all”");
    expect(lines).toContain("“tier” to choose people");
    const [own, ada, ben] = contract.datasets;
    const apart = contractOf({ datasets: [own, { ...ada, identifiers: ["phone"] }, ben] });
    expect(exposed(policy, apart)).toEqual([]);
  });
});
