// Contracts, policies and questions for tests: a small fixed world of three partners, and random ones for properties.
// Every document here is parsed by its schema, so no test rests on a document that the room would refuse.

import fc from "fast-check";
import { canonicalDigest } from "../domain/canonical-json.ts";
import { type Contract, contractId, contractSchema } from "../domain/contract/document.ts";
import { type PartnerId, partnerIdSchema } from "../domain/partner/manifest.ts";
import { type Policy, policySchema } from "../domain/policy/document.ts";
import { limitsSchema, partialLimitsSchema } from "../domain/policy/limits-document.ts";
import type { PolicyInForce } from "../domain/policy/weigh.ts";
import type { Directory } from "../domain/policy/words.ts";
import { type AskedQuestion, canonicalQuestion, type Question, questionSchema } from "../domain/question/question.ts";

export const SUNLINE = partnerIdSchema.parse("sunline-holidays");
export const HARBOUR = partnerIdSchema.parse("harbour-yachts");
export const MERIDIAN = partnerIdSchema.parse("meridian-bank");

export const DIRECTORY: Directory = new Map([
  [SUNLINE, { name: "Sunline Holidays", industry: "travel" }],
  [HARBOUR, { name: "Harbour Yachts", industry: "boats" }],
  [MERIDIAN, { name: "Meridian Bank", industry: "banking" }],
]);

/** Limits as a document states them, in noise mode. */
export const LIMITS_STATED = {
  mode: "noise",
  k: 50,
  rounding: 10,
  minimumAudience: 300,
  maximumAudience: 20_000,
  budget: { perRelease: "0.5", perRecipient: "10", lineage: "20", delta: "1e-7", period: "P90D" },
  requestsPerPeriod: [
    { analysis: "overlap", count: 20, period: "P30D" },
    { analysis: "audience", count: 5, period: "P30D" },
  ],
  versionsPerPeriod: { count: 10, period: "P30D" },
  approval: [],
  retention: "P90D",
  audienceValidity: "P30D",
} as const;

const ATTRIBUTES = {
  tier: { type: "category", values: ["bronze", "silver", "gold"], uses: ["filter", "group"] },
  region: { type: "category", values: ["north", "south"], uses: ["filter"] },
  income: { type: "category", values: ["low", "high"], uses: [] },
};

/** A contract as JSON between these partners; each brings `customers` and receives everything. */
export function contractJson(partners: readonly string[]): ContractJson {
  return {
    concordat: "contract/1",
    name: "summer-season",
    version: 1,
    previous: null,
    members: partners.map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    purposes: ["cross-sell", "insight", "activation"],
    datasets: partners.map((partner) => ({
      partner,
      dataset: "customers",
      identifiers: ["email", "phone"],
      attributes: ATTRIBUTES,
      consents: [],
    })),
    analyses: [
      {
        analysis: "overlap",
        purposes: ["cross-sell", "insight"],
        recipients: [...partners],
        identifiers: ["email", "phone"],
        channels: [],
      },
      {
        analysis: "audience",
        purposes: ["activation"],
        recipients: [...partners],
        identifiers: ["email"],
        channels: ["email", "post"],
      },
    ],
    terms: LIMITS_STATED,
    validity: { from: "2026-01-01", until: "2027-12-31" },
  };
}

type ContractJson = { readonly [member: string]: unknown };

/** The contract of the three partners, with members of its JSON replaced. */
export function contractOf(replaced: ContractJson = {}): Contract {
  return contractSchema.parse({ ...contractJson([SUNLINE, HARBOUR, MERIDIAN]), ...replaced });
}

const ALL_ANALYSES = ["overlap", "crosstab", "affinity", "trend", "audience", "suppression"];

/** A contract of the three partners for every analysis, with a measure on each list. */
export function tableContract(replaced: ContractJson = {}): Contract {
  const spend = { scale: 2, clamp: { min: 0, max: 500_000 }, aggregates: ["mean"] };
  const contract = contractOf();
  return contractOf({
    datasets: contract.datasets.map((dataset) => ({ ...dataset, measures: { spend } })),
    analyses: ALL_ANALYSES.map((analysis) => ({
      analysis,
      purposes: ["insight"],
      recipients: [SUNLINE, HARBOUR, MERIDIAN],
      identifiers: ["email", "phone"],
      channels: ["email"],
    })),
    ...replaced,
  });
}

/** A policy for such a contract: everything is granted to everybody in travel. */
export function tablePolicyOf(partner: string, replaced: { readonly [member: string]: unknown } = {}): Policy {
  const requestsPerPeriod = ALL_ANALYSES.map((analysis) => ({ analysis, count: 20, period: "P30D" }));
  return policyOf(partner, {
    defaults: { ...LIMITS_STATED, requestsPerPeriod },
    grants: [
      {
        id: "everything",
        to: [{ industry: "travel" }],
        purposes: ["insight"],
        analyses: ALL_ANALYSES,
        attributes: { tier: ["filter", "group"], spend: ["measure"] },
        channels: ["email"],
        terms: {},
      },
    ],
    ...replaced,
  });
}

/** A policy that grants Sunline and everybody in travel overlaps and audiences, with members of its JSON replaced. */
export function policyOf(partner: string, replaced: { readonly [member: string]: unknown } = {}): Policy {
  return policySchema.parse({
    concordat: "policy/1",
    partner,
    version: 1,
    defaults: LIMITS_STATED,
    grants: [
      {
        id: "travel-cross-sell",
        to: [{ industry: "travel" }],
        purposes: ["cross-sell", "activation"],
        analyses: ["overlap", "audience"],
        attributes: { tier: ["filter", "group"] },
        channels: ["email"],
        terms: {},
      },
    ],
    prohibitions: [],
    examples: [],
    ...replaced,
  });
}

/** Policies by their partner, each with the digest of its canonical form. */
export function inForce(policies: readonly Policy[]): ReadonlyMap<PartnerId, PolicyInForce> {
  return new Map(policies.map((policy) => [policy.partner, { policy, digest: canonicalDigest(policy) }]));
}

/** A question in canonical form under a contract, from its JSON without the contract's id. */
export function questionOf(contract: Contract, json: { readonly [member: string]: unknown }): Question {
  const asked: AskedQuestion = questionSchema.parse({ ...json, contract: contractId(contract) });
  const canonical = canonicalQuestion(contract, asked);
  if (!canonical.ok) throw new Error(canonical.error.map((issue) => `${issue.path} ${issue.says}`).join("; "));
  return canonical.value;
}

const days = fc.constantFrom("P1D", "P7D", "P30D", "P12W", "P3M", "P1Y");
const epsilon = fc.constantFrom("0.000001", "0.1", "0.25", "0.5", "1", "2.5", "10", "20", "9999");
const delta = fc.constantFrom("1e-5", "1e-7", "2e-7", "9e-18", "0.0000001");
const analyses = fc.subarray(["overlap", "audience", "crosstab", "trend"], { minLength: 0 });
const cap = fc.record({
  analysis: fc.constantFrom(...ALL_ANALYSES),
  count: fc.integer({ min: 1, max: 30 }),
  period: days,
});

const renewal = fc.record({ period: days, times: fc.constantFrom(1, 3, 1_000) });

const sizes = fc
  .tuple(fc.integer({ min: 10, max: 400 }), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 1_000 }))
  .map(([k, more, room]) => ({ k, minimumAudience: k + more, maximumAudience: k + more + room }));

/** Limits in full, as a contract or a policy's defaults state them. */
export const anyLimits = fc
  .record({
    sizes,
    mode: fc.constantFrom("noise", "gaussian-noise", "exact"),
    rounding: fc.integer({ min: 1, max: 50 }),
    budget: fc.record(
      { perRelease: epsilon, perRecipient: epsilon, lineage: epsilon, delta, period: days, renewal },
      { requiredKeys: ["perRelease", "perRecipient", "lineage", "delta", "period"] },
    ),
    requestsPerPeriod: fc.array(cap, { maxLength: 4 }),
    versionsPerPeriod: fc.record({ count: fc.integer({ min: 1, max: 30 }), period: days }),
    approval: analyses,
    retention: days,
    audienceValidity: days,
    deniability: fc.option(fc.constantFrom("0.5", "1", "4"), { nil: undefined }),
  })
  .map(({ sizes: stated, requestsPerPeriod, deniability, ...limits }) => ({
    ...limits,
    ...(deniability === undefined ? {} : { deniability }),
    ...stated,
    requestsPerPeriod: [...requestsPerPeriod, ...LIMITS_STATED.requestsPerPeriod],
  }))
  .map((json) => limitsSchema.parse(json));

/** Any part of such limits, as a grant states them. */
export const anyPartialLimits = fc
  .tuple(anyLimits, fc.array(fc.nat({ max: 11 }), { maxLength: 4 }))
  .map(([limits, kept]) => Object.fromEntries(Object.entries(limits).filter((_, index) => kept.includes(index))))
  .map((json) => partialLimitsSchema.parse(json));
