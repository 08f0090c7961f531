// Random policies over a small vocabulary, and every request that the vocabulary allows: a world small enough to look
// at whole, against which what is said of policies is held.

import fc from "fast-check";
import { datasetRef } from "../domain/dataset/schema.ts";
import { partnerIdSchema } from "../domain/partner/manifest.ts";
import type { AccessRequest, UsedAttribute } from "../domain/policy/cover.ts";
import { type Policy, policySchema } from "../domain/policy/document.ts";
import { clampOf } from "../domain/policy/use-limits.ts";
import { LIMITS_STATED } from "./documents.ts";

type Json = { readonly [member: string]: unknown };

export const OWNER = partnerIdSchema.parse("corvo-bank");
export const ADA = partnerIdSchema.parse("ada-travel");
export const BEN = partnerIdSchema.parse("ben-boats");
const CAT = partnerIdSchema.parse("cat-shops");

const CAPS = ["overlap", "audience"].map((analysis) => ({ analysis, count: 5, period: "P30D" }));
const parties = fc.subarray<unknown>([ADA, BEN, { industry: "travel" }, { industry: "boats" }], { minLength: 1 });
const purposes = fc.subarray(["insight", "sale"], { minLength: 1 });
const day = fc.constantFrom("2026-03-31", "2026-06-30");
const k = fc.constantFrom(20, 60, 120);

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
const tierUse = (use: string) => fc.oneof(fc.constant(use), fc.record({ use: fc.constant(use), k }));
const attributes = fc.oneof(
  fc.constant({}),
  tierUse("filter").map((one) => ({ tier: [one] })),
  fc.tuple(tierUse("filter"), tierUse("group")).map((uses) => ({ tier: uses })),
  fc.tuple(tierUse("filter"), spendUse).map(([one, other]) => ({ tier: [one], spend: [other] })),
  spendUse.map((one) => ({ spend: [one] })),
  tierUse("filter").map((one) => ({ tier: [one], region: ["filter"] })),
);

const grant = fc
  .record(
    {
      to: parties,
      purposes,
      analyses: fc.subarray(["overlap", "audience"], { minLength: 1 }),
      attributes,
      channels: fc.subarray(["email", "post"]),
      consent: fc.constantFrom("marketing", "partners"),
      terms: fc.record({ k, mode: fc.constantFrom("noise", "exact"), retention: fc.constantFrom("P7D", "P90D") }),
      until: day,
    },
    { requiredKeys: ["to", "purposes", "analyses", "attributes", "channels"] },
  )
  .map((one): Json => ({ terms: {}, ...one }));

const prohibition = fc.record(
  { to: parties, purposes, analyses: fc.constantFrom(["overlap"], ["audience"]), because: fc.constant("so it is") },
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

/** Clauses of every kind as JSON without ids, none of them many. */
export const anyClauses = fc.record({
  grants: fc.array(grant, { maxLength: 3 }),
  prohibitions: fc.array(prohibition, { maxLength: 1 }),
  exclusions: fc.array(exclusion, { maxLength: 1 }),
  exclusives: fc.array(exclusive, { maxLength: 1 }),
  approachable: fc.array(approachable, { maxLength: 1 }),
  banned: fc.subarray(["spend", "tier"], { maxLength: 1 }),
  k: fc.constantFrom(20, 60, 120),
});

export type Clauses = typeof anyClauses extends fc.Arbitrary<infer Value> ? Value : never;

/** The policy of these clauses; each takes its id from its place. */
export function policyOfClauses({ k: people, banned, ...clauses }: Clauses, replaced: Json = {}): Policy {
  const named = <One extends object>(kind: string, ones: readonly One[]) =>
    ones.map((one, index) => ({ id: `${kind}-${index}`, ...one }));
  return policySchema.parse({
    concordat: "policy/1",
    partner: OWNER,
    version: 1,
    defaults: { ...LIMITS_STATED, mode: "exact", k: people, requestsPerPeriod: CAPS },
    grants: named("grant", clauses.grants),
    prohibitions: named("prohibition", clauses.prohibitions),
    exclusions: named("exclusion", clauses.exclusions),
    exclusives: named("exclusive", clauses.exclusives),
    approachable: clauses.approachable,
    ...(banned.length === 0 ? {} : { banned }),
    examples: [],
    ...replaced,
  });
}

/** Two versions that differ in a part or two, so that neither direction is rare. */
export const anyVersions = fc
  .tuple(anyClauses, anyClauses, fc.subarray(["grants", "prohibitions", "exclusions", "exclusives", "k"] as const))
  .chain(([before, other, kept]) =>
    fc.constantFrom("swap", "replace", "shorten", "one-grant").map((how): readonly [Clauses, Clauses] => {
      const [first, ...rest] = before.grants;
      if (how === "swap") return [before, { ...before, grants: [...before.grants].reverse() }];
      if (how === "shorten") return [before, { ...before, grants: rest }];
      if (how === "one-grant") return [before, { ...before, grants: [...other.grants.slice(0, 1), ...rest] }];
      const after: Clauses = { ...other, ...Object.fromEntries(kept.map((part) => [part, before[part]])) };
      return [before, first === undefined ? after : { ...after, grants: before.grants }];
    }),
  );

const USES: readonly UsedAttribute[][] = [
  [],
  [{ name: "tier", uses: ["filter"] }],
  [{ name: "tier", uses: ["group"] }],
  [
    { name: "tier", uses: ["filter"] },
    { name: "region", uses: ["filter"] },
  ],
  [{ name: "tier", uses: ["filter", "group"] }],
  [{ name: "spend", uses: ["measure"] }],
  [{ name: "spend", uses: ["measure"], aggregates: ["sum"], clamp: clampOf({ least: "0", most: "900" }) }],
  [{ name: "spend", uses: ["measure"], aggregates: ["mean"], clamp: clampOf({ least: "0", most: "5000" }) }],
  [{ name: "spend", uses: ["measure"], aggregates: ["sum", "mean"] }],
  [
    { name: "tier", uses: ["filter"] },
    { name: "spend", uses: ["measure"], aggregates: ["sum"], clamp: clampOf({ least: "-1", most: "900" }) },
  ],
];

const KINDS = [
  { analysis: "overlap", channel: null },
  { analysis: "audience", channel: "email" },
  { analysis: "audience", channel: "post" },
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
