// Storage that is full, in earnest: a file system of a few megabytes, where this user may mount one, and a bound that
// the system sets on the size of files. The room says so by name, nothing half-written stays, the earlier version is
// in force, and the same requests succeed once there is space.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../journeys/lists.ts";
import { type Answer, signedCall } from "../signed-call.ts";
import { type HardRoom, startHardRoom } from "./hard-room.ts";
import { bringList, listOfPeople, mustCall, populate, textOf } from "./small-world.ts";

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
  it("a part, and then its commit, are refused by name and succeed afterwards", () => outlasts(boundedFiles), 120_000);
});
describe.skipIf(!mayMount)("when the disk is full", () => {
  it("a part, and then its commit, are refused by name and succeed afterwards", () => outlasts(smallDisk), 120_000);
});

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
