// Ours: a file goes in as parts of 8 MiB, as a client would send them, every part synced, and comes out as a sealed
// version, synced. Overlaps are asked with and without the crosswalk of the two versions at hand.

import { randomBytes } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { LIMITS } from "../../src/domain/limits.ts";
import { columnarMatcher } from "../../src/engine/columnar/matcher.ts";
import type { ComparedList, Matcher } from "../../src/ports/matcher.ts";
import { type Contender, timed } from "./contender.ts";
import { SCHEMA } from "./lists.ts";

const BODY_CHUNK = 65_536;
const READ_AHEAD = 1_048_576;

export type Ours = Contender & {
  /** The overlap of the same two versions once more, their crosswalk kept. */
  repeated(): Promise<{ readonly millis: number; readonly count: number }>;
  readonly sealedBytes: () => number;
};

export function columnar(directory: string): Ours {
  const dataKey = randomBytes(32);
  const options = { directory, roomKey: randomBytes(32), roomKeyVersion: 1, memoryBytes: 8 * 2 ** 30 };
  const anew = columnarMatcher({ ...options, keepsCrosswalks: false });
  const keeping = columnarMatcher(options);
  const lists = new Map<string, ComparedList>();
  let sealedBytes = 0;
  const overlap = async (matcher: Matcher) => {
    const compared = [...lists.values()];
    const { millis, value } = await timed(() => matcher.overlap(compared, ["email"]));
    return { millis, count: value.regions[3] ?? 0 };
  };
  return {
    name: "concordat",
    load: async (side, path) => {
      const { millis, value } = await timed(() => ingest(anew, { staging: side, path, dataKey }));
      lists.set(side, { segment: value.segment, dataKey, consents: [], where: [] });
      await anew.dropStaging(side);
      sealedBytes = value.bytes;
      return millis;
    },
    overlap: () => overlap(anew),
    repeated: () => overlap(keeping),
    sealedBytes: () => sealedBytes,
    end: async () => {},
  };
}

type Upload = { readonly staging: string; readonly path: string; readonly dataKey: Uint8Array };

async function ingest(matcher: Matcher, { staging, path, dataKey }: Upload) {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    let columns: readonly string[] | undefined;
    let parts = 0;
    for (let from = 0; from < size; parts++) {
      const to = await endOfRow(file, Math.min(from + LIMITS.partBytes, size), size);
      const body = bytesOf(file, from, to);
      const known = columns === undefined ? {} : { columns };
      const staged = await matcher.stagePart({ staging, number: parts + 1, schema: SCHEMA, ...known, dataKey, body });
      if (!staged.ok) throw new Error(staged.error.says);
      columns = staged.value.columns;
      from = to;
    }
    return await matcher.seal({ staging, parts, schema: SCHEMA, dataKey });
  } finally {
    await file.close();
  }
}

/** The end of the last row that ends before `at`. */
async function endOfRow(file: FileHandle, at: number, size: number): Promise<number> {
  if (at === size) return size;
  const tail = Buffer.alloc(LIMITS.rowBytes);
  await file.read(tail, 0, tail.length, at - tail.length);
  return at - tail.length + tail.lastIndexOf(10) + 1;
}

// Read ahead as a network stack would have it, given out in the pieces that a request body comes in.
async function* bytesOf(file: FileHandle, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; ) {
    const ahead = Buffer.allocUnsafe(Math.min(READ_AHEAD, to - at));
    const { bytesRead } = await file.read(ahead, 0, ahead.length, at);
    for (let start = 0; start < bytesRead; start += BODY_CHUNK) {
      yield ahead.subarray(start, Math.min(start + BODY_CHUNK, bytesRead));
    }
    at += bytesRead;
  }
}
