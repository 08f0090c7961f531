// Documents made for a draft policy to be tried with: a contract that permits all that the policy's grants speak of,
// and the rules of an attacker, which are as loose as the engine lets any be.

import { type Contract, contractSchema } from "../contract/document.ts";
import { LIMITS } from "../limits.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type Policy, policySchema } from "../policy/document.ts";
import type { Seat } from "./seats.ts";

/** The values of every attribute that no document lists any of. */
const VALUES = ["one", "two", "three", "four"];
/** Names that a contract takes of each kind. */
const NAMES = 20;

/** A contract between the owner and one attacker: its limits are the policy's defaults, its scope all of the grants. */
export function draftContract(policy: Policy, { partner }: Seat, on: string): Contract {
  const { grants } = policy;
  const purposes = unique(grants.flatMap((grant) => grant.purposes));
  const channels = unique(grants.flatMap((grant) => grant.channels));
  const asks = { purposes, recipients: [partner], identifiers: ["email"] };
  return contractSchema.parse({
    concordat: "contract/1",
    name: `draft-with-${partner.slice(0, 24).replace(/-$/, "")}`,
    version: 1,
    previous: null,
    members: [
      { partner: policy.partner, roles: ["contributor"] },
      { partner, roles: ["contributor", "recipient"] },
    ],
    purposes,
    datasets: [broughtBy(policy.partner, "customers", filtersOf(policy)), broughtBy(partner, "own-list", ["lot"])],
    analyses: [
      { analysis: "overlap", ...asks, channels: [] },
      ...(channels.length === 0 ? [] : [{ analysis: "audience", ...asks, channels }]),
    ],
    terms: policy.defaults,
    validity: { from: on, until: "9999-12-31" },
  });
}

/** The rules of an attacker: nothing beyond the engine's floors. */
export function laxPolicy(partner: PartnerId): Policy {
  return policySchema.parse({
    concordat: "policy/1",
    partner,
    version: 1,
    defaults: {
      mode: "exact",
      k: LIMITS.kFloor,
      rounding: 1,
      minimumAudience: LIMITS.kFloor,
      maximumAudience: 1_000_000_000,
      budget: { perRelease: "9999", perRecipient: "9999", lineage: "9999", delta: "9e-5", period: "P1D" },
      requestsPerPeriod: [],
      versionsPerPeriod: { count: 1_000_000_000, period: "P1D" },
      approval: [],
      retention: "P30D",
      audienceValidity: "P30D",
    },
    grants: [],
    prohibitions: [],
    examples: [],
  });
}

function filtersOf({ grants }: Policy): readonly string[] {
  const uses = grants.flatMap((grant) => Object.entries(grant.attributes));
  return unique(uses.flatMap(([name, allowed]) => (allowed.includes("filter") ? [name] : [])));
}

function broughtBy(partner: PartnerId, dataset: string, attributes: readonly string[]) {
  const category = { type: "category", values: VALUES, uses: ["filter"] };
  const named = Object.fromEntries(attributes.map((name) => [name, category]));
  return { partner, dataset, identifiers: ["email"], attributes: named, consents: [] };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].slice(0, NAMES);
}
