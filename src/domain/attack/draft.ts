// Documents made for a draft policy to be tried with: a contract that permits all that the policy's grants speak of,
// and the rules of an attacker, which are as loose as the engine lets any be.

import { type Contract, type ContractDataset, contractSchema } from "../contract/document.ts";
import { LIMITS } from "../limits.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type Policy, policySchema } from "../policy/document.ts";
import { AGGREGATES, ANALYSES, ATTRIBUTE_USES, type AttributeUse, givesRecords } from "../policy/limits-document.ts";
import { limitsOfUse, useOf } from "../policy/use-limits.ts";

/** The values of every attribute of the owner's that no document lists any of: few, so that tables are small. */
const VALUES = ["one", "two"];
/** The attacker's own people are told apart finer. */
const LOTS = ["one", "two", "three", "four"];
/** What a measure is clamped to where no grant says it, and what a clause's millionths are to a whole unit. */
const CLAMP = { min: 0, max: 1_000 };
const MILLIONTHS = 1_000_000;
/** Names that a contract takes of each kind. */
const NAMES = 20;

/**
 * A contract between the owner and attackers, of whom the first asks: its limits are the policy's defaults, its scope
 * all of the grants.
 */
export function draftContract(policy: Policy, attackers: readonly PartnerId[], on: string): Contract {
  const { grants } = policy;
  const purposes = unique(grants.flatMap((grant) => grant.purposes));
  const channels = unique(grants.flatMap((grant) => grant.channels));
  const [recipient] = attackers;
  const asks = { purposes, recipients: [recipient], identifiers: KINDS };
  const analyses = ANALYSES.filter((analysis) => grants.some((grant) => grant.analyses.includes(analysis)));
  const askable = analyses.filter((analysis) => channels.length > 0 || !givesRecords(analysis));
  return contractSchema.parse({
    concordat: "contract/1",
    name: `draft-with-${attackers.map((partner) => partner.slice(0, 12).replace(/-$/, "")).join("-")}`,
    version: 1,
    previous: null,
    members: [
      { partner: policy.partner, roles: ["contributor"] },
      ...attackers.map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    ],
    purposes,
    datasets: [
      { ...broughtBy(policy.partner, "customers", attributesOf(policy)), ...measuresOf(policy) },
      ...attackers.map((partner) => broughtBy(partner, "own-list", { lot: { ...OWN, values: LOTS } })),
    ],
    analyses: askable.map((analysis) => ({ analysis, ...asks, channels: givesRecords(analysis) ? channels : [] })),
    terms: policy.defaults,
    validity: { from: on, until: "9999-12-31" },
  });
}

/** By two identifiers people can be matched in more ways than one, so that is what attackers agree. */
const KINDS = ["email", "phone"] as const;
const OWN = { type: "category", uses: ATTRIBUTE_USES } as const;

/** The rules of an attacker: nothing beyond the engine's floors, and everything for those it has contracts with. */
export function laxPolicy(partner: PartnerId, contracts: readonly Contract[]): Policy {
  const period = "P1D";
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
      budget: { perRelease: "9999", perRecipient: "9999", lineage: "9999", delta: "9e-5", period },
      requestsPerPeriod: ANALYSES.map((analysis) => ({ analysis, count: 1_000_000_000, period })),
      versionsPerPeriod: { count: 1_000_000_000, period },
      approval: [],
      retention: "P30D",
      audienceValidity: "P30D",
    },
    grants: contracts
      .filter(({ members }) => members.some((member) => member.partner === partner))
      .map((contract, index) => grantOf(partner, contract, `all-${index}`)),
    prohibitions: [],
    examples: [],
  });
}

function grantOf(partner: PartnerId, { members, purposes, datasets, analyses }: Contract, id: string) {
  const own = datasets.filter((one) => one.partner === partner);
  const names = own.flatMap(({ attributes, measures }) => Object.keys({ ...attributes, ...measures }));
  return {
    id,
    to: members.flatMap((member) => (member.partner === partner ? [] : [member.partner])),
    purposes,
    analyses: [...ANALYSES],
    attributes: Object.fromEntries(names.map((name) => [name, [...ATTRIBUTE_USES]])),
    channels: unique(analyses.flatMap(({ channels }) => channels)),
    terms: {},
  };
}

type Used = readonly [name: string, uses: Policy["grants"][number]["attributes"][string]];

function usesIn({ grants }: Policy, wanted: (use: AttributeUse) => boolean): readonly Used[] {
  const used = grants.flatMap(({ attributes }) => Object.entries(attributes));
  return used.filter(([, uses]) => uses.map(useOf).some(wanted));
}

function attributesOf(policy: Policy): ContractDataset["attributes"] {
  const names = unique(usesIn(policy, (use) => use !== "measure").map(([name]) => name));
  return Object.fromEntries(names.map((name) => [name, { ...OWN, values: VALUES, uses: [...ATTRIBUTE_USES] }]));
}

function measuresOf(policy: Policy): Pick<ContractDataset, "measures"> {
  const used = new Map(usesIn(policy, (use) => use === "measure"));
  const attributes = attributesOf(policy);
  const measures = [...used].filter(([name]) => !Object.hasOwn(attributes, name));
  if (measures.length === 0) return {};
  return {
    measures: Object.fromEntries(
      measures.map(([name, uses]) => [name, { scale: 0, clamp: clampIn(uses), aggregates: [...AGGREGATES] }]),
    ),
  };
}

// The bounds that the grant asks for, in whole units; where it asks for none, some.
function clampIn(uses: Used[1]): { min: number; max: number } {
  const stated = uses.map((use) => limitsOfUse(use).clamp).find((clamp) => clamp !== null);
  if (stated === undefined || stated === null) return CLAMP;
  const min = Math.ceil(stated.least / MILLIONTHS);
  return { min, max: Math.max(min + 1, Math.floor(stated.most / MILLIONTHS)) };
}

function broughtBy(partner: PartnerId, dataset: string, attributes: object) {
  return { partner, dataset, identifiers: KINDS, attributes, consents: [] };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].slice(0, NAMES);
}
