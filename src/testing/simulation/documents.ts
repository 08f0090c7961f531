// What the partners of a simulated room agree and declare: three members with one list each, every analysis,
// without measures, and policies that differ in what they let through.

import type { SigningKey } from "../../crypto/jwk.ts";
import { type Contract, contractSchema } from "../../domain/contract/document.ts";
import { type DatasetRef, datasetRef, datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { type Manifest, manifestSchema, type PartnerId, partnerIdSchema } from "../../domain/partner/manifest.ts";
import { type Policy, policySchema } from "../../domain/policy/document.ts";
import { keyNamed } from "./keys.ts";

export const MEMBERS: readonly PartnerId[] = ["alba-travel", "boreal-boats", "corvo-bank"].map((id) =>
  partnerIdSchema.parse(id),
);

const keys = new Map<string, SigningKey>();

/** The key of a partner, the operator or the log, the same in every room. */
export function keyOf(name: string): SigningKey {
  const key = keys.get(name) ?? keyNamed(name);
  keys.set(name, key);
  return key;
}

/** The list of a member. */
export const listOf = (partner: PartnerId): DatasetRef => datasetRef(partner, LIST_SCHEMA.dataset);

export function manifestOf(id: PartnerId): Manifest {
  const contacts = [{ role: "privacy", email: `privacy@${id}.example` }];
  return manifestSchema.parse({ concordat: "partner/1", id, name: id, industry: "travel", contacts, datasets: [] });
}

export const LIST_SCHEMA = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "ref" },
  identifiers: {
    email: { column: "email", profile: "concordat-1", encoding: "hex" },
    phone: { column: "phone", profile: "concordat-1", encoding: "hex" },
  },
  attributes: { tier: { column: "tier", type: "category", values: ["gold", "silver"] } },
  consents: { ads: { column: "ads", granted: ["yes"] } },
  rejects: "0.5",
});

export const ANALYSES_ASKED = ["overlap", "audience", "crosstab", "suppression", "affinity", "trend"] as const;
const LISTS_ASKED: readonly string[] = ["audience", "suppression"];

/** How figures of a room are protected. */
export type Mode = "noise" | "exact";

const LIMITS_STATED = {
  k: 10,
  rounding: 1,
  minimumAudience: 10,
  maximumAudience: 1_000,
  budget: { perRelease: "1", perRecipient: "8", lineage: "12", delta: "1e-7", period: "P90D" },
  requestsPerPeriod: ANALYSES_ASKED.map((analysis) => ({ analysis, count: 2, period: "P30D" })),
  versionsPerPeriod: { count: 5, period: "P30D" },
  approval: [],
  retention: "P20D",
  audienceValidity: "P2D",
};

/** A contract of all members, told apart by its name. Rooms agree on the same ones, so each is read once. */
export function contractNamed(name: string, mode: Mode): Contract {
  return onceOf(contracts, `${name} ${mode}`, () => readContract(name, mode));
}

const contracts = new Map<string, Contract>();
const policies = new Map<string, Policy>();

function onceOf<Value>(known: Map<string, Value>, name: string, make: () => Value): Value {
  const value = known.get(name) ?? make();
  known.set(name, value);
  return value;
}

function readContract(name: string, mode: Mode): Contract {
  return contractSchema.parse({
    concordat: "contract/1",
    name,
    version: 1,
    previous: null,
    members: MEMBERS.map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    purposes: ["insight", "activation"],
    datasets: MEMBERS.map((partner) => ({
      partner,
      dataset: LIST_SCHEMA.dataset,
      identifiers: ["email", "phone"],
      attributes: { tier: { type: "category", values: ["gold", "silver"], uses: ["filter", "group"] } },
      consents: [{ consent: "ads" }],
    })),
    analyses: ANALYSES_ASKED.map((analysis) => ({
      analysis,
      purposes: ["insight", "activation"],
      recipients: MEMBERS,
      identifiers: ["email", "phone"],
      channels: LISTS_ASKED.includes(analysis) ? ["email", "post"] : [],
    })),
    terms: { ...LIMITS_STATED, mode },
    approvalWithin: "P7D",
    validity: { from: "2026-01-01", until: "2030-12-31" },
  });
}

/** What a policy lets through, from the widest on. */
export const MANNERS = ["open", "careful", "slow", "figures", "shut"] as const;
export type Manner = (typeof MANNERS)[number];

export type Stated = { readonly version: number; readonly manner: Manner; readonly mode: Mode };

/** A member's policy in this version. */
export function policyOf(partner: PartnerId, stated: Stated): Policy {
  return onceOf(policies, JSON.stringify([partner, stated]), () => readPolicy(partner, stated));
}

function readPolicy(partner: PartnerId, { version, manner, mode }: Stated): Policy {
  const narrower = { perRelease: "0.5", perRecipient: "3", lineage: "5", delta: "1e-7", period: "P90D" };
  const limits: { readonly [manner in Manner]: object } = {
    open: {},
    careful: { k: 12, minimumAudience: 12, budget: narrower, retention: "P5D" },
    slow: { approval: ["overlap", "audience"] },
    figures: {},
    shut: {},
  };
  const grant = {
    id: "everything",
    to: MEMBERS.filter((other) => other !== partner),
    purposes: ["insight", "activation"],
    analyses: manner === "figures" ? ["overlap", "crosstab"] : ANALYSES_ASKED,
    attributes: { tier: ["filter", "group"] },
    channels: manner === "figures" ? [] : ["email", "post"],
    terms: {},
  };
  return policySchema.parse({
    concordat: "policy/1",
    partner,
    version,
    defaults: { ...LIMITS_STATED, mode, ...limits[manner] },
    grants: manner === "shut" ? [] : [grant],
    prohibitions: [],
    examples: [],
  });
}
