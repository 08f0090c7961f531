// An identifier of a person as it may leave the partner's side: hashed, under the name of the key that makes its token.

import { z } from "zod";
import { identifierKindSchema } from "../dataset/schema.ts";
import type { TokenName } from "../identifier/token-kernel.ts";
import { LIMITS } from "../limits.ts";
import { slugSchema } from "../partner/manifest.ts";

const hashedIdentifierSchema = z
  .strictObject({
    kind: identifierKindSchema,
    /** Of external ids alone: whose ids they are. */
    namespace: slugSchema.exactOptional(),
    /** SHA-256 of the canonical form, 64 lowercase hex digits. */
    hash: z.string().regex(/^[0-9a-f]{64}$/, "SHA-256, 64 lowercase hex digits"),
  })
  .refine(({ kind, namespace }) => (kind === "external") === (namespace !== undefined), {
    error: "external ids have a namespace, and nothing else has one",
  });

/** The identifiers of people, in any order; those of one person need not stand together. */
export const hashedIdentifiersSchema = z.array(hashedIdentifierSchema).min(1).max(LIMITS.subjectIdentifiers);

export type HashedIdentifier = z.output<typeof hashedIdentifierSchema>;

/** The name of the key that makes an identifier's token. */
export function tokenNameIn({ kind, namespace }: HashedIdentifier): TokenName {
  return kind === "external" ? `external:${namespace}` : kind;
}
