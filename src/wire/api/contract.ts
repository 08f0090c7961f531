// Contracts as they look over the API.

import { z } from "zod";
import { contractIdSchema, contractSchema } from "../../domain/contract/document.ts";
import { instantSchema, listOf } from "./shared.ts";

export const newContractSchema = contractSchema.meta({ id: "ContractDocument" });

export const contractReplySchema = z
  .strictObject({
    id: z.string().describe("SHA-256 of the canonical document"),
    state: z.strictObject({
      kind: z.enum([
        "offered",
        "refused",
        "signed-not-yet-valid",
        "in-force",
        "suspended",
        "terminated",
        "expired",
        "replaced",
      ]),
      missing: z.array(z.string()).optional().describe("members that have not signed"),
      by: z.array(z.string()).optional(),
    }),
    document: z.looseObject({}).describe("the contract itself (schema `contract`)"),
    leaving: z.array(z.string()).describe("members of the version before that this one leaves out: they sign it too"),
    offeredBy: z.string(),
    offeredAt: instantSchema,
    signatures: z.array(z.strictObject({ partner: z.string(), thumbprint: z.string(), at: instantSchema })),
    events: z.array(z.strictObject({ kind: z.string(), partner: z.string(), at: instantSchema })),
  })
  .meta({ id: "Contract" });

export const contractListSchema = listOf(contractReplySchema).meta({ id: "ContractList" });

export const plainContractSchema = z
  .strictObject({ id: z.string(), lines: z.array(z.string()) })
  .meta({ id: "PlainContract", description: "What signing lets the others learn, in plain words." });

export const differenceSchema = z
  .strictObject({ id: z.string(), against: z.string().describe("the earlier one"), lines: z.array(z.string()) })
  .meta({ id: "ContractDifference", description: "What more or less anybody could learn, member by member." });

export const againstQuerySchema = z.strictObject({
  against: contractIdSchema.optional().describe("the earlier one; absent, the version that it amends"),
});

export const jwsSchema = z
  .strictObject({
    payload: z.string(),
    signatures: z.array(z.strictObject({ protected: z.string(), signature: z.string() })),
  })
  .meta({ id: "ContractJws", description: "RFC 7515 General JSON Serialization, one signature a member." });

export const newSignatureSchema = z
  .strictObject({ protected: z.string().max(2_000), signature: z.string().max(200) })
  .meta({ id: "NewSignature" });

export const contractPathSchema = z.strictObject({ contract: contractIdSchema });
export const emptyBodySchema = z.strictObject({});
