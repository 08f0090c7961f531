// Storage that is full, in earnest: a file system of a few megabytes, where this user may mount one, and a bound that
// the system sets on the size of files. The room says so by name, nothing half-written stays, the earlier version is
// in force, and the same requests succeed once there is space.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { LIMITS } from "../../domain/limits.ts";
import { sha256Hex } from "../journeys/lists.ts";
import { readRoomKeys } from "../room-keys.ts";
import { type Answer, type SignedCall, signedCall } from "../signed-call.ts";
import { type HardRoom, startHardRoom } from "./hard-room.ts";
import { asOwner, tableFaults } from "./room-facts.ts";
import { seenLog } from "./seen-log.ts";
import { bringList, contractOfMembers, listOfPeople, mustCall, populate, textOf } from "./small-world.ts";

const isLinux = process.platform === "linux";
if (!isLinux) console.warn("SKIPPED: files are bounded by prlimit, which this system has not");
const mayMount = isLinux && canMount();
if (!mayMount) console.warn("SKIPPED: a full disk is not tried, as this user may not mount a file system");

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type Full = {
  readonly room: HardRoom;
  /** From now on nothing large can be written. */
  readonly fill: () => void;
  readonly free: () => void;
};

async function boundedFiles(): Promise<Full> {
  const room = await startHardRoom("128MiB");
  undo.push(room.discard);
  return { room, fill: () => room.limitFiles(SPACE), free: () => room.limitFiles(null) };
}

async function smallDisk(): Promise<Full> {
  const disk = await mkdtemp(join(tmpdir(), "concordat-full-"));
  undo.push(() => rm(disk, { recursive: true }));
  const mounted = (options: string) => execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", disk]);
  mounted("size=64m,mode=0700");
  undo.push(() => void execFileSync("umount", ["--lazy", disk]));
  const directory = await mkdtemp(join(tmpdir(), "concordat-hard-"));
  await symlink(disk, join(directory, "lists"));
  const room = await startHardRoom("128MiB", directory);
  undo.push(room.discard);
  // As large as what lies there now, and a little more.
  const used = () => Number(execFileSync("df", ["--output=used", "-B1", disk]).toString().split("\n")[1]);
  return {
    room,
    fill: () => mounted(`remount,size=${used() + SPACE}`),
    free: () => mounted("remount,size=64m"),
  };
}

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    const directory = execFileSync("mktemp", ["-d"]).toString().trim();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", directory], { stdio: "ignore" });
    execFileSync("umount", [directory]);
    execFileSync("rmdir", [directory]);
    return true;
  } catch (error) {
    console.warn(`mounting fails: ${String(error)}`);
    return false;
  }
}

/** As many as fit into a part: other threads read and seal them, so that it is these that find no space. */
const PEOPLE = { from: 0, until: 100_000 };
/** Enough for the first of several frames of the part and of the version. */
const SPACE = 1_048_576;

describe.skipIf(!isLinux)("when files may not grow", () => {
  it("a part, and then its commit, are refused by name and succeed afterwards", () => outlasts(boundedFiles));
});
describe.skipIf(!mayMount)("when the disk is full", () => {
  it("a part, and then its commit, are refused by name and succeed afterwards", () => outlasts(smallDisk));
});

describe.skipIf(!mayMount)("when the database's disk is full", () => {
  it("nothing acknowledged is lost, what is refused succeeds later, and the database comes back alone", async () => {
    const { room, fill, free } = await smallDiskForAll();
    const keys = await populate(room.origin, room.operator.key);
    const key = keys["alba-travel"];
    const log = seenLog({
      origin: room.origin,
      operator: room.operator.key,
      roomKeys: await readRoomKeys(room.directory),
    });
    await log.look();
    const offer = (number: number): SignedCall => {
      const json = contractOfMembers(`full-${number}`);
      return { method: "POST", path: "/v1/contracts", key, json, idempotencyKey: `offered-to-a-full-disk-${number}` };
    };
    const send = (number: number) => signedCall(room.origin, offer(number));
    fill();
    const answers = await untilRefused(send);
    expectFull(answers.at(-1) ?? (await send(0)));
    await breakLog(room.directory);
    const down = await send(answers.length);
    expect([down.status, down.body["type"]]).toEqual([503, "/problems/unavailable"]);
    expect((await fetch(`${room.origin}/healthz`)).status).toBe(200);
    free();
    await untilReady(room.origin);
    for (const [number, answer] of answers.entries()) {
      const again = await send(number);
      expect([again.status, again.text]).toEqual([201, answer.status === 201 ? answer.text : again.text]);
    }
    expect(await log.look()).toBe(true);
    expect(await asOwner(room.directory, tableFaults)).toEqual([]);
  });
});

/** What a fresh room writes, and what it must have left to be ready. */
const DISK_MIB = 256 + LIMITS.diskFreeBytes / 1_048_576;

/** A room that lies on a small disk whole, its database as well. */
async function smallDiskForAll(): Promise<Full> {
  const disk = await mkdtemp(join(tmpdir(), "concordat-full-"));
  undo.push(() => rm(disk, { recursive: true }));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MIB}m,mode=0755`, "tmpfs", disk]);
  undo.push(() => void execFileSync("umount", ["--lazy", disk]));
  const directory = join(disk, "room");
  await mkdir(directory, { mode: 0o755 });
  const room = await startHardRoom("128MiB", directory);
  undo.push(room.discard);
  const filler = join(disk, "filler");
  const left = () => Number(execFileSync("df", ["--output=avail", "-B1", disk]).toString().split("\n")[1]);
  return {
    room,
    fill: () => void execFileSync("fallocate", ["--length", String(left()), filler]),
    free: () => rmSync(filler),
  };
}

/** Sends one after another until one is not taken any more; that one is the last. */
async function untilRefused(send: (number: number) => Promise<Answer>): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < 500) {
    const answer = await send(answers.length);
    answers.push(answer);
    if (answer.status !== 201) return answers;
  }
  throw new Error("a full disk takes everything");
}

/** Has the database begin another file of its write-ahead log, which it cannot: it gives up, and starts no more. */
async function breakLog(directory: string): Promise<void> {
  const broken = asOwner(directory, async (sql) => {
    for (let file = 0; file < 8; file++) {
      await sql.unsafe("select pg_switch_wal()");
      await sql.unsafe("select txid_current()");
    }
  });
  await expect(broken).rejects.toThrow();
}

async function untilReady(origin: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if ((await fetch(`${origin}/readyz`)).status === 200) return;
    await sleep(100);
  }
  throw new Error("the room is not ready any more after its disk was full");
}

async function outlasts(make: () => Promise<Full>): Promise<void> {
  const { room, fill, free } = await make();
  const keys = await populate(room.origin, room.operator.key);
  const key = keys["alba-travel"];
  const get = (path: string) => mustCall(room.origin, { method: "GET", path, key });
  await bringList(room.origin, key, { from: 0, until: 500 });
  const versions = (await get("/v1/datasets/customers/versions")).text;
  const opened = { method: "POST", path: "/v1/datasets/customers/uploads", key, json: {} };
  const path = `/v1/uploads/${textOf(await mustCall(room.origin, opened), "id")}`;
  const bytes = listOfPeople(PEOPLE, true);
  const part = { method: "PUT", path: `${path}/parts/1`, key, bytes, contentType: "text/csv" };
  const json = { parts: [sha256Hex(bytes)] };
  const commit = { method: "POST", path: `${path}/commit`, key, json, idempotencyKey: randomUUID() };

  for (const [call, nextPart] of [
    [part, 1],
    [commit, 2],
  ] as const) {
    const files = await room.listFiles();
    fill();
    // A second try finds as little space as the first, and leaves as little behind.
    for (let tries = 0; tries < 2; tries++) expectFull(await signedCall(room.origin, call));
    expect((await room.listFiles()).filter((name) => /\.(segment|part|unfinished)$/.test(name))).toEqual(
      files.filter((name) => /\.(segment|part|unfinished)$/.test(name)),
    );
    expect((await get(path)).body).toMatchObject({ state: "open", nextPart });
    expect((await get("/v1/datasets/customers/versions")).text).toBe(versions);
    free();
    await mustCall(room.origin, call);
  }
  const after = await get("/v1/datasets/customers/versions");
  expect(after.body).toMatchObject({
    items: [
      { sequence: 2, people: PEOPLE.until },
      { sequence: 1, people: 500 },
    ],
  });
}

function expectFull(answer: Answer): void {
  expect(answer.body).toMatchObject({
    type: "/problems/storage-full",
    status: 507,
    detail: expect.stringMatching(/^the work was given up and nothing has changed; reference /),
    next: expect.stringMatching(/once whoever runs the room has made space/),
  });
}
