// Shapes that many replies share.

import { z } from "zod";
import { LIMITS } from "../../domain/limits.ts";

export const instantSchema = z.string().describe("RFC 3339, UTC, with milliseconds");

/** A page of a list, and where the next begins. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), next: z.string().nullable().describe("`after` of the next page") });
}

export const pageQuerySchema = z.strictObject({
  after: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, "what `next` of the page before says")
    .optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageItems).optional(),
});

export const problemSchema = z
  .looseObject({
    type: z.string().describe("`/problems/{kind}`"),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    next: z.string().describe("what to do"),
    requestId: z.string().describe("the name of the request that first met it"),
  })
  .meta({ id: "Problem", description: "RFC 9457." });

export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, "SHA-256, 64 lowercase hex digits");

export const thumbprintSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, "an RFC 7638 thumbprint, 43 characters of base64url");
