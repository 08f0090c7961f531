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
import { doctorLines } from "./doctor-lines.ts";
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
