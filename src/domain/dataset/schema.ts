// A dataset's schema: how the columns of a partner's list are to be read. One schema serves the raw file, which only
// the partner's own tools ever see, and the hashed file that goes up: the columns keep their names. One identifier is
// made of several raw columns, which stay behind: the hashed file has one column of its own for it.

import { z } from "zod";
import type { Brand } from "../brand.ts";
import { LIMITS } from "../limits.ts";
import { type PartnerId, slugSchema } from "../partner/manifest.ts";
import { durationSchema } from "../policy/limits-document.ts";
import { publicText } from "../public-text.ts";

/**
 * The kinds of identifier that a row may hold, one of each (`LIMITS.identifiersPerRow`), in the room's own order; each
 * is matched only with its own kind.
 */
export const IDENTIFIER_KINDS = ["email", "phone", "maid", "external", "name+postcode"] as const;
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

/** The owner's name for the dataset of a reference. */
export function nameIn(dataset: DatasetRef): string {
  return dataset.slice(dataset.indexOf("/") + 1);
}

export const datasetRefSchema = z
  .string()
  .regex(/^[a-z0-9-]{3,40}\/[a-z0-9-]{1,40}$/, "a partner's id, a slash and the dataset's name")
  // SAFETY: the pattern above is that of a reference.
  .transform((text) => text as DatasetRef);

const column = z.string().min(1).max(100);

const hashed = {
  column,
  /** How the digests of the hashed file were made (`identifiers.md`): columns of different profiles never join. */
  profile: z.enum(["concordat-1"]),
  /** How the digests are spelt in the hashed file. */
  encoding: z.enum(["hex", "base64"]),
};

/** ISO 3166-1 alpha-2 of a country, or the raw column that holds it row by row. */
const countrySchema = z.union([z.string().regex(/^[A-Z]{2}$/), z.strictObject({ column })]);

const identifiersSchema = z.strictObject({
  email: z.strictObject({ ...hashed, country: countrySchema.exactOptional() }).exactOptional(),
  /** `country`: that of raw numbers without a country code. */
  phone: z.strictObject({ ...hashed, country: countrySchema.exactOptional() }).exactOptional(),
  /** Mobile advertising ids: IDFA, AAID. */
  maid: z.strictObject(hashed).exactOptional(),
  /** Ids that two partners share by arrangement. Those of different namespaces never join. */
  external: z.strictObject({ ...hashed, namespace: slugSchema }).exactOptional(),
  /** First name, last name, postal code and country as one identifier, out of raw columns that stay behind. */
  "name+postcode": z
    .strictObject({
      ...hashed,
      firstName: z.strictObject({ column }),
      lastName: z.strictObject({ column }),
      postcode: z.strictObject({ column }),
      country: countrySchema,
    })
    .exactOptional(),
} satisfies Record<IdentifierKind, z.ZodType>);

const attributeSchema = z.strictObject({
  column,
  type: z.literal("category"),
  /** Every value that a row may hold, in the order of any table that shows them. A row without one holds none. */
  values: z
    .array(publicText(100))
    .min(1)
    .max(LIMITS.attributeValues, `an attribute has at most ${LIMITS.attributeValues} values: group the rare ones`),
});

const measureSchema = z.strictObject({
  column,
  /** Fraction digits that a cell may have: what is stored counts units of 10^-scale. */
  scale: z.int().min(0).max(6),
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
    identifiers: identifiersSchema,
    attributes: z.record(slugSchema, attributeSchema),
    /** Decimal numbers that figures may add up; an empty cell is none. */
    measures: z.record(slugSchema, measureSchema).exactOptional(),
    consents: z.record(slugSchema, consentSchema),
    /** How long a version is kept after it was sealed; the owner's policy may say less. Absent: as the policy says. */
    retention: durationSchema.exactOptional(),
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
  .refine((schema) => measuresOf(schema).length <= LIMITS.measures, {
    path: ["measures"],
    error: `at most ${LIMITS.measures} measures`,
  })
  .refine((schema) => measuresOf(schema).every(([name]) => !Object.hasOwn(schema.attributes, name)), {
    path: ["measures"],
    error: "a measure has a name that no attribute has",
  })
  .refine((schema) => hasOwnColumns(schema), { error: "each column stands for one thing only" })
  .refine((schema) => keepsNamesBack(schema), {
    path: ["identifiers", "name+postcode"],
    error: "first name, last name and postal code are three columns that stand for nothing else: they never leave",
  })
  .refine((schema) => Object.values(schema.attributes).every((one) => new Set(one.values).size === one.values.length), {
    path: ["attributes"],
    error: "the values of an attribute differ from each other",
  });

export type DatasetSchema = z.output<typeof datasetSchemaSchema>;

/** The columns that a hashed list under this schema must have, the record reference first. */
export function columnsOf(schema: Columns): string[] {
  const { record, identifiers, attributes, measures, consents } = schema;
  const groups = [identifiers, attributes, ...(measures === undefined ? [] : [measures]), consents];
  const named = groups.flatMap((group): Column[] => Object.values(group));
  return [record.column, ...named.map((one) => one.column)];
}

/** The measures of a schema by name, in its order. */
export function measuresOf({ measures }: { readonly measures?: Measures }): [name: string, measure: Measure][] {
  return measures === undefined ? [] : Object.entries(measures);
}

type Measure = z.output<typeof measureSchema>;
type Measures = { readonly [name: string]: Measure };
type Column = { readonly column: string };
type Columns = {
  readonly record: Column;
  readonly identifiers: z.output<typeof identifiersSchema>;
  readonly attributes: { readonly [name: string]: Column };
  readonly measures?: Measures;
  readonly consents: { readonly [name: string]: Column };
};

function hasOwnColumns(schema: Columns): boolean {
  const columns = columnsOf(schema);
  return new Set(columns).size === columns.length;
}

// A name that were another column too would go up with it.
function keepsNamesBack(schema: Columns): boolean {
  const composite = schema.identifiers["name+postcode"];
  if (composite === undefined) return true;
  const parts = [composite.firstName, composite.lastName, composite.postcode].map((part) => part.column);
  const others = new Set(columnsOf(schema));
  return new Set(parts).size === parts.length && !parts.some((part) => others.has(part));
}
