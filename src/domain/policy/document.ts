// A policy: one partner's own sharing rules over all its contracts. Deny by default; prohibitions override grants;
// the first grant in document order that covers a request decides its terms.

import { z } from "zod";
import { startOfDate } from "../instant.ts";
import { industrySchema, partnerIdSchema, slugSchema } from "../partner/manifest.ts";
import { publicText } from "../public-text.ts";
import { ANALYSES, ATTRIBUTE_USES, analysisSchema, limitsSchema, partialLimitsSchema } from "./limits-document.ts";

const because = publicText(300);

/** A calendar day, UTC. */
export const dateSchema = z.string().refine((text) => startOfDate(text).ok, "a date such as `2027-06-30`");

/** Whom a clause is about: a partner by id, or every partner of an industry. */
const partySchema = z.union([partnerIdSchema, z.strictObject({ industry: industrySchema })]);

const grantSchema = z.strictObject({
  id: slugSchema,
  to: z.array(partySchema).min(1).max(100),
  purposes: z.array(slugSchema).min(1).max(20),
  analyses: z.array(analysisSchema).min(1),
  /** The partner's own attributes and what each may be used for. An attribute not named may not be used. */
  attributes: z.record(slugSchema, z.array(z.enum(ATTRIBUTE_USES)).min(1)),
  /** Channels of an audience; needed for audiences, meaningless otherwise. */
  channels: z.array(slugSchema).max(20),
  /** Only people who gave this consent are in the room for a request under this grant. */
  consent: slugSchema.exactOptional(),
  /** Limits stricter than the defaults. */
  terms: partialLimitsSchema,
  /** The last day, UTC, on which the grant holds. */
  until: dateSchema.exactOptional(),
});

const prohibitionSchema = z.strictObject({
  id: slugSchema,
  to: z.array(partySchema).min(1).max(100),
  /** Only these purposes or analyses; all when absent. */
  purposes: z.array(slugSchema).min(1).max(20).exactOptional(),
  analyses: z.array(analysisSchema).min(1).exactOptional(),
  because,
});

/** A request in the terms of one owner's policy, with what must come of it. Run when the policy loads. */
const exampleSchema = z.strictObject({
  says: because,
  request: z.strictObject({
    to: partnerIdSchema,
    industry: industrySchema,
    purpose: slugSchema,
    analysis: analysisSchema,
    attributes: z.record(slugSchema, z.array(z.enum(ATTRIBUTE_USES)).min(1)),
    channel: slugSchema.exactOptional(),
    on: dateSchema,
  }),
  expect: z.enum(["permit", "deny"]),
});

export const policySchema = z
  .strictObject({
    concordat: z.literal("policy/1"),
    partner: partnerIdSchema,
    version: z.int().min(1).max(1_000_000),
    defaults: limitsSchema,
    grants: z.array(grantSchema).max(200),
    prohibitions: z.array(prohibitionSchema).max(200),
    examples: z.array(exampleSchema).max(200),
  })
  .superRefine((policy, context) => {
    const ids = [...policy.grants, ...policy.prohibitions].map((clause) => clause.id);
    if (new Set(ids).size !== ids.length) context.addIssue({ code: "custom", message: "clause ids differ", path: [] });
    const capped = new Set(policy.defaults.requestsPerPeriod.map((cap) => cap.analysis));
    for (const analysis of ANALYSES) {
      if (capped.has(analysis) || !policy.grants.some((grant) => grant.analyses.includes(analysis))) continue;
      const message = `state how many requests of analysis \`${analysis}\` a period may hold, since a grant allows it`;
      context.addIssue({ code: "custom", message, path: ["defaults", "requestsPerPeriod"] });
    }
  });

export type Policy = z.output<typeof policySchema>;
export type Grant = Policy["grants"][number];
export type Prohibition = Policy["prohibitions"][number];
export type PolicyExample = Policy["examples"][number];
export type Party = z.output<typeof partySchema>;
