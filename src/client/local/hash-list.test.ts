import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type DatasetSchema, datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Result } from "../../domain/result.ts";
import { deletionLines, doctorLines } from "./doctor-lines.ts";
import { hashFile } from "./hash-file.ts";
import { type HashListRequest, type HashReport, hashList } from "./hash-list.ts";

const SCHEMA = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "id" },
  identifiers: {
    email: { column: "email", profile: "concordat-1", encoding: "hex" },
    phone: { column: "phone", profile: "concordat-1", encoding: "base64", country: { column: "country" } },
  },
  attributes: { tier: { column: "tier", type: "category", values: ["gold", "silver, plain"] } },
  consents: { marketing: { column: "ok", granted: ["yes"] } },
  rejects: "0.25",
});
const HEADER = "id,name,email,phone,country,tier,ok";
const LONDON = "+442079460958";

type Hashed = { readonly text: string; readonly result: Result<HashReport, Problem> };
type Options = Partial<Omit<HashListRequest, "source" | "write">> & { readonly chunkBytes?: number };

async function hash(list: string | Uint8Array, options: Options = {}): Promise<Hashed> {
  const { chunkBytes = 65_536, ...rest } = options;
  const bytes = typeof list === "string" ? new TextEncoder().encode(list) : list;
  const pieces: Uint8Array[] = [];
  const write = async (piece: Uint8Array) => void pieces.push(piece);
  const result = await hashList({ schema: SCHEMA, source: chunked(bytes, chunkBytes), write, ...rest });
  return { text: Buffer.concat(pieces).toString("utf8"), result };
}

async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

function list(...rows: readonly string[]): string {
  return [HEADER, ...rows, ""].join("\n");
}

function reportOf({ result }: Hashed): HashReport {
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

function refusalOf({ result }: Hashed): Problem {
  if (result.ok) throw new Error("the list was taken");
  return result.error;
}

function sha256(text: string, encoding: "hex" | "base64" = "hex"): string {
  return createHash("sha256").update(text).digest(encoding);
}

describe("hashList", () => {
  test("writes digests in the schema's encodings and leaves out what the schema does not name", async () => {
    const hashed = await hash(list('7,Ann Ott, ANN@Post.example ,020 7946 0958,gb," silver, plain ",maybe'));
    expect(hashed.text).toBe(
      `id,email,phone,tier,ok\r\n7,${sha256("ann@post.example")},${sha256(LONDON, "base64")},"silver, plain",maybe\r\n`,
    );
    expect(reportOf(hashed)).toMatchObject({
      rows: 1,
      emitted: 1,
      refused: { total: 0 },
      columns: { written: ["id", "email", "phone", "tier", "ok"], leftOut: ["name", "country"] },
    });
  });

  test("keeps a row by its good identifier, with the other cell empty, and counts the one left out", async () => {
    const hashed = await hash(list("7,Ann,ann@post.example,12,GB,gold,yes", "8,Bo,bo,+44 20 7946 0958,,,"));
    expect(hashed.text).toBe(
      `id,email,phone,tier,ok\r\n7,${sha256("ann@post.example")},,gold,yes\r\n8,,${sha256(LONDON, "base64")},,\r\n`,
    );
    const report = reportOf(hashed);
    expect(report.refused.total).toBe(0);
    expect(report.dropped).toEqual({
      total: 2,
      byReason: { "phone-invalid": 1, "email-not-one-at": 1 },
      places: [
        { line: 2, column: "phone", reason: "phone-invalid" },
        { line: 3, column: "email", reason: "email-not-one-at" },
      ],
    });
  });

  test.each([
    ["email-no-dot", "email", "7,Ann,ann@post,,,,"],
    ["email-inner-space", "email", "7,Ann,a b@post.example,12,GB,,"],
    ["phone-no-country", "phone", "7,Ann,,020 7946 0958,,,"],
    ["phone-country-unknown", "phone", "7,Ann,,020 7946 0958,Atlantis,,"],
    ["record-missing", "id", "  ,Ann,ann@post.example,,,,"],
    ["record-too-long", "id", `${"é".repeat(65)},Ann,ann@post.example,,,,`],
    ["attribute-undeclared", "tier", "7,Ann,ann@post.example,,,bronze,"],
    ["cell-count", "id", "7,Ann,ann@post.example"],
    ["already-hashed", "email", `7,Ann,${sha256("ann@post.example")},,,,`],
  ])("refuses a row with %s, by line and column", async (reason, column, row) => {
    const hashed = await hash(list("1,Bo,bo@post.example,,,,", row));
    expect(hashed.text.trimEnd().split("\r\n")).toHaveLength(2);
    const { refused, blank, emitted } = reportOf(hashed);
    expect([refused.total, refused.byReason, refused.places]).toEqual([
      1,
      { [reason]: 1 },
      [{ line: 3, column, reason }],
    ]);
    expect([blank, emitted]).toEqual([0, 1]);
  });

  test("takes a reference of the longest length", async () => {
    expect(reportOf(await hash(list(`${"é".repeat(64)},Ann,ann@post.example,,,,`))).emitted).toBe(1);
  });

  test("counts rows without any identifier as blank, empty lines among them", async () => {
    const report = reportOf(await hash(list("7,Ann, , ,GB,bronze,yes", "", "8,Bo,bo@post.example,,,,")));
    expect([report.rows, report.blank, report.emitted, report.refused.total]).toEqual([3, 2, 1, 0]);
  });

  test("applies the stated country to phones whose row names none", async () => {
    const row = list("7,Ann,,020 7946 0958,,,", "8,Bo,,030 123456,DE,,");
    const report = reportOf(await hash(row, { country: "GB" }));
    expect([report.emitted, report.doctor.phone.defaultCountryApplied]).toEqual([2, 2]);
  });

  test("reads gzip, a byte-order mark and any chunk size to the same list", async () => {
    const raw = list('7,"Ann, Ott",ann@bücher.example,020 7946 0958,GB,gold,yes', "8,Bo,bo,,,,");
    const expected = await hash(raw);
    for (const chunkBytes of [1, 3, 50]) {
      expect((await hash(raw, { chunkBytes })).text).toBe(expected.text);
      expect((await hash(`\ufeff${raw}`, { chunkBytes })).text).toBe(expected.text);
      expect((await hash(gzipSync(raw), { chunkBytes })).text).toBe(expected.text);
    }
    const members = Buffer.concat([gzipSync(raw.slice(0, 60)), gzipSync(raw.slice(60))]);
    expect((await hash(members)).text).toBe(expected.text);
    expect(reportOf(await hash(`\ufeff${raw}`)).file.hasByteOrderMark).toBe(true);
    expect(reportOf(await hash(gzipSync(raw))).file).toMatchObject({ isGzip: true, bytes: gzipSync(raw).length });
  });

  test("is not troubled by hashed cells below half of the column", async () => {
    const rows = Array.from({ length: 300 }, (_, at) => `${at},Ann,a${at}@post.example,,,,`);
    const report = reportOf(await hash(list(...rows, `x,Ann,${sha256("x")},,,,`)));
    expect([report.emitted, report.refused.byReason]).toEqual([300, { "already-hashed": 1 }]);
  });

  test.each([
    ["hex", (at: number) => sha256(`a${at}`)],
    ["uppercase hex", (at: number) => sha256(`a${at}`).toUpperCase()],
    ["base64", (at: number) => sha256(`a${at}`, "base64")],
  ])("refuses a column of digests in %s, however few the rows", async (_name, cell) => {
    for (const count of [1, LIMITS.looksHashedAfter, 5_000]) {
      const rows = Array.from({ length: count }, (_, at) => `${at},Ann,${cell(at)},,,,`);
      const refusal = refusalOf(await hash(list(...rows)));
      expect(refusal).toMatchObject({ kind: "list-unreadable", extra: { reason: "already-hashed", column: "email" } });
      expect(refusal.detail).toContain("--hashed");
    }
  });

  test.each([
    ["list-column-missing", "id,email,phone,country,tier\n7,ann@post.example,,,\n"],
    ["list-column-missing", "id,email,phone,tier,ok\n7,ann@post.example,,,\n"],
    ["list-unreadable", "id,email,email,phone,country,tier,ok\n"],
    ["list-unreadable", list('7,"Ann,,,,,')],
    ["list-unreadable", Uint8Array.from([0xff, 0xfe, 0x61, 0x00])],
    ["list-unreadable", Uint8Array.from([0x69, 0x64, 0x0a, 0xff, 0x0a])],
    ["list-unreadable", gzipSync(list("7,Ann,ann@post.example,,,,")).subarray(0, 30)],
    ["list-unreadable", Uint8Array.from([0x1f, 0x8b, 0x08, 0xff, 0xff, 0xff, 0xff])],
    ["list-empty", ""],
  ])("refuses with %s", async (kind, raw) => {
    expect(refusalOf(await hash(raw, { chunkBytes: 8 })).kind).toBe(kind);
  });

  test("does not repeat the first row of a file without header", async () => {
    const refusal = refusalOf(await hash("7,Ann,ann@post.example,,,,\n"));
    expect(JSON.stringify(refusal)).not.toContain("ann@");
  });

  test("passes on the failure of a source, plain or packed, instead of blaming the list", async () => {
    for (const head of [list("7,Ann,ann@post.example,,,,"), gzipSync("x".repeat(10_000))]) {
      const failing = async function* () {
        yield typeof head === "string" ? new TextEncoder().encode(head) : head.subarray(0, 20);
        throw new Error("the disk is gone");
      };
      const write = async () => undefined;
      await expect(hashList({ schema: SCHEMA, source: failing(), write })).rejects.toThrow("the disk is gone");
    }
  });

  test("closes its source when it refuses early", async () => {
    let isClosed = false;
    const source = async function* () {
      try {
        for (;;) yield new TextEncoder().encode("not,the,header\n");
      } finally {
        isClosed = true;
      }
    };
    const result = await hashList({ schema: SCHEMA, source: source(), write: async () => undefined });
    expect([result.ok, isClosed]).toEqual([false, true]);
  });

  test("tells progress in rows and bytes, up to the whole file", async () => {
    const raw = list(...Array.from({ length: 1_000 }, (_, at) => `${at},Ann,a${at}@post.example,,,,`));
    const seen: [number, number][] = [];
    await hash(raw, { chunkBytes: 4_096, progress: (rows, bytes) => seen.push([rows, bytes]) });
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.at(-1)).toEqual([1_000, raw.length]);
  });

  test("accounts for every row exactly once", async () => {
    const row = fc.tuple(
      fc.constantFrom("", "1", "22"),
      fc.constantFrom("", "a@post.example", "bad", " B@post.example "),
      fc.constantFrom("", "020 7946 0958", "12", "+44 20 7946 0958"),
      fc.constantFrom("", "GB", "XX"),
      fc.constantFrom("", "gold", "bronze"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row), async (rows) => {
        const hashed = await hash(
          list(...rows.map(([id, email, phone, country, tier]) => `${id},N,${email},${phone},${country},${tier},`)),
        );
        const report = reportOf(hashed);
        expect(report.rows).toBe(rows.length);
        expect(report.emitted + report.blank + report.refused.total).toBe(rows.length);
        expect(hashed.text.trimEnd().split("\r\n")).toHaveLength(report.emitted + 1);
        expect(hashed.text).not.toMatch(/post\.example|7946|bad/);
      }),
    );
  });
});

describe("a raw list as NDJSON", () => {
  const ANN = { id: 7, name: "Ann", email: " ANN@Post.example ", phone: "020 7946 0958", country: "gb", ok: true };
  const linesOf = (...rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

  test("is hashed into CSV: the columns that the schema names, in its order, and nothing else", async () => {
    const hashed = await hash(
      `\ufeff\r\n${linesOf(ANN, { tier: "silver, plain", email: "bo@post.example", id: "8" })}`,
    );
    expect(hashed.text).toBe(
      `id,email,phone,tier,ok\r\n7,${sha256("ann@post.example")},${sha256(LONDON, "base64")},,true\r\n` +
        `8,${sha256("bo@post.example")},,"silver, plain",\r\n`,
    );
    const { rows, columns, file } = reportOf(hashed);
    expect([rows, columns.leftOut, file.hasByteOrderMark]).toEqual([2, ["country", "name"], true]);
  });

  test("becomes what the same list as CSV becomes, in chunks of any size", async () => {
    const cell = fc.oneof(fc.constantFrom("", "1", "GB", "gold", "a@post.example", "020 7946 0958", '"', "\\", "𝄞\n,"));
    const columns = HEADER.split(",");
    const row = fc.record(Object.fromEntries(columns.map((column) => [column, cell])));
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 60 }),
        async (...world) => {
          const [rows, chunkBytes] = world;
          const csv = rows.map((one) => `${columns.map((column) => quoted(one[column] ?? "")).join(",")}\n`).join("");
          const expected = await hash(`${HEADER}\n${csv}`);
          const hashed = await hash(linesOf(...rows), { chunkBytes });
          const inCsvOrder = (text: string) => text.split("\r\n").slice(1);
          expect(inCsvOrder(hashed.text)).toEqual(inCsvOrder(expected.text));
          expect(reportOf(hashed).doctor).toEqual(reportOf(expected).doctor);
          expect(reportOf(hashed).refused.byReason).toEqual(reportOf(expected).refused.byReason);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("keeps numbers as they are spelt, so that no id loses its digits", async () => {
    const text = '{"card":12345678901234567890,"id":1.50}\n';
    const hashed = await hash(text, { schema: EVERYTHING });
    expect(hashed.text).toContain(`\r\n1.50,,${sha256("12345678901234567890")},`);
  });

  test.each([
    ["no-object", "id,email"],
    ["not-json", '{"id":1,}'],
    ["not-json", '{"id":01}'],
    ["not-json", '{"id":"\\x"}'],
    ["not-json", '{"id":"\\ud83d"}'],
    ["not-json", '{"id":"a\tb"}'],
    ["not-json", '{"id":1} x'],
    ["not-json", '{"id":1'],
    ["nested", '{"id":1,"email":{"a":1}}'],
    ["nested", '{"id":[1]}'],
    ["column-twice", '{"id":1,"name":1,"\\u0069d":2}'],
    ["row-too-long", `{"id":"${"x".repeat(LIMITS.rowBytes)}"}`],
  ])("is refused with %s, by its line", async (reason, line) => {
    for (const chunkBytes of [3, 1_000_000]) {
      const refusal = refusalOf(
        await hash(`${linesOf(ANN)}\n${line}\n`, { chunkBytes: line.length > 99 ? 1e6 : chunkBytes }),
      );
      expect(refusal).toMatchObject({ kind: "list-unreadable", extra: { reason } });
      if (reason !== "row-too-long") expect(refusal).toMatchObject({ extra: { line: 3 } });
    }
  });

  test("names a bounded number of columns that stay here", async () => {
    const rows = Array.from({ length: 300 }, (_, at) => ({ id: at, email: "a@post.example", [`x${at}`]: 1 }));
    expect(reportOf(await hash(linesOf(...rows))).columns.leftOut.length).toBe(101);
  });
});

describe("the match doctor", () => {
  const rows = [
    "1,A,ann@post.example,+44 20 7946 0958,,,",
    "2,B, ANN@post.example,020\u20117946\u20110958,GB,,",
    "3,C,jo.hn+x@gmail.com,07700 900123,GB,,",
    "4,D,jo.hn@googlemail.com,+44 7700 900123,,,",
    "5,E,zoe\u200b@bücher.example,030 123456,DE,,",
    "6,F,e\u0301va@post.example,,,,",
  ];

  test("counts what normalising changed, and who is on several rows", async () => {
    const { email, phone } = reportOf(await hash(list(...rows))).doctor;
    expect(email).toMatchObject({
      filled: 6,
      accepted: 6,
      changed: { trim: 1, case: 1, unicode: 1, domain: 1 },
      nonAsciiDomain: 1,
      invisible: 1,
      gmail: 1,
      googlemail: 1,
      folded: { "uid2-v3": 1, "google-guide-2025": 2, "google-dm-2025-12": 2 },
      people: { distinct: 5, onSeveralRows: 1, mostFrequent: [2, 1, 1, 1, 1], isExact: true },
    });
    expect(phone).toMatchObject({
      filled: 5,
      blank: 1,
      accepted: 3,
      withPlus: 2,
      withoutPlus: 3,
      defaultCountryApplied: 2,
      oddHyphens: 1,
      invalidByCountry: { GB: 1, international: 1 },
      people: { distinct: 2, onSeveralRows: 1, mostFrequent: [2, 1], isExact: true },
    });
  });

  test("prints lines and JSON that hold no value of the list", async () => {
    const bad = ["7,Secretname,no such address,call me,Atlantis,gold,yes", "8,Secretname,x@y,1-800-FLOWERS,US,weird,"];
    const report = reportOf(await hash(list(...rows, ...bad)));
    const printed = `${doctorLines(report).join("\n")}\n${JSON.stringify(report)}`;
    expect(printed).not.toMatch(/ann|Secret|FLOWERS|7946|such|Atlantis|weird|gold/i);
    expect(printed).toMatch(/hold a phone with letters|hold an e-mail address with a space inside/);
    expect(printed).toContain("at Gmail: 33.3 %; folding would change 1 (uid2-v3), 2 (google-guide-2025)");
  });

  test("advises a country where phones lack one, and says when too many rows are refused", async () => {
    const report = reportOf(await hash(list("7,Ann,,020 7946 0958,,,", "8,Bo,bo@post.example,,,,")));
    const text = doctorLines(report).join("\n");
    expect(report.rejects).toEqual({ allowed: "0.25", isExceeded: true });
    expect(text).toContain("--country GB");
    expect(text).toContain("50.0 % of the rows are refused, and the schema allows 25 %");
  });
});

const EVERYTHING = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "id" },
  identifiers: {
    maid: { column: "idfa", profile: "concordat-1", encoding: "hex" },
    external: { column: "card", profile: "concordat-1", encoding: "hex", namespace: "loyalty-card" },
    "name+postcode": {
      column: "person",
      profile: "concordat-1",
      encoding: "base64",
      firstName: { column: "first" },
      lastName: { column: "last" },
      postcode: { column: "zip" },
      country: { column: "land" },
    },
  },
  attributes: {},
  measures: { spend: { column: "spend", scale: 2 } },
  consents: {},
  rejects: "1",
});

describe("a list with every other identifier, and a measure", () => {
  const HEADS = "zip,spend,id,land,last,idfa,card,first";
  const MAID = "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25";
  const ANN = sha256("ann\u001fott\u001fm11ae\u001fgb", "base64");
  const hashAll = (rows: readonly string[], options: Options = {}) =>
    hash([HEADS, ...rows, ""].join("\n"), { schema: EVERYTHING, ...options });

  test("keeps names and postal codes here, and adds the digest that they make as the last column", async () => {
    const hashed = await hashAll([`M1 1AE, 12.50 ,7,gb,O'tt,${MAID.toUpperCase()}, Card 9,Ann`]);
    const card = sha256(" Card 9");
    expect(hashed.text).toBe(`spend,id,idfa,card,person\r\n12.50,7,${sha256(MAID)},${card},${ANN}\r\n`);
    expect(reportOf(hashed)).toMatchObject({
      columns: { written: ["spend", "id", "idfa", "card", "person"], leftOut: ["zip", "land", "last", "first"] },
      doctor: { maid: { accepted: 1 }, external: { accepted: 1 }, "name+postcode": { accepted: 1, blank: 0 } },
    });
  });

  test("has no composite where a part is missing, and takes the stated country for the row's", async () => {
    const rows = ["M1 1AE,,7,gb,,,c,Ann", "M1 1AE,,8,,Ott,,c,Ann", ",,9,gb,Ott,,c,Ann"];
    const without = reportOf(await hashAll(rows));
    expect(without.doctor["name+postcode"]).toMatchObject({ blank: 3, filled: 0 });
    expect([without.emitted, without.dropped.total]).toEqual([3, 0]);
    const stated = await hashAll(rows, { country: "GB" });
    expect(stated.text.split("\r\n")[2]).toBe(`,8,,${sha256("c")},${ANN}`);
  });

  test("ignores a raw column that is called like the one that it makes", async () => {
    const text = `${HEADS},person\nM1 1AE,,7,gb,Ott,,,Ann,Ann Ott\n`;
    const hashed = await hash(text, { schema: EVERYTHING });
    expect(hashed.text).toBe(`spend,id,idfa,card,person\r\n,7,,,${ANN}\r\n`);
    expect(reportOf(hashed).columns.leftOut).toContain("person");
  });

  test.each([
    ["maid-not-uuid", "idfa", `,,7,,,${MAID.replaceAll("-", "")},,`],
    ["maid-all-zeros", "idfa", ",,7,,,00000000-0000-0000-0000-000000000000,,"],
    ["already-hashed", "idfa", `,,7,,,${sha256(MAID)},,`],
    ["postcode-malformed", "person", "10115,,7,gb,Ott,,,Ann"],
    ["country-unknown", "person", "10115,,7,Germany,Ott,,,Ann"],
    ["name-empty", "person", "10115,,7,de,-,,,Ann"],
    ["already-hashed", "person", `10115,,7,de,${sha256("ott")},,,Ann`],
    ["measure-malformed", "spend", ",12.505,7,,,,c,"],
    ["measure-malformed", "spend", ',"1,250",7,,,,c,'],
    ["measure-malformed", "spend", ",21474836.48,7,,,,c,"],
  ])("refuses a row with %s, by line and column", async (reason, column, row) => {
    const good = `M1 1AE,,1,gb,Ott,${MAID},c,Ann`;
    const { refused, emitted, doctor } = reportOf(await hashAll([good, good, row]));
    expect(refused).toEqual({ total: 1, byReason: { [reason]: 1 }, places: [{ line: 4, column, reason }] });
    expect([emitted, doctor.external.accepted]).toEqual([2, row.endsWith("c,") ? 3 : 2]);
  });

  test("takes external ids that look like digests, since they may be arranged so", async () => {
    const rows = Array.from({ length: 200 }, (_, at) => `,,${at},,,,${sha256(`${at}`)},`);
    const report = reportOf(await hashAll(rows));
    expect([report.emitted, report.doctor.external.looksHashed]).toEqual([200, 200]);
  });

  test("refuses a column of hashed names", async () => {
    const rows = Array.from({ length: 200 }, (_, at) => `M1 1AE,,${at},gb,${sha256(`${at}`)},,c,Ann`);
    expect(refusalOf(await hashAll(rows))).toMatchObject({ extra: { reason: "already-hashed", column: "person" } });
  });

  test("is told on one screen without a value of the list", async () => {
    const report = reportOf(await hashAll([`M1 1AE,1,7,gb,Ott,${MAID},c9,Ann`, "zz9,x,8,gb,Ott,,c9,Ann"]));
    const lines = doctorLines(report);
    const printed = `${lines.join("\n")}\n${JSON.stringify(report)}`;
    expect(lines).toContain("name with postal code: 2 filled, 0 empty, 50.0 % usable");
    expect(lines).toContain("advertising id: 1 filled, 1 empty, 100.0 % usable");
    expect(printed).not.toMatch(/Ott|Ann|zz9|c9|5f3a/i);
  });
});

describe("a list of whom to delete", () => {
  const change = "delete";

  test("keeps the record references and nothing else, whatever stands beside them", async () => {
    const hashed = await hash(list("7,Ann,ann@post.example,,,gold,", '"8,a",Bo,not an address,,,tin,'), { change });
    expect(hashed.text).toBe('id\r\n7\r\n"8,a"\r\n');
    const report = reportOf(hashed);
    expect([report.rows, report.emitted, report.refused.total]).toEqual([2, 2, 0]);
    expect(report.columns).toEqual({ written: ["id"], leftOut: ["name", "email", "phone", "country", "tier", "ok"] });
    expect(deletionLines(report)[0]).toBe("2 rows read, 2 record references, 0 empty, 0 refused");
  });

  test("needs no other column", async () => {
    const hashed = await hash("id\n7\n\n8", { change });
    expect(hashed.text).toBe("id\r\n7\r\n8\r\n");
    expect(reportOf(hashed).blank).toBe(1);
    expect(refusalOf(await hash("email\nann@post.example\n", { change })).kind).toBe("list-column-missing");
    expect(refusalOf(await hash("id,id\n7,8\n", { change })).kind).toBe("list-unreadable");
  });

  test("refuses rows without a usable reference, by line and reason", async () => {
    const long = "x".repeat(LIMITS.recordBytes + 1);
    const { refused } = reportOf(await hash(`id,ok\n7,yes\n,yes\n${long},yes\n9\n`, { change }));
    expect(refused.places).toEqual([
      { line: 3, column: "id", reason: "record-missing" },
      { line: 4, column: "id", reason: "record-too-long" },
      { line: 5, column: "id", reason: "cell-count" },
    ]);
  });
});

describe("a list of an upsert", () => {
  const change = "upsert";

  test("keeps the reference of a row without any identifier, and nothing else of it", async () => {
    const nobody = ["7,Ann, , ,GB,bronze,yes", "", ",Cy,,,,,", `${"x".repeat(129)},Di,,,,,`];
    const hashed = await hash(list("8,Bo,bo@post.example,,,,", ...nobody), { change });
    const report = reportOf(hashed);
    expect(hashed.text.split("\r\n").slice(2)).toEqual(["7,,,,", ""]);
    expect([report.rows, report.emitted, report.blank, report.cleared]).toEqual([5, 1, 4, 1]);
    expect(doctorLines(report)[0]).toMatch(/4 without identifier \(1 of which clears its record reference\)/);
    expect(reportOf(await hash(list(...nobody))).cleared).toBe(0);
  });
});

describe("hashFile", () => {
  const folder = mkdtempSync(join(tmpdir(), "concordat-hash-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const from = join(folder, "raw.csv");
  const to = join(folder, "hashed.csv");

  test("makes a file that only its owner may read", async () => {
    writeFileSync(from, list("7,Ann,ann@post.example,,,,"));
    const report = await hashFile({ from, to, schema: SCHEMA });
    expect(report.ok).toBe(true);
    expect(readFileSync(to, "utf8")).toContain(sha256("ann@post.example"));
    expect(statSync(to).mode & 0o777).toBe(0o600);
    rmSync(to);
  });

  test("leaves nothing behind when the list is refused or missing", async () => {
    writeFileSync(from, list("7,Ann,ann@post.example,,,,", '8,"Bo'));
    expect((await hashFile({ from, to, schema: SCHEMA })).ok).toBe(false);
    await expect(hashFile({ from: join(folder, "nowhere.csv"), to, schema: SCHEMA })).rejects.toThrow("ENOENT");
    expect([existsSync(to), existsSync(`${to}.unfinished`)]).toEqual([false, false]);
  });
});

const EMAIL_ALONE: DatasetSchema = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "id" },
  identifiers: { email: { column: "email", profile: "concordat-1", encoding: "hex" } },
  attributes: {},
  consents: {},
  rejects: "0.02",
});

test("reads a list with e-mail alone", async () => {
  const hashed = await hash("email,id\nann@post.example,1\n", { schema: EMAIL_ALONE });
  expect(hashed.text).toBe(`email,id\r\n${sha256("ann@post.example")},1\r\n`);
});
