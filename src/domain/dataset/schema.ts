// A dataset's schema: how the columns of a partner's list are to be read. One schema serves the raw file, which only
// the partner's own tools ever see, and the hashed file that goes up: the columns keep their names.

import { z } from "zod";
import type { Brand } from "../brand.ts";
import { LIMITS } from "../limits.ts";
import { type PartnerId, slugSchema } from "../partner/manifest.ts";
import { publicText } from "../public-text.ts";

/** The kinds of identifier that a row may hold; each is matched only with its own kind. */
export const IDENTIFIER_KINDS = ["email", "phone"] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];
export const identifierKindSchema = z.enum(IDENTIFIER_KINDS);

/** `partner/dataset`: the name of a dataset, and of the lineage of all its versions, for ever. */
export type DatasetRef = Brand<string, "DatasetRef">;

/** The reference of a partner's dataset, which is the name of its lineage. */
export function datasetRef(partner: PartnerId, dataset: string): DatasetRef {
  // SAFETY: both parts are slugs by their schemas.
  return `${partner}/${dataset}` as DatasetRef;
}

/** The owner named in a dataset reference. */
export function ownerOf(dataset: DatasetRef): PartnerId {
  // SAFETY: a reference is made of a partner id, a slash and a slug.
  return dataset.slice(0, dataset.indexOf("/")) as PartnerId;
}

export const datasetRefSchema = z
  .string()
  .regex(/^[a-z0-9-]{3,40}\/[a-z0-9-]{1,40}$/, "a partner's id, a slash and the dataset's name")
  // SAFETY: the pattern above is that of a reference.
  .transform((text) => text as DatasetRef);

const column = z.string().min(1).max(100);

const identifierSchema = z.strictObject({
  column,
  /** How the digests of the hashed file were made (`identifiers.md`): columns of different profiles never join. */
  profile: z.enum(["concordat-1"]),
  /** How the digests are spelt in the hashed file. */
  encoding: z.enum(["hex", "base64"]),
  /** Raw phones without a country code: ISO 3166-1 alpha-2 of the country, or the column that holds it. */
  country: z.union([z.string().regex(/^[A-Z]{2}$/), z.strictObject({ column })]).exactOptional(),
});

const attributeSchema = z.strictObject({
  column,
  type: z.literal("category"),
  /** Every value that a row may hold, in the order of any table that shows them. A row without one holds none. */
  values: z.array(publicText(100)).min(1).max(LIMITS.attributeValues),
});

const consentSchema = z.strictObject({
  column,
  /** The cell values that mean yes. Anything else, and an empty cell, means no. */
  granted: z.array(z.string().min(1).max(40)).min(1).max(10),
});

export const datasetSchemaSchema = z
  .strictObject({
    concordat: z.literal("dataset/1"),
    dataset: slugSchema,
    /** The partner's own opaque reference to a row, given back in audiences and never shown to anybody else. */
    record: z.strictObject({ column }),
    identifiers: z.partialRecord(identifierKindSchema, identifierSchema),
    attributes: z.record(slugSchema, attributeSchema),
    consents: z.record(slugSchema, consentSchema),
    /** The share of rows that may be refused before the whole upload is: a decimal fraction, such as "0.02". */
    rejects: z.string().regex(/^(?:0(?:\.\d{1,6})?|1)$/),
  })
  .refine((schema) => Object.keys(schema.identifiers).length > 0, {
    path: ["identifiers"],
    error: "name at least one identifier",
  })
  .refine((schema) => Object.keys(schema.attributes).length <= LIMITS.attributes, {
    path: ["attributes"],
    error: `at most ${LIMITS.attributes} attributes`,
  })
  .refine((schema) => Object.keys(schema.consents).length <= 31, { path: ["consents"], error: "at most 31 consents" })
  .refine((schema) => hasOwnColumns(schema), { error: "each column stands for one thing only" })
  .refine((schema) => Object.values(schema.attributes).every((one) => new Set(one.values).size === one.values.length), {
    path: ["attributes"],
    error: "the values of an attribute differ from each other",
  });

export type DatasetSchema = z.output<typeof datasetSchemaSchema>;

/** The columns that a list under this schema must have, the record reference first. */
export function columnsOf(schema: Columns): string[] {
  const named = [schema.identifiers, schema.attributes, schema.consents].flatMap((group) => Object.values(group));
  return [schema.record.column, ...named.map((one) => one.column)];
}

type Column = { readonly column: string };
type Columns = {
  readonly record: Column;
  readonly identifiers: { readonly [kind: string]: Column };
  readonly attributes: { readonly [name: string]: Column };
  readonly consents: { readonly [name: string]: Column };
};

function hasOwnColumns(schema: Columns): boolean {
  const columns = columnsOf(schema);
  return new Set(columns).size === columns.length;
}
