// How much more the disk under a directory takes.

import { statfs } from "node:fs/promises";

/** Bytes that may be written there by whoever is not its superuser. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
