// The three sources of a room's keys pass one suite; here is what only one of them is held to.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshKeys, keySourceSuite, type PutKeys } from "../testing/key-source-suite.ts";
import { outputOf } from "./key-command.ts";
import { keySource } from "./room-keys.ts";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "concordat-keys-"));
});
afterAll(() => rm(folder, { recursive: true }));

const documentOf = (keys: PutKeys) => JSON.stringify({ concordat: "room-keys/1", ...keys });

async function fileWith(keys: PutKeys | null): Promise<string> {
  const path = join(folder, `${++count}.json`);
  if (keys !== null) await writeFile(path, documentOf(keys), { mode: 0o600 });
  return path;
}

async function closedFolder(): Promise<string> {
  const path = join(folder, "closed");
  await mkdir(path, { mode: 0o700 });
  return path;
}

keySourceSuite("a file", async (keys) => keySource({ kind: "file", path: await fileWith(keys) }, { mayMake: false }));
keySourceSuite("a command", async (keys) => {
  const command = `cat '${await fileWith(keys)}'`;
  return keySource({ kind: "command", command }, { mayMake: true });
});
keySourceSuite("the environment", async (keys) => {
  const { wrapping, room, roomLinks, log, next } = keys ?? {};
  const variables = new Map<string, string | undefined>([
    ["ROOM_KEY_WRAPPING", wrapping],
    ["ROOM_KEY_NEXT_WRAPPING", next?.wrapping],
    ["ROOM_KEY_ROOM", room],
    ["ROOM_KEY_ROOM_LINKS", roomLinks?.join(" ")],
    ["ROOM_KEY_NEXT_ROOM", next?.room],
    ["ROOM_KEY_LOG", log === undefined ? undefined : JSON.stringify(log)],
  ]);
  const place = { kind: "env", prefix: "ROOM_KEY_", variable: (name: string) => variables.get(name) } as const;
  return keySource(place, { mayMake: true });
});

test("a file is made for a room that never had one, read ever after, and not made in place of a lost one", async () => {
  const path = join(folder, "made.json");
  const source = keySource({ kind: "file", path }, { mayMake: true });
  const [first, second] = [await source.read(), await source.read()];
  expect(first.ok && second.ok && second.value.wrapping).toEqual(first.ok && first.value.wrapping);
  await rm(path);
  const lost = await keySource({ kind: "file", path }, { mayMake: false }).read();
  expect(lost).toMatchObject({ ok: false, error: /is gone: bring the file back/ });
  await expect(readFile(path)).rejects.toThrow("ENOENT");
});

test("a file that goes while the room runs is not made anew, and is read again when it is back", async () => {
  const path = join(folder, "going.json");
  const source = keySource({ kind: "file", path }, { mayMake: true });
  const first = await source.read();
  const kept = await readFile(path, "utf8");
  await rm(path);
  expect(await source.read()).toMatchObject({ ok: false, error: /is gone: bring the file back/ });
  await expect(readFile(path)).rejects.toThrow("ENOENT");
  await writeFile(path, kept, { mode: 0o600 });
  const again = await source.read();
  expect(again.ok && again.value.room).toEqual(first.ok && first.value.room);
});

test("what cannot be read is refused by its name and the system's word for why", async () => {
  const read = await keySource({ kind: "file", path: await closedFolder() }, { mayMake: true }).read();
  expect(read).toMatchObject({ ok: false, error: expect.stringMatching(/closed cannot be read \(EISDIR\)$/) });
});

test("a file that others can read is refused", async () => {
  const path = await fileWith(freshKeys());
  await chmod(path, 0o604);
  const read = await keySource({ kind: "file", path }, { mayMake: false }).read();
  expect(read).toEqual({ ok: false, error: `${path} can be read by others: chmod 600 ${path}` });
});

test("variables that are not there are named, and no file or command writes the room's own", async () => {
  const place = { kind: "env", prefix: "K_", variable: () => undefined } as const;
  const source = keySource(place, { mayMake: true });
  expect(await source.read()).toEqual({
    ok: false,
    error: "K_WRAPPING and K_ROOM and K_LOG of the environment must hold a key",
  });
  expect(source.write).toBeNull();
  expect(keySource({ kind: "command", command: "true" }, { mayMake: true }).write).toBeNull();
});

test("a command that fails, says too much or is not there is refused without a word of what it said", async () => {
  for (const [command, says] of [
    ["echo hunter2; echo hunter2 >&2; exit 3", /ended with 3/],
    ["no-such-program-anywhere hunter2", /ended with 127/],
    ["yes hunter2", /prints more than 65536 bytes/],
    ["echo hunter2; kill -9 $$", /ended by a signal/],
  ] as const) {
    const output = await outputOf(command);
    expect(output.ok ? "taken" : output.error).toMatch(says);
    expect(JSON.stringify(output)).not.toContain("hunter2");
  }
});

test("a command that does not end is killed with everything that it started", async () => {
  const path = join(folder, "child.pid");
  const output = await outputOf(`sleep 600 & echo $! > '${path}'; wait`, 300);
  expect(output).toMatchObject({ ok: false, error: /did not end within/ });
  const child = Number(await readFile(path, "utf8"));
  for (let tries = 0; tries < 100 && (await isAlive(child)); tries++) await wait(10);
  expect(await isAlive(child)).toBe(false);
});

/** Whether a process runs; one that nobody has buried yet does not. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch((gone: NodeJS.ErrnoException) => gone.code ?? "");
  return !/^(?:ENOENT|ESRCH)$|\) Z /.test(stat);
}
