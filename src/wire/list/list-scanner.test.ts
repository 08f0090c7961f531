import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { NO_MEASURE } from "../../domain/dataset/measure.ts";
import { columnsOf, type DatasetSchema, datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import type { RowBatch } from "./batch.ts";
import type { CsvRow } from "./csv.ts";
import type { ListFault } from "./fault.ts";
import { listScanner } from "./list-scanner.ts";
import { listReader } from "./reader.ts";

const HASHED = { profile: "concordat-1" };
const SCHEMA = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "customer" },
  identifiers: {
    "name+postcode": {
      column: "person",
      ...HASHED,
      encoding: "base64",
      firstName: { column: "first" },
      lastName: { column: "last" },
      postcode: { column: "zip" },
      country: "GB",
    },
    email: { column: "email", ...HASHED, encoding: "hex" },
    external: { column: "card", ...HASHED, encoding: "hex", namespace: "loyalty-card" },
    maid: { column: "idfa", ...HASHED, encoding: "hex" },
  },
  attributes: {
    tier: { column: "tier", type: "category", values: ["gold", 'a "plain", one', "é"] },
    shop: { column: "shop", type: "category", values: Array.from({ length: 300 }, (_, index) => `shop ${index}`) },
  },
  measures: { visits: { column: "visits", scale: 0 }, spend: { column: "spend", scale: 2 } },
  consents: { ads: { column: "ads", granted: ["yes", "true"] } },
  rejects: "1",
});
const COLUMNS = columnsOf(SCHEMA);
type Row = { readonly [column: string]: string };

const sha256 = (text: string, encoding: "hex" | "base64" = "hex") => createHash("sha256").update(text).digest(encoding);

function read(bytes: Uint8Array, how: { readonly columns?: readonly string[]; readonly size?: number } = {}) {
  const rows: unknown[] = [];
  const { size = 1e9, ...carried } = how;
  const reader = listReader({
    reads: "rows",
    judges: true,
    schema: SCHEMA,
    ...carried,
    onBatch: (batch) => void rows.push(...rowsOf(batch)),
  });
  let fault: ListFault | null = null;
  for (let at = 0; at < bytes.length && fault === null; at += size) fault = reader.push(bytes.slice(at, at + size));
  fault ??= reader.end();
  return { rows, fault, counts: reader.take().counts, columns: reader.columns() };
}

function rowsOf(batch: RowBatch) {
  let at = 0;
  return Array.from({ length: batch.rows }, (_, row) => {
    const from = at;
    at += batch.recordLengths[row] ?? 0;
    return {
      record: Buffer.from(batch.recordBytes.slice(from, at)).toString("utf8"),
      codes: batch.codes.map((column) => column[row]),
      measures: batch.measures.map((column) => column[row]),
      consents: batch.consents[row],
      identifiers: batch.identifiers.map(({ kind, digests, present }) =>
        present[row] === 1 ? [kind, Buffer.from(digests.slice(row * 8, row * 8 + 8).buffer).toString("hex")] : [kind],
      ),
    };
  });
}

function csvOf(rows: readonly Row[], columns: readonly string[]): string {
  const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => `${columns.map((column) => quoted(row[column] ?? "")).join(",")}\n`).join("");
}

// Numbers and booleans as such where their text is the cell's, empty cells as null, "" or nothing at all.
function ndjsonOf(rows: readonly Row[], columns: readonly string[], taste: number): string {
  const jsonOf = (cell: string, at: number) => {
    if (cell === "") return [null, "", undefined][(taste + at) % 3];
    if (cell === "true") return true;
    return /^-?[1-9][0-9]{0,9}$/.test(cell) && taste % 2 === 0 ? Number(cell) : cell;
  };
  const shuffled = taste % 2 === 0 ? columns : [...columns].reverse();
  return rows
    .map((row) => Object.fromEntries(shuffled.map((column, at) => [column, jsonOf(row[column] ?? "", at)])))
    .map((row) => `${JSON.stringify(row)}${taste % 3 === 0 ? "\r\n" : "\n"}`)
    .join("");
}

const digest = (spell: (index: number) => string) => fc.oneof(fc.constant(""), fc.nat(4).map(spell), fc.constant("x"));
const anyRow = fc.record({
  customer: fc.constantFrom("", "c1", 'c "2"', "c,3", "c\n4", "é", "x".repeat(129), "7"),
  email: digest((index) => sha256(`email ${index}`)),
  idfa: digest((index) => sha256(`idfa ${index}`)),
  card: digest((index) => sha256(index === 0 ? "" : `card ${index}`)),
  person: digest((index) => sha256(`person ${index}`, "base64")),
  tier: fc.constantFrom("", "gold", 'a "plain", one', "é", "bronze"),
  shop: fc.constantFrom("", "shop 0", "shop 254", "shop 255", "shop 299", "shop 300"),
  visits: fc.constantFrom("", "0", "-12", "2147483647", "2147483648", "1.5", "many"),
  spend: fc.constantFrom("", "12.5", "-0.01", "7", "12.505", "1e3"),
  ads: fc.constantFrom("", "yes", "no", "true"),
});

describe("a list as NDJSON", () => {
  it("is the list as CSV: the same rows, refusals and columns at fault, in blocks of any size", () => {
    const size = fc.constantFrom(1, 2, 3, 17, 100, 1e6);
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 12 }), fc.nat(11), size, (rows, taste, block) => {
        const csv = read(Buffer.from(csvOf([Object.fromEntries(COLUMNS.map((one) => [one, one])), ...rows], COLUMNS)));
        const ndjson = read(Buffer.from(ndjsonOf(rows, COLUMNS, taste)), { size: block });
        expect(ndjson.rows).toEqual(csv.rows);
        expect(ndjson.fault?.kind).toBe(csv.fault?.kind);
        const told = ({ counts }: typeof csv) => {
          const rejects = counts.rejects.map(({ reason, column }) => [reason, column]);
          return { ...counts, rejects };
        };
        expect(told(ndjson)).toEqual(told(csv));
        expect(ndjson.columns).toEqual(COLUMNS);
      }),
      { numRuns: 300 },
    );
  });

  it("may be of any length, in one block or in many", () => {
    const rows = Array.from({ length: 9_000 }, (_, at) => ({
      customer: `c${at}`,
      email: sha256(`e${at}`),
      spend: "1.5",
    }));
    const [whole, cut] = [1e9, 65_536].map((size) => read(Buffer.from(ndjsonOf(rows, COLUMNS, 1)), { size }));
    expect(whole?.counts).toMatchObject({ read: 9_000, accepted: 9_000 });
    expect(whole?.rows.slice(8_998)).toMatchObject([
      { record: "c8998", measures: [NO_MEASURE, 150] },
      { record: "c8999", measures: [NO_MEASURE, 150] },
    ]);
    expect(cut).toEqual(whole);
  });

  it("may go on as CSV in a later part, and the other way round, whatever the order of the columns", () => {
    const row = { customer: "c1", email: sha256("e"), tier: "gold", spend: "1.25", ads: "yes" };
    const order = [...COLUMNS].reverse();
    const [csv, ndjson] = [csvOf([row], order), ndjsonOf([row], COLUMNS, 1)].map((text) =>
      read(Buffer.from(text), { columns: order }),
    );
    expect(csv?.rows).toHaveLength(1);
    expect(csv?.fault).toBeNull();
    expect(ndjson).toEqual(csv);
  });

  it("is known behind blank lines and a byte-order mark, byte by byte", () => {
    const text = ndjsonOf([{ customer: "c1", email: sha256("e") }], COLUMNS, 1);
    for (const front of ["", "\n\r\n \t", "\ufeff", "\ufeff\n"]) {
      for (const size of [1, 1e6]) {
        const { fault, rows, counts } = read(Buffer.from(front + text), { size });
        expect([fault, rows.length, counts.read]).toEqual([null, 1, 1]);
      }
    }
    const later = read(Buffer.from(`\ufeff${text}`), { columns: COLUMNS });
    expect(later.rows).toEqual([]);
  });

  it("is refused whole for what CSV is refused for: a column too many, and a column in another convention", () => {
    expect(read(Buffer.from('{"customer":"c1","age":4}\n')).fault).toEqual({
      kind: "list-unreadable",
      says: "the column `age` is not in the schema: leave it out",
      line: 1,
    });
    const raw = Array.from({ length: 120 }, (_, at) => ({ customer: `c${at}`, email: `ann${at}@company.net` }));
    expect(read(Buffer.from(ndjsonOf(raw, COLUMNS, 1))).fault).toMatchObject({
      kind: "list-wrong-convention",
      says: expect.stringContaining("raw e-mail addresses"),
    });
  });

  it("of nothing is an empty list; blanks that never end are read as CSV", () => {
    for (const text of ["", " \n\n", "{", "{ "]) expect(read(Buffer.from(text)).fault?.kind).toMatch(/^list-/);
    expect(read(Buffer.alloc(200_000, " "), { size: 1_000 }).fault).toMatchObject({
      kind: "list-unreadable",
      says: expect.stringContaining("longer than"),
    });
  });
});

test("widths that are told before the format is known reach the scanner of CSV", () => {
  const leaped: boolean[] = [];
  const onRow = (row: CsvRow) => leaped.push(row.isLeaped) > 0;
  const columns = ["a", "b"];
  const scanner = listScanner({
    maximumRowBytes: 99,
    skipsByteOrderMark: false,
    columns,
    onNdjson: () => undefined,
    onRow,
  });
  scanner.expect(Int32Array.of(3, 0));
  scanner.push(Buffer.from("abc,d\nab,d\n"));
  expect(scanner.end()).toBeNull();
  expect(leaped).toEqual([true, false]);
});

describe("columns of a batch", () => {
  const listOf = (...rows: readonly Row[]) => read(Buffer.from(ndjsonOf(rows, COLUMNS, 1)));
  const row = { customer: "c1", email: sha256("e") };

  it("hold measures in units of their scale, and what stands for none", () => {
    const { rows } = listOf({ ...row, visits: "-3", spend: "12.5" }, { ...row, spend: "-0.01" }, row);
    expect(rows).toMatchObject([
      { measures: [-3, 1_250] },
      { measures: [NO_MEASURE, -1] },
      { measures: [NO_MEASURE, NO_MEASURE] },
    ]);
  });

  it.each([
    ["visits", "1.5"],
    ["visits", "2147483648"],
    ["spend", "12.505"],
    ["spend", "twelve"],
    ["spend", "1e3"],
  ])("refuse a row whose %s is %s, by line and column", (column, cell) => {
    const { counts, rows } = listOf(row, { ...row, [column]: cell }, row);
    expect(rows).toHaveLength(2);
    expect(counts.rejects).toEqual([{ line: 2, reason: "measure-malformed", column }]);
  });

  it("take one byte a code up to 255 values, and two beyond", () => {
    const { rows } = listOf({ ...row, tier: "é", shop: "shop 299" }, { ...row, tier: "gold", shop: "shop 255" });
    expect(rows).toMatchObject([{ codes: [3, 300] }, { codes: [1, 256] }]);
    const widths = (values: number) => {
      const shop = {
        column: "shop",
        type: "category" as const,
        values: Array.from({ length: values }, (_, at) => `${at}`),
      };
      const schema: DatasetSchema = { ...SCHEMA, attributes: { shop } };
      const seen: number[] = [];
      const onBatch = ({ codes }: RowBatch) => void seen.push(codes[0]?.BYTES_PER_ELEMENT ?? 0);
      const reader = listReader({ reads: "rows", judges: true, schema, columns: columnsOf(schema), onBatch });
      reader.push(Buffer.from(`${JSON.stringify(row)}\n`));
      reader.end();
      return seen;
    };
    expect([255, 256, 300].map(widths)).toEqual([[1], [2], [2]]);
  });

  it("hold every kind of identifier in the room's own order, whatever the schema's", () => {
    const { rows } = listOf({ ...row, card: sha256("c"), idfa: sha256("i"), person: sha256("p", "base64") });
    expect(rows).toMatchObject([
      {
        identifiers: [
          ["email", sha256("e")],
          ["maid", sha256("i")],
          ["external", sha256("c")],
          ["name+postcode", sha256("p")],
        ],
      },
    ]);
  });
});
