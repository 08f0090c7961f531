// What a report rests on: the partner's processing in the room as facts, taken from the live state or, of a breach,
// from what was in force in a period. The three reports (GDPR art. 30, 33, 35) tell these facts in different orders.

import { z } from "zod";
import { contractIdSchema } from "../contract/document.ts";
import { datasetRefSchema } from "../dataset/schema.ts";
import { partnerIdSchema } from "../partner/manifest.ts";
import type { Exposure } from "../policy/exposure.ts";
import { analysisSchema } from "../policy/limits-document.ts";
import { printEpsilon } from "../privacy/epsilon.ts";

const count = z.int().nonnegative();
const epsilon = z.string();

const listSchema = z.strictObject({
  dataset: datasetRefSchema,
  /** Of the version in force; of a breach, the most of any version of the period. Null where there was none. */
  people: count.nullable(),
  versions: z.array(z.string()),
  identifiers: z.array(z.string()),
  attributes: z.array(z.string()),
  measures: z.array(z.string()),
  consents: z.array(z.string()),
});

const flowSchema = z.strictObject({
  contract: contractIdSchema,
  recipient: partnerIdSchema,
  dataset: datasetRefSchema,
  analysis: analysisSchema,
  purpose: z.string(),
  channel: z.string().nullable(),
  from: z.string(),
  until: z.string(),
  /** The version of the partner's policy, and its rule, that permits it. */
  policyVersion: z.int(),
  rule: z.string(),
  attributes: z.array(z.string()),
  consents: z.array(z.string()),
  mode: z.enum(["noise", "exact"]),
  mechanism: z.enum(["discrete-laplace", "discrete-gaussian"]),
  k: count,
  minimumAudience: count,
  maximumAudience: count,
  budget: z.strictObject({
    perRelease: epsilon,
    perRecipient: epsilon,
    periodDays: count,
    lineage: epsilon,
    delta: z.string(),
    renewals: count,
  }),
  deniability: epsilon.nullable(),
  isApproved: z.boolean(),
  retentionDays: count,
  audienceValidityDays: count,
});
export type Flow = z.output<typeof flowSchema>;

const givenSchema = z.strictObject({
  recipient: partnerIdSchema,
  dataset: datasetRefSchema,
  analysis: analysisSchema,
  answers: count,
  withheld: count,
  /** How often rows of a list were taken away. */
  collections: count,
});
export type Given = z.output<typeof givenSchema>;

export const reportSchema = z.strictObject({
  part: z.literal("report"),
  contacts: z.array(z.strictObject({ role: z.string(), name: z.string().exactOptional(), email: z.string() })),
  lists: z.array(listSchema),
  contracts: z.array(
    z.strictObject({
      id: contractIdSchema,
      name: z.string(),
      version: z.int(),
      state: z.string(),
      members: z.array(partnerIdSchema),
      purposes: z.array(z.string()),
      from: z.string(),
      until: z.string(),
    }),
  ),
  policies: z.array(z.strictObject({ version: z.int(), digest: z.string(), from: z.string() })),
  /** What each recipient may learn by contract and policy: one item for each list, analysis, purpose and channel. */
  flows: z.array(flowSchema),
  /** What was given in fact, from the log; of a breach within the period. */
  given: z.array(givenSchema),
  /** What answers have taken from the lists' privacy budgets, in 1e-9 rho, for ever. */
  spent: z.array(z.strictObject({ dataset: datasetRefSchema, recipient: z.string(), nanoRho: z.string() })),
  /** Erasures so far, and keys and witnesses of the partner that are active. */
  erasures: count,
  activeKeys: count,
  witnesses: count,
});
export type Report = z.output<typeof reportSchema>;

/** One thing that a recipient may learn, as a report has it. */
export function flowOf(exposure: Exposure, by: Pick<Flow, "recipient" | "policyVersion" | "rule">): Flow {
  const { contract, dataset, analysis, purpose, channel, from, until, uses, terms } = exposure;
  const { mode, mechanism, k, minimumAudience, maximumAudience, budget, deniability } = terms;
  const consents = terms.consents[dataset];
  return {
    ...{ contract, dataset, analysis, purpose, channel, from, until, ...by },
    attributes: [...new Set(uses.map((one) => `${one.attribute}:${one.use}`))].sort(),
    consents: consents === undefined ? [] : [...consents],
    ...{ mode, mechanism, k, minimumAudience, maximumAudience },
    budget: {
      perRelease: printEpsilon(budget.perRelease),
      perRecipient: printEpsilon(budget.perRecipient),
      periodDays: budget.periodDays,
      lineage: printEpsilon(budget.lineage),
      delta: budget.delta,
      renewals: budget.renewal.times,
    },
    deniability: deniability === null ? null : printEpsilon(deniability),
    isApproved: terms.approval.includes(analysis),
    retentionDays: terms.retentionDays,
    audienceValidityDays: terms.audienceValidityDays,
  };
}
