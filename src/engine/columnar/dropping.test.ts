import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { droppingFrom } from "./dropping.ts";
import { layoutOf } from "./layout.ts";

const [FIRST, SECOND] = ["a".repeat(64), "b".repeat(64)] as const;

describe("dropping", () => {
  let directory: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "concordat-dropping-"));
    await mkdir(join(directory, "segments"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Files of which none needs another, and who was forgotten. */
  function withFiles(...segments: readonly string[]) {
    const forgotten: string[] = [];
    for (const segment of segments) writeFileSync(join(directory, "segments", `${segment}.segment`), "");
    const left = () => readdirSync(join(directory, "segments")).map((name) => name.slice(0, 64));
    return { dropping: droppingFrom(layoutOf(directory), (segment) => forgotten.push(segment)), forgotten, left };
  }

  /** A question that is being answered until it is told to end. */
  function question(dropping: ReturnType<typeof droppingFrom>, segments: readonly string[]) {
    let end = () => {};
    const asked = new Promise<void>((resolve) => {
      end = resolve;
    });
    const ended = dropping.during(segments, () => asked);
    return { end, ended };
  }

  it("waits for all that reads a segment and was begun before, and lets nothing new begin", async () => {
    const { dropping, forgotten, left } = withFiles(FIRST);
    const questions = [question(dropping, [FIRST, FIRST]), question(dropping, [FIRST])];
    const dropped = dropping.drop(FIRST);
    await expect(dropping.during([SECOND, FIRST], async () => {})).rejects.toThrow("was dropped");
    for (const { end, ended } of questions) {
      await pause(20);
      expect([left(), forgotten]).toEqual([[FIRST], []]);
      end();
      await ended;
    }
    await dropped;
    expect([left(), forgotten]).toEqual([[], [FIRST]]);
  });

  it("does not wait for what reads others, nor for work that failed", async () => {
    const { dropping, left } = withFiles(FIRST);
    const other = question(dropping, [SECOND]);
    await expect(dropping.during([FIRST], () => Promise.reject(new Error("damaged")))).rejects.toThrow("damaged");
    await dropping.drop(FIRST);
    expect(left()).toEqual([]);
    other.end();
    await other.ended;
  });

  it("drops several at once, and the same one twice", async () => {
    const { dropping, left } = withFiles(FIRST, SECOND);
    await Promise.all([FIRST, SECOND, FIRST].map(dropping.drop));
    expect(left()).toEqual([]);
  });
});
