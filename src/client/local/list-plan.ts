// How one raw file is read under its dataset's schema: which column stands where, which leave the machine and which
// stay. Only the columns that the schema names are ever written.

import { columnsOf, type DatasetSchema, IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";

/** An identifier column: where it stands and how its digests are spelt. */
export type PlannedIdentifier = {
  readonly kind: IdentifierKind;
  readonly column: string;
  readonly at: number;
  readonly encoding: "hex" | "base64";
  /** The country of a phone without country code, unless its row names another. */
  readonly country: string | undefined;
  readonly countryAt: number | undefined;
};

type PlannedAttribute = { readonly column: string; readonly at: number; readonly values: ReadonlySet<string> };

/** Where each column of the schema stands in one file. Positions count from 0. */
export type ListPlan = {
  readonly width: number;
  readonly recordColumn: string;
  readonly recordAt: number;
  readonly identifiers: readonly PlannedIdentifier[];
  readonly attributes: readonly PlannedAttribute[];
  /** Positions of the columns that are written, in the file's order. */
  readonly kept: readonly number[];
  readonly keptColumns: readonly string[];
  /** Columns that stay on this machine, in the file's order. */
  readonly leftOut: readonly string[];
};

/**
 * Lays the schema over the header row. Refuses a header that lacks a column or has one twice; names only columns of
 * the schema in doing so, since a file without a header opens with a person.
 * @param country  the country of phones without country code, over the schema's own
 */
export function planList(
  header: readonly string[],
  schema: DatasetSchema,
  country: string | undefined,
): Result<ListPlan, Problem> {
  const kept = new Set(columnsOf(schema));
  const read = new Set([...kept, ...countryColumns(schema)]);
  const missing = [...read].filter((column) => !header.includes(column));
  if (missing.length > 0) return err(lacking(missing));
  const twice = [...read].filter((column) => header.indexOf(column) !== header.lastIndexOf(column));
  if (twice.length > 0) return err(doubled(twice));
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
    kept: positions,
    keptColumns: header.filter((column) => kept.has(column)),
    leftOut: header.filter((column) => !kept.has(column)),
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
  const { column, encoding, country: stated } = identifier;
  const countryAt = typeof stated === "object" ? header.indexOf(stated.column) : undefined;
  const inForce = country ?? (typeof stated === "string" ? stated : undefined);
  return [{ kind, column, at: header.indexOf(column), encoding, country: inForce, countryAt }];
}

function countryColumns(schema: DatasetSchema): string[] {
  return Object.values(schema.identifiers).flatMap(({ country }) =>
    typeof country === "object" ? [country.column] : [],
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
