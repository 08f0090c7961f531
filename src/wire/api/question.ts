// Questions, explanations and releases as they look over the API.

import { z } from "zod";
import { questionSchema } from "../../domain/question/question.ts";
import { instantSchema, listOf, pageQuerySchema } from "./shared.ts";

export const askedQuestionSchema = questionSchema.meta({ id: "Question" });

const reasonSchema = z
  .strictObject({
    document: z.enum(["contract", "policy"]),
    partner: z.string().optional().describe("whose policy"),
    version: z.int(),
    digest: z.string(),
    pointer: z.string().describe("JSON pointer of the clause"),
    effect: z.enum(["permits", "limits", "denies"]),
    says: z.string(),
  })
  .meta({ id: "Reason" });

const chargeSchema = z
  .strictObject({
    owner: z.string(),
    dataset: z.string(),
    account: z.string().describe("the recipient, or `everyone` together"),
    nanoRho: z.string().describe("what the answer takes, in 1e-9 rho (zCDP)"),
    left: z.strictObject({ nanoRho: z.string(), epsilon: z.string(), answers: z.string() }),
  })
  .meta({ id: "Charge" });

const figure = {
  released: z.int().optional(),
  interval: z.array(z.int()).length(2).optional().describe("95 %"),
  withheld: z.literal(true).optional(),
  says: z.string().optional().describe("`fewer than k`, whatever the reason"),
};

export const releaseSchema = z
  .strictObject({
    id: z.string(),
    kind: z.enum(["overlap", "audience"]),
    outcome: z.enum(["released", "withheld"]),
    contract: z.string(),
    recipient: z.string(),
    asOf: instantSchema,
    expiresAt: instantSchema,
    question: z.looseObject({}),
    versions: z.record(z.string(), z.string()),
    consents: z.record(z.string(), z.array(z.string())).describe("consents that each list's people had to carry"),
    sizes: z.array(z.strictObject({ dataset: z.string(), ...figure })).optional(),
    regions: z.array(z.strictObject({ members: z.array(z.string()), ...figure })).optional(),
    matchRates: z.array(z.strictObject({ dataset: z.string(), share: z.number() })).optional(),
    byIdentifier: z.array(z.strictObject({ identifier: z.string(), ...figure })).optional(),
    size: z.strictObject(figure).optional().describe("an audience's size; its rows are at `/rows`"),
    privacy: z.looseObject({ mode: z.enum(["noise", "exact"]) }),
    spent: z.array(chargeSchema),
    reasons: z.array(reasonSchema),
    salt: z.string(),
    receipt: z.string().describe("compact JWS by the room's key over the digest of the rest, with its log entry"),
  })
  .meta({ id: "Release" });

export const releaseListSchema = listOf(releaseSchema).meta({ id: "ReleaseList" });

export const receiptSchema = z.strictObject({ receipt: z.string() }).meta({ id: "Receipt" });

export const explanationSchema = z
  .strictObject({
    isPermitted: z.boolean(),
    question: z.looseObject({}).describe("the canonical form: what is the same question"),
    words: z.strictObject({
      verdict: z.string(),
      because: z.array(z.string()),
      tells: z.array(z.string()),
      costs: z.array(z.string()),
      next: z.array(z.string()),
    }),
    reasons: z.array(reasonSchema),
    instead: z.array(z.strictObject({ question: z.looseObject({}), says: z.string() })),
    price: z
      .strictObject({
        epsilon: z.string(),
        plusMinus: z.int(),
        charges: z.array(chargeSchema),
        isRecorded: z.boolean(),
      })
      .nullable(),
  })
  .meta({ id: "Explanation" });

export const budgetSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        dataset: z.string(),
        recipient: z.string(),
        nanoRho: z.string(),
        release: z.string(),
        at: instantSchema,
      }),
    ),
    next: z.string().nullable(),
    spent: z.array(
      z.strictObject({ dataset: z.string(), recipient: z.string(), nanoRho: z.string().describe("for ever") }),
    ),
  })
  .meta({ id: "Budget", description: "What answers about the caller's lists have taken, line by line and in all." });

/** Lines are numbered, and so are the pages' ends. */
export const budgetQuerySchema = pageQuerySchema.extend({
  after: z
    .string()
    .regex(/^\d{1,15}$/, "what `next` of the page before says")
    .optional(),
});

export const releasePathSchema = z.strictObject({ release: z.string().regex(/^rel_[A-Za-z0-9_-]{22}$/) });
