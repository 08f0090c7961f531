// Two lists larger than most, taken in, sealed and compared in this process under a stated memory: what the process
// held at its height, all threads counted, and whether the first overlap is the number that is known from how they are
// made.

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnarMatcher } from "../../src/engine/columnar/matcher.ts";
import type { ComparedList, Matcher } from "../../src/ports/matcher.ts";
import { statusOf } from "../../src/testing/faults/hard-room.ts";
import { SCHEMA } from "../bench/lists.ts";
import { HEADER, type PeopleOf, rowsOf } from "./list.ts";

export type LargeOverlap = {
  /** Seconds to read each list, to seal it, and to answer. */
  readonly reading: readonly number[];
  readonly sealing: readonly number[];
  readonly overlap: number;
  readonly again: number;
  readonly sealedBytes: number;
  /** People on both lists: as they were made, and as they were counted. */
  readonly expected: number;
  readonly counted: number;
  /** The most memory that the process had. */
  readonly peakBytes: number;
};

type Wanted = {
  /** Rows of each list. */
  readonly rows: number;
  readonly memoryBytes: number;
  readonly onLine: (line: string) => void;
};

/** How many of ten people are on both lists. */
const SHARED_TENTHS = 3;

/** A part that a client would send in one request is smaller; what is read of a part does not depend on its size. */
const PART_ROWS = 5_000_000;

export async function compareLarge({ rows, memoryBytes, onLine }: Wanted): Promise<LargeOverlap> {
  const directory = mkdtempSync(join(tmpdir(), "concordat-overlap-"));
  const options = { directory, roomKey: randomBytes(32), memoryBytes };
  const matcher = columnarMatcher({ ...options, keepsPairings: false });
  // Makes what the process has now the most that it had (proc(5), clear_refs).
  await writeFile("/proc/self/clear_refs", "5");
  const shared = Math.floor((rows * SHARED_TENTHS) / 10);
  try {
    const sides: readonly PeopleOf[] = [0, rows - shared].map((first) => ({ first, count: rows }));
    const taken: TakenIn[] = [];
    for (const [index, people] of sides.entries()) {
      taken.push(await takeIn(matcher, `list${index}`, people));
      const peak = gibibytes(await statusOf(process.pid, "VmHWM"));
      onLine(`list ${index + 1}: read in ${taken[index]?.reading} s, sealed in ${taken[index]?.sealing} s; ${peak}`);
    }
    const lists = taken.map(({ list }) => list);
    const [overlap, first] = await timed(() => matcher.overlap(lists, ["email"]));
    const [again, second] = await timed(() => matcher.overlap(lists, ["email"]));
    const counted = first.regions[3] ?? 0;
    if (second.regions[3] !== counted) throw new Error("asked again, the lists share other people");
    const sealedBytes = taken.reduce((sum, { bytes }) => sum + bytes, 0);
    const seconds = { reading: taken.map((one) => one.reading), sealing: taken.map((one) => one.sealing) };
    const peakBytes = await statusOf(process.pid, "VmHWM");
    return { ...seconds, overlap, again, sealedBytes, expected: shared, counted, peakBytes };
  } finally {
    await matcher.end();
    rmSync(directory, { recursive: true });
  }
}

type TakenIn = {
  readonly list: ComparedList;
  readonly reading: number;
  readonly sealing: number;
  readonly bytes: number;
};

async function takeIn(matcher: Matcher, staging: string, people: PeopleOf): Promise<TakenIn> {
  const dataKey = randomBytes(32);
  const upload = { staging, change: "replace", schema: SCHEMA, dataKey } as const;
  const columns = HEADER.trimEnd().split(",");
  const parts = Math.ceil(people.count / PART_ROWS);
  const [reading] = await timed(async () => {
    for (let number = 1; number <= parts; number++) {
      const body = partOf(people, number);
      const read = await matcher.stagePart({ ...upload, number, body, ...(number === 1 ? {} : { columns }) });
      if (!read.ok) throw new Error(read.error.says);
      await read.value.keep();
    }
  });
  const [sealing, sealed] = await timed(() => matcher.seal({ ...upload, parts }));
  await matcher.dropStaging(staging);
  if (sealed.people !== people.count) throw new Error(`${sealed.people} people were sealed, not ${people.count}`);
  const list = { segment: sealed.segment, dataKey, consents: [], where: [] };
  return { list, reading, sealing, bytes: sealed.bytes };
}

async function* partOf(people: PeopleOf, number: number): AsyncGenerator<Uint8Array> {
  if (number === 1) yield Buffer.from(HEADER);
  yield* rowsOf(people, (number - 1) * PART_ROWS, number * PART_ROWS);
}

/** Seconds, to a thousandth, and what came of them. */
async function timed<Value>(work: () => Promise<Value>): Promise<readonly [seconds: number, value: Value]> {
  const started = performance.now();
  const value = await work();
  return [Math.round(performance.now() - started) / 1_000, value];
}

/** Bytes as people read them. */
export function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
