// An increment is, in every byte that its version seals, the full list that it stands for: whatever kinds a row has or
// lacks, however references are spelt, and whether rows share tokens or not.

import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DatasetSchema, datasetSchemaSchema, IDENTIFIER_KINDS } from "../../domain/dataset/schema.ts";
import { type EngineWorld, engineWorld, plaintextOf, sealParts } from "../../testing/columnar-engine.ts";
import type { Engine } from "./engine.ts";

type Row = {
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

type List = { readonly kinds: number; readonly rows: readonly Row[] };

function csvOf({ kinds, rows }: List): string {
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

const sent = (list: List) => ({ schema: SCHEMAS[list.kinds - 1] ?? schemaOf(1), parts: [csvOf(list)] });

type Overlay = { readonly change: "upsert" | "delete"; readonly rows: readonly Row[] };

/** What is left of rows, slowly and obviously. */
function laidOver({ kinds, rows }: List, { change, rows: overlay }: Overlay): List {
  const named = new Set(overlay.map(({ record }) => record));
  const isIdentified = ({ identifiers }: Row) => identifiers.slice(0, kinds).some((whose) => whose !== null);
  const added = change === "delete" ? [] : overlay.filter(isIdentified);
  return { kinds, rows: [...rows.filter(({ record }) => !named.has(record)), ...added] };
}

/** What a version seals, in whatever file it lies. */
async function sealedIn(engine: Engine, segment: string) {
  return { ...(await plaintextOf(engine, segment)), files: [] };
}

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
/** Whether each row has a reference and a person of its own, as the quick merge wants them. */
const lists = fc
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

describe("a version that an increment makes", () => {
  let worlds: EngineWorld[];
  beforeAll(() => {
    worlds = [engineWorld({ kernels: "plain" }), engineWorld()];
  });
  afterAll(async () => {
    for (const world of worlds) await world.end();
  });

  it("seals what the full list seals, in every byte, for one kind of identifier to five", async () => {
    await fc.assert(
      fc.asyncProperty(lists, fc.nat(1), async ({ kinds, rows, overlays: all }, which) => {
        const engine = worlds[which]?.engine;
        if (engine === undefined) throw new Error("two worlds");
        let list: List = { kinds, rows };
        let base = await sealParts(engine, sent(list));
        for (const overlay of all) {
          list = laidOver(list, overlay);
          base = await sealParts(engine, { change: overlay.change, base, ...sent({ kinds, rows: overlay.rows }) });
          const full = await sealParts(engine, sent(list));
          expect(await sealedIn(engine, base.segment)).toEqual(await sealedIn(engine, full.segment));
          expect([base.people, base.duplicates]).toEqual([full.people, full.duplicates]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["somebody holds who stays", [[20, 3]]],
    [
      "two of them bring",
      [
        [20, 20],
        [21, 20],
      ],
    ],
    [
      "they held before, or who goes",
      [
        [3, 3],
        [4, 5],
        [5, 4],
      ],
    ],
  ])("seals what the full list seals where rows bring a token that %s", async (_, brought) => {
    const engine = worlds[1]?.engine;
    if (engine === undefined) throw new Error("two worlds");
    const person = (record: number, whose: number): Row => ({
      record: `c${100 + record}`,
      identifiers: [whose],
      tier: "",
    });
    const list: List = { kinds: 1, rows: Array.from({ length: 12 }, (__, index) => person(index, index)) };
    const overlay: Overlay = {
      change: "upsert",
      rows: brought.map(([record = 0, whose = 0]) => person(record, whose)),
    };
    const base = await sealParts(engine, sent(list));
    const laid = await sealParts(engine, { change: "upsert", base, ...sent({ kinds: 1, rows: overlay.rows }) });
    const full = await sealParts(engine, sent(laidOver(list, overlay)));
    expect(await sealedIn(engine, laid.segment)).toEqual(await sealedIn(engine, full.segment));
    expect([laid.people, laid.duplicates]).toEqual([full.people, full.duplicates]);
  });

  it("seals what the full list seals where it has several sections, some of which nothing befalls", async () => {
    const engine = worlds[1]?.engine;
    if (engine === undefined) throw new Error("two worlds");
    const person = (index: number): Row => ({
      record: `c${index}`,
      // Every ninth row is a stray, every eleventh has its phone from another, a stray or not.
      identifiers: [index % 9 === 0 ? null : index, index % 11 === 0 ? index + 18 : index],
      tier: index % 2 === 0 ? "gold" : "silver",
    });
    const rows = Array.from({ length: 40_000 }, (_, index) => person(index));
    const overlays: readonly Overlay[] = [
      { change: "upsert", rows: [...rows.slice(500, 900).map((one) => ({ ...one, tier: "" })), person(50_000)] },
      { change: "delete", rows: rows.slice(9, 10) },
      {
        change: "upsert",
        rows: [
          { ...person(9), identifiers: [null, 27] },
          { ...person(18), identifiers: [] },
        ],
      },
    ];
    let list: List = { kinds: 2, rows };
    let base = await sealParts(engine, sent(list));
    for (const overlay of overlays) {
      list = laidOver(list, overlay);
      base = await sealParts(engine, { change: overlay.change, base, ...sent({ kinds: 2, rows: overlay.rows }) });
    }
    const full = await sealParts(engine, sent(list));
    const [one, other] = [await sealedIn(engine, base.segment), await sealedIn(engine, full.segment)];
    expect(other.sections).toBe(2);
    expect(isDeepStrictEqual(one, other)).toBe(true);
  });
});
