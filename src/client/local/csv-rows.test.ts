import { existsSync, readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../domain/limits.ts";
import { type CsvRow, csvRows } from "./csv-rows.ts";
import type { FileForm } from "./list-bytes.ts";
import { listText } from "./list-text.ts";

type Read = { readonly rows: readonly CsvRow[]; readonly refusal: string | undefined; readonly line: unknown };

async function read(bytes: Uint8Array, chunkBytes: number): Promise<Read> {
  const form: FileForm = { bytes: 0, isGzip: false, hasByteOrderMark: false };
  const rows: CsvRow[] = [];
  for await (const batch of csvRows(listText(chunked(bytes, chunkBytes), form))) {
    if (!batch.ok) return { rows, refusal: String(batch.error.extra?.["reason"]), line: batch.error.extra?.["line"] };
    rows.push(...batch.value);
  }
  return { rows, refusal: undefined, line: undefined };
}

async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe("csvRows", () => {
  test("reads quotes, doubled quotes, commas and line ends inside quotes, and both line ends", async () => {
    const text = 'a,b\r\n"x ""y"" z","1,2"\n"two\nlines",é\r\n"",last';
    for (const chunkBytes of [1, 2, 3, 7, 1000]) {
      expect((await read(bytesOf(text), chunkBytes)).rows).toEqual([
        { line: 1, cells: ["a", "b"] },
        { line: 2, cells: ['x "y" z', "1,2"] },
        { line: 3, cells: ["two\nlines", "é"] },
        { line: 5, cells: ["", "last"] },
      ]);
    }
  });

  test("reads back what a strict writer wrote, at any chunk size", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", "漢", '"', ",", "\n", "\r\n", " ", "\ufffd") });
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom("\n", "\r\n"),
        async (table, size, end) => {
          const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
          const text = table.map((row) => row.map(quoted).join(",") + end).join("");
          const found = await read(bytesOf(text), size);
          expect(found.refusal).toBeUndefined();
          expect(found.rows.map((row) => row.cells)).toEqual(table);
        },
      ),
    );
  });

  test.each([
    ["unclosed-quote", 'a,b\n1,"2\n3,4\n', 2],
    ["unclosed-quote", `a,b\n1,"2\n${"3,4\n".repeat(LIMITS.rowBytes)}`, 2],
    ["stray-quote", 'a,b\n1,2\n1,x"2"\n', 3],
    ["stray-quote", 'a,b\n"1"x,2\n', 2],
    ["row-too-long", `a,b\n1,${"x".repeat(LIMITS.rowBytes)}\n`, 2],
  ])("refuses with %s and the line", async (reason, text, line) => {
    expect(await read(bytesOf(text), 1_000_000)).toMatchObject({ refusal: reason, line });
  });

  test("refuses a file without line ends before it fills the memory", async () => {
    expect((await read(bytesOf("x".repeat(2 * LIMITS.rowBytes)), 1_000)).refusal).toBe("row-too-long");
  });

  test.each([
    ["latin-1", Uint8Array.from([0x61, 0x0a, 0x62, 0x0a, 0x63, 0xe9, 0x64, 0x0a])],
    ["a character cut off at the end", Uint8Array.from([0x61, 0x0a, 0x62, 0x0a, 0xe2, 0x82])],
    ["a surrogate", Uint8Array.from([0x61, 0x0a, 0x62, 0x0a, 0xed, 0xa0, 0x80, 0x0a])],
    ["bad bytes beside a true U+FFFD", Uint8Array.from([0x61, 0x0a, 0x62, 0x0a, 0xef, 0xbf, 0xbd, 0xff, 0x0a])],
  ])("names the line that is not UTF-8: %s", async (_name, bytes) => {
    for (const size of [1, 3, 100]) expect(await read(bytes, size)).toMatchObject({ refusal: "not-utf-8", line: 3 });
  });

  test.each([
    ["little-endian, marked", [0xff, 0xfe, 0x61, 0x00]],
    ["big-endian, marked", [0xfe, 0xff, 0x00, 0x61]],
    ["little-endian", [0x61, 0x00, 0x62, 0x00]],
    ["big-endian", [0x00, 0x61, 0x00, 0x62]],
  ])("refuses UTF-16: %s", async (_name, bytes) => {
    expect((await read(Uint8Array.from(bytes), 1)).refusal).toBe("utf-16");
  });

  const SPECTRUM = "../shared/vectors/csv-spectrum";
  /** The one file of the collection that is refused: a cell of it has quotes in its middle. */
  const STRAY = "location_coordinates.csv";
  if (!existsSync(SPECTRUM)) console.warn(`SKIPPED: the files of ${SPECTRUM} are not here`);
  test.skipIf(!existsSync(SPECTRUM))("reads the csv-spectrum files as their JSON says", async () => {
    for (const name of readdirSync(`${SPECTRUM}/csvs`).filter((one) => one !== STRAY)) {
      const expected: unknown = JSON.parse(readFileSync(`${SPECTRUM}/json/${name.replace(".csv", ".json")}`, "utf8"));
      for (const size of [1, 5, 10_000]) {
        const [header, ...rows] = (await read(readFileSync(`${SPECTRUM}/csvs/${name}`), size)).rows;
        const objects = rows.map((row) =>
          Object.fromEntries(row.cells.map((cell, at) => [header?.cells[at] ?? "", cell])),
        );
        expect([name, objects]).toEqual([name, expected]);
      }
    }
    expect(await read(readFileSync(`${SPECTRUM}/csvs/${STRAY}`), 100)).toMatchObject({
      refusal: "stray-quote",
      line: 2,
    });
  });
});
