// The machine's own limits: how fast it reads memory in order and at random, and how fast it writes what has to be on
// disk. The best of a few attempts, since a limit is what can be reached.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { open, rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { timed } from "./contender.ts";
import { type NamedMeasure, textOf } from "./report.ts";

export type Limits = {
  /** Bytes a nanosecond, which is GB/s, read in order by one thread and by two at once. */
  readonly readByOne: number;
  readonly readByTwo: number;
  /** Nanoseconds of a read whose place the read before it tells. */
  readonly randomRead: number;
  /** GB/s written to the folder of the lists and synced. */
  readonly syncedWrite: number;
};

const ATTEMPTS = 3;

export async function machineLimits(directory: string): Promise<Limits> {
  return {
    readByOne: await sequentialRead(1),
    readByTwo: await sequentialRead(2),
    randomRead: randomRead(),
    syncedWrite: await syncedWrite(join(directory, "probe")),
  };
}

export function machineName(): string {
  const [processor] = cpus();
  return `${cpus().length} cores, ${processor?.model.trim()}, Node ${process.versions.node}`;
}

export function limitsText({ readByOne, readByTwo, randomRead, syncedWrite }: Limits): string {
  const measures: readonly NamedMeasure[] = [
    { name: "read in order by one thread", value: readByOne, unit: "GB/s" },
    { name: "by two", value: readByTwo, unit: "GB/s" },
    { name: "a random read", value: randomRead, unit: "ns" },
    { name: "written and synced", value: syncedWrite, unit: "GB/s" },
  ];
  return measures.map((measure) => `${textOf(measure)} ${measure.name}`).join(", ");
}

/** Each thread has two arrays, far larger than a cache. */
const ARRAY_BYTES = 128 * 2 ** 20;
const PASSES = 4;

async function sequentialRead(threads: number): Promise<number> {
  const url = new URL("probe-thread.mjs", import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(url, { workerData: { bytes: ARRAY_BYTES } }));
  const pass = (passes: number) =>
    timed(async () => {
      const answers = workers.map((worker) => once(worker, "message"));
      for (const worker of workers) worker.postMessage(passes);
      await Promise.all(answers);
    });
  try {
    await pass(1);
    const bytes = threads * 2 * ARRAY_BYTES * PASSES;
    return bytes / 1e6 / (await best(async () => (await pass(PASSES)).millis));
  } finally {
    for (const worker of workers) await worker.terminate();
  }
}

const CHAIN_LENGTH = 2 ** 26;
const STEPS = 1_000_000;

/** Follows a chain through 256 MiB: a linear congruence of full period, so that every place leads to a far one. */
function randomRead(): number {
  const next = new Uint32Array(CHAIN_LENGTH);
  for (let at = 0; at < CHAIN_LENGTH; at++) next[at] = (Math.imul(at, 0x9e3779b1) + 0x3c6ef35f) & (CHAIN_LENGTH - 1);
  const started = performance.now();
  let at = 0;
  for (let step = 0; step < STEPS; step++) at = next[at] ?? 0;
  const nanoseconds = ((performance.now() - started) * 1e6) / STEPS;
  if (at >= CHAIN_LENGTH) throw new Error("the chain leads out of its array");
  return nanoseconds;
}

const WRITTEN_BYTES = 128 * 2 ** 20;
const WRITE_BYTES = 8 * 2 ** 20;

async function syncedWrite(path: string): Promise<number> {
  const content = randomBytes(WRITE_BYTES);
  const write = async () => {
    const file = await open(path, "w");
    try {
      for (let at = 0; at < WRITTEN_BYTES; at += WRITE_BYTES) await file.write(content);
      await file.sync();
    } finally {
      await file.close();
    }
  };
  const taken = await best(async () => (await timed(write)).millis);
  await rm(path);
  return WRITTEN_BYTES / 1e6 / taken;
}

async function best(attempt: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < ATTEMPTS; time++) least = Math.min(least, await attempt());
  return least;
}
