import fc from "fast-check";
import { expect, test } from "vitest";
import { ok } from "../../domain/result.ts";
import { ndjsonScanner } from "../../wire/list/ndjson.ts";
import { ndjsonRows } from "./ndjson-rows.ts";

const COLUMNS = ["a", "b"];

async function locally(text: string): Promise<readonly string[] | null> {
  const blocks = async function* () {
    yield ok(text);
  };
  let last: readonly string[] | null = null;
  for await (const batch of ndjsonRows(blocks(), { wanted: COLUMNS, others: new Set() })) {
    if (!batch.ok) return null;
    last = batch.value.at(-1)?.cells ?? last;
  }
  return last;
}

function inTheRoom(text: string): { readonly cells: readonly string[] | null; readonly says: string | undefined } {
  let cells: readonly string[] | null = null;
  const scanner = ndjsonScanner({
    maximumRowBytes: 1_000,
    columns: COLUMNS,
    onRow: ({ bytes, starts, ends, count }) => {
      cells = Array.from({ length: count }, (_, at) => Buffer.from(bytes.slice(starts[at], ends[at])).toString("utf8"));
      return true;
    },
  });
  const fault = scanner.push(Buffer.from(text)) ?? scanner.end();
  return { cells: fault === null ? cells : null, says: fault?.says };
}

test("a line is read on the partner's machine as the room reads it, damaged or not", async () => {
  const value = fc.oneof(fc.string({ unit: "grapheme", maxLength: 4 }), fc.constantFrom(null, true, -1.5, '"\\\n'));
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
    " ",
    "\\u00",
    "\\ud83d",
    "null",
    "\t",
  );
  const damage = fc.array(fc.tuple(fc.nat(40), fc.nat(3), piece), { maxLength: 2 });
  const line = fc.dictionary(fc.constantFrom(...COLUMNS), value).map((row) => JSON.stringify(row));
  await fc.assert(
    fc.asyncProperty(line, damage, async (whole, cuts) => {
      const text = cuts.reduce((one, [at, length, more]) => one.slice(0, at) + more + one.slice(at + length), whole);
      fc.pre(text.isWellFormed() && text.trim() !== "");
      const { cells, says } = inTheRoom(text);
      // The room refuses other columns; here they stay behind.
      if (says?.includes("is not in the schema")) return;
      expect([text, await locally(text)]).toEqual([text, cells]);
    }),
    { numRuns: 3_000 },
  );
});
