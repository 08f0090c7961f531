// Ours: a file goes in as one part, which is sealed and synced, and comes out as a sealed version, synced again. What
// cutting a list into parts of 8 MiB costs over HTTP belongs to the end-to-end measure. One matcher asks everything
// anew; another keeps what it found out of two versions, as a room does.

import { randomBytes } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { columnarMatcher } from "../../src/engine/columnar/matcher.ts";
import type { ColumnarOptions } from "../../src/engine/columnar/sealed-lists.ts";
import type { ComparedList, Matcher } from "../../src/ports/matcher.ts";
import { type Contender, timed } from "./contender.ts";
import { SCHEMA } from "./lists.ts";

const BODY_CHUNK = 65_536;
const READ_AHEAD = 1_048_576;

/** What was taken in: milliseconds of either step, and bytes on disk. */
export type TakenIn = { readonly staging: number; readonly sealing: number; readonly bytes: number };

export type Ours = Contender & {
  /** What another matcher over the same sealed lists is made of. */
  readonly options: ColumnarOptions;
  readonly anew: Matcher;
  readonly keeping: Matcher;
  /** Takes in a list under a name of its own, in place of whatever had it. */
  takeIn(name: string, path: string): Promise<TakenIn>;
  /** Lays the rows of a file over the list of a name, and calls what they make by another. */
  layOver(base: string, made: { readonly name: string; readonly path: string }): Promise<TakenIn>;
  /** A list that was taken in, and who of it is in the room. */
  list(name: string, where?: ComparedList["where"]): ComparedList;
  /** Another matcher over the same versions, for the caller to end. */
  other(options: Pick<ColumnarOptions, "kernels" | "threads">): Matcher;
};

export function columnar(directory: string): Ours {
  const dataKey = randomBytes(32);
  const options = { directory, roomKey: randomBytes(32), memoryBytes: 4 * 2 ** 30 };
  const anew = columnarMatcher({ ...options, keepsPairings: false });
  const keeping = columnarMatcher(options);
  const segments = new Map<string, string>();
  const list = (name: string, where: ComparedList["where"] = []): ComparedList => {
    const segment = segments.get(name);
    if (segment === undefined) throw new Error(`the list ${name} was not taken in`);
    return { segment, dataKey, consents: [], where };
  };
  const keepAs = async (name: string, { segment, ...taken }: Ingested): Promise<TakenIn> => {
    segments.set(name, segment);
    await anew.sweep(async () => ({ segments: new Set(segments.values()), stagings: new Set() }));
    return taken;
  };
  const takeIn = async (name: string, path: string) =>
    keepAs(name, await ingest(anew, { staging: name, path, dataKey, over: null }));
  return {
    name: "concordat",
    options,
    anew,
    keeping,
    list,
    takeIn,
    layOver: async (base, { name, path }) => {
      const over = { segment: list(base).segment };
      return keepAs(name, await ingest(anew, { staging: name, path, dataKey, over }));
    },
    load: async (side, path) => {
      const { staging, sealing } = await takeIn(side, path);
      return staging + sealing;
    },
    overlap: () => overlapBy(anew, [list("left"), list("right")]),
    other: (other) => columnarMatcher({ ...options, ...other, keepsPairings: false }),
    end: async () => {
      await anew.end();
      await keeping.end();
    },
  };
}

/** Counts who is on both lists. */
export async function overlapBy(matcher: Matcher, lists: readonly ComparedList[]) {
  const { millis, value } = await timed(() => matcher.overlap(lists, ["email"]));
  return { millis, count: value.regions[3] ?? 0 };
}

type Upload = {
  readonly staging: string;
  readonly path: string;
  readonly dataKey: Uint8Array;
  readonly over: { readonly segment: string } | null;
};

type Ingested = TakenIn & { readonly segment: string };

/** Takes in the rows of a file: a list, or what is laid over another. */
export async function ingest(matcher: Matcher, { staging, path, dataKey, over }: Upload): Promise<Ingested> {
  const change = over === null ? "replace" : "upsert";
  const upload = { staging, change, schema: SCHEMA, dataKey } as const;
  const file = await open(path, "r");
  try {
    const body = bytesOf(file, { end: (await file.stat()).size });
    const staged = await timed(async () => {
      const read = await matcher.stagePart({ ...upload, number: 1, body });
      if (!read.ok) throw new Error(read.error.says);
      await read.value.keep();
    });
    const base = over === null ? {} : { base: over };
    const sealed = await timed(() => matcher.seal({ ...upload, ...base, parts: 1 }));
    await matcher.dropStaging(staging);
    const { segment, bytes } = sealed.value;
    return { segment, bytes, staging: staged.millis, sealing: sealed.millis };
  } finally {
    await file.close();
  }
}

/** A file's bytes up to an end, read ahead as a network stack would have it, in the pieces that request bodies have. */
export async function* bytesOf(file: FileHandle, { end }: { readonly end: number }): AsyncGenerator<Uint8Array> {
  let [current, spare] = [Buffer.allocUnsafe(READ_AHEAD), Buffer.allocUnsafe(READ_AHEAD)] as const;
  let reading = file.read(current, 0, READ_AHEAD, 0);
  for (let at = 0; at < end; at += READ_AHEAD) {
    const size = Math.min((await reading).bytesRead, end - at);
    const ready = current;
    [current, spare] = [spare, current];
    reading = file.read(current, 0, READ_AHEAD, at + READ_AHEAD);
    for (let start = 0; start < size; start += BODY_CHUNK)
      yield ready.subarray(start, Math.min(start + BODY_CHUNK, size));
  }
  await reading;
}
