// The key ring in a file passes the suite of the port; here is what only a file can be held to.

import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { turnsInMemory } from "../app/in-memory.ts";
import { LIMITS } from "../domain/limits.ts";
import type { InTurn } from "../ports/servers.ts";
import { keyRingSuite } from "../testing/key-ring-suite.ts";
import { lostTurns } from "../testing/lost-turns.ts";
import { memoryKeyRing } from "../testing/memory-key-ring.ts";
import { openKeyRing } from "./key-ring.ts";
import { freshKey, type KeySource, keySource, type RoomKeys } from "./room-keys.ts";
import { nextLink } from "./room-links.ts";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "concordat-ring-"));
});
afterAll(() => rm(folder, { recursive: true }));

keyRingSuite("the key ring in memory", async () => memoryKeyRing(["second"]));
keyRingSuite("the key ring in a file", async () => (await place()).ring);
keyRingSuite("the key ring in a file whose keys the room cannot write", async () => {
  const { keys, directory } = await place();
  return openedIn(directory, fixed({ ...keys, nextWrapping: freshKey(), nextRoom: freshKey() }));
});

async function place() {
  const directory = join(folder, `${++count}`);
  const source = keySource({ kind: "file", path: join(directory, "keys.json") }, { mayMake: true });
  const keys = await keysOf(source);
  return { directory, source, keys, ring: await openedIn(directory, source), path: join(directory, "key-ring.json") };
}

async function keysOf(source: KeySource): Promise<RoomKeys> {
  const keys = await source.read();
  if (!keys.ok) throw new Error(keys.error);
  return keys.value;
}

async function sourcesOf(source: KeySource) {
  return { source, keys: await keysOf(source), inTurn: turnsInMemory(), changed: () => undefined };
}

async function openedIn(directory: string, source: KeySource) {
  const ring = await openKeyRing(directory, await sourcesOf(source));
  if (!ring.ok) throw new Error(ring.error);
  return ring.value;
}

/** A source that the room cannot write, such as an environment. */
const fixed = (keys: RoomKeys): KeySource => ({
  name: "a service",
  read: async () => ({ ok: true, value: keys }),
  write: null,
});

async function refusal(directory: string, source: KeySource): Promise<string> {
  const opened = await openKeyRing(directory, await sourcesOf(source));
  return opened.ok ? "opened" : opened.error;
}

test("is one ring for all servers: each changes what the other has left, and finds what it made", async () => {
  const { directory, source, ring } = await place();
  const other = await openedIn(directory, source);
  const made = await ring.make("ann 1");
  expect(other.find("ann 1")).toEqual(made);
  await other.make("bob 1");
  await ring.destroy("ann 1");
  expect(other.isDestroyed("ann 1")).toBe(false);
  expect([await other.refresh(), await other.refresh()]).toEqual([true, false]);
  expect([other.isDestroyed("ann 1"), other.find("ann 1")]).toEqual([true, null]);
  expect((await ring.rotate()).ok).toBe(true);
  const late = await other.make("eve 1");
  expect(ring.find("eve 1")).toEqual(late);
  const again = await openedIn(directory, source);
  expect(again.find("bob 1")).toEqual(other.find("bob 1"));
});

test("keeps what others made of it while a server was frozen that meant to change it", async () => {
  const { directory, source, ring } = await place();
  await ring.make("ann 1");
  const inTurn = lostTurns(() => ring.make("bob 1"));
  const late = await openKeyRing(directory, { ...(await sourcesOf(source)), inTurn });
  if (!late.ok) throw new Error(late.error);
  await expect(late.value.make("eve 1")).rejects.toThrow("the turn is another's");
  expect([late.value.find("bob 1"), late.value.find("eve 1")]).toEqual([ring.find("bob 1"), null]);
  expect((await openedIn(directory, source)).find("bob 1")).toEqual(ring.find("bob 1"));
  expect((await readdir(directory)).sort()).toEqual(["key-ring.json", "keys.json"]);
});

test("a server that was frozen as it rotated takes back no key that others put in place meanwhile", async () => {
  const { directory, source, ring } = await place();
  const key = await ring.make("ann 1");
  const further = async () => expect([(await ring.rotate()).ok, (await ring.beginRekeying()).ok]).toEqual([true, true]);
  for (const frozenAt of [1, 2, 3]) {
    let turns = 0;
    const own = turnsInMemory();
    const inTurn: InTurn = (thing, work) => (++turns === frozenAt ? lostTurns(further)(thing, work) : own(thing, work));
    const late = await openKeyRing(directory, { ...(await sourcesOf(source)), inTurn });
    if (!late.ok) throw new Error(late.error);
    turns = 0;
    await expect(late.value.rotate(), `turn ${frozenAt}`).rejects.toThrow("the turn is another's");
    await ring.noteRekeying("over");
    const again = await openedIn(directory, source);
    expect([again.find("ann 1"), again.roomLinks().length]).toEqual([key, frozenAt]);
    expect(await keysOf(source)).toMatchObject({ nextWrapping: null, nextRoom: null });
  }
});

test("is there again after a restart, sealed, for its owner alone", async () => {
  const { directory, source, ring, path } = await place();
  const key = await ring.make("ann 1");
  await ring.make("bob 1");
  await ring.destroy("bob 1");
  const again = await openedIn(directory, source);
  expect(again.find("ann 1")).toEqual(key);
  expect([again.find("bob 1"), again.isDestroyed("bob 1")]).toEqual([null, true]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const text = await readFile(path, "utf8");
  for (const spelt of ["hex", "base64", "base64url"] as const)
    expect(text).not.toContain(Buffer.from(key).toString(spelt));
});

test("keeps every key that is made at once", async () => {
  const { directory, source, ring } = await place();
  const holders = Array.from({ length: 20 }, (_, index) => `p${index} 1`);
  const made = await Promise.all(holders.map((holder) => ring.make(holder)));
  const again = await openedIn(directory, source);
  expect(holders.map((holder) => again.find(holder))).toEqual(made);
});

test("is refused under other keys, damaged, moved between holders, or open to others", async () => {
  const { directory, source, keys, ring, path } = await place();
  await Promise.all([ring.make("ann 1"), ring.make("bob 1")]);
  const kept = await readFile(path, "utf8");
  expect(await refusal(directory, fixed({ ...keys, wrapping: freshKey() }))).toMatch(/sealed under the wrapping key/);
  expect(await refusal(directory, fixed({ ...keys, room: freshKey() }))).toMatch(/another key for tokens/);
  const ringOf: { keys: Record<string, string> } = JSON.parse(kept);
  const moved = { ...ringOf, keys: { ...ringOf.keys, "ann 1": ringOf.keys["bob 1"] } };
  for (const [text, says] of [
    ["{}", /does not hold a key ring/],
    [JSON.stringify(moved), /key of `ann 1` that does not open/],
  ] as const) {
    await writeFile(path, text);
    expect(await refusal(directory, source)).toMatch(says);
  }
  await writeFile(path, kept);
  await chmod(path, 0o644);
  expect(await refusal(directory, source)).toMatch(/can be read by others: chmod 600/);
});

test("after a rotation opens under the next key alone, and a file of keys forgets the former", async () => {
  const { directory, source, keys, ring, path } = await place();
  const key = await ring.make("ann 1");
  const before = await readFile(path, "utf8");
  expect((await ring.rotate()).ok).toBe(true);
  const now = await keysOf(source);
  expect(now.nextWrapping).toBeNull();
  expect(now.wrapping).not.toEqual(keys.wrapping);
  const again = await openedIn(directory, source);
  expect(again.find("ann 1")).toEqual(key);
  expect(again.unlogged()).not.toBeNull();
  expect(await refusal(directory, fixed(keys))).toMatch(/sealed under the wrapping key/);
  // A copy of the ring from before is worth nothing without the former key.
  await writeFile(path, before);
  expect(await refusal(directory, source)).toMatch(/sealed under the wrapping key/);
});

test("goes on with a rotation that was cut short, whichever of its writes was the last", async () => {
  const { directory, source, keys, ring, path } = await place();
  const key = await ring.make("ann 1");
  const [ringBefore, nextWrapping] = [await readFile(path, "utf8"), freshKey()];
  if (source.write === null) throw new Error("a file can be written");
  await source.write({ ...keys, nextWrapping });
  expect((await openedIn(directory, source)).find("ann 1")).toEqual(key);
  expect((await ring.rotate()).ok).toBe(true);
  expect((await keysOf(source)).wrapping).toEqual(nextWrapping);
  // The ring lies under the next key, and the file of keys still names both.
  await source.write({ ...keys, nextWrapping });
  expect((await openedIn(directory, source)).find("ann 1")).toEqual(key);
  expect(await keysOf(source)).toMatchObject({ wrapping: nextWrapping, nextWrapping: null });
  // The former key was given up, and the ring comes back from before: nothing opens, and it says why.
  await writeFile(path, ringBefore);
  expect(await refusal(directory, source)).toMatch(/sealed under the wrapping key/);
});

test("asks for a next key where it cannot make one, and takes none twice", async () => {
  const { directory, keys, ring } = await place();
  await ring.make("ann 1");
  const [alone, next] = [fixed(keys), fixed({ ...keys, nextWrapping: freshKey() })];
  // What a source gives is read once at a start: it may be a command that asks elsewhere.
  let reads = 0;
  const counted = { ...next, read: () => next.read().finally(() => reads++) };
  await openedIn(directory, counted);
  expect(reads).toBe(1);
  expect(await (await openedIn(directory, alone)).rotate()).toMatchObject({ ok: false, error: /no next wrapping key/ });
  const rotating = await openedIn(directory, next);
  expect((await rotating.rotate()).ok).toBe(true);
  expect(await rotating.rotate()).toMatchObject({
    ok: false,
    error: /as the next wrapping key the one that is in force:/,
  });
  expect((await openedIn(directory, next)).find("ann 1")).toEqual(rotating.find("ann 1"));
});

test("seals nothing under keys that were put in the place of its own while it is open", async () => {
  const { directory, ring, path, source } = await place();
  await ring.make("ann 1");
  const sealed = await readFile(path, "utf8");
  const other = await place();
  const foreign = await readFile(join(other.directory, "keys.json"), "utf8");
  const own = await readFile(join(directory, "keys.json"), "utf8");
  await writeFile(join(directory, "keys.json"), foreign);
  expect(await ring.rotate()).toMatchObject({ ok: false, error: /other keys now than those that the room runs with/ });
  expect(await readFile(path, "utf8")).toBe(sealed);
  expect(await readFile(join(directory, "keys.json"), "utf8")).toBe(foreign);
  await writeFile(join(directory, "keys.json"), own);
  expect((await ring.rotate()).ok).toBe(true);
  expect((await openedIn(directory, source)).find("ann 1")).toEqual(ring.find("ann 1"));
});

test("goes on with a rotation of the room key that was cut short, whichever of its writes was the last", async () => {
  const { directory, source, keys, ring, path } = await place();
  if (source.write === null) throw new Error("a file can be written");
  await ring.make("ann 1");
  const [ringBefore, nextRoom] = [await readFile(path, "utf8"), freshKey()];
  // The source has a next key, and the ring does not know of it: it counts for nothing yet.
  await source.write({ ...keys, nextRoom });
  expect((await openedIn(directory, source)).roomLinks()).toEqual([]);
  const opened = await openedIn(directory, source);
  expect(await opened.beginRekeying()).toMatchObject({ ok: true, value: { keys: 2 } });
  expect(await keysOf(source)).toMatchObject({ roomLinks: [nextRoom], nextRoom: null });
  // The ring has it in force, and the source still names it as the next.
  await source.write({ ...keys, nextRoom });
  const again = await openedIn(directory, source);
  expect([again.roomLinks(), again.rekeying()?.isTold]).toEqual([[nextRoom], false]);
  expect(await keysOf(source)).toMatchObject({ roomLinks: [nextRoom], nextRoom: null });
  await again.noteRekeying("over");
  // A second rotation gets a fresh key, and a ring from before either says that it is too old.
  expect(await again.beginRekeying()).toMatchObject({ ok: true, value: { keys: 3 } });
  expect((await openedIn(directory, source)).roomLinks()).toHaveLength(2);
  await writeFile(path, ringBefore);
  expect(await refusal(directory, source)).toMatch(/2 keys behind the room key, and the key ring knows of 0/);
});

test("asks for the next room key where it cannot make one, and for the links that lists were made with", async () => {
  const { directory, keys, ring } = await place();
  await ring.make("ann 1");
  const [alone, link] = [fixed(keys), freshKey()];
  const without = await (await openedIn(directory, alone)).beginRekeying();
  expect(without).toMatchObject({ ok: false, error: /no next room key.*NEXT_ROOM/ });
  const next = fixed({ ...keys, nextRoom: link });
  const begun = await openedIn(directory, next);
  expect((await begun.beginRekeying()).ok).toBe(true);
  await begun.noteRekeying("over");
  expect(await begun.beginRekeying()).toMatchObject({ ok: false, error: /is in force already/ });
  const linked = fixed({ ...keys, roomLinks: [link] });
  for (const source of [next, linked]) expect((await openedIn(directory, source)).roomLinks()).toEqual([link]);
  expect(await refusal(directory, alone)).toMatch(/with 1 key behind the room key, and a service does not give/);
  const other = fixed({ ...keys, roomLinks: [freshKey()] });
  expect(await refusal(directory, other)).toMatch(/does not give the key [0-9a-f]{16} as number 1/);
  const most = fixed({ ...keys, nextRoom: freshKey() });
  const links = Array.from({ length: LIMITS.roomKeyLinks }, freshKey);
  expect(await nextLink({ source: most, inTurn: turnsInMemory() }, links)).toMatchObject({
    error: /rotated 16 times already/,
  });
});
