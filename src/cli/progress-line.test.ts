import { describe, expect, test } from "vitest";
import { progressLine } from "./progress-line.ts";

function watched(isTerminal: boolean) {
  const told: string[] = [];
  let now = 0;
  const world = {
    standardOutput: () => {},
    standardError: (text: string) => {
      told.push(text);
    },
    isTerminal,
    environment: {},
    home: "",
    clock: () => now,
    random: () => new Uint8Array(),
  };
  const line = progressLine(world, "hashing");
  const show = (at: number, rows: number, bytes: number, rowsTotal?: number) => {
    now = at;
    line.show({ rows, bytes, bytesTotal: 4_000_000, ...(rowsTotal === undefined ? {} : { rowsTotal }) });
  };
  return { told, show, line };
}

describe("a progress line", () => {
  test("tells rows, rows a second, bytes and the time left", () => {
    const { told, show } = watched(false);
    show(10_000, 50_000, 1_000_000);
    expect(told).toEqual(["hashing: 50,000 rows, 5,000 rows/s, 1.0 MB of 4.0 MB, 30 s left\n"]);
  });

  test("tells the time left by the rows where they are known beforehand", () => {
    const { told, show } = watched(false);
    show(10_000, 50_000, 4_000_000, 200_000);
    show(20_000, 200_000, 4_000_000, 200_000);
    expect(told).toEqual([
      "hashing: 50,000 of 200,000 rows, 5,000 rows/s, 30 s left\n",
      "hashing: 200,000 of 200,000 rows, 10,000 rows/s\n",
    ]);
  });

  test("is redrawn in place on a terminal, and gone when the task ends", () => {
    const { told, show, line } = watched(true);
    show(200, 10, 1_000);
    show(210, 11, 1_100);
    show(400, 20, 2_000);
    line.end();
    expect(told.length).toBe(3);
    expect(told.every((text) => text.startsWith("\r\u001b[2K") && !text.includes("\n"))).toBe(true);
  });

  test("is a new line now and then elsewhere, with nothing to wipe away", () => {
    const { told, show, line } = watched(false);
    for (let second = 1; second <= 12; second++) show(second * 1_000, second, second);
    line.end();
    expect(told.length).toBe(2);
  });
});
