// One server at a time works in a data directory: the sweep at start takes files that nobody names for orphans, and
// another server's unfinished ones would be such.

import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { err, ok, type Result } from "../domain/result.ts";
import { hasCode } from "./error-code.ts";

export type DirectoryHold = { readonly release: () => Promise<void> };

const HOLD_FILE = "room.pid";

/** Takes the directory for this process. A hold whose process is gone, as after a crash, is taken over. */
export async function holdDirectory(directory: string): Promise<Result<DirectoryHold, string>> {
  const path = join(directory, HOLD_FILE);
  for (let tries = 0; tries < 2; tries++) {
    if (await claim(path)) return ok({ release: () => rm(path, { force: true }) });
    const holder = await readFile(path, "utf8").then(Number, () => Number.NaN);
    if (isAlive(holder))
      return err(`another room (process ${holder}) works in ${directory}: stop it, or set CONCORDAT_DATA`);
    await rm(path, { force: true });
  }
  return err(`${path} cannot be taken: another room is starting in this directory`);
}

async function claim(path: string): Promise<boolean> {
  const file = await open(path, "wx", 0o600).catch((error: unknown) => {
    if (hasCode(error, "EEXIST")) return null;
    throw error;
  });
  if (file === null) return false;
  await file.writeFile(String(process.pid));
  await file.close();
  return true;
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}
