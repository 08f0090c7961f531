// Policies as they look over the API.

import { z } from "zod";
import { policySchema } from "../../domain/policy/document.ts";
import { digestSchema, instantSchema, listOf } from "./shared.ts";

export const newPolicySchema = policySchema.meta({ id: "PolicyDocument" });

export const policyReplySchema = z
  .strictObject({
    partner: z.string(),
    version: z.int(),
    digest: digestSchema,
    putAt: instantSchema,
    document: z.looseObject({}).describe("the policy itself (schema `policy`)"),
  })
  .meta({ id: "Policy" });

export const policyListSchema = listOf(policyReplySchema).meta({ id: "PolicyList" });

export const policyCheckSchema = z
  .strictObject({ isSound: z.boolean(), examples: z.int().describe("examples that were run") })
  .meta({ id: "PolicyCheck" });
