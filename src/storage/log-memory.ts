// The room's memory of its log: a file of mode 0600 in the data directory, beside and never in the database. It is
// replaced whole and synced, so a crash leaves the former or the later.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { LogMemory } from "../ports/log-memory.ts";
import type { InTurn, Turn } from "../ports/servers.ts";
import { hasCode } from "./error-code.ts";
import { writeSecret } from "./secret-file.ts";

const FILE = "log-memory.json";

const memorySchema = z.strictObject({ concordat: z.literal("log-memory/1"), checkpoint: z.string() });

/** Opens the memory of a data directory. A file that does not read is refused: what it held must not be forgotten. */
export async function openLogMemory(directory: string, inTurn: InTurn): Promise<Result<LogMemory, string>> {
  const path = join(directory, FILE);
  const first = await readMemory(path);
  if (!first.ok) return first;
  const recall = async () => {
    const read = await readMemory(path);
    if (!read.ok) throw new Error(read.error);
    return read.value;
  };
  const write = (checkpoint: string, { confirm }: Turn) =>
    writeSecret(path, `${JSON.stringify({ concordat: "log-memory/1", checkpoint })}\n`, confirm);
  return ok({
    recall,
    remember: (next) => inTurn(FILE, (turn) => write(next, turn)),
    advance: (from, to) =>
      inTurn(FILE, async (turn) => {
        const isAsBefore = (await recall()) === from;
        if (isAsBefore) await write(to, turn);
        return isAsBefore;
      }),
  });
}

async function readMemory(path: string): Promise<Result<string | null, string>> {
  const text = await textOf(path);
  const json = text === null ? null : parseStrictJson(text);
  const parsed = json === null ? null : memorySchema.safeParse(json.ok ? json.value : null);
  if (parsed?.success === false) {
    return err(`${path} does not hold what the room remembers of its log: bring back the file as it was`);
  }
  return ok(parsed?.data.checkpoint ?? null);
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}
