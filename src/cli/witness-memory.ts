// What a witness remembers between its rounds, in a file that its owner alone may read. It is replaced whole and synced
// before anything that rests on it is sent, and one process at a time works with it: two would sign past each other.

import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { canonicalJson, parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { readTextIfAny, reasonOf } from "./files.ts";
import { failed, type Refusal } from "./terminal.ts";

/** The largest checkpoint of a room's log that the witness found to follow from all it saw before. */
export type WitnessMemory = {
  /** The room's verifier key: a memory is of one log. */
  readonly key: string;
  /** The room's signed note, with the witness's own line where it has cosigned. */
  readonly checkpoint: string;
  /** Whether the room has taken the cosignature. */
  readonly isTaken: boolean;
};

const memorySchema = z.strictObject({
  concordat: z.literal("witness-memory/1"),
  key: z.string(),
  checkpoint: z.string(),
  isTaken: z.boolean(),
});

/** Reads a memory; null where there is none yet. One that does not read is refused: it must not begin anew unseen. */
export async function readMemory(path: string): Promise<Result<WitnessMemory | null, Refusal>> {
  const text = await readTextIfAny(path);
  if (!text.ok || text.value === null) return text.ok ? ok(null) : text;
  const json = parseStrictJson(text.value);
  const parsed = json.ok ? memorySchema.safeParse(json.value) : null;
  if (parsed?.success !== true) {
    return err(failed(`\`${path}\` is no memory of a witness`, "bring the file back as it was; do not delete it"));
  }
  const { key, checkpoint, isTaken } = parsed.data;
  return ok({ key, checkpoint, isTaken });
}

/** Replaces a memory, or any file that must be on disk before the next step. Mode 0600. */
export async function writeDurably(path: string, text: string): Promise<Result<null, Refusal>> {
  const aside = `${path}.unfinished`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await synced(aside, text);
    await rename(aside, path);
    await syncedFolder(dirname(path));
    return ok(null);
  } catch (error) {
    return err(failed(`\`${path}\` cannot be written: ${reasonOf(error)}`));
  }
}

/** The text of a memory. */
export function formatMemory(memory: WitnessMemory): string {
  return `${canonicalJson({ concordat: "witness-memory/1", ...memory })}\n`;
}

/** Takes a memory for this process. A hold whose process is gone is taken over. */
export async function holdMemory(path: string): Promise<Result<() => Promise<void>, Refusal>> {
  const lock = `${path}.lock`;
  const release = () => rm(lock, { force: true });
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    if (await claimed(lock)) return ok(release);
    const holder = Number(await readFile(lock, "utf8"));
    if (isAlive(holder)) {
      const next = `wait for it, or delete \`${lock}\` if that process is another program`;
      return err(failed(`another witness (process ${holder}) works with \`${path}\``, next));
    }
    await release();
    return (await claimed(lock)) ? ok(release) : err(failed(`\`${lock}\` was taken by another witness just now`));
  } catch (error) {
    return err(failed(`\`${lock}\` cannot be taken: ${reasonOf(error)}`));
  }
}

async function claimed(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx", 0o600);
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function synced(path: string, text: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncedFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
