// A partner and its manifest: the document with which a company comes into the room (`partners/*/partner.json`).

import { z } from "zod";
import type { Brand } from "../brand.ts";
import { publicText } from "../public-text.ts";

/** A partner's short name, unique in the room: 3 to 40 characters, lowercase letters, digits and single dashes. */
export type PartnerId = Brand<string, "PartnerId">;

const SLUG = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Lowercase words joined by single dashes: names of datasets, attributes, purposes, industries, channels, clauses. */
export const slugSchema = z
  .string()
  .regex(SLUG, "lowercase letters, digits and single dashes")
  .max(40)
  // Documents are records by such names, and this is the one of them that every JavaScript object has.
  .refine((text) => text !== "constructor", "`constructor` is reserved");

export const partnerIdSchema = slugSchema
  .min(3, "at least 3 characters")
  // SAFETY: the schema above is the one constructor of a partner id.
  .transform((text) => text as PartnerId);

/** Whoever runs the room: signs like a partner, owns no list, is member of no contract. */
// SAFETY: fits the pattern above; reserved by the manifest schema.
export const OPERATOR = "operator" as PartnerId;

export const industrySchema = slugSchema;

const jwkMemberSchema = z.union([z.string().max(1_000), z.array(z.string().max(100)).max(20)]);

export const manifestSchema = z
  .strictObject({
    concordat: z.literal("partner/1"),
    id: partnerIdSchema,
    name: publicText(120),
    industry: industrySchema,
    contacts: z
      .array(z.strictObject({ role: slugSchema, name: z.string().max(120).exactOptional(), email: z.email().max(254) }))
      .min(1)
      .max(20),
    /** Public keys the partner will enrol with. Empty: the first key that presents the enrolment code. */
    jwks: z.strictObject({ keys: z.array(z.record(z.string(), jwkMemberSchema)).max(10) }).exactOptional(),
    datasets: z.array(z.strictObject({ name: slugSchema, about: z.string().max(500).exactOptional() })).max(20),
  })
  .refine((manifest) => manifest.id !== OPERATOR, { path: ["id"], error: "`operator` is reserved for the room" });

export type Manifest = z.output<typeof manifestSchema>;
