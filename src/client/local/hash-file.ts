// Hashing from one file to another: the hashed file appears whole or not at all.

import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import type { Problem } from "../../domain/problem.ts";
import type { Result } from "../../domain/result.ts";
import { type HashListRequest, type HashReport, hashList } from "./hash-list.ts";

/** A request whose raw list is the file `from` and whose hashed list becomes the file `to`. */
type HashFileRequest = Omit<HashListRequest, "source" | "write"> & {
  readonly from: string;
  readonly to: string;
};

/**
 * Hashes the list in one file into another, which only its owner may read. The other is written beside its name and
 * renamed when whole.
 * @throws the error of the file system: no such file, no space, no permission
 */
export async function hashFile({ from, to, ...request }: HashFileRequest): Promise<Result<HashReport, Problem>> {
  const unfinished = `${to}.unfinished`;
  const file = await open(unfinished, "w", 0o600);
  let isWhole = false;
  try {
    const source = createReadStream(from, { highWaterMark: 262_144 });
    const write = (piece: Uint8Array) => file.writeFile(piece);
    const report = await hashList({ ...request, source, write });
    await file.sync();
    isWhole = report.ok;
    return report;
  } finally {
    await file.close();
    if (isWhole) await rename(unfinished, to);
    else await rm(unfinished, { force: true });
  }
}
