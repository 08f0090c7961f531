// Files with secrets: mode 0600, replaced whole and synced, so that a crash leaves the former or the later.

import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { toHex } from "../domain/bytes.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { errorCode, hasCode } from "./error-code.ts";

/** The text of a file that its owner alone may read; null where there is none. Says so where it cannot be read. */
export async function readSecret(path: string): Promise<Result<string | null, string>> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) return err(`${path} can be read by others: chmod 600 ${path}`);
    return ok(await readFile(path, "utf8"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return ok(null);
    return err(`${path} cannot be read (${errorCode(error) ?? "for no reason that the system names"})`);
  }
}

/**
 * Puts a text in the place of a file, or makes the file and its folder.
 * @param confirm  has the last word: where it fails, the file stays as it was
 */
export async function writeSecret(path: string, text: string, confirm = async () => {}): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const aside = `${path}.${toHex(randomBytes(6))}`;
  const file = await open(aside, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await confirm();
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
