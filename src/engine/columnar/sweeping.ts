// What lies on disk though nothing names it any more: deleted when a matcher starts, if nothing else did. No name is
// ever used twice, so a name that was found before it was asked what is named stands for nothing that came since.

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { NamedFiles } from "../../ports/sealed-files.ts";
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

/** Names of what lies on disk now, below the folders of segments and of stagings. */
export type FoundFiles = {
  readonly segments: readonly string[];
  readonly stagings: readonly { readonly name: string; readonly unfinished: readonly string[] }[];
};

/** What a sweep may delete. */
export async function findFiles({ segments, stagings }: Layout): Promise<FoundFiles> {
  const staged = await readdir(stagings);
  return {
    segments: await readdir(segments),
    stagings: await Promise.all(
      staged.map(async (name) => ({ name, unfinished: await unfinishedIn(join(stagings, name)) })),
    ),
  };
}

// A staging may be dropped at any time: what is gone has nothing that is half written.
async function unfinishedIn(staging: string): Promise<readonly string[]> {
  const [listed] = await Promise.allSettled([readdir(staging)]);
  return listed.status === "fulfilled" ? listed.value.filter((name) => name.endsWith(UNFINISHED)) : [];
}

/** Deletes every segment and staging of those found that is not named, and what was half written. */
export async function sweep(layout: Layout, found: FoundFiles, named: NamedFiles): Promise<void> {
  for (const name of found.segments) {
    const isKept = name.endsWith(SEGMENT_ENDING) && named.segments.has(name.slice(0, -SEGMENT_ENDING.length));
    if (!isKept) await rm(join(layout.segments, name), { force: true });
  }
  for (const { name, unfinished } of found.stagings) {
    const path = join(layout.stagings, name);
    if (!named.stagings.has(name)) await rm(path, { recursive: true, force: true });
    else for (const file of unfinished) await rm(join(path, file), { force: true });
  }
  for (const path of [layout.segments, layout.stagings]) await syncDirectory(path);
}
