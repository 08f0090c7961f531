// A data directory with a database of its own has one server at a time. Those of a database that is elsewhere know of
// each other there (`servers/`), and keep away from a directory that is held.

import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { toHex } from "../domain/bytes.ts";
import { parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { isRunning } from "./embedded/postmaster.ts";
import { hasCode } from "./error-code.ts";
import { linked } from "./linked.ts";

export type DirectoryHold = { readonly release: () => Promise<void> };

const HOLD_FILE = "room.pid";
const TRIES = 5;

/** Process numbers are used again, in a container by every start; a number and a time of start are not. */
const holdSchema = z.strictObject({ pid: z.int().positive(), started: z.string().nullable() });
type Holder = z.infer<typeof holdSchema>;

/** Takes the directory for this process. A hold whose process is gone, as after a crash, is taken over. */
export async function holdDirectory(directory: string): Promise<Result<DirectoryHold, string>> {
  const path = join(directory, HOLD_FILE);
  for (let tries = 0; tries < TRIES; tries++) {
    if (await claim(path)) return ok({ release: () => rm(path, { force: true }) });
    const text = await textOf(path);
    const holder = text === null ? null : holderOf(text);
    if (holder !== null && (await isAlive(holder))) return err(heldBy(directory, holder));
    if (text !== null) await clearAway(path, text);
  }
  return err(`${path} cannot be taken: another room is starting in this directory`);
}

/** The same for a server that shares the directory with others: it holds nothing, and is refused where one is held. */
export async function spareDirectory(directory: string): Promise<Result<DirectoryHold, string>> {
  const text = await textOf(join(directory, HOLD_FILE));
  const holder = text === null ? null : holderOf(text);
  if (holder !== null && (await isAlive(holder))) return err(heldBy(directory, holder));
  return ok({ release: async () => undefined });
}

function heldBy(directory: string, { pid }: Holder): string {
  return `another room (process ${pid}) works in ${directory}: stop it, or set CONCORDAT_DATA`;
}

// Written aside and linked, so that a hold is there whole or not at all.
async function claim(path: string): Promise<boolean> {
  const aside = freshName(path);
  const holder: Holder = { pid: process.pid, started: await startOf(process.pid) };
  await writeFile(aside, JSON.stringify(holder), { flag: "wx", mode: 0o600 });
  const isTaken = await linked(aside, path);
  await rm(aside);
  return isTaken;
}

// Of several that find a dead hold one moves it away; who moves a live one by that mistake puts it back.
async function clearAway(path: string, seen: string): Promise<void> {
  const aside = freshName(path);
  try {
    await rename(path, aside);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    return;
  }
  if ((await textOf(aside)) !== seen) await linked(aside, path);
  await rm(aside);
}

function holderOf(text: string): Holder | null {
  const json = parseStrictJson(text);
  const holder = json.ok ? holdSchema.safeParse(json.value) : null;
  return holder?.success === true ? holder.data : null;
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  return isRunning(pid) && (await startOf(pid)) === started;
}

/** When a process started, in ticks of this boot; null where the system does not tell in a file. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await textOf(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets, which may hold blanks and brackets; the 22nd is the time.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ESRCH")) throw error;
    return null;
  }
}

function freshName(path: string): string {
  return `${path}.${toHex(randomBytes(6))}`;
}
