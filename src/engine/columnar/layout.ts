// Where things lie under the matcher's directory, and what the names may be.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

export type Layout = {
  readonly segments: string;
  readonly stagings: string;
  segment(digest: string): string;
  staging(id: string): string;
  part(id: string, number: number): string;
};

export const SEGMENT_ENDING = ".segment";

export function layoutOf(directory: string): Layout {
  const segments = join(directory, "segments");
  const stagings = join(directory, "staging");
  const staging = (id: string) => join(stagings, checkedId(id));
  return {
    segments,
    stagings,
    segment: (digest) => join(segments, `${checkedDigest(digest)}${SEGMENT_ENDING}`),
    staging,
    part: (id, number) => join(staging(id), `${String(number).padStart(6, "0")}.part`),
  };
}

/** Makes the folders where they are not there. */
export function makeFolders({ segments, stagings }: Layout): void {
  for (const path of [segments, stagings]) mkdirSync(path, { recursive: true, mode: 0o700 });
}

function checkedId(id: string): string {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(id)) throw new Error("a staging id has letters, digits, `_` and `-` only");
  return id;
}

function checkedDigest(digest: string): string {
  if (!/^[0-9a-f]{64}$/.test(digest)) throw new Error("a segment's name is a SHA-256 in hex");
  return digest;
}
