// Requests for approval as they look over the API.

import { z } from "zod";
import { publicText } from "../../domain/public-text.ts";
import { explanationSchema } from "./question.ts";
import { instantSchema, listOf } from "./shared.ts";

const request = {
  id: z.string(),
  recipient: z.string().describe("who asks"),
  contract: z.string(),
  question: z.looseObject({}).describe("as it was asked"),
  approvers: z.array(z.string()).describe("members whose person must approve"),
  state: z.strictObject({
    kind: z
      .enum(["waiting", "denied", "withdrawn", "expired", "lapsed", "refused", "released"])
      .describe("`lapsed`: its contract ended; `refused`: approved, and then not permitted any more"),
    missing: z.array(z.string()).optional().describe("approvers who have not decided"),
    by: z.string().optional(),
    because: z.string().optional(),
    release: z.string().optional().describe("the answer, at `/v1/releases/{release}`"),
  }),
  yours: z.enum(["to-decide", "asked", "neither"]).describe("what it is to you"),
  askedAt: instantSchema,
  expiresAt: instantSchema,
  events: z.array(
    z.strictObject({
      kind: z.string(),
      partner: z.string().optional(),
      because: z.string().optional(),
      at: instantSchema,
    }),
  ),
};

export const requestSchema = z.strictObject(request).meta({ id: "ApprovalRequest" });

export const requestListSchema = listOf(requestSchema).meta({ id: "ApprovalRequestList" });

export const explainedRequestSchema = z
  .strictObject({
    ...request,
    explained: explanationSchema.nullable().describe("while it waits: what it asks, as of now"),
  })
  .meta({ id: "ExplainedApprovalRequest" });

const because = publicText(300).describe("the reason, which the members and the log keep");

export const verdictSchema = z
  .discriminatedUnion("verdict", [
    z.strictObject({ verdict: z.literal("approve"), because: because.exactOptional() }),
    z.strictObject({ verdict: z.literal("deny"), because }),
    z.strictObject({ verdict: z.literal("withdraw") }),
  ])
  .meta({ id: "Verdict", description: "Approvers approve or deny, the asker withdraws." });

export const requestPathSchema = z.strictObject({ request: z.string().regex(/^req_[A-Za-z0-9_-]{22}$/) });
