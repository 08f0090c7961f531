// Peak memory of taking in a list, in a process of its own, all of whose threads count: `node --import tsx memory.ts
// LIST BYTES` takes in the first rows of a file, and prints in bytes what the process held when idle and at its height.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnarMatcher } from "../../src/engine/columnar/matcher.ts";
import { bytesOf } from "./columnar.ts";
import { SCHEMA } from "./lists.ts";

/** Bytes that the process held. */
export type Heights = {
  /** After a small list was taken in, so that code is compiled and threads have started. */
  readonly idle: number;
  readonly reading: number;
  /** Above all, sealing included. */
  readonly whole: number;
  readonly rows: number;
};

const SMALL_BYTES = 4 * 2 ** 20;
const LONGEST_LINE = 1_024;
const STATUS = "/proc/self/status";
const RESET = "/proc/self/clear_refs";

// The kernel's own high-water mark misses nothing. Where there is none, the process is looked at now and then.
const isMarked = existsSync(RESET) && existsSync(STATUS);
let seen = 0;

function look(): void {
  seen = Math.max(seen, process.memoryUsage.rss());
}

function height(): number {
  look();
  if (!isMarked) return seen;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

function forgetHeight(): void {
  if (isMarked) writeFileSync(RESET, "5");
  seen = 0;
}

const [path = "", bytes] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), "concordat-bench-memory-"));
const dataKey = new Uint8Array(32);
const matcher = columnarMatcher({ directory, roomKey: dataKey, memoryBytes: 4 * 2 ** 30 });
const file = await open(path, "r");
const timer = setInterval(look, 5);
try {
  await takeIn(SMALL_BYTES);
  const idle = process.memoryUsage.rss();
  forgetHeight();
  process.stdout.write(JSON.stringify({ idle, ...(await takeIn(Number(bytes))) } satisfies Heights));
} finally {
  clearInterval(timer);
  await file.close();
  await matcher.end();
  rmSync(directory, { recursive: true });
}

async function takeIn(wanted: number): Promise<Omit<Heights, "idle">> {
  const body = bytesOf(file, { end: await lineEnd(file, wanted) });
  const upload = { staging: "memory", change: "replace", schema: SCHEMA, dataKey } as const;
  const read = await matcher.stagePart({ ...upload, number: 1, body });
  if (!read.ok) throw new Error(read.error.says);
  await read.value.keep();
  const reading = height();
  await matcher.seal({ ...upload, parts: 1, onProgress: look });
  await matcher.dropStaging("memory");
  return { reading, whole: height(), rows: read.value.part.report.accepted };
}

/** The end of the last whole line within so many bytes of a file. */
async function lineEnd(list: FileHandle, wanted: number): Promise<number> {
  const { size } = await list.stat();
  if (wanted >= size) return size;
  const { buffer } = await list.read(Buffer.alloc(LONGEST_LINE), 0, LONGEST_LINE, wanted - LONGEST_LINE);
  return wanted - LONGEST_LINE + buffer.lastIndexOf("\n") + 1;
}
