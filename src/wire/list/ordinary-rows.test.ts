// The plain reader is the oracle: whatever a list holds, both make the same of it.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { compileKernels } from "../../kernels/load.ts";
import { readerRoom } from "../../testing/reader-room.ts";
import { BATCH_ROWS, type RowBatch } from "./batch.ts";
import { listReader } from "./reader.ts";

const LONG = "a value of more than sixteen bytes";
const PREFIXES = ["g", "go", "gold", "gold\0", "golden", LONG, LONG.slice(0, 16), `${LONG}.`, `${LONG.slice(0, -1)}S`];
const VALUES = {
  short: [...PREFIXES, "é", "x".repeat(100)],
  most: Array.from({ length: 255 }, (_, index) => `m${index}`),
  long: Array.from({ length: 300 }, (_, index) => `${index % 2 === 0 ? "" : LONG}${index}`),
};
const SCHEMA = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "customer" },
  identifiers: {
    email: { column: "email", profile: "concordat-1", encoding: "hex" },
    phone: { column: "phone", profile: "concordat-1", encoding: "base64" },
  },
  attributes: Object.fromEntries(
    Object.entries(VALUES).map(([name, values]) => [name, { column: name, type: "category", values }]),
  ),
  consents: { ads: { column: "ads", granted: ["yes", LONG] }, post: { column: "post", granted: ["1", LONG] } },
  rejects: "1",
});
const COLUMNS = ["customer", "email", "phone", "short", "most", "long", "ads", "post"] as const;
type Cells = { readonly [column in (typeof COLUMNS)[number]]: string };

const EMPTY: Cells = { customer: "", email: "", phone: "", short: "", most: "", long: "", ads: "", post: "" };
const hexOf = (text: string) => createHash("sha256").update(text).digest("hex");
const digest = fc.nat(50).map((person) => createHash("sha256").update(`person ${person}`));
const ofNothing = fc.constantFrom("", "null", "0").map((text) => createHash("sha256").update(text));
const hex = digest.map((hash) => hash.copy().digest("hex"));
const base64 = digest.map((hash) => hash.copy().digest("base64"));
const mistake = fc.oneof(
  fc.constantFrom("ann@company.net", "+390212345678", " ", "\t", '"', 'x"', "\r", "é", "x".repeat(64), "x".repeat(43)),
  hex.map((cell) => cell.slice(1)),
  base64.map((cell) => `${cell.slice(0, 42)}B=`),
  base64.map((cell) => `${cell.slice(0, 43)}A`),
  ofNothing.map((hash) => hash.copy().digest("hex")),
  ofNothing.map((hash) => hash.copy().digest("base64")),
);
const cellOf = (values: readonly string[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, fc.constant(""));
const ordinary: fc.Arbitrary<Cells> = fc.record({
  customer: fc.integer({ min: 1, max: 128 }).map((length) => "c1234567".repeat(16).slice(0, length)),
  email: fc.oneof(
    { weight: 4, arbitrary: hex },
    hex.map((cell) => cell.toUpperCase()),
    fc.constant(""),
  ),
  phone: fc.oneof({ weight: 2, arbitrary: base64 }, fc.constant("")),
  short: cellOf(VALUES.short),
  most: cellOf(VALUES.most),
  long: cellOf(VALUES.long),
  ads: fc.constantFrom("", "yes", "ye", "yess", LONG, `${LONG} `),
  post: fc.oneof(
    fc.constantFrom("", "1", "2", "no"),
    fc.nat(15).map((length) => `1${"\0".repeat(length)}`),
  ),
});
const wrong = fc.constantFrom(
  ...["", "x".repeat(129), "golde", `${LONG.slice(0, -1)}T`, "gold ", "y", 'a "b"', "a,b", "a\nb"],
);
const broken = fc
  .tuple(ordinary, fc.constantFrom(...COLUMNS), fc.oneof(mistake, wrong))
  .map(([cells, column, cell]) => ({ ...cells, [column]: cell }));

const spelling = fc.record({
  order: fc.shuffledSubarray([...COLUMNS], { minLength: COLUMNS.length }),
  lineEnd: fc.constantFrom("\n", "\r\n"),
  isEnded: fc.boolean(),
  hasMark: fc.boolean(),
  sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 9_000 })), { minLength: 1 }),
});
type Spelling = {
  readonly order: readonly (typeof COLUMNS)[number][];
  readonly lineEnd: string;
  readonly isEnded: boolean;
  readonly hasMark: boolean;
};
const EVEN: Spelling = { order: COLUMNS, lineEnd: "\n", isEnded: true, hasMark: false };

type Line = { readonly cells: Cells; readonly how: "plain" | "quoted" | "short" | "long" | "empty" | "latin" };
const line: fc.Arbitrary<Line> = fc.record({
  cells: fc.oneof({ weight: 6, arbitrary: ordinary }, broken),
  how: fc.oneof(
    { weight: 500, arbitrary: fc.constant("plain" as const) },
    { weight: 90, arbitrary: fc.constantFrom("quoted", "short", "long", "empty") },
    fc.constant("latin" as const),
  ),
});

const KERNELS = compileKernels();

describe("ordinary rows", () => {
  it("are read by a kernel on this machine", () => {
    expect(KERNELS).not.toBeNull();
  });

  it("come out of the kernel as out of the plain reader, whatever stands between them", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), spelling, (lines, times, how) => {
        const bytes = spelt(Array.from({ length: times }, () => lines).flat(), how);
        expect(readWith(KERNELS, bytes, how.sizes)).toEqual(readWith(null, bytes, how.sizes));
      }),
      { numRuns: 400 },
    );
  });

  it.each(["email", "phone"] as const)("may be cut anywhere, also around a carriage return behind the %s", (last) => {
    const how = { ...EVEN, order: [...COLUMNS.filter((column) => column !== last), last] };
    const cell = last === "email" ? hexOf("a") : Buffer.from(hexOf("a"), "hex").toString("base64");
    const ends = ["\r", "\r\n", "", "\r", "\r\rx", "\rx", "\r"];
    const rows = ends.map((end): Line => ({ cells: { ...EMPTY, customer: "c1", [last]: cell + end }, how: "plain" }));
    const bytes = spelt(rows, how);
    for (const size of [1, 2, 3, 7, bytes.length])
      expect(readWith(KERNELS, bytes, [size])).toEqual(readWith(null, bytes, [size]));
  });

  it("have no other character in a digest than the plain reader takes, at any place", () => {
    const spellings = { email: hexOf("a"), phone: Buffer.from(hexOf("a"), "hex").toString("base64") };
    const rows = Array.from({ length: 128 * 64 }, (_, index): Line => {
      const column = index % 2 === 0 ? "email" : "phone";
      const place = 1 + ((index >> 7) % (spellings[column].length - 1));
      const cell = [...spellings[column]].with(place, String.fromCharCode((index * 37 + (index >> 7)) & 127)).join("");
      return { cells: { ...EMPTY, customer: "c1", [column]: cell }, how: "plain" };
    });
    const bytes = spelt(rows, EVEN);
    const read = readWith(KERNELS, bytes, [65_536]);
    expect(read.fault).toBeNull();
    expect(read.counts.accepted).toBeGreaterThan(1_000);
    expect(read).toEqual(readWith(null, bytes, [65_536]));
  });

  it("fill batch after batch", () => {
    const kept = fc.sample(ordinary, { numRuns: 60, seed: 1 }).filter(({ email, phone }) => email + phone !== "");
    const lines = kept.map((cells): Line => ({ cells, how: "plain" }));
    const rows = Array.from({ length: Math.ceil((3 * BATCH_ROWS) / lines.length) }, () => lines).flat();
    const bytes = spelt(rows.slice(0, 3 * BATCH_ROWS), EVEN);
    const read = readWith(KERNELS, bytes, [700_000]);
    expect(read.batches).toEqual([BATCH_ROWS, BATCH_ROWS, BATCH_ROWS]);
    expect(read).toEqual(readWith(null, bytes, [700_000]));
  });

  it("end at a row that is too long, at whatever length the plain reader says so", () => {
    for (const length of [65_300, 65_400, 65_500, 65_536, 65_537, 70_000]) {
      const cells = { ...EMPTY, customer: "c1", email: hexOf("a"), ads: "x".repeat(length) };
      const ordinaryLine: Line = { cells: { ...cells, ads: "yes" }, how: "plain" };
      const bytes = spelt([ordinaryLine, { cells, how: "plain" }, ordinaryLine], EVEN);
      const read = readWith(KERNELS, bytes, [65_536]);
      expect(read).toEqual(readWith(null, bytes, [65_536]));
      expect(read.fault === null).toBe(length <= 65_400);
    }
  });

  it("leave no digest behind in the memory of the batch", () => {
    const held: Int32Array[] = [];
    const reader = listReader({
      reads: "rows",
      judges: true,
      schema: SCHEMA,
      ...readerRoom(KERNELS, SCHEMA),
      onBatch: (batch) => {
        held.push(...batch.identifiers.map(({ digests }) => digests));
        expect(held.map((digests) => digests.some((word) => word !== 0))).toEqual([true, true]);
      },
    });
    const base64 = Buffer.from(hexOf("ann"), "hex").toString("base64");
    reader.push(Buffer.from(`${COLUMNS.join(",")}\nc1,${hexOf("ann")},${base64},,,,,\n`));
    expect(reader.end()).toBeNull();
    expect(held.map((digests) => digests.some((word) => word !== 0))).toEqual([false, false]);
  });
});

function spelt(lines: readonly Line[], { order, lineEnd, isEnded, hasMark }: Spelling): Buffer {
  const header = Buffer.from(`${hasMark ? "\ufeff" : ""}${order.join(",")}`);
  const rows = lines.map(({ cells, how }) => {
    const inOrder = order.map((column) => cells[column]);
    if (how === "quoted") return Buffer.from(inOrder.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(","));
    if (how === "short") return Buffer.from(inOrder.slice(1).join(","));
    if (how === "long") return Buffer.from(`${inOrder.join(",")},`);
    if (how === "empty") return Buffer.from("");
    return how === "latin" ? Buffer.from(`\xe9,${inOrder.join(",")}`, "latin1") : Buffer.from(inOrder.join(","));
  });
  const end = Buffer.from(lineEnd);
  const all = [header, ...rows].flatMap((row) => [row, end]);
  return Buffer.concat(isEnded ? all : all.slice(0, -1));
}

/** Everything that a reader makes of some bytes, which come in blocks of the given sizes in turn. */
function readWith(kernels: WebAssembly.Module | null, bytes: Uint8Array, sizes: readonly number[]) {
  const batches: number[] = [];
  const rows: ReturnType<typeof rowsOf> = [];
  const reader = listReader({
    reads: "rows",
    judges: true,
    schema: SCHEMA,
    ...readerRoom(kernels, SCHEMA),
    onBatch: (batch) => {
      batches.push(batch.rows);
      rows.push(...rowsOf(batch));
    },
  });
  let fault = null;
  for (let at = 0, block = 0; at < bytes.length && fault === null; block++) {
    const size = sizes[block % sizes.length] ?? 1;
    fault = reader.push(bytes.subarray(at, at + size));
    at += size;
  }
  fault ??= reader.end();
  return { fault, counts: reader.take().counts, columns: reader.columns(), batches, rows };
}

function rowsOf(batch: RowBatch) {
  let at = 0;
  return Array.from({ length: batch.rows }, (_, row) => {
    const from = at;
    at += batch.recordLengths[row] ?? 0;
    const identifiers = batch.identifiers.map(({ digests, present }) =>
      present[row] === 1 ? digests.slice(row * 8, row * 8 + 8).join() : present[row],
    );
    const record = Buffer.from(batch.recordBytes.slice(from, at)).toString("latin1");
    return { record, identifiers, codes: batch.codes.map((codes) => codes[row]), consents: batch.consents[row] };
  });
}
