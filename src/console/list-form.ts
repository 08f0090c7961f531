// The form that declares a list: fields as a person fills them in, and the schema that they come to.

import { type DatasetSchema, datasetSchemaSchema } from "../domain/dataset/schema.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";

/** The fields by name, as typed. */
const LIST_FIELDS = ["name", "record", "email", "phone", "country", "attributes", "consents", "rejects"] as const;
export type ListFields = Readonly<Record<(typeof LIST_FIELDS)[number], string>>;

/** What stands in an empty form. */
export const NO_LIST: ListFields = {
  ...{ name: "customers", record: "", email: "", phone: "", country: "", attributes: "", consents: "", rejects: "2" },
};

/** The fields of a form that was sent, without white space at their ends. */
export function listFieldsIn(form: URLSearchParams): ListFields {
  const given = LIST_FIELDS.map((name) => [name, (form.get(name) ?? NO_LIST[name]).trim()]);
  // SAFETY: every name of the table has an entry.
  return Object.fromEntries(given) as ListFields;
}

/** The schema that the fields come to, or what is amiss with them, place by place. */
export function schemaOfFields(fields: ListFields): Result<DatasetSchema, Problem> {
  const hashed = { profile: "concordat-1", encoding: "hex" } as const;
  const { name, record, email, phone, country } = fields;
  const place = country === "" ? {} : { country: country.toUpperCase() };
  const schema = datasetSchemaSchema.safeParse({
    concordat: "dataset/1",
    dataset: name,
    record: { column: record },
    identifiers: {
      ...(email === "" ? {} : { email: { column: email, ...hashed } }),
      ...(phone === "" ? {} : { phone: { column: phone, ...hashed, ...place } }),
    },
    attributes: Object.fromEntries(linesOf(fields.attributes).map(attributeIn)),
    consents: Object.fromEntries(linesOf(fields.consents).map(consentIn)),
    rejects: shareOf(fields.rejects),
  });
  if (schema.success) return ok(schema.data);
  const issues = schema.error.issues.map(({ path, message }) => ({ says: `${placeInWords(path)}: ${message}` }));
  return err(problem("invalid-document", "the list cannot be declared like this", { issues }));
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function attributeIn(line: string): [string, object] {
  const [column, values] = splitAt(line, ":");
  return [slugOf(column), { column, type: "category", values: valuesIn(values) }];
}

// `partner-marketing: may_share = yes, true`
function consentIn(line: string): [string, object] {
  const [name, rest] = splitAt(line, ":");
  const [column, granted] = splitAt(rest, "=");
  return [slugOf(name), { column, granted: valuesIn(granted) }];
}

function splitAt(line: string, mark: string): [string, string] {
  const at = line.indexOf(mark);
  return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

function valuesIn(text: string): string[] {
  const values = text.split(",").map((value) => value.trim());
  return [...new Set(values.filter((value) => value !== ""))];
}

/** A name as the room's documents spell it: lower case, words joined by hyphens. */
function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** Percent as the share that schemas state. */
function shareOf(percent: string): string {
  if (!/^\d{1,3}(?:\.\d{1,4})?$/.test(percent)) return percent;
  return String(Number((Number(percent) / 100).toFixed(6)));
}

const PLACES = {
  dataset: "name",
  record: "your own reference",
  identifiers: "e-mail and phone",
  attributes: "attributes",
  consents: "consents",
  rejects: "refused rows",
} as const;

function placeInWords([first]: readonly PropertyKey[]): string {
  const known = Object.entries(PLACES).find(([place]) => place === first);
  return known === undefined ? "the list" : known[1];
}
