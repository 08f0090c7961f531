// What lies on disk though nothing names it any more: deleted when a matcher starts, if nothing else did.

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Matcher } from "../../ports/matcher.ts";
import { type Layout, SEGMENT_ENDING } from "./layout.ts";
import { dependenciesOf, syncDirectory, UNFINISHED } from "./sealed-file.ts";

/** The segments that are on disk. */
export async function segmentsOnDisk(layout: Layout): Promise<string[]> {
  const files = await readdir(layout.segments);
  return files.filter((name) => name.endsWith(SEGMENT_ENDING)).map((name) => name.slice(0, -SEGMENT_ENDING.length));
}

/** The segments that are named, and those whose files they are read with; all where a damaged one cannot tell. */
export async function withDependencies(layout: Layout, segments: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const all = new Set(segments);
  const names = await segmentsOnDisk(layout);
  const there = new Set(names);
  for (const segment of segments) {
    if (!there.has(segment)) continue;
    const others = await dependenciesOf(layout.segment(segment));
    for (const other of others ?? names) all.add(other);
  }
  return all;
}

/** Deletes every other segment and staging, and what was half written. */
export async function sweep(layout: Layout, kept: Parameters<Matcher["sweep"]>[0]): Promise<void> {
  for (const name of await readdir(layout.segments)) {
    const isKept = name.endsWith(SEGMENT_ENDING) && kept.segments.has(name.slice(0, -SEGMENT_ENDING.length));
    if (!isKept) await rm(join(layout.segments, name), { force: true });
  }
  for (const staging of await readdir(layout.stagings)) {
    const path = join(layout.stagings, staging);
    if (kept.stagings.has(staging)) await sweepUnfinished(path);
    else await rm(path, { recursive: true, force: true });
  }
  for (const path of [layout.segments, layout.stagings]) await syncDirectory(path);
}

async function sweepUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.endsWith(UNFINISHED)) await rm(join(directory, name), { force: true });
  }
}
