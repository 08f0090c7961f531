// A sealed version as it is read: what it says of itself, and where each of its frames lies.

import type { FileKey } from "../../crypto/sealed-frames.ts";
import { BUCKETS } from "../../domain/matching/token-table.ts";
import { type Manifest, readManifest, SEGMENT_LABEL, type Spot } from "../../wire/segment/manifest.ts";
import type { Layout } from "./layout.ts";
import { openSealedFile } from "./sealed-file.ts";

export type Version = {
  readonly name: string;
  readonly manifest: Manifest;
  /** Where each bucket's rows begin, and behind the last the rows in all. */
  readonly rowStarts: Uint32Array;
  /** The file and the key of a frame. */
  place(spot: Spot): { readonly path: string; readonly fileKey: FileKey };
};

/** @throws an error that says damaged when a file is not what was sealed under this name and key */
export async function openVersion(layout: Layout, name: string, dataKey: Uint8Array): Promise<Version> {
  const open = async (segment: string) => {
    const path = layout.segment(segment);
    const file = await openSealedFile({ path, dataKey, label: SEGMENT_LABEL });
    if (file.digest !== segment) throw new Error(`the sealed file ${path} is damaged: its digest is not its name`);
    return { path, ...file };
  };
  const { last, ...own } = await open(name);
  const manifest = readManifest(last);
  const files: { readonly path: string; readonly fileKey: FileKey }[] = [own];
  for (const segment of manifest.files) {
    const { path, fileKey } = await open(segment);
    files.push({ path, fileKey });
  }
  return {
    name,
    manifest,
    rowStarts: startsOf(manifest.bucketRows),
    place: ({ file }) => {
      const holder = files[file];
      if (holder === undefined) throw new Error(`the segment ${name} names a file that it does not have`);
      return { path: holder.path, fileKey: holder.fileKey };
    },
  };
}

/** Where each bucket begins, and behind the last all that there is. */
export function startsOf(counts: ArrayLike<number>): Uint32Array {
  const starts = new Uint32Array(BUCKETS + 1);
  for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1] = (starts[bucket] ?? 0) + (counts[bucket] ?? 0);
  return starts;
}

/** The bucket in which a row lies, by where each bucket begins. */
export function bucketOf(starts: Uint32Array, row: number): number {
  let [low, high] = [0, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= row) low = middle;
    else high = middle;
  }
  return low;
}
