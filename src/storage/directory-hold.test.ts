import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { holdDirectory } from "./directory-hold.ts";

let directory: string;
const file = () => join(directory, "room.pid");

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "concordat-hold-"));
});
afterEach(() => rm(directory, { recursive: true }));

test("a directory is held by one at a time, and free again when it is released", async () => {
  const first = await holdDirectory(directory);
  const second = await holdDirectory(directory);
  expect(second).toEqual({
    ok: false,
    error: `another room (process ${process.pid}) works in ${directory}: stop it, or set CONCORDAT_DATA`,
  });
  if (!first.ok) throw new Error(first.error);
  await first.value.release();
  expect(await readdir(directory)).toEqual([]);
  expect((await holdDirectory(directory)).ok).toBe(true);
});

test("takes over the hold of a process that is gone, and one that a crash left half written", async () => {
  const gone = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(gone, "exit");
  for (const left of [JSON.stringify({ pid: gone.pid, started: "1" }), "", "{", "null", '{"pid":0,"started":"1"}']) {
    await writeFile(file(), left);
    const hold = await holdDirectory(directory);
    if (!hold.ok) throw new Error(`${left}: ${hold.error}`);
    expect(JSON.parse(await readFile(file(), "utf8"))).toMatchObject({ pid: process.pid });
    await hold.value.release();
  }
});

// A container's processes have the same few numbers after every start, so a crash would shut the room out for good.
test("takes over when the number belongs to another program by now", async (context) => {
  if (process.platform !== "linux") return context.skip("only Linux tells in a file when a process started");
  const other = spawn("sleep", ["60"], { stdio: "ignore" });
  await writeFile(file(), JSON.stringify({ pid: other.pid, started: "1" }));
  expect((await holdDirectory(directory)).ok).toBe(true);
  other.kill();
});

test("gives a dead room's directory to one of many that start at once", async () => {
  for (let round = 0; round < 20; round++) {
    await writeFile(file(), JSON.stringify({ pid: 2 ** 30, started: "1" }));
    const holds = await Promise.all(Array.from({ length: 8 }, () => holdDirectory(directory)));
    expect(holds.filter((hold) => hold.ok)).toHaveLength(1);
    expect(await readdir(directory)).toEqual(["room.pid"]);
  }
});
