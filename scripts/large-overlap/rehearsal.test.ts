import { expect, it } from "vitest";
import { HEADER, rowsOf } from "./list.ts";
import { compareLarge } from "./rehearsal.ts";

const isLinux = process.platform === "linux";
if (!isLinux) console.warn("SKIPPED: the memory of a process is read from /proc, which this system has not");

it.skipIf(!isLinux)("two large lists are compared to the last person, and what the process held is told", async () => {
  const lines: string[] = [];
  const onLine = (line: string) => void lines.push(line);
  const done = await compareLarge({ rows: 60_001, memoryBytes: 64 * 2 ** 20, onLine });
  expect(done.counted).toBe(18_000);
  expect(done.expected).toBe(18_000);
  expect(done.peakBytes).toBeGreaterThan(16 * 2 ** 20);
  expect(lines).toHaveLength(2);
});

it("rows are the same wherever a list is cut, and lists share the people that both have", () => {
  const text = (first: number, [from, to]: readonly [number, number]) =>
    Buffer.concat([...rowsOf({ first, count: 5_000 }, from, to)]).toString();
  const whole = text(0, [0, 5_000]);
  expect(text(0, [0, 2_500]) + text(0, [2_500, 9_000])).toBe(whole);
  const digestsOf = (rows: string) =>
    rows
      .trimEnd()
      .split("\n")
      .map((row) => row.split(",")[1]);
  const [left, right] = [digestsOf(whole), digestsOf(text(3_000, [0, 5_000]))];
  expect(new Set(left).size).toBe(5_000);
  expect(right.slice(0, 2_000)).toEqual(left.slice(3_000));
  expect(right.slice(2_000).some((digest) => left.includes(digest))).toBe(false);
  expect(whole.split("\n")[1_234]).toMatch(/^c000001234,[0-9a-f]{64},tier4,region44,category134$/);
  expect(HEADER).toBe("record,sha256hex,tier,region,category\n");
});
