// Ours: a file goes in as one part, which is sealed and synced, and comes out as a sealed version, synced again. What
// cutting a list into parts of 8 MiB costs over HTTP belongs to the end-to-end measure. Overlaps are asked anew, and
// once more where the matcher may keep what it found out.

import { randomBytes } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { columnarMatcher } from "../../src/engine/columnar/matcher.ts";
import type { ComparedList, Matcher } from "../../src/ports/matcher.ts";
import { type Contender, timed } from "./contender.ts";
import { SCHEMA } from "./lists.ts";

const BODY_CHUNK = 65_536;
const READ_AHEAD = 1_048_576;

export type Ours = Contender & {
  /** The overlap of the same two versions once more, what they share being kept. */
  repeated(): Promise<{ readonly millis: number; readonly count: number }>;
  readonly sealedBytes: () => number;
};

export function columnar(directory: string): Ours {
  const dataKey = randomBytes(32);
  const options = {
    directory,
    roomKey: randomBytes(32),
    roomKeyVersion: 1,
    memoryBytes: 8 * 2 ** 30,
  };
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
    const body = bytesOf(file, size);
    const read = await matcher.stagePart({ staging, number: 1, schema: SCHEMA, dataKey, body });
    if (!read.ok) throw new Error(read.error.says);
    await read.value.keep();
    return await matcher.seal({ staging, parts: 1, schema: SCHEMA, dataKey });
  } finally {
    await file.close();
  }
}

// Read ahead as a network stack would have it, given out in the pieces that a request body comes in.
async function* bytesOf(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  let [current, spare] = [Buffer.allocUnsafe(READ_AHEAD), Buffer.allocUnsafe(READ_AHEAD)] as const;
  let reading = file.read(current, 0, READ_AHEAD, 0);
  for (let at = 0; at < size; at += READ_AHEAD) {
    const { bytesRead } = await reading;
    const ready = current;
    [current, spare] = [spare, current];
    reading = file.read(current, 0, READ_AHEAD, at + READ_AHEAD);
    for (let start = 0; start < bytesRead; start += BODY_CHUNK)
      yield ready.subarray(start, Math.min(start + BODY_CHUNK, bytesRead));
  }
  await reading;
}
