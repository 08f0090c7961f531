// What is odd about a list, out of its own cells, and what the file's own names for columns do.

import { describe, expect, test } from "vitest";
import { utf8 } from "../../domain/bytes.ts";
import { datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { sha256Hex } from "../../testing/journeys/lists.ts";
import type { CsvRow } from "./csv-rows.ts";
import { hashList } from "./hash-list.ts";
import { odditiesOf } from "./oddities.ts";
import type { RefusedPlace } from "./refusals.ts";

const hashed = { profile: "concordat-1", encoding: "hex" } as const;
const SCHEMA = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "id" },
  identifiers: { email: { column: "email", ...hashed }, phone: { column: "phone", ...hashed } },
  attributes: {},
  consents: {},
  rejects: "0.1",
});

async function read(rows: readonly string[], header = "id,email,phone", columns?: ReadonlyMap<string, string>) {
  let text = "";
  const refused: [CsvRow, RefusedPlace][] = [];
  const report = await hashList({
    schema: SCHEMA,
    source: (async function* () {
      yield utf8([header, ...rows, ""].join("\n"));
    })(),
    columns,
    refusing: (...one) => refused.push(one),
    write: async (piece) => {
      text += new TextDecoder().decode(piece);
    },
  });
  return { report, text, refused };
}
async function oddities(rows: readonly string[]) {
  const { report } = await read(rows);
  if (!report.ok) throw new Error(report.error.detail);
  return odditiesOf(report.value);
}
const good = (count: number) => Array.from({ length: count }, (_, at) => `c${at},p${at}@mail.example,`);

describe("the match doctor", () => {
  test("finds nothing odd about a list that is as it should be", async () => {
    expect(await oddities(good(50))).toEqual([]);
  });

  test("tells what is unreadable, lacks a country, is a digest or stands twice, the gravest first", async () => {
    const rows = [
      ...good(40),
      ...["x1,nobody.example,", "x2,nobody.example,", "x3,nobody.example,"],
      ...["y1,q@mail.example,020 7946 0100", "y2,r@mail.example,020 7946 0101"],
      `z1,${sha256Hex(utf8("p"))},`,
      ...["w1,p1@mail.example,", "w2,p1@mail.example,"],
    ];
    const found = await oddities(rows);
    const told = found.map(({ isGrave, says }) => [isGrave, says]);
    expect(told).toContainEqual([true, "3 of 48 e-mails (6.3 %) cannot be read as such"]);
    expect(told).toContainEqual([true, "2 of 2 phones have no country code, and no country is stated"]);
    expect(told).toContainEqual([false, "1 e-mails are digests already"]);
    expect(told).toContainEqual([false, "1 e-mails stand on several rows"]);
    expect(found.map(({ isGrave }) => isGrave)).toEqual([...found.map(({ isGrave }) => isGrave)].sort().reverse());
  });

  test("says so where more rows are refused than the schema allows, and where none can be used", async () => {
    const bad = (count: number) => Array.from({ length: count }, (_, at) => `b${at},nobody${at}.example,`);
    expect(await oddities([...good(20), ...bad(3)])).toContainEqual(
      expect.objectContaining({ says: "13.0 % of the rows are refused, and the schema allows 10.0 %" }),
    );
    expect(await oddities(bad(3))).toContainEqual(expect.objectContaining({ says: "no row can be used" }));
  });
});

describe("a file's own names", () => {
  const NAMES = new Map([
    ["Customer", "id"],
    ["Mail", "email"],
    ["Tel", "phone"],
  ]);

  test("stand for the schema's, and what is not chosen stays, though it be called like a column of it", async () => {
    const { text, report } = await read(["c1,p1@mail.example,,secret"], "Customer,Mail,Tel,email", NAMES);
    expect(text.split("\r\n")[0]).toBe("id,email,phone");
    expect(text).toContain(sha256Hex(utf8("p1@mail.example")));
    expect(text).not.toContain("secret");
    expect(report.ok && report.value.columns.leftOut).toEqual(["email (not chosen)"]);
  });

  test("and its refused rows are told as they stand, with line, column and reason", async () => {
    const { refused } = await read([...good(20), "x1,nobody.example,"]);
    expect(refused).toEqual([
      [
        { line: 22, cells: ["x1", "nobody.example", ""] },
        { line: 22, column: "email", reason: "email-not-one-at" },
      ],
    ]);
  });
});
