// How one raw file is read under its dataset's schema: which column stands where, which leave the machine, which stay,
// and which are made here. Only the columns that the schema names are ever written.

import {
  columnsOf,
  type DatasetSchema,
  IDENTIFIER_KINDS,
  type IdentifierKind,
  measuresOf,
} from "../../domain/dataset/schema.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";

/** An identifier: where its raw cells stand, where its digest goes and how that is spelt. */
export type PlannedIdentifier = {
  readonly kind: IdentifierKind;
  readonly column: string;
  /** Where the digest goes: the raw cell's own place, or one behind the raw row for an identifier of several cells. */
  readonly at: number;
  /** Raw cells: one, or first name, last name and postal code. */
  readonly from: readonly number[];
  readonly encoding: "hex" | "base64";
  /** The country of a phone without country code, or of a postal code, unless its row names another. */
  readonly country: string | undefined;
  readonly countryAt: number | undefined;
};

type PlannedAttribute = { readonly column: string; readonly at: number; readonly values: ReadonlySet<string> };
type PlannedMeasure = { readonly column: string; readonly at: number; readonly scale: number };

/** Where each column of the schema stands in one file. Positions count from 0. */
export type ListPlan = {
  readonly width: number;
  readonly recordColumn: string;
  readonly recordAt: number;
  /** None in a list of record references alone. */
  readonly identifiers: readonly PlannedIdentifier[];
  readonly attributes: readonly PlannedAttribute[];
  readonly measures: readonly PlannedMeasure[];
  /** Positions of the columns that are written, in the file's order; those that hashing makes come last. */
  readonly kept: readonly number[];
  readonly keptColumns: readonly string[];
  /** Columns that stay on this machine, in the file's order. */
  readonly leftOut: readonly string[];
};

/**
 * Lays the schema over the header row. Refuses a header that lacks a column or has one twice; names only columns of
 * the schema in doing so, since a file without a header opens with a person.
 * @param country  the country of phones without country code and of postal codes, over the schema's own
 */
export function planList(
  header: readonly string[],
  schema: DatasetSchema,
  country: string | undefined,
): Result<ListPlan, Problem> {
  const read = rawColumnsOf(schema);
  const missing = read.filter((column) => !header.includes(column));
  if (missing.length > 0) return err(lacking(missing));
  const twice = read.filter((column) => header.indexOf(column) !== header.lastIndexOf(column));
  if (twice.length > 0) return err(doubled(twice));
  const made = madeColumnsOf(schema);
  const kept = new Set(columnsOf(schema).filter((column) => !made.includes(column)));
  const positions = [...header.keys()].filter((at) => kept.has(header[at] ?? ""));
  return ok({
    width: header.length,
    recordColumn: schema.record.column,
    recordAt: header.indexOf(schema.record.column),
    identifiers: IDENTIFIER_KINDS.flatMap((kind) => plannedIdentifier(kind, { header, schema, country })),
    attributes: Object.values(schema.attributes).map(({ column, values }) => ({
      column,
      at: header.indexOf(column),
      values: new Set(values),
    })),
    measures: measuresOf(schema).map(([, { column, scale }]) => ({ column, at: header.indexOf(column), scale })),
    kept: [...positions, ...made.map((_, index) => header.length + index)],
    keptColumns: [...header.filter((column) => kept.has(column)), ...made],
    leftOut: header.filter((column) => !kept.has(column)),
  });
}

/** The columns that a raw list under a schema must have: those that go up as they are, and those that stay behind. */
export function rawColumnsOf(schema: DatasetSchema): string[] {
  const made = madeColumnsOf(schema);
  const uploaded = columnsOf(schema).filter((column) => !made.includes(column));
  const composite = schema.identifiers["name+postcode"];
  const parts = composite === undefined ? [] : partsOf(composite);
  return [...new Set([...uploaded, ...parts, ...countryColumns(schema)])];
}

/** Columns of the hashed list alone: digests made of several raw columns. */
function madeColumnsOf({ identifiers }: DatasetSchema): string[] {
  const composite = identifiers["name+postcode"];
  return composite === undefined ? [] : [composite.column];
}

type Composite = NonNullable<DatasetSchema["identifiers"]["name+postcode"]>;

function partsOf({ firstName, lastName, postcode }: Composite): string[] {
  return [firstName.column, lastName.column, postcode.column];
}

/**
 * The plan of a list that names whom to delete: the record column is read and written, and whatever else the file has
 * stays here. Refuses as `planList` does.
 */
export function planRecords(header: readonly string[], schema: DatasetSchema): Result<ListPlan, Problem> {
  const { column } = schema.record;
  const recordAt = header.indexOf(column);
  if (recordAt < 0) return err(lacking([column]));
  if (header.lastIndexOf(column) !== recordAt) return err(doubled([column]));
  return ok({
    width: header.length,
    recordColumn: column,
    recordAt,
    identifiers: [],
    attributes: [],
    measures: [],
    kept: [recordAt],
    keptColumns: [column],
    leftOut: header.filter((name) => name !== column),
  });
}

type Frame = {
  readonly header: readonly string[];
  readonly schema: DatasetSchema;
  readonly country: string | undefined;
};

function plannedIdentifier(kind: IdentifierKind, { header, schema, country }: Frame): PlannedIdentifier[] {
  const identifier = schema.identifiers[kind];
  if (identifier === undefined) return [];
  const { column, encoding } = identifier;
  const stated = "country" in identifier ? identifier.country : undefined;
  const parts = "firstName" in identifier ? partsOf(identifier) : undefined;
  const own = header.indexOf(column);
  return [
    {
      kind,
      column,
      at: parts === undefined ? own : header.length,
      from: parts === undefined ? [own] : parts.map((part) => header.indexOf(part)),
      encoding,
      country: country ?? (typeof stated === "string" ? stated : undefined),
      countryAt: typeof stated === "object" ? header.indexOf(stated.column) : undefined,
    },
  ];
}

function countryColumns({ identifiers }: DatasetSchema): string[] {
  return [identifiers.email, identifiers.phone, identifiers["name+postcode"]].flatMap((one) =>
    typeof one?.country === "object" ? [one.country.column] : [],
  );
}

function lacking(columns: readonly string[]): Problem {
  const sentence = `the header row has no column ${columns.map(ticked).join(", ")}`;
  return problem("list-column-missing", sentence, { columns });
}

function doubled(columns: readonly string[]): Problem {
  const sentence = `the header row has ${columns.map(ticked).join(", ")} more than once`;
  return problem("list-unreadable", sentence, { reason: "column-twice", columns });
}

function ticked(column: string): string {
  return `\`${column}\``;
}
