// A policy: one partner's own sharing rules over all its contracts. Deny by default; prohibitions override grants;
// the first grant in document order that covers a request decides its terms.

import { z } from "zod";
import { startOfDate } from "../instant.ts";
import { industrySchema, partnerIdSchema, slugSchema } from "../partner/manifest.ts";
import { publicText } from "../public-text.ts";
import { ANALYSES, analysisSchema, durationSchema, limitsSchema, partialLimitsSchema } from "./limits-document.ts";
import { grantedUsesSchema, stated, usedSchema } from "./uses-document.ts";

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
  /** The partner's own attributes, what each may be used for and how far. An attribute not named may not be used. */
  attributes: z.record(slugSchema, grantedUsesSchema),
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

/** A contract with such a member, besides the owner, gets nothing from the owner's lists. */
const exclusionSchema = z.strictObject({
  id: slugSchema,
  with: z.array(partySchema).min(1).max(100),
  /** Only for these purposes; for all when absent. */
  purposes: z.array(slugSchema).min(1).max(20).exactOptional(),
  because,
});

/** Between two days nobody but these partners uses the owner's lists for these purposes. */
const exclusiveSchema = z
  .strictObject({
    id: slugSchema,
    to: z.array(partySchema).min(1).max(100),
    purposes: z.array(slugSchema).min(1).max(20),
    /** The first and the last day, UTC. */
    from: dateSchema,
    until: dateSchema,
    because,
  })
  .refine((one) => one.from <= one.until, { path: ["until"], error: "not before `from`" });

/** People without this consent are on no list that goes to these channels; to any channel when none is named. */
const approachableSchema = z.strictObject({
  consent: slugSchema,
  channels: z.array(slugSchema).min(1).max(20).exactOptional(),
});

/** Partners that belong together in the owner's eyes: for its lists they are one recipient. */
const affiliatesSchema = z.strictObject({
  id: slugSchema,
  partners: z.array(partnerIdSchema).min(2).max(50),
  because,
});

/** Nobody on the owner's lists stands on more than so many audiences within a period, whoever receives them. */
const contactCapSchema = z.strictObject({ count: z.int().min(1).max(1_000), period: durationSchema });

/** A request in the terms of one owner's policy, with what must come of it. Run when the policy loads. */
const exampleSchema = z.strictObject({
  says: because,
  request: z.strictObject({
    to: partnerIdSchema,
    industry: industrySchema,
    purpose: slugSchema,
    analysis: analysisSchema,
    attributes: z.record(slugSchema, z.array(usedSchema).min(1)),
    channel: slugSchema.exactOptional(),
    /** Other members of the contract; none but owner and recipient when absent. */
    with: z
      .array(z.strictObject({ partner: partnerIdSchema, industry: industrySchema }))
      .max(12)
      .exactOptional(),
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
    exclusions: z.array(exclusionSchema).max(100).exactOptional(),
    exclusives: z.array(exclusiveSchema).max(100).exactOptional(),
    approachable: z.array(approachableSchema).max(31).exactOptional(),
    /** Groups of partners that share one budget and one cap, and whose answers the guards hold against each other. */
    affiliates: z.array(affiliatesSchema).max(100).exactOptional(),
    contactsPerPerson: z.array(contactCapSchema).min(1).max(10).exactOptional(),
    /** Attributes that nobody may use, whatever a grant says. */
    banned: z.array(slugSchema).min(1).max(100).exactOptional(),
    /** A version that permits more comes into force only when a second key of the partner has signed it as well. */
    loosening: z.strictObject({ second: z.literal(true) }).exactOptional(),
    examples: z.array(exampleSchema).max(200),
  })
  .superRefine((policy, context) => {
    const { grants, prohibitions, exclusions, exclusives, affiliates } = policy;
    const clauses = [...grants, ...prohibitions, ...stated(exclusions), ...stated(exclusives), ...stated(affiliates)];
    const ids = clauses.map((clause) => clause.id);
    if (new Set(ids).size !== ids.length) context.addIssue({ code: "custom", message: "clause ids differ", path: [] });
    const grouped = [policy.partner, ...stated(affiliates).flatMap(({ partners }) => partners)];
    if (new Set(grouped).size !== grouped.length) {
      const message =
        "another partner stands in one group of affiliates, once; two groups that share one are one group";
      context.addIssue({ code: "custom", message, path: ["affiliates"] });
    }
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
export type Exclusion = NonNullable<Policy["exclusions"]>[number];
export type Exclusive = NonNullable<Policy["exclusives"]>[number];
export type Affiliates = NonNullable<Policy["affiliates"]>[number];
export type PolicyExample = Policy["examples"][number];
export type Party = z.output<typeof partySchema>;
