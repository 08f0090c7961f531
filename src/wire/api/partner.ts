// Partners and their keys as they look over the API.

import { z } from "zod";
import { manifestSchema, partnerIdSchema } from "../../domain/partner/manifest.ts";
import { instantSchema, listOf, thumbprintSchema } from "./shared.ts";

const publicJwkSchema = z
  .strictObject({ kty: z.enum(["OKP", "EC"]), crv: z.string(), x: z.string(), y: z.string().optional() })
  .meta({ id: "PublicJwk", description: "A public Ed25519 or P-256 key (RFC 7517, RFC 8037)." });

export const keySchema = z
  .strictObject({
    thumbprint: z.string().describe("RFC 7638, base64url: the `keyid` of signatures"),
    jwk: publicJwkSchema,
    registeredAt: instantSchema,
    revokedAt: instantSchema.nullable(),
  })
  .meta({ id: "Key" });

export const partnerSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    industry: z.string(),
    addedAt: instantSchema,
    leftAt: instantSchema.nullable().describe("when it left the room for good"),
    datasets: z.array(z.strictObject({ name: z.string(), about: z.string().optional() })),
  })
  .meta({ id: "Partner" });

export const partnerListSchema = listOf(partnerSchema).meta({ id: "PartnerList" });

export const enrolmentSchema = z
  .strictObject({ partner: z.string(), code: z.string(), expiresAt: instantSchema })
  .meta({ id: "Enrolment", description: "What the operator hands to the partner; the code is good once." });

export const newPartnerSchema = manifestSchema.meta({ id: "Manifest" });

export const newKeySchema = z
  .union([
    z.strictObject({ jwk: z.record(z.string(), z.unknown()), code: z.string().min(8).max(200) }),
    z.strictObject({ jwk: z.record(z.string(), z.unknown()), proof: z.string().min(8).max(4_000) }),
  ])
  .meta({
    id: "NewKey",
    description:
      "With `code`: a first key, in a request signed by that key. With `proof`: a further key, in a request signed " +
      "by a registered one; the proof is a compact JWS by the new key.",
  });

export const jwksSchema = z
  .strictObject({
    keys: z.array(
      z.strictObject({
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        y: z.string().optional(),
        kid: z.string(),
        alg: z.string(),
        use: z.literal("sig"),
      }),
    ),
  })
  .meta({ id: "Jwks" });

export const partnerPathSchema = z.strictObject({ partner: partnerIdSchema });
export const keyPathSchema = z.strictObject({ partner: partnerIdSchema, thumbprint: thumbprintSchema });
