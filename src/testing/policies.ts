// Random policies over a small vocabulary, and every request that the vocabulary allows: a world small enough to look
// at whole, against which what is said of policies is held.

import fc from "fast-check";
import { datasetRef } from "../domain/dataset/schema.ts";
import { partnerIdSchema } from "../domain/partner/manifest.ts";
import type { AccessRequest, UsedAttribute } from "../domain/policy/cover.ts";
import { type Policy, policySchema } from "../domain/policy/document.ts";
import { ANALYSES } from "../domain/policy/limits-document.ts";
import { clampOf } from "../domain/policy/use-limits.ts";
import { LIMITS_STATED } from "./documents.ts";

type Json = { readonly [member: string]: unknown };

export const OWNER = partnerIdSchema.parse("corvo-bank");
export const ADA = partnerIdSchema.parse("ada-travel");
export const BEN = partnerIdSchema.parse("ben-boats");
export const CAT = partnerIdSchema.parse("cat-shops");

const parties = fc.subarray<unknown>([ADA, BEN, { industry: "travel" }, { industry: "boats" }], { minLength: 1 });
const purposes = fc.subarray(["insight", "sale"], { minLength: 1 });
const day = fc.constantFrom("2026-03-31", "2026-06-30");
const k = fc.constantFrom(20, 60, 120);
const someAnalyses = fc.oneof(fc.constant([...ANALYSES]), fc.subarray([...ANALYSES], { minLength: 1 }));

const spendUse = fc.oneof(
  fc.constant("measure"),
  fc.record(
    {
      use: fc.constant("measure"),
      aggregates: fc.subarray(["sum", "mean"], { minLength: 1 }),
      k,
      clamp: fc.constantFrom({ least: "0", most: "5000" }, { least: "-10", most: "900.5" }),
    },
    { requiredKeys: ["use"] },
  ),
);
const filterUse = fc.oneof(fc.constant("filter"), fc.record({ use: fc.constant("filter"), k }));
const groupUse = fc.oneof(fc.constant("group"), fc.record({ use: fc.constant("group"), k }));
const coarseUse = fc.record(
  { use: fc.constant("group"), groupings: fc.subarray(["country", "coast"], { minLength: 1 }), k },
  { requiredKeys: ["use", "groupings"] },
);

const tierUses = fc.oneof(
  filterUse.map((one) => [one]),
  groupUse.map((one) => [one]),
  fc.tuple(filterUse, groupUse),
);
const regionUses = fc.oneof(
  fc.constant(["filter"]),
  groupUse.map((one) => [one]),
  coarseUse.map((one) => [one]),
  coarseUse.map((one) => [one, "filter"]),
);
const attributes = fc.record(
  { tier: tierUses, region: regionUses, spend: spendUse.map((one) => [one]) },
  { requiredKeys: [] },
);

const limits = fc.record(
  {
    k,
    mode: fc.constantFrom("noise", "exact"),
    retention: fc.constantFrom("P7D", "P90D"),
    approval: fc.constantFrom(["crosstab"], ["suppression", "trend"]),
    requestsPerPeriod: fc.constantFrom(...ANALYSES).map((analysis) => [{ analysis, count: 3, period: "P30D" }]),
  },
  { requiredKeys: [] },
);

const grant = fc
  .record(
    {
      to: parties,
      purposes,
      analyses: someAnalyses,
      attributes,
      channels: fc.subarray(["email", "post"]),
      consent: fc.constantFrom("marketing", "partners"),
      terms: limits,
      until: day,
    },
    { requiredKeys: ["to", "purposes", "analyses", "attributes", "channels"] },
  )
  .map((one): Json => ({ terms: {}, ...one }));

const prohibition = fc.record(
  { to: parties, purposes, analyses: fc.subarray([...ANALYSES], { minLength: 1 }), because: fc.constant("so it is") },
  { requiredKeys: ["to", "because"] },
);
const exclusion = fc.record(
  { with: parties, purposes, because: fc.constant("competitors") },
  { requiredKeys: ["with", "because"] },
);
const exclusive = fc.record({
  to: parties,
  purposes,
  from: fc.constantFrom("2026-02-01", "2026-03-31"),
  until: day,
  because: fc.constant("promised"),
});
const approachable = fc.record(
  { consent: fc.constantFrom("may-approach", "marketing"), channels: fc.constantFrom(["email"], ["post"]) },
  { requiredKeys: ["consent"] },
);

const contacts = fc.record({ count: fc.constantFrom(1, 3), period: fc.constantFrom("P7D", "P30D") });

const affiliates = fc
  .constantFrom([], [ADA, BEN], [ADA, CAT], [BEN, CAT], [ADA, BEN, CAT])
  .map((partners): Json[] => (partners.length === 0 ? [] : [{ partners, because: "one house" }]));

/** Clauses of every kind as JSON without ids, none of them many. `fewer`: the one analysis with a cap of its own. */
export const anyClauses = fc.record({
  grants: fc.array(grant, { maxLength: 3 }),
  prohibitions: fc.array(prohibition, { maxLength: 1 }),
  exclusions: fc.array(exclusion, { maxLength: 1 }),
  exclusives: fc.array(exclusive, { maxLength: 1 }),
  approachable: fc.array(approachable, { maxLength: 1 }),
  affiliates,
  contactsPerPerson: fc.array(contacts, { maxLength: 2 }),
  banned: fc.subarray(["spend", "tier"], { maxLength: 1 }),
  k: fc.constantFrom(20, 60, 120),
  fewer: fc.constantFrom(...ANALYSES),
});

export type Clauses = typeof anyClauses extends fc.Arbitrary<infer Value> ? Value : never;

/** The policy of these clauses; each takes its id from its place. */
export function policyOfClauses({ k: people, banned, fewer, ...clauses }: Clauses, replaced: Json = {}): Policy {
  const named = <One extends object>(kind: string, ones: readonly One[]) =>
    ones.map((one, index) => ({ id: `${kind}-${index}`, ...one }));
  const capOn = (analysis: string) => ({ analysis, count: analysis === fewer ? 5 : 9, period: "P30D" });
  return policySchema.parse({
    concordat: "policy/1",
    partner: OWNER,
    version: 1,
    defaults: { ...LIMITS_STATED, mode: "exact", k: people, requestsPerPeriod: ANALYSES.map(capOn) },
    grants: named("grant", clauses.grants),
    prohibitions: named("prohibition", clauses.prohibitions),
    exclusions: named("exclusion", clauses.exclusions),
    exclusives: named("exclusive", clauses.exclusives),
    approachable: clauses.approachable,
    affiliates: named("affiliates", clauses.affiliates),
    ...(clauses.contactsPerPerson.length === 0 ? {} : { contactsPerPerson: clauses.contactsPerPerson }),
    ...(banned.length === 0 ? {} : { banned }),
    examples: [],
    ...replaced,
  });
}

const KEPT = ["grants", "prohibitions", "exclusions", "exclusives", "affiliates", "k", "fewer"] as const;

/** Two versions that differ in a part or two, so that neither direction is rare. */
export const anyVersions = fc.tuple(anyClauses, anyClauses, fc.subarray([...KEPT])).chain(([before, other, kept]) =>
  fc.constantFrom("swap", "replace", "shorten", "one-grant", "cap").map((how): readonly [Clauses, Clauses] => {
    const [first, ...rest] = before.grants;
    if (how === "swap") return [before, { ...before, grants: [...before.grants].reverse() }];
    if (how === "shorten") return [before, { ...before, grants: rest }];
    if (how === "one-grant") return [before, { ...before, grants: [...other.grants.slice(0, 1), ...rest] }];
    if (how === "cap") return [before, { ...before, fewer: other.fewer }];
    const after: Clauses = { ...other, ...Object.fromEntries(kept.map((part) => [part, before[part]])) };
    return [before, first === undefined ? after : { ...after, grants: before.grants }];
  }),
);

const spend = (used: Partial<UsedAttribute>): UsedAttribute => ({ name: "spend", uses: ["measure"], ...used });
const upTo = (least: string, most: string) => ({ clamp: clampOf({ least, most }) });
const TIER = { name: "tier", uses: ["filter"] } as const;
const REGION = { name: "region", uses: ["group"] } as const;
const BY_COUNTRY = { ...REGION, groupings: ["country"] } as const;

const USES: readonly UsedAttribute[][] = [
  [],
  [TIER],
  [{ name: "tier", uses: ["group"] }],
  [TIER, { name: "region", uses: ["filter"] }],
  [{ name: "tier", uses: ["filter", "group"] }],
  [REGION],
  [BY_COUNTRY],
  [{ ...REGION, groupings: ["coast", "country"] }],
  [TIER, BY_COUNTRY],
  [spend({})],
  [spend({ aggregates: ["sum"], ...upTo("0", "900") })],
  [spend({ aggregates: ["mean"], ...upTo("0", "5000") })],
  [spend({ aggregates: ["sum", "mean"] })],
  [TIER, spend({ aggregates: ["sum"], ...upTo("-1", "900") })],
  [BY_COUNTRY, spend({ aggregates: ["mean"], ...upTo("0", "900") })],
];

const FIGURES = ["overlap", "crosstab", "affinity", "trend"] as const;
const KINDS = [
  ...FIGURES.map((analysis) => ({ analysis, channel: null })),
  { analysis: "audience", channel: "email" },
  { analysis: "audience", channel: "post" },
  { analysis: "suppression", channel: "email" },
] as const;

const RECIPIENTS = [
  [OWNER, "banking"],
  [ADA, "travel"],
  [ADA, "retail"],
  [BEN, "travel"],
  [CAT, "boats"],
  [CAT, "retail"],
] as const;

/** Every request of the world. */
export function everyRequest(): readonly AccessRequest[] {
  const boats = { partner: partnerIdSchema.parse("dan-boats"), name: "dan-boats", industry: "boats" };
  const owner = { partner: OWNER, name: OWNER };
  const base = { owner, datasets: [datasetRef(OWNER, "customers")] };
  const places = RECIPIENTS.flatMap(([partner, industry]) =>
    ["insight", "sale", "other"].flatMap((purpose) =>
      KINDS.flatMap((kind) =>
        ["2026-03-01", "2026-05-01", "2026-09-01"].flatMap((on) =>
          [[], [boats]].map((alongside) => ({
            ...base,
            ...kind,
            recipient: { partner, name: partner, industry },
            purpose,
            on,
            alongside,
          })),
        ),
      ),
    ),
  );
  return places.flatMap((place) => USES.map((used) => ({ ...place, attributes: used })));
}

/** The world in parts of a few hundred requests each, so that many random policies can be held to it in little time. */
export function partsOfWorld(parts: number): readonly (readonly AccessRequest[])[] {
  const world = everyRequest();
  return Array.from({ length: parts }, (_, part) => world.filter((_request, index) => index % parts === part));
}
