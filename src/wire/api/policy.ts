// Policies as they look over the API.

import { z } from "zod";
import { policySchema } from "../../domain/policy/document.ts";
import { digestSchema, instantSchema, listOf } from "./shared.ts";

const signatureSchema = z.strictObject({
  protected: z.string().max(2_000).describe("base64url of the protected header: `alg`, `kid`, `typ`"),
  signature: z.string().max(2_000).describe("base64url"),
});

export const newPolicySchema = z
  .strictObject({
    document: policySchema.meta({ id: "PolicyDocument" }),
    signature: signatureSchema.describe("RFC 7515 over the canonical form (RFC 8785), `typ` `concordat-policy+jws`"),
  })
  .meta({ id: "SignedPolicyDocument" });

export const policyReplySchema = z
  .strictObject({
    partner: z.string(),
    version: z.int(),
    digest: digestSchema,
    putAt: instantSchema,
    document: z.looseObject({}).describe("the policy itself (schema `policy`)"),
    isWaiting: z.boolean().describe("whether it waits for a second signature; then it is not in force"),
    signatures: z
      .array(signatureSchema.extend({ thumbprint: z.string(), at: instantSchema }))
      .describe("none for a version from before policies were signed"),
  })
  .meta({ id: "Policy" });

export const policyListSchema = listOf(policyReplySchema).meta({ id: "PolicyList" });

export const waitingPolicyListSchema = listOf(
  policyReplySchema.extend({ changes: z.array(z.string()).describe("what it would change, in words") }),
).meta({ id: "WaitingPolicyList" });

export const policyDraftSchema = z
  .looseObject({})
  .meta({ id: "PolicyDraft", description: "A policy (schema `policy`), whether or not it fits its schema yet." });

export const policyCheckSchema = z
  .strictObject({
    isSound: z.boolean().describe("whether the room would take it"),
    examples: z.int().describe("examples that were run; 0 where the draft does not fit its schema"),
    payload: z
      .string()
      .nullable()
      .describe("base64url of the canonical form (RFC 8785), ready to sign; null where it does not fit"),
    issues: z.array(
      z.strictObject({
        path: z.string().describe("JSON Pointer (RFC 6901)"),
        says: z.string(),
        instead: z.string().describe("what to write instead"),
        isRefused: z.boolean().describe("false for advice"),
      }),
    ),
  })
  .meta({ id: "PolicyCheck" });
