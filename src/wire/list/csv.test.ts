import { existsSync, readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvFault, csvScanner } from "./csv.ts";

const VECTORS = "../shared/vectors/csv-spectrum";

describe("CSV", () => {
  it("agrees with csv-spectrum at every chunk size from one byte up", ({ skip }) => {
    skip(!existsSync(VECTORS), `missing: ${VECTORS}`);
    const names = readdirSync(`${VECTORS}/csvs`);
    expect(names.length).toBe(12);
    for (const name of names) {
      const bytes = readFileSync(`${VECTORS}/csvs/${name}`);
      const parsed: unknown = JSON.parse(
        asInCsv(readFileSync(`${VECTORS}/json/${name.replace(".csv", ".json")}`, "utf8")),
      );
      const wanted = Array.isArray(parsed) ? parsed : [parsed];
      for (let size = 1; size <= bytes.length + 1; size++) {
        const [header = [], ...rows] = cellsOf(bytes, size).rows;
        const objects = rows.map((row) => Object.fromEntries(row.map((cell, index) => [header[index], cell])));
        expect(objects, `${name} in pieces of ${size}`).toEqual(wanted);
      }
    }
  });

  it("reads back whatever was written by RFC 4180, in pieces of any size", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", "é", "𝄞", " ") });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.constantFrom("\n", "\r\n"), fc.boolean(), fc.integer({ min: 1, max: 40 }), (...world) => {
        const [table, lineEnd, isEnded, size] = world;
        const text = table.map((row) => row.map(quoted).join(",")).join(lineEnd) + (isEnded ? lineEnd : "");
        expect(cellsOf(Buffer.from(text), size)).toMatchObject({ rows: table, fault: null });
      }),
    );
  });

  it("cuts rows the same with and without leaping over cells of an expected width, and as soon", () => {
    const almostTooLong = "x".repeat(297);
    const cell = fc.constantFrom("", "a", "ab", "abc", "abcd", "a\nb", 'x"y', "a,b", "ab\r", almostTooLong);
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 40 }), (table, size) => {
        const text = Buffer.from(table.map((row) => row.map(quoted).join(",")).join("\n"));
        expect(cellsOf(text, size, [3, 0, 3])).toEqual(cellsOf(text, size));
      }),
      { numRuns: 1_000, examples: [[[["a"], ["b", almostTooLong], ["c"]], 500]] },
    );
  });

  it("names the line on which each row begins, past line feeds in quotes and empty lines", () => {
    const lines: number[] = [];
    const scanner = scannerInto((_, line) => void lines.push(line));
    scanner.push(Buffer.from('a,b\n"1\n\n",2\n\n\r\n3,4\n'));
    scanner.end();
    expect(lines).toEqual([1, 2, 7]);
  });

  it("passes over a byte order mark at the start of the first part only", () => {
    const marked = Buffer.from("\ufeffa,b\n");
    for (const size of [1, 2, 3, 4, 99]) expect(cellsOf(marked, size, [], true).rows).toEqual([["a", "b"]]);
    expect(cellsOf(marked, 99, [], false).rows).toEqual([["\ufeffa", "b"]]);
  });

  it.each([
    ["an open quote, by the line on which it was opened", 'a,b\n1,2\n3,"4\n5,6\n', 3, "never closed"],
    ["text behind a closing quote", 'a,b\n"1"x,2\n', 2, "closing quote"],
    ["a carriage return behind a closing quote", 'a,b\n"1"\rx,2\n', 2, "closing quote"],
    ["a row that is too long", `a,b\n1,${"x".repeat(301)}\n`, 2, "longer than 300 bytes"],
    ["a quoted row that is too long", `a,b\n1,"${"x".repeat(301)}"\n`, 2, "longer than 300 bytes"],
    ["a row that is too long and never ends", `a,b\n1,${"x".repeat(301)}`, 2, "longer than 300 bytes"],
  ])("refuses %s", (_, text, line, says) => {
    for (const size of [1, 7, 1_000]) {
      const { fault } = cellsOf(Buffer.from(text), size);
      expect(fault?.says).toContain(says);
      expect(fault?.line).toBe(line);
    }
  });

  it("takes a quote inside a cell that does not begin with one as it stands", () => {
    const text = Buffer.from('a,6"\n"1",2"2"\r\n');
    for (const size of [1, 7, 1_000])
      expect(cellsOf(text, size).rows).toEqual([
        ["a", '6"'],
        ["1", '2"2"'],
      ]);
  });

  it("refuses text that is not UTF-8, by its line, also inside quotes", () => {
    for (const size of [1, 7, 1_000]) {
      const plain = cellsOf(Buffer.from("a,b\n1,2\n3,\xff\n5,6\n", "latin1"), size);
      expect(plain.fault).toEqual({ says: "the text is not UTF-8", line: 3 });
      const inQuotes = cellsOf(Buffer.from('a,b\n"1\n\xe9",2\n', "latin1"), size);
      expect(inQuotes.fault).toEqual({ says: "the text is not UTF-8", line: 3 });
    }
  });
});

// One cell of the vectors differs between a file and its JSON: a phone number was replaced in the JSON only.
function asInCsv(json: string): string {
  return json.replace('"1234567890"', '"2095257564"');
}

function scannerInto(take: (cells: string[], line: number) => void, hasMark = false) {
  return csvScanner({
    maximumRowBytes: 300,
    skipsByteOrderMark: hasMark,
    onRow: (row) => {
      const cells = Array.from({ length: row.count }, (_, cell) =>
        Buffer.from(row.bytes.slice(row.starts[cell], row.ends[cell])).toString("utf8"),
      );
      const isLeapWrong = row.isLeaped && cells.some((cell) => /[",\r\n]/.test(cell));
      if (isLeapWrong) return false;
      take(cells, row.line);
      return true;
    },
  });
}

function cellsOf(bytes: Uint8Array, size: number, widths: number[] = [], hasMark = false) {
  const rows: string[][] = [];
  const scanner = scannerInto((cells) => void rows.push(cells), hasMark);
  scanner.expect(Int32Array.from(widths));
  let fault: CsvFault | null = null;
  const rowsByBlock: number[] = [];
  for (let at = 0; at < bytes.length && fault === null; at += size) {
    fault = scanner.push(bytes.subarray(at, at + size));
    rowsByBlock.push(rows.length);
  }
  return { rows, rowsByBlock, fault: fault ?? scanner.end() };
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
