import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvScanner } from "./csv.ts";
import { lastRowEnd } from "./row-end.ts";

describe("the end of the last row", () => {
  it("is where the scanner sees it: what lies before it and behind it can be read apart", () => {
    const pieces = ["a", "é", ",", "\n", "\r\n", "\r", '"', '""', '"a\nb"', '"a,""b\n"', ',"', '",', '"\n', '\n"'];
    const texts = [fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), fc.array(fc.constantFrom("a", ",", "\n"))];
    fc.assert(
      fc.property(fc.oneof(...texts), (written) => {
        const block = Buffer.from(written.join(""));
        const end = lastRowEnd(block);
        const [before, behind] = [block.subarray(0, Math.max(end, 0)), block.subarray(Math.max(end, 0))];
        const whole = read(block);
        const first = read(before);
        const second = first.says === null ? read(behind) : { rows: [], says: first.says };
        expect({ rows: [...first.rows, ...second.rows], says: second.says }).toEqual(whole);
        if (whole.says !== null) return;
        expect(second.rows).toEqual([]);
        expect(behind.toString()).not.toMatch(/^\r?\n/);
        expect(end).toBe(before.length === 0 ? -1 : before.lastIndexOf("\n") + 1);
      }),
      { numRuns: 1_500 },
    );
  });

  it.each([
    ["", -1],
    ["a,b", -1],
    ["\n", 1],
    ["a,b\nc,d", 4],
    ['a,"b\nc', -1],
    ['a\n"b\nc"', 2],
    ['a\n"b\nc"\n', 8],
    ['a,6"\nb\n', 7],
    ['"a""\n"\nb', 7],
  ])("of %j is %i", (text, end) => {
    expect(lastRowEnd(Buffer.from(text))).toBe(end);
  });

  it("is an offset into the block, wherever that lies in its memory", () => {
    expect(lastRowEnd(Buffer.from("xx\na,b\nc").subarray(3))).toBe(4);
  });
});

function read(block: Uint8Array) {
  const rows: string[][] = [];
  const scanner = csvScanner({
    maximumRowBytes: 1_000,
    skipsByteOrderMark: false,
    onRow: ({ bytes, starts, ends, count }) => {
      const cells = Array.from({ length: count }, (_, cell) => Buffer.from(bytes.slice(starts[cell], ends[cell])));
      rows.push(cells.map((cell) => cell.toString("utf8")));
      return true;
    },
  });
  return { rows, says: scanner.push(block)?.says ?? null };
}
