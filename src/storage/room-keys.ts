// The keys of a room by itself, in files of mode 0600 beside, and never in, the database: the room's own, and the
// operator's, with which the first requests are signed. Both are made at the first start.

import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from "../crypto/jwk.ts";
import { fromBase64Url, toBase64Url } from "../domain/bytes.ts";
import { type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { hasCode } from "./error-code.ts";

/** The keys that lie outside the database. Secret. */
export type RoomKeys = {
  /** Wraps the partners' data keys. 32 bytes. */
  readonly wrapping: Uint8Array;
  /** Makes tokens. 32 bytes; the matcher alone uses it. */
  readonly room: Uint8Array;
  /** Signs receipts and checkpoints. */
  readonly log: SigningKey;
};

const keysSchema = z.strictObject({
  concordat: z.literal("room-keys/1"),
  wrapping: z.string(),
  room: z.string(),
  log: z.record(z.string(), z.string()),
});

/** Reads the room's keys, making them first where there are none. Says what is wrong with a file it cannot use. */
export async function readRoomKeys(path: string): Promise<Result<RoomKeys, string>> {
  const text = await readSecret(path, freshRoomKeys);
  if (!text.ok) return text;
  const parsed = keysSchema.safeParse(jsonOf(text.value));
  if (!parsed.success) return err(`${path} does not hold the keys of a room`);
  const [wrapping, room] = [keyBytes(parsed.data.wrapping), keyBytes(parsed.data.room)];
  const log = signingKeyFromJwk(parsed.data.log);
  if (wrapping === null || room === null || !log.ok) return err(`a key in ${path} is not one`);
  return ok({ wrapping, room, log: log.value });
}

/** Reads the operator's key, making it first where there is none. */
export async function readOperatorKey(path: string): Promise<Result<SigningKey, string>> {
  const text = await readSecret(path, () => JSON.stringify(generateSigningKey().privateJwk));
  if (!text.ok) return text;
  const key = signingKeyFromJwk(jsonOf(text.value));
  return key.ok ? key : err(`${path} does not hold a private key`);
}

function jsonOf(text: string): Json | undefined {
  const json = parseStrictJson(text);
  return json.ok ? json.value : undefined;
}

async function readSecret(path: string, fresh: () => string): Promise<Result<string, string>> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return writeSecret(path, fresh());
    throw error;
  });
  const { mode } = await stat(path);
  return (mode & 0o077) === 0 ? ok(text) : err(`${path} can be read by others: chmod 600 ${path}`);
}

// Written aside, synced and renamed: a crash leaves a whole file or none.
async function writeSecret(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const aside = `${path}.${toBase64Url(randomBytes(6))}`;
  const file = await open(aside, "wx", 0o600);
  await file.writeFile(text);
  await file.sync();
  await file.close();
  await rename(aside, path);
  return text;
}

function freshRoomKeys(): string {
  const fresh = () => toBase64Url(randomBytes(32));
  const log = generateSigningKey().privateJwk;
  return JSON.stringify({ concordat: "room-keys/1", wrapping: fresh(), room: fresh(), log });
}

function keyBytes(text: string): Uint8Array | null {
  const bytes = fromBase64Url(text);
  return bytes.ok && bytes.value.length === 32 ? bytes.value : null;
}
