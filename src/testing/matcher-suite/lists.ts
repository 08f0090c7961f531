// Lists for trying matchers: rows of customers with what makes lists hard, as CSV with columns in an order of their
// own, uploaded and sealed, whole or laid over an earlier version.

import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect } from "vitest";
import { type DatasetSchema, datasetSchemaSchema, type IdentifierKind } from "../../domain/dataset/schema.ts";
import type { Change, ComparedList, Matcher, SealedVersion } from "../../ports/matcher.ts";

type DeclaredMeasure = { readonly column: string; readonly scale: number };

/** The measures of the lists, as their schema declares them. */
function declaredMeasures(): { readonly [name: string]: DeclaredMeasure } {
  return { spend: { column: "spend", scale: 2 }, visits: { column: "visits", scale: 0 } };
}

export const MEASURES = declaredMeasures();
export const MEASURE_NAMES = Object.keys(MEASURES);

export const SCHEMA: DatasetSchema = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "customer" },
  identifiers: {
    phone: { column: "phone_sha256", profile: "concordat-1", encoding: "base64" },
    email: { column: "email_sha256", profile: "concordat-1", encoding: "hex" },
  },
  attributes: {
    tier: { column: "tier", type: "category", values: ["gold", "silver"] },
    shop: { column: "shop", type: "category", values: Array.from({ length: 300 }, (_, index) => `shop ${index}`) },
  },
  ...(MEASURE_NAMES.length > 0 ? { measures: MEASURES } : {}),
  consents: {
    ads: { column: "ads", granted: ["yes", "1"] },
    mail: { column: "mail", granted: ["yes"] },
  },
  rejects: "1",
});

export type Row = {
  readonly record: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly tier: string;
  readonly shop: string;
  readonly ads: string;
  readonly mail: string;
  /** By name, in the smallest unit; a row need not have any. */
  readonly measures: { readonly [name: string]: number | null };
};

export type Filter = Pick<ComparedList, "consents" | "where">;

/** A list and what narrows it. */
export type AskedList = { readonly rows: readonly Row[]; readonly filter: Filter };

// In UTF-16 the surrogates of the last one stand before U+FF5E, in UTF-8 it is the other way round.
const RECORDS = [
  ...Array.from({ length: 12 }, (_, index) => `r${index}`),
  ...["R1", "r1 ", 'r1, "é"', "é", "e\u0301", "\uff5e", "\u{10348}", `${"x".repeat(127)}1`, `${"x".repeat(127)}2`, "x"],
];

const identifier = (kind: string) =>
  fc.option(
    fc.nat(9).map((index) => `${kind} ${index}`),
    { freq: 3 },
  );

const measure = fc.option(
  fc.oneof(fc.integer({ min: -300, max: 300 }), fc.constantFrom(0, -2_147_483_647, 2_147_483_647)),
  { freq: 4 },
);

const cells = {
  record: fc.constantFrom(...RECORDS),
  email: identifier("email"),
  phone: identifier("phone"),
  tier: fc.constantFrom("", "gold", "silver"),
  shop: fc.constantFrom("", "shop 0", "shop 254", "shop 255", "shop 299"),
  ads: fc.constantFrom("yes", "1", "no", ""),
  mail: fc.constantFrom("yes", "1", ""),
  measures: fc.record(Object.fromEntries(MEASURE_NAMES.map((name) => [name, measure]))),
};

// Rows of one reference that is before all others, so that what comes behind it decides which of them speaks.
const tied = { ...cells, record: fc.constant("!"), email: fc.constantFrom(null, "email 0"), phone: fc.constant("+0") };

const row: fc.Arbitrary<Row> = fc.oneof({ arbitrary: fc.record(cells), weight: 4 }, fc.record(tied));

export function rowsOf(maxLength: number): fc.Arbitrary<Row[]> {
  return fc.array(row, { maxLength, size: "max" });
}

export const filters: fc.Arbitrary<Filter> = fc.record({
  consents: fc.subarray(["ads", "mail"], { maxLength: 1 }),
  where: fc.subarray([
    { attribute: "tier", in: ["gold", "silver"] },
    { attribute: "shop", in: ["shop 0", "shop 299", "shop nowhere"] },
  ]),
});

/** Where a list is cut into parts. */
const cuts = fc
  .oneof(fc.constant([]), fc.array(fc.nat(20), { maxLength: 2 }))
  .map((places) => [...places].sort((a, b) => a - b));

/** A list cut into one part to three, some of which may be empty. */
export function partsOf(maxLength: number): fc.Arbitrary<Row[][]> {
  return fc.tuple(rowsOf(maxLength), cuts).map(([rows, places]) => cutUp(rows, places));
}

export function cutUp(rows: readonly Row[], places: readonly number[]): Row[][] {
  const bounds = [0, ...places, rows.length];
  return bounds.slice(1).map((bound, index) => rows.slice(bounds[index], bound));
}

export function person(index: number): Row {
  const name = `person ${index}`;
  const measures = Object.fromEntries(MEASURE_NAMES.map((measure) => [measure, index]));
  return { record: name, email: name, phone: `+${index}`, tier: "gold", shop: "", ads: "yes", mail: "yes", measures };
}

/** The people of `count` numbers from `first` on. */
export function people(first: number, count: number): Row[] {
  return Array.from({ length: count }, (_, index) => person(first + index));
}

const digests = new Map<string, Buffer>();

/** The same buffer for an identifier each time; the same few thousand people are on most lists. */
export function digestOf(identifier: string): Buffer {
  const known = digests.get(identifier) ?? createHash("sha256").update(`suite ${identifier}`).digest();
  digests.set(identifier, known);
  return known;
}

export function csvOf(rows: readonly Row[]): string {
  return rows.map((row) => `${cellsOf(row).map(quoted).join(",")}\r\n`).join("");
}

const HEADER_COLUMNS = ["mail", "phone_sha256", "customer", "email_sha256", "shop", "ads", "tier"];
export const HEADER = `${[...HEADER_COLUMNS, ...Object.values(MEASURES).map(({ column }) => column)].join(",")}\n`;

function cellsOf({ record, email, phone, tier, shop, ads, mail, measures }: Row): string[] {
  const hex = email === null ? "" : digestOf(email).toString("hex");
  const base64 = phone === null ? "" : digestOf(phone).toString("base64");
  const values = Object.entries(MEASURES).map(([name, { scale }]) => decimal(measures[name] ?? null, scale));
  return [mail, base64, record, hex, shop, ads, tier, ...values];
}

/** A number of smallest units as a decimal fraction with `scale` places. */
function decimal(units: number | null, scale: number): string {
  if (units === null) return "";
  const digits = `${Math.abs(units)}`.padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
  return units < 0 ? `-${text}` : text;
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Rows that no matcher sees are those without any identifier. */
export function isIdentified({ email, phone }: Row): boolean {
  return email !== null || phone !== null;
}

export function identifierOf({ email, phone }: Row, kind: IdentifierKind): string | null {
  if (kind === "email") return email;
  return kind === "phone" ? phone : null;
}

export type Sealed = { readonly version: SealedVersion; readonly list: ComparedList };

export async function* bodyOf(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** What is staged, under which name and key; parts are numbered from 1 in their order. */
export type Staged = {
  readonly staging: string;
  readonly dataKey: Uint8Array;
  readonly change: Change;
  readonly parts: readonly (readonly Row[])[];
  /** Whether only the column of record references is written, as a deletion may. */
  readonly hasRecordsOnly?: boolean;
};

/** Stages and keeps every part, of which no row may be refused. */
export async function stageRows(matcher: Matcher, upload: Staged): Promise<void> {
  const { parts, staging, dataKey, change } = upload;
  const recordsOf = (rows: readonly Row[]) => rows.map(({ record }) => `${quoted(record)}\n`).join("");
  let columns: readonly string[] | undefined;
  for (const [index, rows] of parts.entries()) {
    const header = index > 0 ? "" : upload.hasRecordsOnly === true ? "customer\n" : HEADER;
    const staged = await matcher.stagePart({
      ...{ staging, dataKey, change, number: index + 1, schema: SCHEMA },
      ...(columns === undefined ? {} : { columns }),
      body: bodyOf(`${header}${upload.hasRecordsOnly === true ? recordsOf(rows) : csvOf(rows)}`),
    });
    if (!staged.ok) throw new Error(staged.error.says);
    const { report } = staged.value.part;
    expect(report).toMatchObject({ read: rows.length, rejected: 0 });
    expect(report.accepted).toBe(change === "delete" ? rows.length : rows.filter(isIdentified).length);
    columns = staged.value.part.columns;
    await staged.value.keep();
  }
}

/** Uploads parts under a key of their own and seals them. */
export async function sealRows(matcher: Matcher, parts: readonly (readonly Row[])[]): Promise<Sealed> {
  const staging = freshName();
  const dataKey = randomBytes(32);
  await stageRows(matcher, { staging, dataKey, change: "replace", parts });
  const version = await matcher.seal({ staging, parts: parts.length, change: "replace", schema: SCHEMA, dataKey });
  expect(version.increment).toBeNull();
  await matcher.dropStaging(staging);
  return { version, list: { segment: version.segment, dataKey, consents: [], where: [] } };
}

/** What is laid over a version. */
export type Overlay = Pick<Staged, "parts" | "hasRecordsOnly"> & {
  readonly change: "upsert" | "delete";
  /** Whether it is to have nothing in common with the version that it is laid over. */
  readonly isApart?: true;
};

/** Lays an increment over a version, under the key of that. */
export async function sealOver(matcher: Matcher, base: Sealed, overlay: Overlay): Promise<Sealed> {
  const staging = freshName();
  const { dataKey, segment } = base.list;
  await stageRows(matcher, { staging, dataKey, ...overlay });
  const { change, parts, isApart } = overlay;
  const apart = isApart === undefined ? {} : { isApart };
  const upload = { staging, parts: parts.length, change, base: { segment }, schema: SCHEMA, dataKey, ...apart };
  const version = await matcher.seal(upload);
  await matcher.dropStaging(staging);
  return { version, list: { segment: version.segment, dataKey, consents: [], where: [] } };
}

export function freshName(): string {
  return randomBytes(8).toString("hex");
}
