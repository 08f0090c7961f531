// The key provider of a room by itself: one file of mode 0600 beside, and never in, the database. Made at first start.

import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { fromBase64Url, toBase64Url } from "../domain/bytes.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { RoomKeys } from "../ports/world.ts";
import { hasCode } from "./error-code.ts";

const keysSchema = z.strictObject({
  concordat: z.literal("room-keys/1"),
  wrapping: z.string(),
  room: z.string(),
  log: z.string(),
});

/** Reads the room's keys, making them first where there are none. Says what is wrong with a file it cannot use. */
export async function readRoomKeys(path: string): Promise<Result<RoomKeys, string>> {
  const text = await readFile(path, "utf8").catch(async (error: unknown) => {
    if (hasCode(error, "ENOENT")) return makeRoomKeys(path);
    throw error;
  });
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) return err(`the keys in ${path} can be read by others: chmod 600 ${path}`);
  const parsed = keysSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return err(`${path} does not hold the keys of a room`);
  const [wrapping, room, log] = [parsed.data.wrapping, parsed.data.room, parsed.data.log].map(keyBytes);
  if (wrapping == null || room == null || log == null) return err(`a key in ${path} is not 32 bytes of base64url`);
  return ok({ wrapping, room, log });
}

function keyBytes(text: string): Uint8Array | null {
  const bytes = fromBase64Url(text);
  return bytes.ok && bytes.value.length === 32 ? bytes.value : null;
}

// Written aside, synced and renamed: a crash leaves whole keys or none.
async function makeRoomKeys(path: string): Promise<string> {
  const fresh = () => toBase64Url(randomBytes(32));
  const text = JSON.stringify({ concordat: "room-keys/1", wrapping: fresh(), room: fresh(), log: fresh() });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const aside = `${path}.${toBase64Url(randomBytes(6))}`;
  const file = await open(aside, "wx", 0o600);
  await file.writeFile(text);
  await file.sync();
  await file.close();
  await rename(aside, path);
  return text;
}
