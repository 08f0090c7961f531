// The room's keys are rotated while it serves, over real HTTP with a real database (T-24): no request fails, overlap
// and ledger are as they were, and a crash between key ring and log is made good.

import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepHouse } from "../../app/keep-house.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { budgetSchema } from "../../wire/api/question.ts";
import { wrappingRotationSchema } from "../../wire/api/room.ts";
import { startTestRoom } from "../room.ts";
import { csvOf, people } from "./lists.ts";
import {
  ask,
  audienceOf,
  call,
  expectProblem,
  openWorld,
  overlapOf,
  pairOf,
  read,
  upload,
  type World,
} from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 120_000);
afterAll(() => world.room.discard());

const rotate = async () =>
  read(wrappingRotationSchema, await call(world.operator, "POST /v1/room/wrapping-key", { json: {} }));

async function rotations() {
  const { items } = read(entryListSchema, await call(world.operator, "GET /v1/audit/entries?limit=1000"));
  return items.map(({ entry }) => JSON.parse(entry)).filter(({ act }) => act === "wrapping-key-rotated");
}

test("the wrapping key is rotated under load: none fails, and overlap, ledger and files are the same", async () => {
  const { left, right, contract } = await pairOf(world, {
    names: ["turning-left", "turning-right"],
    lists: [people(0, 300), people(50, 350)],
  });
  const question = overlapOf(contract, [left, right]);
  const release = await ask(left, question);
  const given = await ask(left, audienceOf(contract, [left, right]));
  const rowsOf = async () => (await call(left, `GET /v1/releases/${given.id}/rows`)).text.split("\r\n").sort();
  const rows = await rowsOf();
  const before = read(budgetSchema, await call(right, "GET /v1/budget"));
  const keys = await readFile(join(world.room.directory, "keys.json"), "utf8");
  let isOver = false;
  const load = Array.from({ length: 4 }, async () => {
    const answers: [status: number, text: string][] = [];
    while (!isOver) {
      const again = await call(left, "POST /v1/questions", { json: question });
      answers.push([again.status, again.text], [(await call(left, `GET /v1/releases/${given.id}/rows`)).status, ""]);
    }
    return answers;
  });
  const turned = [await rotate(), await rotate(), await rotate()];
  isOver = true;
  const answers = (await Promise.all(load)).flat();
  expect(answers.length).toBeGreaterThan(8);
  expect(answers.filter(([status]) => status !== 200)).toEqual([]);
  expect(new Set(answers.map(([, text]) => text))).toEqual(new Set(["", release.text]));
  expect(turned.slice(1).map(({ from }) => from)).toEqual(turned.slice(0, 2).map(({ to }) => to));
  expect((await readFile(join(world.room.directory, "keys.json"), "utf8")) === keys).toBe(false);
  expect((await rotations()).map(({ detail }) => detail)).toEqual(turned);
  expect(read(budgetSchema, await call(right, "GET /v1/budget"))).toEqual(before);
  expect(await rowsOf()).toEqual(rows);
  expect((await upload(left, csvOf(people(0, 310), "n"))).people).toBe(310);
}, 60_000);

test("a rotation that a crash kept from the log stands in it after the next start", async () => {
  const before = (await rotations()).length;
  const rotated = await world.room.ports.room.keyRing.rotate();
  if (!rotated.ok) throw new Error(rotated.error);
  await world.room.stop();
  const room = await startTestRoom(world.room.directory);
  world = { room, origin: room.publicOrigin, operator: { ...world.operator, origin: room.publicOrigin } };
  const entries = await rotations();
  expect(entries).toHaveLength(before + 1);
  expect(entries.at(-1)).toMatchObject({ actor: { room: true }, detail: rotated.value });
  await keepHouse(world.room.ports);
  expect(await rotations()).toHaveLength(before + 1);
});

test("is the operator's act alone, and a room whose keys are gone does not make others", async () => {
  const { left } = await pairOf(world, { names: ["no-operator", "bystander"], lists: [people(0, 20), people(0, 20)] });
  expectProblem(await call(left, "POST /v1/room/wrapping-key", { json: {} }), "operator-only", /./);
  await world.room.stop();
  const path = join(world.room.directory, "keys.json");
  const kept = await readFile(path, "utf8");
  await rm(path);
  await expect(startTestRoom(world.room.directory)).rejects.toThrow(/is gone: bring the file back/);
  await expect(readFile(path)).rejects.toThrow("ENOENT");
  await writeFile(path, kept, { mode: 0o600 });
  const room = await startTestRoom(world.room.directory);
  world = { room, origin: room.publicOrigin, operator: { ...world.operator, origin: room.publicOrigin } };
  expect((await rotations()).length).toBeGreaterThan(0);
});
