import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../domain/bytes.ts";
import { ok } from "../domain/result.ts";
import { cutList } from "./cut-list.ts";

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const end = at + (sizes[turn % sizes.length] ?? bytes.length);
    yield ok(bytes.subarray(at, end));
    at = end;
  }
}

async function cut(text: string, cutBytes: number, sizes: readonly number[] = [7]) {
  const parts: Uint8Array[] = [];
  for await (const part of cutList(inChunks(utf8(text), sizes), cutBytes)) {
    if (!part.ok) return part.error.kind;
    parts.push(part.value);
  }
  return parts;
}

const cell = fc.oneof(
  fc.stringMatching(/^[a-z0-9é ]{0,8}$/),
  fc.array(fc.constantFrom("a", "\n", "\r\n", ",", '""', "é"), { maxLength: 8 }).map((parts) => `"${parts.join("")}"`),
);
const row = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(","));
const rows = fc.array(row, { minLength: 1, maxLength: 30 });
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
const CUT = 120;

describe("a list in parts", () => {
  test("is the list again when its parts stand one after the other, each within the bound", async () => {
    await fc.assert(
      fc.asyncProperty(rows, sizes, fc.constantFrom("\n", "\r\n"), async (lines, chunks, end) => {
        const text = lines.map((line) => line + end).join("");
        const parts = await cut(text, CUT, chunks);
        if (typeof parts === "string") throw new Error(parts);
        expect(new TextDecoder().decode(concatBytes(...parts))).toBe(text);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(CUT);
      }),
    );
  });

  test("is cut at ends of rows alone, never inside a quoted cell", async () => {
    await fc.assert(
      fc.asyncProperty(rows, sizes, async (lines, chunks) => {
        const ends = new Set([0]);
        let at = 0;
        for (const line of lines) {
          at += utf8(`${line}\n`).length;
          ends.add(at);
        }
        const parts = await cut(lines.map((line) => `${line}\n`).join(""), CUT, chunks);
        if (typeof parts === "string") throw new Error(parts);
        let end = 0;
        for (const part of parts) {
          end += part.length;
          expect(ends.has(end)).toBe(true);
        }
      }),
    );
  });

  test("is cut in the same places however its bytes arrive", async () => {
    await fc.assert(
      fc.asyncProperty(rows, sizes, sizes, async (lines, left, right) => {
        const text = lines.map((line) => `${line}\n`).join("");
        expect(await cut(text, CUT, left)).toEqual(await cut(text, CUT, right));
      }),
    );
  });

  test("fills each part with as many rows as fit", async () => {
    const parts = await cut("aaaa\nbbbb\ncccc\ndddd\n", 10);
    expect(parts).toEqual([utf8("aaaa\nbbbb\n"), utf8("cccc\ndddd\n")]);
  });

  test("keeps a last row without a line end", async () => {
    expect(await cut("aaaa\nbbbb", 5)).toEqual([utf8("aaaa\n"), utf8("bbbb")]);
  });

  test("as NDJSON is cut at ends of lines, whatever quotes its texts hold, however its bytes arrive", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", '"', "\\", "\n", "é"), maxLength: 6 });
    const front = fc.constantFrom("", "\ufeff", "\n \r\n");
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 20, maxLength: 40 }), front, sizes, async (cells, start, chunks) => {
        const list = start + cells.map((one) => `${JSON.stringify({ a: one })}\n`).join("");
        const parts = await cut(list, CUT, chunks);
        if (typeof parts === "string") throw new Error(parts);
        expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(concatBytes(...parts))).toBe(list);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(CUT);
          const lines = new TextDecoder()
            .decode(part)
            .split("\n")
            .filter((line) => line.trim() !== "");
          for (const line of lines) expect(JSON.parse(line)).toHaveProperty("a");
        }
        expect(parts).toEqual(await cut(list, CUT, [1_000]));
      }),
    );
  });

  test("is refused when a quote is left open", async () => {
    expect(await cut(`a,"b\n${"c\n".repeat(40)}`, 30)).toBe("list-unreadable");
  });
});
