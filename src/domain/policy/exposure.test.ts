import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS_STATED } from "../../testing/documents.ts";
import { ADA, anyClauses, BEN, OWNER, policyOfClauses } from "../../testing/policies.ts";
import { canonicalDigest } from "../canonical-json.ts";
import { type Contract, contractId, contractSchema } from "../contract/document.ts";
import { partnerIdSchema } from "../partner/manifest.ts";
import { attributesOf, canonicalQuestion, channelOf, questionSchema } from "../question/question.ts";
import { type Policy, policySchema } from "./document.ts";
import { exposureOf } from "./exposure.ts";
import { exposureLines } from "./exposure-lines.ts";
import { ANALYSES } from "./limits-document.ts";
import { weigh } from "./weigh.ts";
import type { Directory } from "./words.ts";

const RUNS = Number(process.env["DIFFERENCE_RUNS"] ?? 60);
const DIRECTORY: Directory = new Map([
  [OWNER, { name: "Corvo Bank", industry: "banking" }],
  [ADA, { name: "Ada Travel", industry: "travel" }],
  [BEN, { name: "Ben Boats", industry: "boats" }],
]);
const PURPOSES = ["insight", "sale"];
const DAYS = ["2026-02-15", "2026-03-31", "2026-04-01", "2026-06-30", "2026-07-01"];

const tier = { type: "category", values: ["gold", "plain"], uses: ["filter", "group"] };
const region = {
  type: "category",
  values: ["porto", "lisbon", "vigo"],
  uses: ["filter", "group"],
  groupings: {
    country: [
      { name: "portugal", values: ["lisbon", "porto"] },
      { name: "spain", values: ["vigo"] },
    ],
  },
};
const spend = { scale: 0, clamp: { min: 0, max: 900 }, aggregates: ["sum", "mean"] };
const analysis = { purposes: PURPOSES, recipients: [ADA], identifiers: ["email"] };

function contractOf(replaced: object = {}): Contract {
  const list = (partner: string, identifiers: readonly string[], members: object) => {
    return { partner, dataset: "customers", identifiers, attributes: {}, consents: [], ...members };
  };
  return contractSchema.parse({
    concordat: "contract/1",
    name: "small-world",
    version: 1,
    previous: null,
    members: [OWNER, ADA, BEN].map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    purposes: PURPOSES,
    datasets: [
      list(OWNER, ["email"], { attributes: { tier, region }, measures: { spend } }),
      list(ADA, ["email"], { attributes: { tier } }),
      list(BEN, ["phone"], { attributes: { tier } }),
    ],
    analyses: ANALYSES.map((name) => ({ analysis: name, ...analysis, channels: ["email", "post"] })),
    terms: LIMITS_STATED,
    validity: { from: "2026-02-01", until: "2026-12-31" },
    ...replaced,
  });
}

const OPEN: Omit<Policy, "partner"> = policyOpen();

function policyOpen(): Policy {
  const attributes = { tier: ["filter", "group"], region: ["filter", "group"], spend: ["measure"] };
  const to = ["travel", "boats", "banking"].map((industry) => ({ industry }));
  const grant = { id: "all", to, purposes: PURPOSES, attributes, channels: ["email", "post"], terms: {} };
  const requestsPerPeriod = ANALYSES.map((name) => ({ analysis: name, count: 9, period: "P30D" }));
  return policySchema.parse({
    concordat: "policy/1",
    partner: ADA,
    version: 1,
    defaults: { ...LIMITS_STATED, requestsPerPeriod },
    grants: [{ ...grant, analyses: ANALYSES }],
    prohibitions: [],
    examples: [],
  });
}

function inForce(policy: Policy) {
  return { policy, digest: canonicalDigest(policy) };
}

type Json = { readonly [member: string]: unknown };

const MINE = `${OWNER}/customers`;
const THEIRS = `${ADA}/customers`;
const AXES = [
  { dataset: MINE, attribute: "tier" },
  { dataset: MINE, attribute: "region" },
  { dataset: MINE, attribute: "region", grouping: "country" },
  { dataset: THEIRS, attribute: "tier" },
];

// Every question that the contract has room for, as far as it uses the owner's list, without its purpose.
function everyQuestion(): readonly Json[] {
  const shapes: Json[] = [
    ...["overlap", "trend"].map((name) => ({ analysis: name, between: [MINE, THEIRS] })),
    ...["audience", "suppression"].flatMap((name) =>
      ["email", "post"].map((channel) => ({ analysis: name, from: THEIRS, matching: MINE, channel })),
    ),
    ...AXES.map((segments) => {
      const among = segments.dataset === MINE ? THEIRS : MINE;
      return { analysis: "affinity", among, segments };
    }),
    ...subsets(AXES)
      .filter((by) => by.length > 0 && by.length <= 3)
      .filter((by) => new Set(by.map(({ dataset, attribute }) => dataset + attribute)).size === by.length)
      .flatMap((by) => ["crosstab", "trend"].map((analysis) => ({ analysis, between: [MINE, THEIRS], by })))
      .flatMap((table) => {
        const told = ["sum", "mean"].map((aggregate) => {
          return { ...table, measure: { dataset: MINE, measure: "spend", aggregate } };
        });
        return [table, ...told];
      }),
  ];
  const chosen = subsets([
    { dataset: MINE, attribute: "tier", in: ["gold"] },
    { dataset: MINE, attribute: "region", in: ["vigo"] },
  ]);
  return shapes.flatMap((shape) => chosen.map((where) => ({ ...shape, where })));
}

function subsets<Item>(items: readonly Item[]): Item[][] {
  return items.reduce<Item[][]>((sets, item) => sets.flatMap((set) => [set, [...set, item]]), [[]]);
}

const CONTRACT = contractOf();
const QUESTIONS = PURPOSES.flatMap((purpose) =>
  everyQuestion().map((json) => {
    const question = canonicalQuestion(
      CONTRACT,
      questionSchema.parse({ ...json, purpose, contract: contractId(CONTRACT) }),
    );
    if (!question.ok) throw new Error(JSON.stringify(question.error));
    return question.value;
  }),
);

// The slow obvious way: every question of the world on one day, put to contract and policies as the room would.
function learntInWorld(policy: Policy, contract: Contract, on: string): string[] {
  const policies = new Map([
    [OWNER, inForce(policy)],
    [ADA, inForce({ ...OPEN, partner: ADA })],
  ]);
  const found = new Set<string>();
  const base = { contract, contractId: contractId(CONTRACT), recipient: ADA, directory: DIRECTORY, on, policies };
  for (const question of QUESTIONS) {
    const weighed = weigh({ ...base, question });
    // The room answers nothing that would have to wait where the contract lets nothing wait.
    if (weighed.kind === "deny" || weighed.terms.approval.includes(question.analysis)) continue;
    const grant = weighed.reasons.find((one) => one.partner === OWNER && one.effect === "permits")?.pointer;
    const used = attributesOf(question).filter(({ dataset }) => dataset === MINE);
    const uses = used.map(({ attribute, use, aggregate, grouping }) => [attribute, use, aggregate ?? grouping].join());
    for (const use of ["", ...uses])
      found.add([question.analysis, question.purpose, channelOf(question), grant, use].join(" "));
  }
  return [...found].sort();
}

function exposed(policy: Policy, contract: Contract) {
  const asked = { owner: OWNER, recipient: ADA, policy: inForce(policy), directory: DIRECTORY, on: "2026-02-15" };
  const items = exposureOf(asked, [{ id: contractId(contract), contract }]);
  if (!items.ok) throw new Error(items.error);
  return items.value;
}

function learntByExposure(policy: Policy, contract: Contract, on: string): string[] {
  return exposed(policy, contract)
    .filter(({ from, until }) => from <= on && on <= until)
    .flatMap(({ analysis: kind, purpose, channel, clauses, uses }) => {
      const told = uses.flatMap(({ attribute, use, limits: { aggregates, groupings } }) =>
        (aggregates ?? groupings ?? [undefined]).map((how) => [attribute, use, how].join()),
      );
      return ["", ...told].map((use) => [kind, purpose, channel, clauses.policy, use].join(" "));
    })
    .sort();
}

describe("an exposure", () => {
  it("is exactly what some question of a finite world would be permitted, by the same grant, of every analysis", () => {
    fc.assert(
      fc.property(anyClauses, fc.constantFrom(...DAYS), (clauses, on) => {
        const policy = policyOfClauses(clauses);
        expect(learntByExposure(policy, CONTRACT, on)).toEqual(learntInWorld(policy, CONTRACT, on));
      }),
      { numRuns: RUNS },
    );
  });

  it("the same where grants lie over one another, so that what the first covers decides", () => {
    fc.assert(
      fc.property(anyClauses, fc.array(anyClauses, { maxLength: 2 }), (clauses, others) => {
        const grants = [...others.flatMap((one) => one.grants), ...clauses.grants].map((one) => {
          return { ...one, to: [ADA], purposes: PURPOSES, analyses: [...ANALYSES], channels: ["email"] };
        });
        const policy = policyOfClauses({ ...clauses, grants, prohibitions: [], exclusions: [], exclusives: [] });
        expect(learntByExposure(policy, CONTRACT, "2026-03-31")).toEqual(learntInWorld(policy, CONTRACT, "2026-03-31"));
      }),
      { numRuns: RUNS },
    );
  });

  it("knows limits that hold for whatever is permitted", () => {
    const policy = policyOfClauses({
      grants: [],
      prohibitions: [],
      exclusions: [],
      exclusives: [],
      approachable: [],
      affiliates: [],
      contactsPerPerson: [],
      banned: [],
      k: 60,
      fewer: "trend",
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
      nameOf: (partner: string) => (partner === "dea-cars" ? "Dea Cars" : partner),
    };
    expect(exposureLines([], told).join("\n")).toMatch(/“small-world”, in force: nothing/);
    expect(exposureLines([], { ...told, contracts: [] })).toEqual([
      "Ada Travel can learn nothing about Corvo Bank: no contract that is open has both as members",
    ]);
    const lines = exposureLines(exposed(policy, contract), told).join("\n");
    expect(lines).toContain("list “customers”: audience lists for sale, to reach people through post, by rule “all”");
    expect(lines).toContain("“tier” to choose people");
    expect(lines).not.toMatch(/nobody on more than|false on purpose/);
    const defaults = { ...policy.defaults, deniability: "0.2" };
    const dea = partnerIdSchema.parse("dea-cars");
    const affiliates = [{ id: "one-owner", partners: [ADA, dea], because: "one owner" }];
    const capped = { ...policy, defaults, contactsPerPerson: [{ count: 2, period: "P30D" }], affiliates };
    const narrower = exposureLines(exposed(capped, contract), told);
    const list = narrower.findIndex((line) => line.includes("audience lists for sale"));
    expect(narrower[list + 1]).toMatch(/nobody on more than 2 audience lists in 30 days .* some false on purpose/);
    expect(narrower[list + 1]).toContain("together with Dea Cars, as one recipient");
    const figures = narrower.findIndex((line) => line.includes("overlap figures"));
    expect(narrower[figures + 1]).not.toMatch(/nobody on more than|false on purpose/);
    const [own, ada, ben] = contract.datasets;
    const apart = contractOf({ datasets: [own, { ...ada, identifiers: ["phone"] }, ben] });
    expect(exposed(policy, apart)).toEqual([]);
  });
});
