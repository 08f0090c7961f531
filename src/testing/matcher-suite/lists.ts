// Lists for trying matchers: rows of customers with what makes lists hard, as CSV with columns in an order of their
// own, uploaded and sealed.

import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect } from "vitest";
import { type DatasetSchema, datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import type { ComparedList, Matcher, SealedVersion } from "../../ports/matcher.ts";

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
};

export type Filter = Pick<ComparedList, "consents" | "where">;

/** A few lists with what narrows each of them. */
export type World = readonly (readonly [readonly Row[], Filter])[];

const identifier = (kind: string) =>
  fc.option(
    fc.nat(9).map((index) => `${kind} ${index}`),
    { freq: 3 },
  );

export function rowsOf(maxLength: number): fc.Arbitrary<Row[]> {
  const row = fc.record({
    record: fc.nat(25).map((index) => `r${index}, "é"`),
    email: identifier("email"),
    phone: identifier("phone"),
    tier: fc.constantFrom("", "gold", "silver"),
    shop: fc.constantFrom("", "shop 0", "shop 255", "shop 299"),
    ads: fc.constantFrom("yes", "1", "no", ""),
    mail: fc.constantFrom("yes", "1", ""),
  });
  return fc.array(row, { maxLength, size: "max" });
}

export const filters: fc.Arbitrary<Filter> = fc.record({
  consents: fc.subarray(["ads", "mail"], { maxLength: 1 }),
  where: fc.subarray([
    { attribute: "tier", in: ["gold", "silver"] },
    { attribute: "shop", in: ["shop 0", "shop 299", "shop nowhere"] },
  ]),
});

export function person(index: number): Row {
  const name = `person ${index}`;
  return { record: name, email: name, phone: `+${index}`, tier: "gold", shop: "", ads: "yes", mail: "yes" };
}

export function digestOf(identifier: string): Buffer {
  return createHash("sha256").update(`suite ${identifier}`).digest();
}

export function csvOf(rows: readonly Row[]): string {
  return rows.map((row) => `${cellsOf(row).map(quoted).join(",")}\r\n`).join("");
}

export const HEADER = "mail,phone_sha256,customer,email_sha256,shop,ads,tier\n";

function cellsOf({ record, email, phone, tier, shop, ads, mail }: Row): string[] {
  const hex = email === null ? "" : digestOf(email).toString("hex");
  const base64 = phone === null ? "" : digestOf(phone).toString("base64");
  return [mail, base64, record, hex, shop, ads, tier];
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export function rowsWithIdentifier(rows: readonly Row[]): number {
  return rows.filter((row) => row.email !== null || row.phone !== null).length;
}

export type Sealed = { readonly version: SealedVersion; readonly list: ComparedList };

export async function* bodyOf(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Uploads parts under a key of their own and seals them. */
export async function sealRows(matcher: Matcher, parts: readonly (readonly Row[])[]): Promise<Sealed> {
  const staging = randomBytes(8).toString("hex");
  const dataKey = randomBytes(32);
  let columns: readonly string[] | undefined;
  for (const [index, rows] of parts.entries()) {
    const staged = await matcher.stagePart({
      staging,
      number: index + 1,
      schema: SCHEMA,
      dataKey,
      ...(columns === undefined ? {} : { columns }),
      body: bodyOf(`${index === 0 ? HEADER : ""}${csvOf(rows)}`),
    });
    if (!staged.ok) throw new Error(staged.error.says);
    expect(staged.value.part.report.rejected).toBe(0);
    columns = staged.value.part.columns;
    await staged.value.keep();
  }
  const version = await matcher.seal({ staging, parts: parts.length, schema: SCHEMA, dataKey });
  await matcher.dropStaging(staging);
  return { version, list: { segment: version.segment, dataKey, consents: [], where: [] } };
}

export async function sealAll(matcher: Matcher, world: World): Promise<ComparedList[]> {
  const sealed = await Promise.all(world.map(([rows]) => sealRows(matcher, [rows])));
  return sealed.map(({ list }, index) => ({ ...list, ...world[index]?.[1] }));
}
