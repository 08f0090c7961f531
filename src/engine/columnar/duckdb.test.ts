// The engine beside DuckDB on lists of up to a million rows, of which some repeat a person or lack a value: every
// region of three lists, every cell of cross-tabs with sums, every record reference given out.

import { hash } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DatasetSchema, datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import type { ComparedList, CrossTabCounts, Matcher } from "../../ports/matcher.ts";
import { columnarMatcher } from "./matcher.ts";

/** Lists by name: rows, and the step from one row's person to the next one's. */
const LISTS = {
  a: { rows: 1_000_000, step: 1 },
  b: { rows: 300_000, step: 4 },
  c: { rows: 200_000, step: 6 },
};
type Name = keyof typeof LISTS;
const NAMES = ["a", "b", "c"] as const;

const valuesOf = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}${index}`);
const VALUES = { tier: valuesOf("tier", 5), region: valuesOf("region", 50), category: valuesOf("category", 500) };
const SCHEMA: DatasetSchema = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "people",
  record: { column: "record" },
  identifiers: { email: { column: "sha256hex", profile: "concordat-1", encoding: "hex" } },
  attributes: Object.fromEntries(
    Object.entries(VALUES).map(([name, values]) => [name, { column: name, type: "category", values }]),
  ),
  measures: { spend: { column: "spend", scale: 2 } },
  consents: { ads: { column: "ads", granted: ["yes"] } },
  rejects: "0",
});
/** What each person's spend is clamped to, in hundredths. */
const BOUNDS = { minimum: -500, maximum: 6_000 };
const NARROWED_REGIONS = VALUES.region.slice(0, 20);

/** A number of 32 bits that looks like chance. */
function mixed(index: number, salt: number): number {
  let value = Math.imul(index + salt * 0x3504f3, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 15), 0xc2b2ae35);
  return (value ^ (value >>> 13)) >>> 0;
}

function rowOf(name: Name, row: number): string {
  const { rows, step } = LISTS[name];
  const salt = NAMES.indexOf(name) + 1;
  // One row in fifty is another row of a person who is on the list already.
  const place = row % 50 === 49 ? mixed(row, 9) % rows : row;
  const chance = mixed(row, salt);
  const value = (values: readonly string[], at: number) => (at % 20 === 0 ? "" : values[at % values.length]);
  const spend = chance % 11 === 0 ? "" : ((chance % 10_007) - 2_000) / 100;
  const attributes = [
    value(VALUES.tier, chance % 1_009),
    value(VALUES.region, (chance >>> 7) % 10_007),
    value(VALUES.category, (chance >>> 3) % 100_003),
  ];
  const ads = chance % 3 === 0 ? "no" : "yes";
  const record = `${name}${(row * 7_919) % rows}`;
  return `${record},${hash("sha256", `person ${place * step}`, "hex")},${attributes.join()},${spend},${ads}\n`;
}

function* textOf(name: Name): Generator<string> {
  yield "record,sha256hex,tier,region,category,spend,ads\n";
  const { rows } = LISTS[name];
  for (let first = 0; first < rows; first += 1_000)
    yield Array.from({ length: 1_000 }, (_, index) => rowOf(name, first + index)).join("");
}

type Known = {
  readonly regions: readonly number[];
  readonly narrowedRegions: readonly number[];
  readonly crossTabs: { readonly [lists: number]: CrossTabCounts };
  readonly records: readonly string[];
  readonly narrowedRecords: readonly string[];
};

/**
 * Everything that is asked, as DuckDB answers it. The row whose record reference is the least speaks for a person, who
 * consents to what all of its rows consent to.
 */
async function askDuckDb(pathOf: (name: Name) => string): Promise<Known> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (const name of NAMES)
    await connection.run(
      `create table ${name} as
         select token, record, unnest(spoken), is_given
           from (select sha256hex[1:32]::uuid as token, min(record) as record, bool_and(ads = 'yes') as is_given,
                        arg_min({ tier: tier, region: region, category: category, spend: (spend * 100)::integer },
                                record) as spoken
                   from read_csv('${pathOf(name)}', header = true, auto_detect = false, delim = ',', columns = {
                          'record': 'varchar', 'sha256hex': 'varchar', 'tier': 'varchar', 'region': 'varchar',
                          'category': 'varchar', 'spend': 'decimal(12,2)', 'ads': 'varchar' })
                  group by token)`,
    );
  const regions = NARROWED_REGIONS.map((region) => `'${region}'`).join();
  await connection.run(`create view narrowed_a as select * from a where is_given`);
  await connection.run(`create view narrowed_b as select * from b where region in (${regions})`);
  const known = {
    regions: await regionsOf(connection, ["a", "b", "c"]),
    narrowedRegions: await regionsOf(connection, ["narrowed_a", "narrowed_b", "c"]),
    crossTabs: { 2: await crossTabOf(connection, 2), 3: await crossTabOf(connection, 3) },
    records: await recordsOf(connection, ["a", "b"]),
    narrowedRecords: await recordsOf(connection, ["narrowed_a", "narrowed_b"]),
  };
  connection.closeSync();
  instance.closeSync();
  return known;
}

async function regionsOf(connection: DuckDBConnection, tables: readonly string[]): Promise<number[]> {
  const bits = tables.map((table, index) => `select token, ${2 ** index} as bit from ${table}`).join(" union all ");
  const reader = await connection.runAndReadAll(
    `select mask::integer, count(*)::integer
       from (select bit_or(bit) as mask from (${bits}) group by token) group by mask`,
  );
  return filled(
    2 ** tables.length,
    reader.getRows().map(([mask, count]) => [Number(mask), Number(count)]),
  );
}

async function recordsOf(connection: DuckDBConnection, [own, other]: readonly [string, string]): Promise<string[]> {
  const reader = await connection.runAndReadAll(`select own.record from ${own} own join ${other} using (token)`);
  return (reader.getColumns()[0] ?? []).map(String).sort();
}

const BY = ["tier", "region", "category"] as const;
const SHAPE = BY.map((attribute) => VALUES[attribute].length + 1);
const CELLS = SHAPE.reduce((product, size) => product * size, 1);
const placeOf = (list: number, lists: number) => Math.min(list, lists - 1);

async function crossTabOf(connection: DuckDBConnection, lists: number): Promise<CrossTabCounts> {
  const names = NAMES.slice(0, lists);
  const code = (attribute: string, list: number) => {
    const column = `${NAMES[placeOf(list, lists)]}.${attribute}`;
    return `coalesce(substr(${column}, ${attribute.length + 1})::integer + 1, 0)`;
  };
  const spends = names.map((name) => {
    const clamped = `least(greatest(${name}.spend, ${BOUNDS.minimum}), ${BOUNDS.maximum})`;
    const held = `filter (where ${name}.spend is not null)`;
    return `count(${name}.spend)::integer, coalesce(sum(${clamped}) ${held}, 0)::double`;
  });
  const joins = names.slice(1).map((name) => `join ${name} using (token)`);
  const reader = await connection.runAndReadAll(
    `select ${BY.map(code).join()}, count(*)::integer, ${spends.join()} from a ${joins.join(" ")} group by 1, 2, 3`,
  );
  const rows = reader.getRows().map((row) => row.map(Number));
  const column = (place: number) =>
    filled(
      CELLS,
      rows.map((row) => [cellOf(row), row[place] ?? Number.NaN]),
    );
  const measures = names.map((_, list) => ({ holders: column(4 + 2 * list), sums: column(5 + 2 * list) }));
  return { shape: SHAPE, people: column(3), measures };
}

function cellOf(row: readonly number[]): number {
  return SHAPE.reduce((cell, size, place) => cell * size + (row[place] ?? Number.NaN), 0);
}

function filled(length: number, entries: readonly (readonly [number, number])[]): number[] {
  const values = Array.from({ length }, () => 0);
  for (const [place, value] of entries) values[place] = value;
  return values;
}

describe("columnar beside DuckDB, a million rows against 300,000 and 200,000", () => {
  const directory = mkdtempSync(join(tmpdir(), "concordat-duckdb-"));
  const pathOf = (name: Name) => join(directory, `${name}.csv`);
  let known: Known;
  beforeAll(async () => {
    for (const name of NAMES)
      await pipeline(Readable.from(textOf(name), { objectMode: true }), createWriteStream(pathOf(name)));
    known = await askDuckDb(pathOf);
    expect(known.regions.slice(1).every((count) => count > 10_000)).toBe(true);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  for (const kernels of ["wasm", "plain"] as const)
    for (const threads of [1, 2])
      it(`equals it in all it answers: ${kernels} kernels, ${threads} threads`, async () => {
        const rooms = join(directory, `${kernels}-${threads}`);
        const options = { roomKey: new Uint8Array(32).fill(7), memoryBytes: 2 ** 30 };
        const matcher = columnarMatcher({ directory: rooms, kernels, threads, ...options });
        try {
          const lists: ComparedList[] = [];
          for (const name of NAMES) lists.push(await takeIn(matcher, name, pathOf(name)));
          await expectKnown(matcher, lists, known);
        } finally {
          await matcher.end();
        }
      });
});

async function takeIn(matcher: Matcher, name: Name, path: string): Promise<ComparedList> {
  const dataKey = new Uint8Array(32).fill(NAMES.indexOf(name) + 1);
  const upload = { staging: name, change: "replace", schema: SCHEMA, dataKey } as const;
  const read = await matcher.stagePart({ ...upload, number: 1, body: createReadStream(path) });
  if (!read.ok) throw new Error(read.error.says);
  expect(read.value.part.report).toMatchObject({ accepted: LISTS[name].rows, rejected: 0 });
  await read.value.keep();
  const { segment } = await matcher.seal({ ...upload, parts: 1 });
  return { segment, dataKey, consents: [], where: [] };
}

async function expectKnown(matcher: Matcher, lists: readonly ComparedList[], known: Known): Promise<void> {
  const [a, b, c] = lists;
  if (a === undefined || b === undefined || c === undefined) throw new Error("a list was not taken in");
  const narrowedA = { ...a, consents: ["ads"] };
  const narrowedB = { ...b, where: [{ attribute: "region", in: NARROWED_REGIONS }] };
  const identifiers = ["email"] as const;
  const regions = async (asked: readonly ComparedList[]) => (await matcher.overlap(asked, identifiers)).regions;
  expect(await regions([a, b, c])).toEqual(known.regions);
  expect(await regions([narrowedA, narrowedB, c])).toEqual(known.narrowedRegions);
  const records = async (own: ComparedList, other: ComparedList) =>
    [...(await matcher.select({ own, other, identifiers, maximum: LISTS.a.rows })).records].sort();
  expect(differences(await records(a, b), known.records)).toEqual([]);
  expect(differences(await records(narrowedA, narrowedB), known.narrowedRecords)).toEqual([]);
  for (const count of [2, 3]) {
    const by = BY.map((attribute, list) => ({ list: placeOf(list, count), attribute }));
    const measures = lists.slice(0, count).map((_, list) => ({ list, measure: "spend", ...BOUNDS }));
    const ours = await matcher.crossTab({ lists: lists.slice(0, count), identifiers, by, measures });
    expect(differences(flat(ours), flat(known.crossTabs[count]))).toEqual([]);
  }
}

/** Shape, people, holders and sums, one behind the other. */
function flat(counts: CrossTabCounts | undefined): number[] {
  if (counts === undefined) throw new Error("a cross-tab that nobody asked for");
  return [...counts.shape, ...counts.people, ...counts.measures.flatMap(({ holders, sums }) => [...holders, ...sums])];
}

type Cell = number | string | undefined;

/** Where two sequences differ and how, a few times; they are too long to be printed. */
function differences(ours: readonly Cell[], theirs: readonly Cell[]): (readonly [number, Cell, Cell])[] {
  const found: (readonly [number, Cell, Cell])[] = [];
  for (let at = 0; at < Math.max(ours.length, theirs.length) && found.length < 5; at++)
    if (ours[at] !== theirs[at]) found.push([at, ours[at], theirs[at]]);
  return found;
}
