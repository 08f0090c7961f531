// The limits that a contract or a policy states. Every one must be stated: no privacy parameter has a silent default,
// and the floors of the engine (`limits.ts`) lie under all of them.

import { z } from "zod";
import { durationDays } from "../instant.ts";
import { LIMITS } from "../limits.ts";

export const ANALYSES = ["overlap", "audience", "crosstab", "affinity", "trend", "suppression"] as const;
export type Analysis = (typeof ANALYSES)[number];
export const analysisSchema = z.enum(ANALYSES);

// These give back records of the asker's own: each entry discloses who is another's customer.
const LIST_ANALYSES: readonly Analysis[] = ["audience", "suppression"];

/** Whether an analysis gives back records and not figures alone: it names channels, and sizes and caps bound it. */
export function givesRecords(analysis: Analysis): boolean {
  return LIST_ANALYSES.includes(analysis);
}

export const ATTRIBUTE_USES = ["filter", "group", "measure"] as const;
export type AttributeUse = (typeof ATTRIBUTE_USES)[number];

/** What may be told of a measure. */
export const AGGREGATES = ["sum", "mean"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** An ISO 8601 duration in one unit: days, weeks, months of 30 days or years of 365. */
export const durationSchema = z.string().refine((text) => durationDays(text).ok, "a duration such as `P30D` or `P3M`");

/** A positive decimal with at most six places, as text, so that no float stands on the path of privacy. */
export const epsilonSchema = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,3})(?:\.\d{1,6})?$/, "a decimal such as `0.5`, as text")
  .refine((text) => /[1-9]/.test(text), "greater than zero");

const count = z.int().min(1).max(1_000_000_000);
const rate = { count, period: durationSchema };

const limits = {
  /**
   * `noise`: of the discrete Laplace distribution. `gaussian-noise`: of the discrete Gaussian, which is narrower at the
   * same price and promises less. `exact`: none. Each holds only where the contract and every owner's policy say so or
   * say something weaker, in this order.
   */
  mode: z.enum(["noise", "gaussian-noise", "exact"]),
  /** People behind any figure, at the least. */
  k: z.int().min(LIMITS.kFloor, `the engine's floor is ${LIMITS.kFloor}`).max(1_000_000),
  /** Exact mode: counts are rounded to multiples of this. */
  rounding: z.int().min(1).max(1_000_000),
  minimumAudience: z.int().min(LIMITS.kFloor).max(1_000_000_000),
  maximumAudience: count,
  budget: z.strictObject({
    /** Epsilon of one release, at the most. */
    perRelease: epsilonSchema,
    /** Epsilon for one recipient within a period. */
    perRecipient: epsilonSchema,
    /** Epsilon of the list for everybody: for ever, or within the period of its renewal. */
    lineage: epsilonSchema,
    delta: z.string().regex(/^(?:[1-9]e-(?:[5-9]|1[0-8])|0\.0{4,17}[1-9])$/, "a small probability such as `1e-7`"),
    period: durationSchema,
    /**
     * What was spent on a list longer ago than `period` counts no more, until `times` whole budgets beyond the first
     * are spent. Holds where the contract and the owner's policy both state one; absent, the budget never renews.
     */
    renewal: z.strictObject({ period: durationSchema, times: z.int().min(1).max(1_000) }).exactOptional(),
  }),
  requestsPerPeriod: z.array(z.strictObject({ analysis: analysisSchema, ...rate })).max(20),
  versionsPerPeriod: z.strictObject(rate),
  /** Analyses that wait for a person's approval. */
  approval: z.array(analysisSchema),
  /** How long an answer is kept. */
  retention: durationSchema,
  /** How long an audience may be collected. */
  audienceValidity: durationSchema,
};

// Where entries of a list must be deniable: the epsilon of the coin that is tossed for each.
const deniability = epsilonSchema.exactOptional();

export const limitsSchema = z
  .strictObject({ ...limits, deniability })
  .refine((stated) => stated.minimumAudience >= stated.k, { path: ["minimumAudience"], error: "not below `k`" })
  .refine((stated) => stated.maximumAudience >= stated.minimumAudience, {
    path: ["maximumAudience"],
    error: "not below `minimumAudience`",
  });
export const partialLimitsSchema = z.strictObject({
  mode: limits.mode.exactOptional(),
  k: limits.k.exactOptional(),
  rounding: limits.rounding.exactOptional(),
  minimumAudience: limits.minimumAudience.exactOptional(),
  maximumAudience: limits.maximumAudience.exactOptional(),
  budget: limits.budget.exactOptional(),
  requestsPerPeriod: limits.requestsPerPeriod.exactOptional(),
  versionsPerPeriod: limits.versionsPerPeriod.exactOptional(),
  approval: limits.approval.exactOptional(),
  retention: limits.retention.exactOptional(),
  audienceValidity: limits.audienceValidity.exactOptional(),
  deniability,
});

export type Limits = z.output<typeof limitsSchema>;
export type PartialLimits = z.output<typeof partialLimitsSchema>;
