// The log as it looks over the API.

import { z } from "zod";
import { LIMITS } from "../../domain/limits.ts";
import { instantSchema, thumbprintSchema } from "./shared.ts";

const noteSchema = z.string().min(1).max(LIMITS.noteCharacters);

export const tilePathSchema = z.strictObject({
  level: z.string().max(2).describe("0 for leaf hashes; each level above hashes full tiles of the one below"),
  place: z.string().max(40).describe("`067`, `x001/x234/067`, or `067.p/112` for a partial tile"),
});
export const bundlePathSchema = tilePathSchema.pick({ place: true });

export const entryPathSchema = z.strictObject({
  index: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER - 1),
});

export const witnessedQuerySchema = z.strictObject({
  witnesses: z.coerce.number().int().min(1).max(LIMITS.cosignaturesShown).optional().describe("1 when absent"),
});

export const witnessedSchema = z
  .strictObject({
    checkpoint: z.string().describe("the first published checkpoint that covers the entry and has as many lines"),
    proof: z.array(z.string().describe("base64, 32 bytes")),
  })
  .meta({ id: "Witnessed", description: "An entry's place under a checkpoint that witnesses cosign." });

export const witnessSchema = z
  .strictObject({
    thumbprint: z.string().describe("RFC 7638, of the key that cosigns"),
    partner: z.string(),
    name: z.string(),
    key: z.string().describe("C2SP tlog-cosignature: name, hash, and 0x04 with the Ed25519 key"),
    registeredAt: instantSchema,
    retiredAt: instantSchema.nullable(),
    last: z.strictObject({ size: z.int(), signedAt: instantSchema }).nullable(),
  })
  .meta({ id: "Witness" });

export const witnessListSchema = z.strictObject({ items: z.array(witnessSchema) }).meta({ id: "WitnessList" });

export const newWitnessSchema = z
  .strictObject({
    key: z.string().max(400).describe("C2SP tlog-cosignature verifier key; its name begins with your id and a slash"),
    checkpoint: noteSchema.describe("a checkpoint of this room with a cosignature under that key"),
  })
  .meta({ id: "NewWitness" });

export const newCosignatureSchema = z
  .strictObject({
    checkpoint: noteSchema.describe("a published checkpoint with your witness's line behind the room's"),
  })
  .meta({ id: "NewCosignature" });

export const cosignedSchema = z
  .strictObject({ size: z.int(), cosignatures: z.int().describe("witnesses that have cosigned this checkpoint") })
  .meta({ id: "Cosigned" });

export const witnessPathSchema = z.strictObject({ thumbprint: thumbprintSchema });

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
export const earlierShape = {
  size: size.optional(),
  root: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, "a root, 43 characters of base64url")
    .optional(),
};
type Earlier = { readonly size?: number | undefined; readonly root?: string | undefined };
export const isBothOrNeither = [
  ({ size, root }: Earlier) => (size === undefined) === (root === undefined),
  "give both `size` and `root`, or neither",
] as const;
export const exportQuerySchema = z.strictObject(earlierShape).refine(...isBothOrNeither);
