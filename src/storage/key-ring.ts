// The key ring in a file of mode 0600 of the data directory, sealed under the room's wrapping key: beside, and never
// in, the database and what is kept of it. One write makes, destroys or rotates; what was destroyed leaves its name, so
// that nothing brings it back unseen.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { open, seal } from "../crypto/sealed-box.ts";
import { fromBase64Url, toBase64Url, utf8 } from "../domain/bytes.ts";
import { parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { KeptHandOver, KeyRing, RoomKeyRotation, WrappingRotation } from "../ports/key-ring.ts";
import { changeKeys, type KeysInTurn } from "./changed-keys.ts";
import { freshKey, type KeySource, keyId, type RoomKeys } from "./room-keys.ts";
import { linksInForce, nextLink, promoteLink } from "./room-links.ts";
import { readSecret, writeSecret } from "./secret-file.ts";

/** Where a data directory holds its key ring. */
export const KEY_RING_FILE = "key-ring.json";

/** Whether a room was ever started in a data directory: its keys are there, or lost. */
export async function hasKeyRing(directory: string): Promise<boolean> {
  const ring = await readSecret(join(directory, KEY_RING_FILE));
  return !ring.ok || ring.value !== null;
}

const rotationSchema = z.strictObject({ from: z.string(), to: z.string(), holders: z.int() });
const ringSchema = z.strictObject({
  concordat: z.literal("key-ring/1"),
  /** Which wrapping key the ring is sealed under. */
  wrapping: z.string(),
  /** Which key makes the tokens of the room's lists, and which make them anew behind it. */
  room: z.string(),
  roomLinks: z.array(z.string()).exactOptional(),
  /** Lists are being keyed again under the last of these. */
  rekeying: z.strictObject({ isTold: z.boolean() }).exactOptional(),
  keys: z.record(z.string(), z.string()),
  destroyed: z.array(z.string()),
  unlogged: rotationSchema.nullable(),
  handOvers: z.array(z.strictObject({ note: z.string(), checkpoint: z.string() })).exactOptional(),
});

type Ring = {
  readonly wrapping: Uint8Array;
  readonly room: string;
  readonly roomLinks: readonly Uint8Array[];
  readonly rekeying: { readonly isTold: boolean } | null;
  readonly keys: ReadonlyMap<string, Uint8Array>;
  readonly destroyed: ReadonlySet<string>;
  readonly unlogged: WrappingRotation | null;
  readonly handOvers: readonly KeptHandOver[];
};

/** What opens a ring, and what keeps it the same for all servers of a room. */
export type RingSources = KeysInTurn & {
  readonly keys: RoomKeys;
  /** Tells the other servers that the ring is another. */
  readonly changed: () => void;
};

/**
 * Opens the ring of a data directory with the keys read from their source, or begins one where there is none.
 * Where it is sealed under the next wrapping key already, a rotation was cut short, and a source that can be written
 * forgets the former key now.
 */
export async function openKeyRing(directory: string, sources: RingSources): Promise<Result<KeyRing, string>> {
  const { keys } = sources;
  const path = join(directory, KEY_RING_FILE);
  const text = await readSecret(path);
  if (!text.ok) return text;
  const opened = text.value === null ? ok(emptyRing(keys)) : ringIn(text.value, path, sources);
  if (!opened.ok) return opened;
  if (opened.value.wrapping === keys.nextWrapping) await promote(sources, opened.value.wrapping);
  await promoteLink(sources, opened.value.roomLinks.map(keyId));
  return ok(ringAt(path, sources, { ring: opened.value, text: text.value }));
}

function emptyRing({ wrapping, room, roomLinks }: RoomKeys): Ring {
  const tokens = { room: keyId(room), roomLinks, rekeying: null };
  return { wrapping, ...tokens, keys: new Map(), destroyed: new Set(), unlogged: null, handOvers: [] };
}

function ringIn(
  text: string,
  path: string,
  { source, keys }: Pick<RingSources, "source" | "keys">,
): Result<Ring, string> {
  const json = parseStrictJson(text);
  const document = json.ok ? ringSchema.safeParse(json.value) : null;
  if (document?.success !== true) return err(`${path} does not hold a key ring: bring back the file as it was`);
  const { wrapping: id, room, keys: sealed, destroyed, unlogged, handOvers = [] } = document.data;
  const { roomLinks: links = [], rekeying = null } = document.data;
  const roomLinks = linksInForce(source, keys, { room, links });
  if (!roomLinks.ok) return roomLinks;
  const given = [keys.wrapping, ...(keys.nextWrapping === null ? [] : [keys.nextWrapping])];
  const wrapping = given.find((key) => keyId(key) === id);
  if (wrapping === undefined) {
    const ids = given.map(keyId).join(" and ");
    return err(`${path} is sealed under the wrapping key ${id}, and ${source.name} gives ${ids}`);
  }
  const opened = new Map<string, Uint8Array>();
  for (const [holder, box] of Object.entries(sealed)) {
    const bytes = fromBase64Url(box);
    const key = bytes.ok ? open(wrapping, bytes.value, labelOf(holder)) : bytes;
    if (!key.ok) return err(`${path} holds a key of \`${holder}\` that does not open: bring back the file as it was`);
    opened.set(holder, key.value);
  }
  const tokens = { room, roomLinks: roomLinks.value, rekeying };
  return ok({ wrapping, ...tokens, keys: opened, destroyed: new Set(destroyed), unlogged, handOvers });
}

/** A ring as it was read last, and the text that it was read from. */
type ReadRing = { ring: Ring; text: string | null };

function ringAt(path: string, sources: RingSources, read: ReadRing): KeyRing {
  const { source } = sources;
  const change = changesOf(path, sources, read);
  return {
    refresh: () => reread(path, source, read),
    find: (holder) => read.ring.keys.get(holder) ?? keyInFile(path, read.ring, holder),
    isDestroyed: (holder) => read.ring.destroyed.has(holder),
    make: (holder) => change(async (now) => made(now, holder)),
    destroy: (holder) => change(async (now) => ({ next: without(now, holder), value: undefined })),
    rotate: async () => {
      const rotation = await change(async (now) => replaced(now, await nextKey(sources, now), rotated));
      await promote(sources, read.ring.wrapping);
      return rotation;
    },
    unlogged: () => read.ring.unlogged,
    logged: () => change(async (now) => ({ next: { ...now, unlogged: null }, value: undefined })),
    roomLinks: () => read.ring.roomLinks,
    rekeying: () => rekeyingOf(read.ring),
    beginRekeying: async () => {
      await reread(path, source, read);
      if (read.ring.rekeying !== null) throw new Error("lists are being keyed again already");
      const begun = await change(async (now) => replaced(now, await nextLink(sources, now.roomLinks), linked));
      await promoteLink(sources, read.ring.roomLinks.map(keyId));
      return begun;
    },
    noteRekeying: (how) => change(async (now) => ({ next: { ...now, rekeying: notedAs(now, how) }, value: undefined })),
    handOvers: () => read.ring.handOvers,
    keepHandOvers: (handOvers) => change(async (now) => ({ next: { ...now, handOvers }, value: undefined })),
  };
}

type Changed<Value> = { readonly next: Ring; readonly value: Value };

// One write at a time, of whichever server, each on the ring that the one before has left; memory follows the file. A
// server that was frozen since it read the ring would take back what others made of it, and finds that it may not.
function changesOf(path: string, { source, inTurn, changed }: RingSources, read: ReadRing) {
  return <Value>(work: (now: Ring) => Promise<Changed<Value>>): Promise<Value> =>
    inTurn(KEY_RING_FILE, async ({ confirm }) => {
      await reread(path, source, read);
      const { next, value } = await work(read.ring);
      if (next === read.ring) return value;
      const text = formatRing(next);
      await writeSecret(path, text, confirm);
      read.ring = next;
      read.text = text;
      changed();
      return value;
    });
}

/** Reads the ring again where the file is another by now; the keys that it lies under may have changed as well. */
async function reread(path: string, source: KeySource, read: ReadRing): Promise<boolean> {
  const text = await readSecret(path);
  if (!text.ok) throw new Error(text.error);
  if (text.value === null || text.value === read.text) return false;
  const keys = await source.read();
  if (!keys.ok) throw new Error(keys.error);
  const opened = ringIn(text.value, path, { source, keys: keys.value });
  if (!opened.ok) throw new Error(opened.error);
  read.ring = opened.value;
  read.text = text.value;
  return true;
}

// A holder that another server has given a key a moment ago: nobody waits for its word of it.
function keyInFile(path: string, { wrapping, destroyed }: Ring, holder: string): Uint8Array | null {
  if (destroyed.has(holder) || !existsSync(path)) return null;
  const json = parseStrictJson(readFileSync(path, "utf8"));
  const document = json.ok ? ringSchema.safeParse(json.value) : null;
  const box = document?.success === true ? document.data.keys[holder] : undefined;
  const bytes = box === undefined ? null : fromBase64Url(box);
  const key = bytes?.ok === true ? open(wrapping, bytes.value, labelOf(holder)) : null;
  return key?.ok === true ? key.value : null;
}

function made(ring: Ring, holder: string): Changed<Uint8Array> {
  if (ring.destroyed.has(holder)) throw new Error(`the key of \`${holder}\` was destroyed`);
  const there = ring.keys.get(holder);
  if (there !== undefined) return { next: ring, value: there };
  const key = freshKey();
  return { next: { ...ring, keys: new Map(ring.keys).set(holder, key) }, value: key };
}

function without(ring: Ring, holder: string): Ring {
  if (ring.destroyed.has(holder)) return ring;
  const keys = new Map([...ring.keys].filter(([name]) => name !== holder));
  return { ...ring, keys, destroyed: new Set([...ring.destroyed, holder]) };
}

// The next key is looked up in the turn that puts it in force: others may have put it there, and a further one since.
function replaced<Value>(
  ring: Ring,
  key: Result<Uint8Array, string>,
  by: (ring: Ring, key: Uint8Array) => Changed<Value>,
): Changed<Result<Value, string>> {
  if (!key.ok) return { next: ring, value: key };
  const { next, value } = by(ring, key.value);
  return { next, value: ok(value) };
}

function rotated(ring: Ring, to: Uint8Array): Changed<WrappingRotation> {
  const [from, next] = [keyId(ring.wrapping), keyId(to)];
  const value = { from, to: next, holders: ring.keys.size };
  return { next: { ...ring, wrapping: to, unlogged: value }, value };
}

function linked(ring: Ring, link: Uint8Array): Changed<RoomKeyRotation> {
  const next = { ...ring, roomLinks: [...ring.roomLinks, link], rekeying: { isTold: false } };
  return { next, value: rotationOf(next, next.rekeying) };
}

function rekeyingOf(ring: Ring): RoomKeyRotation | null {
  return ring.rekeying === null ? null : rotationOf(ring, ring.rekeying);
}

function rotationOf({ room, roomLinks }: Ring, { isTold }: { readonly isTold: boolean }): RoomKeyRotation {
  const ids = [room, ...roomLinks.map(keyId)];
  const [from = room, to = room] = ids.slice(-2);
  return { from, to, keys: ids.length, isTold };
}

function notedAs({ rekeying }: Ring, how: "told" | "over"): Ring["rekeying"] {
  return rekeying === null || how === "over" ? null : { isTold: true };
}

// A key that a rotation begun earlier has put in place is the one to go on with.
async function nextKey(sources: KeysInTurn, ring: Ring): Promise<Result<Uint8Array, string>> {
  const { source } = sources;
  const keys = await source.read();
  if (!keys.ok) return keys;
  if (!isUnder(ring, keys.value)) return err(`${source.name} gives other keys now than those that the room runs with`);
  const { nextWrapping } = keys.value;
  const isFree = (next: Uint8Array | null): next is Uint8Array => next !== null && keyId(next) !== keyId(ring.wrapping);
  if (isFree(nextWrapping)) return ok(nextWrapping);
  if (source.write === null) {
    if (nextWrapping !== null) return err(`${source.name} ${ALREADY}`);
    return err(
      `${source.name} gives no next wrapping key, and the room cannot write there: put one beside the present`,
    );
  }
  const fresh = freshKey();
  const put = await changeKeys(sources, (now) =>
    isFree(now.nextWrapping) ? now : { ...promoted(now, ring.wrapping), nextWrapping: fresh },
  );
  return put.ok ? ok(put.value.nextWrapping ?? fresh) : put;
}

// Other keys may have been put in the place of those that the room was started with. Nothing is sealed under them.
function isUnder(ring: Ring, { wrapping, nextWrapping, room }: RoomKeys): boolean {
  const given = nextWrapping === null ? [wrapping] : [wrapping, nextWrapping];
  return keyId(room) === ring.room && given.some((key) => keyId(key) === keyId(ring.wrapping));
}

const ALREADY = "gives as the next wrapping key the one that is in force: make it the present one, and put another";

async function promote(sources: KeysInTurn, wrapping: Uint8Array): Promise<void> {
  if (sources.source.write === null) return;
  await changeKeys(sources, (now) => promoted(now, wrapping));
}

// Another server may have put a further key in the place of this one since.
function promoted(keys: RoomKeys, wrapping: Uint8Array): RoomKeys {
  const isNext = keys.nextWrapping !== null && keyId(keys.nextWrapping) === keyId(wrapping);
  return isNext ? { ...keys, wrapping, nextWrapping: null } : keys;
}

function formatRing(ring: Ring): string {
  const { wrapping, room, roomLinks, rekeying, keys, destroyed, unlogged, handOvers } = ring;
  const sealed = [...keys].map(([holder, key]) => [holder, toBase64Url(seal(wrapping, key, labelOf(holder)))]);
  const document = {
    concordat: "key-ring/1",
    wrapping: keyId(wrapping),
    room,
    ...(roomLinks.length === 0 ? {} : { roomLinks: roomLinks.map(keyId) }),
    ...(rekeying === null ? {} : { rekeying }),
    keys: Object.fromEntries(sealed),
    destroyed: [...destroyed],
    unlogged,
    ...(handOvers.length === 0 ? {} : { handOvers }),
  };
  return `${JSON.stringify(document)}\n`;
}

function labelOf(holder: string): Uint8Array {
  return utf8(`concordat key ring: ${holder}`);
}
