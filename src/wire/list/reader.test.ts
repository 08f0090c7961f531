import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DatasetSchema, datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { compileKernels } from "../../kernels/load.ts";
import { readerRoom } from "../../testing/reader-room.ts";
import type { RowBatch } from "./batch.ts";
import type { ListFault } from "./fault.ts";
import { listReader } from "./reader.ts";

const KERNELS = compileKernels();
const SCHEMA = schemaWith("hex");
const HEADER = "customer,email,tier,ads\n";
const hexOf = (text: string) => createHash("sha256").update(text).digest("hex");
const GOOD = hexOf("ann@company.net");

describe("the header", () => {
  it.each([
    ["a missing column", "customer,email,tier\n", "list-column-missing", "`ads` is not in the header"],
    ["a column twice", "customer,email,tier,ads,tier\n", "list-unreadable", "`tier` stands twice"],
    [
      "a column that the schema lacks",
      "customer,email,tier,ads,age\n",
      "list-unreadable",
      "`age` is not in the schema",
    ],
    ["no header at all", "", "list-unreadable", "empty"],
  ])("is refused with %s", (_, text, kind, says) => {
    const { fault } = read(text);
    expect(fault?.kind).toBe(kind);
    expect(fault?.says).toContain(says);
  });

  it("is never repeated when it is somebody's row", () => {
    const { fault } = read(`c1,${GOOD},ann@company.net,+390212345678\n`);
    expect(fault?.kind).toBe("list-column-missing");
    for (const cell of [GOOD, "ann@", "+39"]) expect(fault?.says).not.toContain(cell);
  });

  it("may name the columns in any order, and carries over to later parts", () => {
    const first = read(`ads,tier,email,customer\nyes,gold,${GOOD},c1\n`);
    expect(first.fault).toBeNull();
    const second = read(`no,silver,${GOOD},c2\n`, { columns: first.columns });
    expect([first.rows, second.rows]).toEqual([
      [{ record: "c1", codes: [1], consents: 1, digest: GOOD }],
      [{ record: "c2", codes: [2], consents: 0, digest: GOOD }],
    ]);
  });
});

describe("rows", () => {
  it.each([
    ["record-missing", `,${GOOD},gold,yes`, "customer"],
    ["record-too-long", `${"é".repeat(65)},${GOOD},gold,yes`, "customer"],
    ["identifier-malformed", `c1,${GOOD.slice(1)},gold,yes`, "email"],
    ["identifier-malformed", `c1,${GOOD.slice(1)}g,gold,yes`, "email"],
    ["identifier-malformed", `c1,${GOOD} ,gold,yes`, "email"],
    ["identifier-of-nothing", `c1,${hexOf("")},gold,yes`, "email"],
    ["identifier-of-nothing", `c1,${hexOf("null").toUpperCase()},gold,yes`, "email"],
    ["value-unknown", `c1,${GOOD},platinum,yes`, "tier"],
    ["columns-differ", `c1,${GOOD},gold`, undefined],
    ["columns-differ", `c1,${GOOD},gold,yes,`, undefined],
  ])("are refused as %s: %#", (reason, row, column) => {
    const ordinary = `c0,${GOOD},silver,no\n`;
    const { counts, rows } = read(`${HEADER}${ordinary.repeat(3)}${row}\n${ordinary}`);
    expect(counts).toMatchObject({ read: 5, accepted: 4, blank: 0, rejected: 1, byReason: { [reason]: 1 } });
    expect(counts.rejects).toEqual([column === undefined ? { line: 5, reason } : { line: 5, reason, column }]);
    expect(rows.length).toBe(4);
  });

  it.each(["", " ", "NULL", "n/a", "undefined", "test@test.com", "noreply@example.com", "0", "+", "-"])(
    "are refused when their digest is that of the placeholder %j",
    (placeholder) => {
      expect(read(`${HEADER}c1,${hexOf(placeholder)},gold,yes\n`).counts.byReason).toEqual({
        "identifier-of-nothing": 1,
      });
    },
  );

  it("without any identifier are blank, and neither kept nor refused", () => {
    const { counts, rows } = read(`${HEADER},,platinum,\nc1,${GOOD},,\n`);
    expect(counts).toMatchObject({ read: 2, accepted: 1, blank: 1, rejected: 0 });
    expect(rows).toEqual([{ record: "c1", codes: [0], consents: 0, digest: GOOD }]);
  });

  it("may be quoted, and hex digits of either case", () => {
    const { rows } = read(`${HEADER}"c ""1""","${GOOD.toUpperCase()}","gold","yes"\n`);
    expect(rows).toEqual([{ record: 'c "1"', codes: [1], consents: 1, digest: GOOD }]);
  });

  it("keep the first thousand refusals word for word, and count them all", () => {
    const { counts } = read(HEADER + `c,${GOOD},gold,yes\n`.repeat(50) + `,${GOOD},gold,yes\n`.repeat(1_100));
    expect(counts).toMatchObject({ rejected: 1_100, byReason: { "record-missing": 1_100 } });
    expect(counts.rejects.length).toBe(1_000);
    expect(counts.rejects.at(-1)?.line).toBe(1_051);
  });

  it("come out the same in base64, with every loose bit refused", () => {
    const base64 = Buffer.from(GOOD, "hex").toString("base64");
    const schema = schemaWith("base64");
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
        const text = `${HEADER}c1,${Buffer.from(digest).toString("base64")},,\n`;
        expect(read(text, { schema }).rows[0]?.digest).toBe(Buffer.from(digest).toString("hex"));
      }),
    );
    const ordinary = `c0,${base64},,\n`.repeat(3);
    const last = base64.charCodeAt(42);
    for (const bad of [
      `${base64.slice(0, 43)}A`,
      `${base64.slice(0, 42)}${String.fromCharCode(last + 1)}=`,
      `${base64}=`,
    ])
      expect(read(`${HEADER}${ordinary}c1,${bad},,\n`, { schema }).counts.rejected).toBe(1);
  });

  it("come out the same in blocks of any size", () => {
    const text = `${HEADER}${`c1,${GOOD},gold,yes\r\n"c,2",${GOOD},silver,no\n,${GOOD},,\nc3,x,,\n`.repeat(5)}`;
    const whole = read(text);
    for (let size = 1; size < 200; size += 3) expect(read(text, { size })).toEqual(whole);
  });
});

describe("a column in another convention", () => {
  const rowsWith = (cell: (index: number) => string, count = 120) =>
    HEADER + Array.from({ length: count }, (_, index) => `c${index},${cell(index)},gold,yes\n`).join("");

  it.each([
    ["raw e-mail addresses", (index: number) => `ann${index}@company.net`],
    ["raw phone numbers", (index: number) => `+3902123456${index}`],
    ["MD5 digests", (index: number) => createHash("md5").update(`${index}`).digest("hex")],
    ["SHA-1 digests", (index: number) => createHash("sha1").update(`${index}`).digest("hex")],
    ["SHA-256 in base64", (index: number) => createHash("sha256").update(`${index}`).digest("base64")],
  ])("is refused whole: %s", (seen, cell) => {
    const { fault } = read(rowsWith(cell));
    expect(fault?.kind).toBe("list-wrong-convention");
    expect(fault?.says).toContain(seen);
    expect(fault?.says).toContain("`concordat hash`");
    expect(fault?.says).not.toContain(cell(0));
    expect(read(rowsWith(cell, 3)).fault).toEqual(fault);
  });

  it("is refused whole: hex where base64 is declared", () => {
    const { fault } = read(
      rowsWith((index) => hexOf(`${index}`)),
      { schema: schemaWith("base64") },
    );
    expect(fault?.says).toContain("SHA-256 in hex");
  });

  it("is judged by most of its first cells: some bad ones are refused one by one", () => {
    const { fault, counts } = read(
      rowsWith((index) => (index % 2 === 0 ? hexOf(`someone ${index}`) : "ann@company.net")),
    );
    expect(fault).toBeNull();
    expect(counts.byReason).toEqual({ "identifier-malformed": 60 });
  });
});

function schemaWith(encoding: "hex" | "base64"): DatasetSchema {
  return datasetSchemaSchema.parse({
    concordat: "dataset/1",
    dataset: "customers",
    record: { column: "customer" },
    identifiers: { email: { column: "email", profile: "concordat-1", encoding } },
    attributes: { tier: { column: "tier", type: "category", values: ["gold", "silver"] } },
    consents: { ads: { column: "ads", granted: ["yes"] } },
    rejects: "1",
  });
}

type How = { schema?: DatasetSchema; columns?: readonly string[]; size?: number };

/** What both readers make of a list. */
function read(text: string, how: How = {}) {
  const plain = readWith(null, text, how);
  expect(readWith(KERNELS, text, how)).toEqual(plain);
  return plain;
}

function readWith(kernels: WebAssembly.Module | null, text: string, how: How) {
  const { schema = SCHEMA, columns, size = 1e9 } = how;
  const rows: ReturnType<typeof rowsOf> = [];
  const reader = listReader({
    reads: "rows",
    judges: true,
    schema,
    ...readerRoom(kernels, schema),
    ...(columns === undefined ? {} : { columns }),
    onBatch: (batch) => void rows.push(...rowsOf(batch)),
  });
  const bytes = Buffer.from(text);
  let fault: ListFault | null = null;
  for (let at = 0; at < bytes.length && fault === null; at += size) fault = reader.push(bytes.subarray(at, at + size));
  fault ??= reader.end();
  return { rows, fault, counts: reader.take().counts, columns: reader.columns() };
}

function rowsOf(batch: RowBatch) {
  let at = 0;
  return Array.from({ length: batch.rows }, (_, row) => {
    const from = at;
    at += batch.recordLengths[row] ?? 0;
    const digests = batch.identifiers[0]?.digests ?? new Int32Array();
    return {
      record: Buffer.from(batch.recordBytes.slice(from, at)).toString("utf8"),
      codes: batch.codes.map((column) => column[row]),
      consents: batch.consents[row],
      digest: Buffer.from(digests.slice(row * 8, row * 8 + 8).buffer).toString("hex"),
    };
  });
}
