// Peak memory of taking in a list: by the row, and of reading a part, which must not grow with the body.

import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Heights } from "./memory.ts";
import { growthLine, type Line, line } from "./report.ts";
import { notice } from "./rounds.ts";
import type { Stage } from "./stage.ts";

const run = promisify(execFile);
const MOST_A_ROW = 60;
const MOST_GROWTH = 1.2;

export async function memoryLines(stage: Stage): Promise<Line[]> {
  const path = await stage.file("left");
  const { size } = await stat(path);
  const quarter = await heightsOf(path, Math.floor(size / 4));
  const all = await heightsOf(path, size);
  if (all.rows !== stage.rows) throw new Error(`${all.rows} rows were read, not ${stage.rows}`);
  const megabytes = (bytes: number) => ({ value: bytes / 1e6, unit: "MB" }) as const;
  return [
    line(
      "peak memory of ingest above idle",
      { value: (all.whole - all.idle) / all.rows, unit: "B a row" },
      { goal: { atMost: MOST_A_ROW } },
    ),
    line("peak memory of ingest, each further row", {
      value: (all.whole - quarter.whole) / (all.rows - quarter.rows),
      unit: "B a row",
    }),
    line("peak memory of ingest, what is held when idle included", megabytes(all.whole)),
    growthLine("peak memory, reading a part", {
      ours: megabytes(all.reading),
      peer: { ...megabytes(quarter.reading), name: "a quarter of the part" },
      most: MOST_GROWTH,
    }),
  ];
}

async function heightsOf(path: string, bytes: number): Promise<Heights> {
  notice(`peak memory over ${(bytes / 1e6).toFixed(0)} MB of a list ...`);
  const script = fileURLToPath(new URL("memory.ts", import.meta.url));
  const { stdout } = await run(process.execPath, ["--import", "tsx", script, path, `${bytes}`]);
  const { idle, reading, whole, rows } = JSON.parse(stdout);
  return { idle: Number(idle), reading: Number(reading), whole: Number(whole), rows: Number(rows) };
}
