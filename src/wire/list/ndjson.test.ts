import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CsvFault } from "./csv.ts";
import { ndjsonScanner } from "./ndjson.ts";

const COLUMNS = ["a", "b", 'naïve "name"'];
const MAXIMUM = 300;

function cellsOf(bytes: Uint8Array, size: number) {
  const rows: string[][] = [];
  const lines: number[] = [];
  const scanner = ndjsonScanner({
    maximumRowBytes: MAXIMUM,
    columns: COLUMNS,
    onRow: (row) => {
      const cells = Array.from({ length: row.count }, (_, cell) => row.bytes.slice(row.starts[cell], row.ends[cell]));
      rows.push(cells.map((cell) => Buffer.from(cell).toString("utf8")));
      lines.push(row.line);
      return true;
    },
  });
  let fault: CsvFault | null = null;
  for (let at = 0; at < bytes.length && fault === null; at += size) {
    // The scanner may keep nothing of a block that its giver uses again.
    const block = Uint8Array.from(bytes.subarray(at, at + size));
    fault = scanner.push(block);
    block.fill(0);
  }
  return { rows, lines, fault: fault ?? scanner.end() };
}

function rowOf(text: string): string[] | undefined {
  const { rows, fault } = cellsOf(Buffer.from(text), 1_000);
  if (fault !== null) throw new Error(fault.says);
  return rows[0];
}

function faultOf(text: string | Uint8Array, size = 1_000): CsvFault | null {
  return cellsOf(Buffer.from(text), size).fault;
}

describe("NDJSON", () => {
  const value = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 8 }),
    fc.string({ unit: fc.constantFrom('"', "\\", "\n", "\u0000", "\u007f", "𝄞", "é", "/", "\u2028"), maxLength: 6 }),
    fc.integer(),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const table = fc.array(fc.dictionary(fc.constantFrom(...COLUMNS), value), { maxLength: 6 });
  const escaped = (json: string, isEscaped: boolean) =>
    isEscaped
      ? json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      : json;
  const textOf = (cell: unknown) =>
    cell === null || cell === undefined ? "" : typeof cell === "string" ? cell : JSON.stringify(cell);

  it("reads back whatever was written as JSON, in blocks of any size, escaped or not", () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom("\n", "\r\n", "\n\n", " \t\r\n"),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 60 }),
        (rows, lineEnd, isEnded, isEscaped, size) => {
          const lines = rows.map((row) => escaped(JSON.stringify(row), isEscaped));
          fc.pre(lines.every((line) => Buffer.byteLength(line) < MAXIMUM - 2));
          const text = lines.join(lineEnd) + (isEnded ? lineEnd : "");
          const read = cellsOf(Buffer.from(text), size);
          expect(read.fault).toBeNull();
          expect(read.rows).toEqual(rows.map((row) => COLUMNS.map((column) => textOf(row[column]))));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes a damaged line exactly when JSON.parse does, and for the same cells", () => {
    const piece = fc.constantFrom(
      "",
      '"',
      "\\",
      "{",
      "}",
      ",",
      ":",
      "0",
      "-",
      ".",
      "e",
      "1",
      " ",
      "\\u00",
      "null",
      "\t",
      "a",
    );
    const damage = fc.array(fc.tuple(fc.nat(60), fc.nat(3), piece), { minLength: 1, maxLength: 2 });
    const line = fc.dictionary(fc.constantFrom("a", "b"), value).map((row) => JSON.stringify(row));
    fc.assert(
      fc.property(line, damage, (whole, cuts) => {
        const text = cuts.reduce((one, [at, length, more]) => one.slice(0, at) + more + one.slice(at + length), whole);
        fc.pre(Buffer.byteLength(text) < MAXIMUM && text.trim() !== "" && text.isWellFormed());
        const { rows, fault } = cellsOf(Buffer.from(text), 1_000);
        if (fault?.says.includes("stands twice")) return;
        const values = parsed(text);
        expect([text, fault === null]).toEqual([text, values !== null]);
        for (const [column, cell] of (rows[0] ?? []).entries()) {
          const meant = values?.[column];
          expect(typeof meant === "number" ? Number(cell) : cell).toBe(
            typeof meant === "number" ? meant : textOf(meant),
          );
        }
      }),
      { numRuns: 3_000 },
    );
  });

  // The values of a line by JSON.parse, where it is an object of known columns and single values.
  function parsed(text: string): unknown[] | null {
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch {
      return null;
    }
    if (typeof row !== "object" || row === null || Array.isArray(row)) return null;
    const members = Object.entries(row);
    const isFlat = members.every(([name, one]) => COLUMNS.includes(name) && (one === null || typeof one !== "object"));
    const isText = members.every(([, one]) => typeof one !== "string" || one.isWellFormed());
    return isFlat && isText ? COLUMNS.map((column) => Object.fromEntries(members)[column]) : null;
  }

  it("keeps numbers as they are spelt, and takes white space wherever JSON does", () => {
    expect(rowOf(' { "b" :\t1.50e+2 , "a":-0.0\r} \r\n')).toEqual(["-0.0", "1.50e+2", ""]);
    expect(rowOf('{"a":12345678901234567890,"b":true}')).toEqual(["12345678901234567890", "true", ""]);
    expect(rowOf('{"\\u0061":false,"na\\u00efve \\"name\\"":null}')).toEqual(["false", "", ""]);
    expect(rowOf("{}")).toEqual(["", "", ""]);
  });

  it("reads every escape, surrogate pairs as one character", () => {
    const text = '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u00E9\\u6f22\\uD834\\uDD1Ex","b":"\\ud83d\\ude00"}';
    expect(rowOf(text)).toEqual(['"\\/\b\f\n\r\t\0é漢𝄞x', "😀", ""]);
  });

  it("names the line of each row, past blank lines", () => {
    expect(cellsOf(Buffer.from('\n{"a":1}\r\n \r\n\n{"a":2}'), 3).lines).toEqual([2, 5]);
  });

  it.each([
    ["a line that is no object", '["a"]', "no JSON object"],
    ["a line of text", "a,b", "no JSON object"],
    ["a list as a value", '{"a":[1]}', "`a` holds an object or a list"],
    ["an object as a value", '{"a":1,"b":{"a":1}}', "`b` holds an object or a list"],
    ["a column that the schema lacks", '{"a":1,"age":3}', "`age` is not in the schema"],
    ["a column twice", '{"a":1,"b":2,"a":1}', "`a` stands twice"],
    ["a column twice, once in escapes", '{"a":1,"\\u0061":1}', "`a` stands twice"],
    ["a name without quotes", "{a:1}", "not JSON"],
    ["a value without a name", '{"a"}', "not JSON"],
    ["a trailing comma", '{"a":1,}', "not JSON"],
    ["an object that never ends", '{"a":1', "not JSON"],
    ["two objects on a line", '{"a":1}{"a":2}', "behind the object"],
    ["a comment", '{"a":1} // one', "behind the object"],
    ["a number that begins with zero", '{"a":01}', "not JSON"],
    ["a number that ends with its point", '{"a":1.}', "not JSON"],
    ["a number without its first digit", '{"a":.5}', "not JSON"],
    ["a number with a plus", '{"a":+1}', "not JSON"],
    ["a number with an empty exponent", '{"a":1e}', "not JSON"],
    ["NaN", '{"a":NaN}', "not JSON"],
    ["a word cut short", '{"a":tru}', "not JSON"],
    ["a word with more behind it", '{"a":nullx}', "not JSON"],
    ["a text in single quotes", "{\"a\":'1'}", "not JSON"],
    ["a text that goes on in the next line", '{"a":"1\n"}', "not closed on its line"],
    ["a raw tab in a text", '{"a":"1\t"}', "control character"],
    ["a raw control character behind an escape", '{"a":"\\n\u0001"}', "control character"],
    ["an escape that JSON lacks", '{"a":"\\x41"}', "an escape"],
    ["an escape cut short", '{"a":"\\u00e"}', "an escape"],
    ["half of a pair", '{"a":"\\ud83d"}', "half of a surrogate pair"],
    ["the other half of a pair", '{"a":"\\ude00"}', "half of a surrogate pair"],
    ["two first halves", '{"a":"\\ud83d\\ud83d"}', "half of a surrogate pair"],
    ["half of a pair and a bad escape", '{"a":"\\ud83d\\uzzzz"}', "an escape"],
    ["a byte-order mark in a later part", '\ufeff{"a":1}', "no JSON object"],
  ])("refuses %s, by its line", (_, text, says) => {
    for (const size of [1, 7, 1_000]) {
      for (const end of ["", "\n", '\r\n{"a":1}\n']) {
        const fault = faultOf(`{"a":1}\n\n${text}${end}`, size);
        expect(fault?.says).toContain(says);
        expect(fault?.line).toBe(3);
      }
    }
  });

  it("does not repeat a name that may be somebody's address", () => {
    expect(faultOf('{"ann@post.example":1}')?.says).not.toContain("ann");
  });

  it("refuses rows beyond the bound, whether they end or not", () => {
    const row = (bytes: number) => `{"a":"${"x".repeat(bytes - 8)}"}`;
    for (const size of [1, 64, 5_000]) {
      expect(faultOf(`${row(MAXIMUM)}\n${row(MAXIMUM)}`, size)).toBeNull();
      for (const text of [`${row(MAXIMUM + 1)}\n`, row(MAXIMUM + 1), `{"a":"${"x".repeat(2_000)}`])
        expect(faultOf(`{"a":1}\n${text}`, size)).toMatchObject({ line: 2, says: "a row is longer than 300 bytes" });
    }
  });

  it("refuses a row that never ends before the part does, so that it holds no more than a row", () => {
    const scanner = ndjsonScanner({ maximumRowBytes: MAXIMUM, columns: COLUMNS, onRow: () => true });
    expect(scanner.push(Buffer.from(`{"a":"${"x".repeat(MAXIMUM)}`))?.says).toContain("longer than");
  });

  it("refuses text that is not UTF-8, by its line, and a fault on an earlier line before it", () => {
    const bytes = (text: string) => Buffer.from(text, "latin1");
    for (const size of [1, 7, 1_000]) {
      expect(faultOf(bytes('{"a":1}\n{"b":"\xe9"}\n'), size)).toEqual({ says: "the text is not UTF-8", line: 2 });
      expect(faultOf(bytes('{"a":1}\n{"b":1\n{"b":"\xe9"}\n'), size)?.line).toBe(2);
    }
  });
});
