// The keys of a room, which are never in its database: one document, from a file of mode 0600, from variables of the
// environment or from a command, such as a client of a key management service. Read at the start, kept in memory alone.

import { randomBytes } from "node:crypto";
import { z } from "zod";
import { generateSigningKey, privateJwkOf, type SigningKey, signingKeyFromJwk } from "../crypto/jwk.ts";
import { derive } from "../crypto/sealed-box.ts";
import { fromBase64Url, toBase64Url, toHex } from "../domain/bytes.ts";
import { type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { type KeyPlace, keyVariables } from "../domain/key-place.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { outputOf } from "./key-command.ts";
import { readSecret, writeSecret } from "./secret-file.ts";

/** The keys that lie outside the database. Secret. */
export type RoomKeys = {
  /** Seals the key ring. 32 bytes. */
  readonly wrapping: Uint8Array;
  /** Takes the place of `wrapping` when it is rotated; accepted beside it until then. */
  readonly nextWrapping: Uint8Array | null;
  /** Makes tokens. 32 bytes; the matcher alone uses it, and `roomLinks`. */
  readonly room: Uint8Array;
  /** Make tokens anew, one behind the other: each rotation of the room key puts one there. */
  readonly roomLinks: readonly Uint8Array[];
  /** Goes behind `roomLinks` when the room key is rotated; accepted as the last of them from then on. */
  readonly nextRoom: Uint8Array | null;
  /** Signs receipts and checkpoints. */
  readonly log: SigningKey;
  /** Takes the place of `log` when the log is handed over; accepted beside it until then. */
  readonly nextLog: SigningKey | null;
};

export type KeySource = {
  /** What a sentence about the source names it by; nothing of it is secret. */
  readonly name: string;
  /** Says what is wrong where there are no keys that can be used; never what was there. */
  readonly read: () => Promise<Result<RoomKeys, string>>;
  /** Puts other keys in their place, as `changeKeys` does in its turn; null where the room cannot. */
  readonly write: ((keys: RoomKeys, confirm?: () => Promise<void>) => Promise<void>) | null;
};

/**
 * The source of a room's keys.
 * @param mayMake  whether a file that is not there is made: only for a room that never had keys
 */
export function keySource(place: KeyPlace, { mayMake }: { readonly mayMake: boolean }): KeySource {
  switch (place.kind) {
    case "file":
      return keyFile(place.path, mayMake);
    case "env":
      return { name: `the variables ${place.prefix}…`, read: async () => keysInVariables(place), write: null };
    case "command":
      return { name: "what the command of CONCORDAT_KEYS prints", read: () => keysOfCommand(place), write: null };
  }
}

// A file is made by the first reading at the most: what goes while the room runs has keys that something lies under.
function keyFile(path: string, mayMake: boolean): KeySource {
  let mayStillMake = mayMake;
  return {
    name: path,
    read: () => {
      const mayMakeNow = mayStillMake;
      mayStillMake = false;
      return keysInFile(path, mayMakeNow);
    },
    write: (keys, confirm) => writeSecret(path, formatKeys(keys), confirm),
  };
}

/** Reads the operator's key, making it first where there is none. */
export async function readOperatorKey(path: string): Promise<Result<SigningKey, string>> {
  const text = await readSecret(path);
  if (!text.ok) return text;
  if (text.value === null) {
    const fresh = generateSigningKey();
    await writeSecret(path, JSON.stringify(fresh.privateJwk));
    return ok(fresh.key);
  }
  const key = signingKeyFromJwk(jsonOf(text.value));
  return key.ok ? key : err(`${path} does not hold a private key`);
}

const jwkSchema = z.record(z.string(), z.string());
const documentSchema = z.strictObject({
  concordat: z.literal("room-keys/1"),
  wrapping: z.string(),
  room: z.string(),
  roomLinks: z.array(z.string()).exactOptional(),
  log: jwkSchema,
  next: z
    .strictObject({
      wrapping: z.string().exactOptional(),
      room: z.string().exactOptional(),
      log: jwkSchema.exactOptional(),
    })
    .exactOptional(),
});

type Fields = {
  readonly wrapping: string;
  readonly room: string;
  readonly roomLinks: readonly string[];
  readonly log: unknown;
  readonly nextWrapping: string | undefined;
  readonly nextRoom: string | undefined;
  readonly nextLog: unknown;
};
type Names = { readonly [field in keyof Fields]: string };

const GONE =
  "is gone: bring the file back, since nothing of the room opens without its keys; " +
  "or say with CONCORDAT_KEYS where else they lie";

async function keysInFile(path: string, mayMake: boolean): Promise<Result<RoomKeys, string>> {
  const text = await readSecret(path);
  if (!text.ok) return text;
  if (text.value !== null) return keysInDocument(text.value, path);
  if (!mayMake) return err(`${path} ${GONE}`);
  const log = generateSigningKey();
  const next = { nextWrapping: null, nextRoom: null, nextLog: null };
  const keys = { wrapping: freshKey(), room: freshKey(), roomLinks: [], log: log.key, ...next };
  await writeSecret(path, formatKeys(keys));
  return ok(keys);
}

function keysInVariables({ prefix, variable }: KeyPlace & { readonly kind: "env" }): Result<RoomKeys, string> {
  const names: Names = keyVariables(prefix);
  const [wrapping, room, log] = [variable(names.wrapping), variable(names.room), variable(names.log)];
  if (wrapping === undefined || room === undefined || log === undefined) {
    const missing = [names.wrapping, names.room, names.log].filter((name) => variable(name) === undefined);
    return err(`${missing.join(" and ")} of the environment must hold a key`);
  }
  const [links, nextLog] = [variable(names.roomLinks), variable(names.nextLog)];
  const next = {
    nextWrapping: variable(names.nextWrapping),
    nextRoom: variable(names.nextRoom),
    nextLog: nextLog && jsonOf(nextLog),
  };
  const roomLinks = links === undefined ? [] : links.trim().split(/\s+/);
  return keysOf({ wrapping, room, roomLinks, log: jsonOf(log), ...next }, names);
}

async function keysOfCommand({ command }: KeyPlace & { readonly kind: "command" }): Promise<Result<RoomKeys, string>> {
  const printed = await outputOf(command);
  return printed.ok ? keysInDocument(printed.value, "what the command of CONCORDAT_KEYS prints") : printed;
}

function keysInDocument(text: string, where: string): Result<RoomKeys, string> {
  const document = documentSchema.safeParse(jsonOf(text));
  if (!document.success) return err(`${where} does not hold the keys of a room`);
  const { wrapping, next, room, roomLinks = [], log } = document.data;
  const nameOf = (field: string) => `\`${field}\` of ${where}`;
  const names = {
    wrapping: nameOf("wrapping"),
    nextWrapping: nameOf("next.wrapping"),
    room: nameOf("room"),
    roomLinks: nameOf("roomLinks"),
    nextRoom: nameOf("next.room"),
    log: nameOf("log"),
    nextLog: nameOf("next.log"),
  };
  const nexts = { nextWrapping: next?.wrapping, nextRoom: next?.room, nextLog: next?.log };
  return keysOf({ wrapping, room, roomLinks, log, ...nexts }, names);
}

// What is wrong is named by its place, never by what stands there.
function keysOf(given: Fields, names: Names): Result<RoomKeys, string> {
  const wrapping = keyBytes(given.wrapping);
  const tokens = tokenKeys(given, names);
  const nextWrapping = given.nextWrapping === undefined ? null : keyBytes(given.nextWrapping);
  const log = logKey(given.log);
  const nextLog = given.nextLog === undefined ? null : logKey(given.nextLog);
  if (wrapping === null) return err(`${names.wrapping} ${NO_KEY}`);
  if (!tokens.ok) return tokens;
  if (given.nextWrapping !== undefined && nextWrapping === null) return err(`${names.nextWrapping} ${NO_KEY}`);
  if (log === null) return err(`${names.log} ${NO_LOG_KEY}`);
  if (given.nextLog !== undefined && nextLog === null) return err(`${names.nextLog} ${NO_LOG_KEY}`);
  return ok({ wrapping, nextWrapping, ...tokens.value, log, nextLog });
}

function tokenKeys(given: Fields, names: Names): Result<Pick<RoomKeys, "room" | "roomLinks" | "nextRoom">, string> {
  const room = keyBytes(given.room);
  if (room === null) return err(`${names.room} ${NO_KEY}`);
  const links = given.roomLinks.map(keyBytes);
  const roomLinks = links.filter((link) => link !== null);
  if (roomLinks.length < links.length) return err(`${names.roomLinks} holds something that ${NO_KEY}`);
  const nextRoom = given.nextRoom === undefined ? null : keyBytes(given.nextRoom);
  if (given.nextRoom !== undefined && nextRoom === null) return err(`${names.nextRoom} ${NO_KEY}`);
  return ok({ room, roomLinks, nextRoom });
}

function logKey(jwk: unknown): SigningKey | null {
  const key = signingKeyFromJwk(jwk);
  return key.ok && key.value.publicKey.algorithm === "EdDSA" ? key.value : null;
}

const NO_LOG_KEY = "is not a private Ed25519 key, which checkpoints are signed with (JWK)";
const NO_KEY = "is not a key: 32 bytes in base64url";

function formatKeys({ wrapping, nextWrapping, room, roomLinks, nextRoom, log, nextLog }: RoomKeys): string {
  const next = {
    ...(nextWrapping === null ? {} : { wrapping: toBase64Url(nextWrapping) }),
    ...(nextRoom === null ? {} : { room: toBase64Url(nextRoom) }),
    ...(nextLog === null ? {} : { log: privateJwkOf(nextLog) }),
  };
  const links = roomLinks.length === 0 ? {} : { roomLinks: roomLinks.map((link) => toBase64Url(link)) };
  const keys = { wrapping: toBase64Url(wrapping), room: toBase64Url(room), ...links, log: privateJwkOf(log) };
  const document = { concordat: "room-keys/1", ...keys, ...(Object.keys(next).length === 0 ? {} : { next }) };
  return `${JSON.stringify(document)}\n`;
}

function jsonOf(text: string): Json | undefined {
  const json = parseStrictJson(text);
  return json.ok ? json.value : undefined;
}

/** A name for a key that tells nothing of it: eight bytes derived from it, in hex. */
export function keyId(key: Uint8Array): string {
  return toHex(derive(key, "concordat key id", 8));
}

/** A fresh secret of 32 bytes. */
export function freshKey(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}

function keyBytes(text: string): Uint8Array | null {
  const bytes = fromBase64Url(text);
  return bytes.ok && bytes.value.length === 32 ? bytes.value : null;
}
