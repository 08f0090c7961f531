import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  anyLimits,
  anyPartialLimits,
  contractJson,
  contractOf,
  DIRECTORY,
  HARBOUR,
  inForce,
  LIMITS_STATED,
  MERIDIAN,
  policyOf,
  questionOf,
  SUNLINE,
} from "../../testing/documents.ts";
import { type Contract, contractId, contractSchema } from "../contract/document.ts";
import { partnerIdSchema } from "../partner/manifest.ts";
import type { Question } from "../question/question.ts";
import { type Decision, decide, permitAtPrice } from "./decide.ts";
import type { Grant, Party, Policy, Prohibition } from "./document.ts";
import { ANALYSES, type Analysis, givesRecords } from "./limits-document.ts";
import { isWithin, meet, termsOfLimits } from "./terms.ts";
import type { DecisionInput } from "./weigh.ts";

type Replaced = { readonly [member: string]: unknown };

const OVERLAP = {
  analysis: "overlap",
  purpose: "cross-sell",
  between: ["sunline-holidays/customers", "meridian-bank/customers"],
};
const AUDIENCE = {
  analysis: "audience",
  purpose: "activation",
  from: "sunline-holidays/customers",
  matching: "meridian-bank/customers",
  channel: "email",
};
const POLICIES = [policyOf("sunline-holidays"), policyOf("harbour-yachts"), policyOf("meridian-bank")];

function inputOf(
  question: Replaced,
  documents: { contract?: Contract; policies?: readonly Policy[] } = {},
): DecisionInput {
  const contract = documents.contract ?? contractOf();
  return {
    contract,
    contractId: contractId(contract),
    question: questionOf(contract, question),
    policies: inForce(documents.policies ?? POLICIES),
    directory: DIRECTORY,
    recipient: SUNLINE,
    on: "2026-11-22",
  };
}

function permitted(input: DecisionInput): Extract<Decision, { kind: "permit" }> {
  const decision = decide(input);
  if (decision.kind === "deny") throw new Error(decision.reasons.map((reason) => reason.says).join("; "));
  return decision;
}

function denied(input: DecisionInput): Extract<Decision, { kind: "deny" }> {
  const decision = decide(input);
  if (decision.kind === "permit") throw new Error("permitted");
  return decision;
}

function denials(input: DecisionInput): string[][] {
  return denied(input).reasons.map(({ document, pointer, says }) => [document, pointer, says]);
}

describe("a decision", () => {
  it("permits what contract and every owner permit, under the meet of their terms", () => {
    const [own, other] = [
      { ...LIMITS_STATED, k: 80 },
      { ...LIMITS_STATED, minimumAudience: 500 },
    ];
    const policies = [policyOf("sunline-holidays", { defaults: own }), policyOf("meridian-bank", { defaults: other })];
    const decision = permitted(inputOf(OVERLAP, { policies }));
    expect(decision.terms).toMatchObject({
      k: 80,
      minimumAudience: 500,
      recipients: [SUNLINE],
      purposes: ["cross-sell"],
    });
    expect(decision.owners.map((owner) => owner.partner)).toEqual([MERIDIAN, SUNLINE]);
    expect(decision.owners.map((owner) => owner.terms).reduce(meet).k).toBe(80);
  });

  it("says whose clause set each limit", () => {
    const policies = [
      POLICIES[0] ?? policyOf("x"),
      policyOf("meridian-bank", { defaults: { ...LIMITS_STATED, k: 100 } }),
    ];
    const { reasons } = permitted(inputOf(OVERLAP, { policies }));
    const limit = reasons.find((reason) => reason.says.startsWith("no figure below 100 people is shown"));
    expect(limit).toMatchObject({ document: "policy", partner: MERIDIAN, pointer: "/defaults/k", effect: "limits" });
    expect(limit?.says).toBe("no figure below 100 people is shown, because Meridian Bank asks for it");
    expect(reasons.find((reason) => reason.pointer === "/terms/mode")?.says).toBe(
      "figures carry noise, because the contract asks for it",
    );
  });

  it("names a grant that tightened a limit", () => {
    const grants = [{ ...policyOf("meridian-bank").grants[0], terms: { k: 250 } }];
    const policies = [policyOf("sunline-holidays"), policyOf("meridian-bank", { grants })];
    expect(permitted(inputOf(OVERLAP, { policies })).reasons).toContainEqual(
      expect.objectContaining({
        pointer: "/grants/0/terms/k",
        says: "no figure below 250 people is shown, because Meridian Bank's rule “travel-cross-sell” asks for it",
      }),
    );
  });

  it("carries sentences that need no field name, pointer or digest", () => {
    const everything = [...permitted(inputOf(OVERLAP)).reasons, ...permitted(inputOf(AUDIENCE)).reasons];
    const members = /minimumAudience|perRelease|requestsPerPeriod|audienceValidity|crossSell|\/|[0-9a-f]{16}|undefined/;
    for (const { says } of everything) expect(says).not.toMatch(members);
    expect(everything.every((reason) => reason.digest.length === 64)).toBe(true);
  });

  it("hears only the owners whose lists the question touches", () => {
    const policies = [policyOf("sunline-holidays"), policyOf("meridian-bank")];
    expect(decide(inputOf(OVERLAP, { policies })).kind).toBe("permit");
  });
});

describe("the mode", () => {
  const exact = { ...LIMITS_STATED, mode: "exact" };
  const modeOf = (contract: object, ...owners: readonly object[]) =>
    permitted(
      inputOf(OVERLAP, {
        contract: contractOf({ terms: contract }),
        policies: owners.map((defaults, index) =>
          policyOf(index === 0 ? "sunline-holidays" : "meridian-bank", { defaults }),
        ),
      }),
    );

  it("is exact only where the contract and every owner say so, and is then called weaker", () => {
    const decision = modeOf(exact, exact, exact);
    expect(decision.terms.mode).toBe("exact");
    expect(decision.reasons.some((reason) => reason.says.includes("weaker"))).toBe(true);
  });

  it("is noise as soon as one of them asks for noise", () => {
    for (const [contract, ...owners] of [
      [LIMITS_STATED, exact, exact],
      [exact, LIMITS_STATED, exact],
      [exact, exact, LIMITS_STATED],
    ] as const) {
      expect(modeOf(contract, ...owners).terms.mode).toBe("noise");
    }
  });
});

describe("the contract denies", () => {
  const contractWith = (index: number, replaced: object) => {
    const analyses = contractOf().analyses.map((entry, place) => (place === index ? { ...entry, ...replaced } : entry));
    return contractOf({ analyses });
  };

  it("an analysis that it lacks", () => {
    const contract = contractOf({ analyses: contractOf().analyses.slice(0, 1) });
    expect(denials(inputOf(AUDIENCE, { contract }))).toContainEqual([
      "contract",
      "/analyses",
      "the contract does not allow audience lists",
    ]);
  });

  it("a recipient, a purpose, an identifier and a channel that it does not name", () => {
    const contract = contractWith(0, { recipients: [HARBOUR] });
    expect(denials(inputOf(OVERLAP, { contract }))).toEqual([
      ["contract", "/analyses/0/recipients", "the contract does not let Sunline Holidays ask for overlap figures"],
    ]);
    expect(denials(inputOf({ ...AUDIENCE, purpose: "insight" }))[0]).toEqual([
      "contract",
      "/analyses/1/purposes",
      "the contract allows audience lists for activation, not for insight",
    ]);
    const byPhone: Question = { ...questionOf(contractOf(), AUDIENCE), identifiers: ["phone"] };
    expect(denials({ ...inputOf(AUDIENCE), question: byPhone })).toEqual([
      ["contract", "/analyses/1/identifiers", "the contract lets audience lists match people by e-mail, not by phone"],
    ]);
    expect(denials(inputOf({ ...AUDIENCE, channel: "fax" }))[0]?.slice(0, 2)).toEqual([
      "contract",
      "/analyses/1/channels",
    ]);
  });

  it("an attribute that may not choose people, even where the owner's policy would let it", () => {
    const grants = [{ ...policyOf("meridian-bank").grants[0], attributes: { income: ["filter"] } }];
    const policies = [policyOf("sunline-holidays"), policyOf("meridian-bank", { grants })];
    const where = [{ dataset: "meridian-bank/customers", attribute: "income", in: ["high"] }];
    expect(denials(inputOf({ ...OVERLAP, where }, { policies }))).toEqual([
      [
        "contract",
        "/datasets/2/attributes/income",
        "the contract does not let anybody use Meridian Bank's “income” to choose people",
      ],
    ]);
  });

  it("a list of somebody else's customers", () => {
    const question = { ...AUDIENCE, from: "harbour-yachts/customers" };
    expect(denials(inputOf(question)).map(([, pointer]) => pointer)).toContain("/analyses/1/analysis");
  });

  it("before its first day and after its last", () => {
    const contract = contractOf({ validity: { from: "2026-11-22", until: "2026-11-22" } });
    const on = (day: string) => decide({ ...inputOf(OVERLAP, { contract }), on: day });
    expect(on("2026-11-22").kind).toBe("permit");
    expect(on("2026-11-21").reasons[0]?.pointer).toBe("/validity/from");
    expect(on("2026-11-23").reasons[0]?.pointer).toBe("/validity/until");
  });

  it("a question of another contract, and a list that it does not hold", () => {
    const input = inputOf(OVERLAP);
    const other = contractOf({ name: "another" });
    expect(denials({ ...input, contractId: contractId(other) })[0]?.[1]).toBe("");
    const smaller = contractSchema.parse({ ...contractJson([SUNLINE, HARBOUR]) });
    expect(denials({ ...input, contract: smaller }).map(([, pointer]) => pointer)).toContain("/datasets");
  });
});

describe("an owner denies", () => {
  it("without a policy", () => {
    const [reason] = denials(inputOf(OVERLAP, { policies: [policyOf("sunline-holidays")] }));
    expect(reason?.[2]).toBe("Meridian Bank has not stated its own rules yet, so it permits nothing");
  });

  it("whoever the room does not know", () => {
    const directory = new Map([...DIRECTORY].filter(([partner]) => partner !== SUNLINE));
    expect(denials({ ...inputOf(OVERLAP), directory })[0]?.[2]).toContain("not a partner in this room");
  });

  it("a price above what the terms allow, naming the clause, and offers the price they do", () => {
    const decision = denied(inputOf({ ...OVERLAP, epsilon: "0.500001" }));
    expect(decision.reasons).toEqual([
      expect.objectContaining({ pointer: "/terms/budget/perRelease", effect: "denies" }),
    ]);
    expect(decision.instead.map(({ says }) => says)).toContain("at the price that the terms allow");
    expect(decide(inputOf({ ...OVERLAP, epsilon: "0.50" })).kind).toBe("permit");
  });

  it("an audience for which no size is left between two owners' limits", () => {
    const small = { ...LIMITS_STATED, minimumAudience: 100, maximumAudience: 200 };
    const policies = [policyOf("sunline-holidays"), policyOf("meridian-bank", { defaults: small })];
    expect(denials(inputOf(AUDIENCE, { policies })).map(([, pointer]) => pointer)).toEqual([
      "/terms/minimumAudience",
      "/defaults/maximumAudience",
    ]);
    expect(decide(inputOf(OVERLAP, { policies })).kind).toBe("permit");
  });

  it("in full: every clause of every document that says no stands in the reasons", () => {
    const prohibitions = [{ id: "no", to: ["sunline-holidays"], because: "so" }];
    const policies = [policyOf("sunline-holidays"), policyOf("meridian-bank", { prohibitions })];
    const pointers = denials(inputOf({ ...AUDIENCE, purpose: "insight" }, { policies })).map(([, pointer]) => pointer);
    expect(pointers).toEqual(["/analyses/1/purposes", "/prohibitions/0"]);
  });
});

describe("approvals and consents", () => {
  const approval = { ...LIMITS_STATED, approval: ["audience"] };

  it("wait for the owners whose rules ask, and for every owner where the contract asks", () => {
    const policies = [policyOf("sunline-holidays"), policyOf("meridian-bank", { defaults: approval })];
    expect(permitted(inputOf(AUDIENCE, { policies })).approvers).toEqual([MERIDIAN]);
    expect(permitted(inputOf(OVERLAP, { policies })).approvers).toEqual([]);
    const contract = contractOf({ terms: approval });
    expect(permitted(inputOf(AUDIENCE, { contract })).approvers).toEqual([MERIDIAN, SUNLINE]);
  });

  it("gather every consent that the contract or a grant names, for the channel in hand", () => {
    const datasets = contractOf().datasets.map((dataset) => ({
      ...dataset,
      consents: [
        { consent: "profiling" },
        { consent: "post", channels: ["post"] },
        { consent: "mail", channels: ["email"] },
      ],
    }));
    const grants = [{ ...policyOf("meridian-bank").grants[0], consent: "partners" }];
    const policies = [policyOf("sunline-holidays"), policyOf("meridian-bank", { grants })];
    const decision = permitted(inputOf(AUDIENCE, { contract: contractOf({ datasets }), policies }));
    expect(decision.terms.consents).toEqual({
      "meridian-bank/customers": ["mail", "partners", "profiling"],
      "sunline-holidays/customers": ["mail", "profiling"],
    });
    const overlap = permitted(inputOf(OVERLAP, { contract: contractOf({ datasets }), policies }));
    expect(overlap.terms.consents["sunline-holidays/customers"]).toEqual(["profiling"]);
    expect(decision.reasons.filter((reason) => reason.says.startsWith("only people who gave")).length).toBe(3);
  });
});

describe("what would be permitted instead", () => {
  const says = (input: DecisionInput) => denied(input).instead.map((one) => one.says);
  const where = (...attributes: string[]) =>
    attributes.map((attribute) => ({
      dataset: "meridian-bank/customers",
      attribute,
      in: [{ tier: "gold", region: "north", income: "high" }[attribute]],
    }));

  it("is another purpose, another channel, or the question without an attribute", () => {
    expect(says(inputOf({ ...OVERLAP, purpose: "insight" }))[0]).toBe("for cross-sell");
    expect(says(inputOf({ ...AUDIENCE, channel: "post" }))[0]).toBe("to reach people through email");
    expect(says(inputOf({ ...OVERLAP, where: where("tier", "income") }))[0]).toBe(
      "without choosing people by “income”",
    );
  });

  it("is the question without all attributes where no single one is to blame", () => {
    expect(says(inputOf({ ...OVERLAP, where: where("region", "income") }))).toContain(
      "without choosing people by “income” and “region”",
    );
  });

  it("is another analysis over the same lists", () => {
    const figures = [{ ...policyOf("meridian-bank").grants[0], analyses: ["overlap"] }];
    const lists = [{ ...policyOf("meridian-bank").grants[0], analyses: ["audience"] }];
    const under = (grants: unknown) => [policyOf("sunline-holidays"), policyOf("meridian-bank", { grants })];
    expect(says(inputOf(AUDIENCE, { policies: under(figures) }))).toEqual(["for overlap figures for cross-sell"]);
    expect(says(inputOf(OVERLAP, { policies: under(lists) }))).toEqual([
      "for audience lists for activation, to reach people through email",
    ]);
  });

  it("is nothing where nothing near is permitted", () => {
    expect(says(inputOf(OVERLAP, { policies: [policyOf("sunline-holidays")] }))).toEqual([]);
    const contract = contractOf({ analyses: contractOf().analyses.slice(0, 1) });
    expect(says(inputOf({ ...AUDIENCE, purpose: "insight" }, { contract, policies: [] }))).toEqual([]);
    const three = { ...OVERLAP, identifiers: ["email"], between: [...OVERLAP.between, "harbour-yachts/customers"] };
    expect(says(inputOf(three, { policies: [] }))).toEqual([]);
  });

  it("is coarser groups, another figure of a measure, or both at once", () => {
    const [contract, from] = [AGREED, NAMES[0] ?? SUNLINE];
    const lists = [`${NAMES[0]}/customers`, `${NAMES[1]}/customers`];
    const table = {
      analysis: "crosstab",
      purpose: "insight",
      identifiers: ["email"],
      between: lists,
      by: [{ dataset: lists[1], attribute: "region" }],
    };
    const input = (json: Replaced, attributes: Grant["attributes"]): DecisionInput => {
      const open = { tier: ["filter", "group"], region: ["filter", "group"], spend: ["measure"] } as const;
      const limits = {
        ...LIMITS_STATED,
        requestsPerPeriod: ANALYSES.map((analysis) => ({ analysis, count: 9, period: "P30D" })),
      };
      const policies = NAMES.slice(0, 2).map((name, index) => {
        const grant = { ...policyOf(name).grants[0], to: everyParty, analyses: [...ANALYSES], purposes: ["insight"] };
        const granted = { ...grant, attributes: index === 0 ? open : attributes };
        return policyOf(name, { defaults: limits, grants: [granted] });
      });
      const about = { contract, contractId: AGREED_ID, directory, recipient: from };
      return { ...inputOf(OVERLAP, { policies }), ...about, question: questionOf(contract, json) };
    };
    const coarse: Grant["attributes"] = { region: [{ use: "group", groupings: ["country"], k: 60 }] };
    expect(says(input(table, coarse))).toEqual([
      "with “region” grouped by “country”",
      "for overlap figures for insight",
    ]);
    const [reason] = denied(input(table, coarse)).reasons;
    expect(reason?.pointer).toBe("/grants/0/attributes/region/0/groupings");
    expect(reason?.says).toContain(
      "lets “region” group people only by “country”, over at least 60 people; this question groups them by each single",
    );
    const by = [{ ...table.by[0], grouping: "country" }];
    expect(permitted(input({ ...table, by }, coarse)).terms.k).toBe(60);
    const measured = { ...table, measure: { dataset: lists[1], measure: "spend", aggregate: "mean" } };
    const both = { ...coarse, spend: [{ use: "measure" as const, aggregates: ["sum" as const] }] };
    expect(says(input(measured, both)).slice(0, 2)).toEqual([
      "for the sum of “spend” and not the mean, and with “region” grouped by “country”",
      "without the mean of “spend”, and with “region” grouped by “country”",
    ]);
    expect(says(input({ ...measured, by }, both))[0]).toBe("for the sum of “spend” and not the mean");
    const affinity = { ...table, analysis: "affinity", among: lists[0], segments: table.by[0] };
    const { between: _, by: __, ...segmented } = affinity;
    expect(says(input(segmented, coarse))[0]).toBe("with “region” grouped by “country”");
  });

  it("is always something that the same documents permit when asked", () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const input = worldInput(world);
        const decision = decide(input);
        if (decision.kind === "permit") return;
        for (const { question } of decision.instead) expect(decide({ ...input, question }).kind).toBe("permit");
      }),
      { numRuns: 300 },
    );
  });
});

describe("what was permitted", () => {
  const anyPrice = fc.option(fc.constantFrom("0.000001", "0.01", "0.5", "1", "8", "64"), { nil: undefined });
  it("is permitted at any other price that its terms allow, all the same, and at no further one", () => {
    const seen = { same: 0, none: 0 };
    fc.assert(
      fc.property(anyWorld, anyPrice, anyPrice, (world, before, after) => {
        const input = worldInput(world);
        const at = (price: string | undefined): DecisionInput => {
          const { epsilon: _, ...free } = input.question;
          return { ...input, question: price === undefined ? free : { ...free, epsilon: price } };
        };
        const permit = decide(at(before));
        if (permit.kind === "deny") return;
        const again = permitAtPrice(permit, at(after).question);
        seen[again === null ? "none" : "same"] += 1;
        const decided = decide(at(after));
        expect(again).toEqual(decided.kind === "permit" ? decided : null);
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.same, seen.none)).toBeGreaterThan(5);
  });
});

const NAMES = ["aurora-air", "birch-bank", "cedar-cars", "delta-dental"].map((id) => partnerIdSchema.parse(id));
const INDUSTRIES = ["travel", "banking"] as const;
const directory = new Map(NAMES.map((id, index) => [id, { name: id, industry: INDUSTRIES[index % 2] ?? "travel" }]));

const someParties = fc.subarray<Party>([...NAMES, { industry: "travel" }, { industry: "banking" }], { minLength: 1 });
const mostly = <Value>(usual: Value, ...others: Value[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) });
const everyParty: Party[] = [{ industry: "travel" }, { industry: "banking" }];
const anyGrant: fc.Arbitrary<Omit<Grant, "id">> = fc.record({
  to: fc.oneof(someParties, fc.constant(everyParty)),
  purposes: mostly(["cross-sell", "insight", "activation"], ["insight"], ["cross-sell"]),
  analyses: mostly<Analysis[]>([...ANALYSES], ["overlap", "trend"], ["audience", "suppression"], ["crosstab"]),
  attributes: mostly<Grant["attributes"]>(
    { tier: ["filter", "group"], region: ["filter", "group"], spend: ["measure"] },
    { tier: ["group"], region: [{ use: "group", groupings: ["country"], k: 300 }], spend: ["measure"] },
    { tier: ["filter"], region: ["group"], spend: [{ use: "measure", aggregates: ["sum"], k: 500 }] },
    { spend: [{ use: "measure", clamp: { least: "0", most: "100" } }] },
    {},
  ),
  channels: mostly(["email", "post"], ["email"], []),
  terms: anyPartialLimits,
  until: mostly("2027-06-30", "2026-01-31"),
});
const anyProhibition: fc.Arbitrary<Omit<Prohibition, "id">> = fc.record({
  to: someParties,
  purposes: fc.constantFrom<string[]>(["insight"], ["cross-sell"], ["activation"], ["cross-sell", "insight"]),
  because: fc.constant("so"),
});
const anyPolicy = fc.record({
  defaults: anyLimits,
  grants: fc.array(anyGrant, { minLength: 1, maxLength: 3 }),
  prohibitions: fc.array(anyProhibition, { maxLength: 1 }),
});
const anyQuestion = fc.record({
  analysis: fc.constantFrom(...ANALYSES),
  by: fc.subarray(["tier", "region", "region:country"], { minLength: 1, maxLength: 2 }),
  aggregate: fc.constantFrom(null, "sum", "mean"),
  purpose: mostly("cross-sell", "insight", "activation"),
  where: fc.subarray(["tier", "region"]),
  channel: fc.constantFrom("email", "post"),
  recipient: fc.nat({ max: 1 }),
});
const anyWorld = fc.record({
  terms: anyLimits,
  policies: fc.tuple(anyPolicy, anyPolicy, anyPolicy, anyPolicy),
  members: fc.integer({ min: 2, max: 4 }),
  question: anyQuestion,
});
type World = typeof anyWorld extends fc.Arbitrary<infer Value> ? Value : never;
type PolicyDraft = World["policies"][number];

// Random documents are put together from parsed parts and not parsed again, nor digested: that would take longest.
function policyFrom(index: number, draft: PolicyDraft): Policy {
  return {
    concordat: "policy/1",
    partner: NAMES[index] ?? SUNLINE,
    version: 1,
    defaults: draft.defaults,
    grants: draft.grants.map((grant, place) => ({ ...grant, id: `grant-${place}` })),
    prohibitions: draft.prohibitions.map((clause, place) => ({ ...clause, id: `prohibition-${place}` })),
    examples: [],
  };
}

const COUNTRIES = { country: [{ name: "whole", values: ["north", "south"] }] };
const AGREED_JSON = contractJson(NAMES);
const AGREED = contractSchema.parse({
  ...AGREED_JSON,
  datasets: NAMES.map((partner) => {
    const attributes = {
      tier: { type: "category", values: ["bronze", "silver", "gold"], uses: ["filter", "group"] },
      region: { type: "category", values: ["north", "south"], uses: ["filter", "group"], groupings: COUNTRIES },
    };
    const measures = { spend: { scale: 0, clamp: { min: 0, max: 900 }, aggregates: ["sum", "mean"] } };
    return { partner, dataset: "customers", identifiers: ["email", "phone"], attributes, measures, consents: [] };
  }),
  analyses: ANALYSES.map((analysis) => ({
    analysis,
    purposes: givesRecords(analysis) ? ["activation"] : ["cross-sell", "insight"],
    recipients: NAMES,
    identifiers: ["email", "phone"],
    channels: ["email", "post"],
  })),
});
const AGREED_ID = contractId(AGREED);

// The contract always holds all four partners, so that a question over more of them stays under the same contract.
function worldInput({ terms, policies, members, question }: World): DecisionInput {
  const contract = { ...AGREED, terms };
  const lists = NAMES.map((partner) => `${partner}/customers`);
  const recipient = NAMES[question.recipient] ?? SUNLINE;
  const shared = {
    purpose: givesRecords(question.analysis) ? "activation" : question.purpose.replace("activation", "insight"),
    identifiers: ["email"],
    where: question.where.map((attribute) => ({
      dataset: lists[1],
      attribute,
      in: [attribute === "tier" ? "gold" : "north"],
    })),
  };
  const asked = { analysis: question.analysis, ...shared, ...ownMembers({ question, lists, members }) };
  const drafts = policies.map((draft, index) => policyFrom(index, draft));
  return {
    contract,
    contractId: AGREED_ID,
    question: questionOf(AGREED, asked),
    policies: new Map(drafts.map((policy) => [policy.partner, { policy, digest: "d".repeat(64) }])),
    directory,
    recipient,
    on: "2026-11-22",
  };
}

type Asking = Pick<World, "question" | "members"> & { readonly lists: readonly string[] };

// What a question of each analysis has besides what all have. An affinity is over two lists whatever is wished.
function ownMembers({ question, lists, members }: Asking) {
  const { analysis, recipient, channel, aggregate } = question;
  const [from, matching] = [lists[recipient], lists[1 - recipient]];
  if (givesRecords(analysis)) return { from, matching, channel };
  const axes = question.by.map((named) => {
    const [attribute, grouping] = named.split(":");
    return { dataset: lists[1], attribute, ...(grouping === undefined ? {} : { grouping }) };
  });
  if (analysis === "affinity") return { among: lists[0], segments: axes[0] };
  const between = lists.slice(0, members);
  if (analysis !== "crosstab") return { between };
  const by = axes.filter(({ attribute }, index) => axes.findIndex((one) => one.attribute === attribute) === index);
  return aggregate === null
    ? { between, by }
    : { between, by, measure: { dataset: lists[1], measure: "spend", aggregate } };
}

function isDecisionWithin(inner: Decision, outer: Decision): boolean {
  if (inner.kind === "deny") return true;
  return (
    outer.kind === "permit" &&
    isWithin(inner.terms, outer.terms) &&
    outer.approvers.every((partner) => inner.approvers.includes(partner))
  );
}

function withPolicy(world: World, index: number, change: (draft: PolicyDraft) => PolicyDraft): World {
  const [one, two, three, four] = world.policies;
  const changed = (draft: PolicyDraft, place: number) => (place === index ? change(draft) : draft);
  return { ...world, policies: [changed(one, 0), changed(two, 1), changed(three, 2), changed(four, 3)] };
}

describe("composition is restrictive (10,000 random cases)", () => {
  // Each property counts the cases permitted before and after: a law that only ever met denials would prove nothing.
  function never(runs: number, change: (world: World, stricter: fc.GeneratorValue) => World) {
    let permits = 0;
    fc.assert(
      fc.property(anyWorld, fc.gen(), (world, stricter) => {
        const before = decide(worldInput(world));
        const after = decide(worldInput(change(world, stricter)));
        if (before.kind === "permit" && after.kind === "permit") permits++;
        expect(isDecisionWithin(after, before)).toBe(true);
      }),
      { numRuns: runs },
    );
    expect(permits).toBeGreaterThan(runs / 20);
  }

  it("adding one more owner's list never widens", () => {
    never(2_500, (world) => ({ ...world, members: Math.min(world.members + 1, 4) }));
  });

  it("adding a prohibition never widens", () => {
    never(2_500, (world, any) =>
      withPolicy(world, any(fc.nat, { max: 3 }), (draft) => ({
        ...draft,
        prohibitions: [...draft.prohibitions, any(() => anyProhibition)],
      })),
    );
  });

  it("tightening the terms of every grant of an owner never widens", () => {
    never(2_500, (world, any) => {
      const k = any(fc.integer, { min: 10, max: 1_000 });
      return withPolicy(world, any(fc.nat, { max: 3 }), (draft) => ({
        ...draft,
        grants: draft.grants.map((grant) => ({
          ...grant,
          terms: { ...grant.terms, k: Math.max(k, grant.terms.k ?? 10) },
        })),
      }));
    });
  });

  it("tightening the contract or an owner's defaults never widens", () => {
    never(2_500, (world, any) => {
      const stricter = (limits: World["terms"]) => tightened(limits, any(fc.nat, { max: 4 }));
      if (any(fc.boolean)) return { ...world, terms: stricter(world.terms) };
      return withPolicy(world, any(fc.nat, { max: 3 }), (draft) => ({ ...draft, defaults: stricter(draft.defaults) }));
    });
  });

  it("a permit's terms lie within the contract's and every owner's, and name the request", () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const input = worldInput(world);
        const decision = decide(input);
        if (decision.kind === "deny") return;
        const { terms } = decision;
        expect(isWithin(terms, termsOfLimits(input.contract.terms))).toBe(true);
        for (const owner of decision.owners) expect(isWithin(terms, owner.terms)).toBe(true);
        expect(terms.recipients).toEqual([input.recipient]);
        expect(terms.purposes).toContain(input.question.purpose);
        expect(terms.analyses).toEqual([input.question.analysis]);
      }),
      { numRuns: 1_000 },
    );
  });
});

function tightened(limits: World["terms"], which: number): World["terms"] {
  switch (which) {
    case 0:
      return { ...limits, mode: "noise" };
    case 1:
      return { ...limits, approval: [...ANALYSES] };
    case 2:
      return { ...limits, budget: { ...limits.budget, perRelease: "0.000001" } };
    case 3:
      return {
        ...limits,
        requestsPerPeriod: [...limits.requestsPerPeriod, { analysis: "overlap", count: 1, period: "P1Y" }],
      };
    default:
      return { ...limits, minimumAudience: limits.maximumAudience, retention: "P1D" };
  }
}
