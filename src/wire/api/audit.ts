// The log as it looks over the API.

import { z } from "zod";
import { LIMITS } from "../../domain/limits.ts";

export const checkpointSchema = z
  .strictObject({ checkpoint: z.string().describe("a C2SP signed note over origin, size and root") })
  .meta({ id: "Checkpoint" });

export const entryListSchema = z
  .strictObject({
    items: z.array(z.strictObject({ index: z.int(), entry: z.string().describe("canonical JSON, as it was hashed") })),
    next: z.int().nullable().describe("`from` of the next page"),
  })
  .meta({ id: "EntryList", description: "Entries that concern the caller." });

export const proofSchema = z
  .strictObject({ proof: z.array(z.string().describe("base64, 32 bytes")) })
  .meta({ id: "Proof", description: "RFC 9162 §2.1.3, §2.1.4." });

const size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const entriesQuerySchema = z.strictObject({
  from: size.optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.logPageEntries).optional(),
});
export const inclusionQuerySchema = z.strictObject({ index: size, size });
export const consistencyQuerySchema = z.strictObject({ first: size, second: size });
/** The size and root (base64url) of a checkpoint that the reader kept: both or neither. */
export const exportQuerySchema = z
  .strictObject({
    size: size.optional(),
    root: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}$/, "a root, 43 characters of base64url")
      .optional(),
  })
  .refine(({ size, root }) => (size === undefined) === (root === undefined), "give both `size` and `root`, or neither");
