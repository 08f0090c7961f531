// Rows of lists by how many kinds of identifiers they have: blanks, shared identifiers and references, references of
// every spelling; and what is laid over them.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { type DatasetSchema, datasetSchemaSchema, IDENTIFIER_KINDS } from "../../domain/dataset/schema.ts";

export type Row = {
  readonly record: string;
  /** Per kind of the schema, whose it is; null where the row has none. */
  readonly identifiers: readonly (number | null)[];
  readonly tier: string;
};

function schemaOf(kinds: number): DatasetSchema {
  const own = { profile: "concordat-1", encoding: "hex" };
  const parts = { firstName: { column: "f" }, lastName: { column: "l" }, postcode: { column: "p" }, country: "DE" };
  const more: { readonly [kind: string]: object } = { external: { namespace: "shared" }, "name+postcode": parts };
  const identifiers = IDENTIFIER_KINDS.slice(0, kinds).map((kind) => [kind, { column: kind, ...own, ...more[kind] }]);
  return datasetSchemaSchema.parse({
    concordat: "dataset/1",
    dataset: "increments",
    record: { column: "record" },
    identifiers: Object.fromEntries(identifiers),
    attributes: { tier: { column: "tier", type: "category", values: ["gold", "silver"] } },
    consents: {},
    rejects: "0",
  });
}

const SCHEMAS = [1, 2, 3, 4, 5].map(schemaOf);

const digests = new Map<string, string>();
function digestOf(identifier: string): string {
  const known = digests.get(identifier) ?? createHash("sha256").update(identifier).digest("hex");
  digests.set(identifier, known);
  return known;
}

/** Rows, and how many kinds of identifiers their schema has. */
export type RowsOfKinds = { readonly kinds: number; readonly rows: readonly Row[] };

function csvOf({ kinds, rows }: RowsOfKinds): string {
  const names = IDENTIFIER_KINDS.slice(0, kinds);
  const cells = ({ record, identifiers, tier }: Row) => [
    record,
    ...names.map((kind, index) => {
      const whose = identifiers[index] ?? null;
      return whose === null ? "" : digestOf(`${kind} ${whose}`);
    }),
    tier,
  ];
  return [["record", ...names, "tier"], ...rows.map(cells)].map((line) => `${line.join()}\n`).join("");
}

/** A list as it is sent: its schema and one part. */
export const sentRows = (list: RowsOfKinds) => ({
  schema: SCHEMAS[list.kinds - 1] ?? schemaOf(1),
  parts: [csvOf(list)],
});

/** An increment. */
export type Overlay = { readonly change: "upsert" | "delete"; readonly rows: readonly Row[] };

// Of one length or of several, shorter and longer than a word holds, with a prefix that ends in a digit, and texts.
const SPELLINGS: readonly ((number: number) => string)[] = [
  (number) => `r${100 + number}`,
  (number) => `r${number}`,
  (number) => `r${`${number}`.padStart(3, "0")}`,
  (number) => `${number * 700_000_007}`,
  (number) => `9${10 ** 17 + number}${number % 3 === 0 ? "" : "5"}`,
  (number) => `${number % 4 === 0 ? "é" : "e"}${number}`,
];

const row = fc.record({
  record: fc.nat(9),
  identifiers: fc.array(fc.option(fc.nat(7), { freq: 2 }), { minLength: 5, maxLength: 5 }),
  tier: fc.constantFrom("", "gold", "silver"),
});
const rowsOf = (maxLength: number) => fc.array(row, { maxLength, size: "max" });
const overlays = fc.array(
  fc.record({
    change: fc.constantFrom("upsert" as const, "upsert" as const, "delete" as const),
    rows: fc.array(row, { minLength: 1, maxLength: 6, size: "max" }),
  }),
  { minLength: 1, maxLength: 3 },
);
/** Lists with increments; in some each row has a reference and a person of its own, as the quick merge wants them. */
export const listsWithOverlays = fc
  .record({
    kinds: fc.integer({ min: 1, max: 5 }),
    spell: fc.constantFrom(...SPELLINGS),
    isOrdinary: fc.nat(3).map((one) => one === 0),
  })
  .chain(({ kinds, spell, isOrdinary }) => {
    const placed = (one: Omit<Row, "record"> & { readonly record: number }, index: number): Row => {
      const { record, identifiers, tier } = one;
      if (!isOrdinary) return { record: spell(record), identifiers, tier };
      return { record: spell(record), identifiers: identifiers.map(() => 20 * index + record), tier };
    };
    return fc.record({
      kinds: fc.constant(kinds),
      rows: rowsOf(16).map((rows) => rows.map(placed)),
      overlays: overlays.map((all) => all.map(({ change, rows }) => ({ change, rows: rows.map(placed) }))),
    });
  });

/** A row without attributes. */
export function personOf(record: string, identifiers: Row["identifiers"]): Row {
  return { record, identifiers, tier: "" };
}
