// The room key is rotated, with real files and a real database: every answer is as before, whoever was erased or has
// objected stays so, a rotation that is killed goes on, and a backup from before comes back under the keys of now.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unwrapDataKey } from "../../app/receive-part.ts";
import { runProgram } from "../../cli/program.ts";
import { addRestore } from "../../cli/restore.ts";
import { addRoomKey } from "../../cli/rotate-room-key.ts";
import { readConfig } from "../../config.ts";
import { datasetRef } from "../../domain/dataset/schema.ts";
import { backUp } from "../../safekeeping/back-up.ts";
import { removeEmbedded } from "../../storage/embedded/launcher.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { erasureReplySchema, objectionReplySchema } from "../../wire/api/subject.ts";
import { needed } from "../backup/places.ts";
import { PUBLISHING, startTestRoom, type TestRoom } from "../room.ts";
import { csvOf, emailDigest, people } from "./lists.ts";
import {
  ask,
  audienceOf,
  call,
  commit,
  expectProblem,
  type Member,
  openUpload,
  openWorld,
  overlapOf,
  pairOf,
  read,
  sendPart,
  upload,
  type World,
} from "./world.ts";

let world: World;
let folder: string;
let left: Member;
let right: Member;
let contract: string;
/** What was asked and worked out before any rotation. */
let before: Awaited<ReturnType<typeof truths>>;
let overlap: { readonly text: string };
let audience: string;
let given: readonly string[];
let dangling: string;

const ERASED = 60;
const OBJECTING = 70;
const ERASED_LATER = 80;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "concordat-rekey-"));
  world = await openWorld();
  ({ left, right, contract } = await pairOf(world, {
    names: ["keyed-left", "keyed-right"],
    lists: [people(0, 300), people(50, 350)],
  }));
  await increment(left, "upsert", csvOf(people(290, 320), "l"));
  await increment(right, "delete", csvOf(people(340, 350), "r"));
  overlap = await ask(left, overlapOf(contract, [left, right]));
  audience = (await ask(left, audienceOf(contract, [left, right]))).id;
  await erase(ERASED);
  const objecting = { identifiers: [{ kind: "email", hash: emailDigest(OBJECTING) }], purpose: "activation" };
  read(objectionReplySchema, await call(right, "POST /v1/subjects/objections", { json: objecting }));
  given = await rowsOf(left, audience);
  dangling = await openUpload(left);
  await sendPart(left, { upload: dangling, number: 1, content: csvOf(people(0, 10), "l") });
  before = await truths();
});

afterAll(async () => {
  await world.room.discard();
  await rm(folder, { recursive: true });
});

/** Erases a person as `right`. */
async function erase(person: number): Promise<void> {
  const json = { identifiers: [{ kind: "email", hash: emailDigest(person) }] };
  read(erasureReplySchema, await call(right, "POST /v1/subjects/erasures", { json }));
}

async function increment(member: Member, change: "upsert" | "delete", csv: string): Promise<void> {
  const id = await openUpload(member, "customers", { change });
  await sendPart(member, { upload: id, number: 1, content: csv });
  const { createHash } = await import("node:crypto");
  const done = await commit(member, id, [createHash("sha256").update(csv).digest("hex")]);
  expect(done.status, done.text).toBe(201);
}

async function rowsOf(member: Member, release: string): Promise<readonly string[]> {
  const { status, text } = await call(member, `GET /v1/releases/${release}/rows`);
  expect(status, text).toBe(200);
  return text.trimEnd().split("\r\n").slice(1).sort();
}

/** What the matcher finds in every version of both lists, without noise, and how their tokens were made. */
async function truths() {
  const { store, matcher, room } = world.room.ports;
  const act = { name: "look", parties: [left.id, right.id] };
  const lists = await store.read(act, (tx) =>
    Promise.all(
      [left, right].map(async ({ id }) => {
        const dataKey = await unwrapDataKey(tx, room.keyRing, id);
        const rows = await tx.versions.list(datasetRef(id, "customers"));
        return rows.map(({ segment, scheme }) => ({ scheme, list: { segment, dataKey, consents: [], where: [] } }));
      }),
    ),
  );
  const [lefts = [], rights = []] = lists;
  const found: unknown[] = [];
  for (const { list: own } of lefts) {
    for (const { list: other } of rights) {
      const by = [{ list: 0, attribute: "tier" }];
      const query = { lists: [own, other], identifiers: ["email" as const], by, measures: [] };
      const selection = { own, other, identifiers: ["email" as const], maximum: 1_000 };
      const selected = await matcher.select(selection);
      found.push(
        ...[await matcher.overlap([own, other], ["email"]), await matcher.crossTab(query), selected.count],
        ...[[...selected.records].sort(), await matcher.drift(own, own)],
      );
    }
  }
  return {
    found,
    schemes: lists.flat().map(({ scheme }) => scheme),
    segments: lists.flat().map(({ list }) => list.segment),
  };
}

async function start(engine: "columnar" | "sql" = "columnar"): Promise<void> {
  const room = await startTestRoom(world.room.directory, PUBLISHING, { engine });
  world = { room, origin: room.publicOrigin, operator: { ...world.operator, origin: room.publicOrigin } };
  [left, right] = [left, right].map((member) => ({ ...member, origin: room.publicOrigin })) as [Member, Member];
}

async function acts(member: Member): Promise<string[]> {
  const { items } = read(entryListSchema, await call(member, "GET /v1/audit/entries?limit=1000"));
  return items.map(({ entry }): string => JSON.parse(entry).act);
}

type Told = { readonly exit: number; readonly out: string; readonly err: string };

async function concordat(argv: readonly string[], environment: Record<string, string> = {}): Promise<Told> {
  const told = { out: "", err: "" };
  const exit = await runProgram(
    argv,
    {
      standardOutput: (text) => {
        told.out += text;
      },
      standardError: (text) => {
        told.err += text;
      },
      isTerminal: false,
      ...(environment["ANSWER"] === undefined ? {} : { answer: async () => environment["ANSWER"] ?? "" }),
      environment: { CONCORDAT_DATA: world.room.directory, ...environment },
      home: folder,
      clock: () => Date.now(),
      random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    },
    [addRestore, addRoomKey],
  );
  return { exit, ...told };
}

async function expectSameAnswers(): Promise<void> {
  const now = await truths();
  expect(now.found).toEqual(before.found);
  expect(now.segments.filter((segment) => before.segments.includes(segment))).toEqual([]);
  expect((await ask(left, overlapOf(contract, [left, right]))).text).toBe(overlap.text);
  expect(await rowsOf(left, audience)).toEqual(given);
  expect(given).not.toContain(`l${ERASED}`);
  expect(given).not.toContain(`l${OBJECTING}`);
}

test("a plan is shown first, and nothing is done without a yes, or while the room serves", async () => {
  const keys = await readFile(join(world.room.directory, "keys.json"), "utf8");
  expect(await concordat(["room", "key"])).toMatchObject({ exit: 1, err: expect.stringContaining("stop it") });
  needed(await backUp(needed(readConfig({ CONCORDAT_DATA: world.room.directory })), join(folder, "old.backup")));
  await world.room.stop();
  const plan = await concordat(["room", "key"]);
  expect(plan).toMatchObject({ exit: 0, out: expect.stringContaining("2 keys in place of 1") });
  expect(plan.out).toMatch(/4 versions of lists, 1,2\d\d rows.*\n +2 erasures, objections/);
  expect(plan.out).toContain("dropped: 1 open uploads");
  expect(plan.out).toContain("nothing was done");
  for (const environment of [{}, { ANSWER: "no" }] as const)
    expect(await concordat(["room", "key", "--rotate"], environment)).toMatchObject({ exit: 2 });
  expect(await readFile(join(world.room.directory, "keys.json"), "utf8")).toBe(keys);
  const none = await concordat(["room", "key", "--rotate", "--yes"], { CONCORDAT_KEYS: `command:cat ${folder}/k` });
  expect(none).toMatchObject({ exit: 1, err: expect.stringContaining("CONCORDAT_KEYS") });
  await writeFile(join(folder, "k"), keys);
  const fixed = await concordat(["room", "key", "--rotate", "--yes"], { CONCORDAT_KEYS: `command:cat ${folder}/k` });
  expect(fixed).toMatchObject({ exit: 1, err: expect.stringContaining("next.room") });
});

test("a rotation that is killed half-way leaves no room that starts, and goes on to its end", async () => {
  const lists = join(world.room.directory, "lists", "segments");
  const there = (await readdir(lists)).length;
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", "room", "key", "--rotate", "--yes"], {
    env: { ...process.env, CONCORDAT_DATA: world.room.directory },
    stdio: "ignore",
  });
  await killedOnce(child, async () => (await readdir(lists)).length > there);
  await expect(startTestRoom(world.room.directory)).rejects.toThrow(/being rotated.*room key --rotate/);
  const done = await concordat(["room", "key", "--rotate"], { ANSWER: "yes" });
  expect(done).toMatchObject({
    exit: 0,
    err: expect.stringContaining("goes on"),
    out: expect.stringContaining("blake3-1:2:"),
  });
  await start();
  expect(new Set((await truths()).schemes).size).toBe(1);
  expect((await truths()).schemes[0]).toMatch(/^blake3-1:2:/);
  await expectSameAnswers();
  const told = (await acts(left)).filter((act) => act.startsWith("room-key"));
  expect(told).toEqual(["room-key-rotation-begun", "room-key-rotated"]);
  expect((await acts(left)).filter((act) => act === "upload-dropped")).toHaveLength(1);
  const late = await sendPart(left, { upload: dangling, number: 2, content: csvOf(people(10, 20), "l") });
  expectProblem(late, "upload-closed", /dropped/);
});

/** Kills a process with all that it is doing once something has come about. */
async function killedOnce(child: ChildProcess, hasCome: () => Promise<boolean>): Promise<void> {
  const ended = once(child, "exit");
  while (child.exitCode === null && !(await hasCome())) await wait(2);
  child.kill("SIGKILL");
  await ended;
  expect(child.exitCode).toBeNull();
}

test("whoever was erased or has objected stays so, and lists that come join those that were keyed again", async () => {
  expect((await upload(right, csvOf(people(50, 340), "r"))).people).toBe(289);
  const { found } = await truths();
  expect(found.length).toBe((before.found.length * 3) / 2);
  const { id } = await ask(right, audienceOf(contract, [right, left]));
  const rows = await rowsOf(right, id);
  expect(rows).toHaveLength(268);
  for (const person of [ERASED, OBJECTING]) expect(rows).not.toContain(`r${person}`);
  await increment(left, "upsert", csvOf(people(320, 330), "l"));
  expect((await truths()).found[0]).toMatchObject({ regions: [0, 51, 10, 279] });
  await erase(ERASED_LATER);
  expect((await truths()).found[0]).toMatchObject({ regions: [0, 52, 10, 278] });
});

test("a second rotation, by the matcher that compares in the database, changes no answer either", async () => {
  before = await truths();
  overlap = await ask(left, overlapOf(contract, [left, right]));
  given = await rowsOf(left, audience);
  await world.room.stop();
  const sql = { CONCORDAT_ENGINE: "sql" };
  expect(await concordat(["room", "key", "--rotate", "--yes"], sql)).toMatchObject({
    exit: 0,
    out: expect.stringContaining("blake3-1:3:"),
  });
  await start("sql");
  await expectSameAnswers();
  await world.room.stop();
  await start();
  await expectSameAnswers();
});

test("a backup from before comes back under the keys of now, with whoever was erased erased", async () => {
  const data = join(folder, "again");
  await mkdir(data, { mode: 0o700 });
  const copy = (name: string) => copyFile(join(world.room.directory, name), join(data, name));
  for (const name of ["keys.json", "key-ring.json", "operator.jwk"]) await copy(name);
  const memory = ["--memory", world.room.directory];
  const restored = await concordat(["restore", join(folder, "old.backup"), ...memory], { CONCORDAT_DATA: data });
  // The room's log has gone on since, so that this one is for reading; whoever was erased since is erased there too.
  expect(restored, restored.err).toMatchObject({ exit: 5 });
  expect(restored.out).toContain("keyed again under the present room key: 4 versions");
  expect(restored.out).toContain("erased once more: 1 later erasures, 1 people");
  const room = await startTestRoom(data);
  expect(await keysIn(room)).toEqual([3, 3, 3, 3]);
  await room.stop();
  await removeEmbedded({ directory: data });
  // The room's own memory was keyed again twice, and remembers nobody twice.
  const { erasureMemory } = world.room.ports;
  expect((await erasureMemory.recall()).map(({ number }) => number)).toEqual([1, 2]);
});

/** With how many keys the tokens of both partners' versions in another room are made. */
async function keysIn(room: TestRoom): Promise<number[]> {
  const own = world;
  world = { ...world, room };
  const { schemes } = await truths();
  world = own;
  return schemes.map((scheme) => Number(scheme.split(":")[1]));
}
