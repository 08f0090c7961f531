// What a backup and a restore refuse, over the command line, and that nothing is left behind then. The owner of the
// database is an ordinary one, whom row-level security binds.

import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBackup } from "../../cli/backup.ts";
import { runProgram } from "../../cli/program.ts";
import { addRestore } from "../../cli/restore.ts";
import { signNote } from "../../crypto/signed-note.ts";
import { formatCheckpoint } from "../../domain/audit/checkpoint.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import { runRoom } from "../../main.ts";
import { markDatabase } from "../../storage/backup/loading.ts";
import { tablesOf } from "../../storage/backup/tables.ts";
import { appRoleOn } from "../../storage/database.ts";
import { openPool, type Statements } from "../../storage/pool.ts";
import { transaction } from "../../storage/transaction.ts";
import { agree, bringList, type Keys, mustCall, overlapQuestion, populate } from "../faults/small-world.ts";
import { type OpenRoom, type Place, places } from "./places.ts";

const opened = places("given");
let source: Place;
let target: Place;
let room: OpenRoom;
let keys: Keys;
let backup: string;

beforeAll(async () => {
  source = await opened.open();
  room = await opened.start(source);
  const origin = room.publicOrigin;
  keys = await populate(origin, room.operatorKey);
  await bringList(origin, keys["alba-travel"], { from: 0, until: 300 });
  await bringList(origin, keys["boreal-boats"], { from: 100, until: 400 });
  const json = overlapQuestion(await agree(origin, keys, "refused"), ["alba-travel", "boreal-boats"], 1);
  await mustCall(origin, { method: "POST", path: "/v1/questions", key: keys["alba-travel"], json });
  target = await opened.open(source);
  backup = join(source.folder, "whole.backup");
});
afterAll(() => opened.closeAll());

describe("a backup", () => {
  test("holds every row of every table, though its owner sees rows of named partners alone", async () => {
    const tables = await asSuperuser(source, tablesOf);
    const made = await concordat(source, "backup", backup, "--json");
    expect(made.exit).toBe(0);
    const counts = await asSuperuser(source, async (tx) => {
      let sum = 0;
      for (const { name } of tables) sum += await countOf(tx, name);
      return sum;
    });
    // Its own entry came behind the moment that it holds, with at most a node for each level of the tree.
    expect(counts - Number(made.json["rows"])).toBeGreaterThan(1);
    expect(counts - Number(made.json["rows"])).toBeLessThan(10);
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["log_entry", "release", "erasure", "nonce"]),
    );
  });

  test("takes no other file's place, and needs the room's keys and its database", async () => {
    expect(await concordat(source, "backup", backup)).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/is there already/),
    });
    const nowhere = { ...source, environment: { ...source.environment, CONCORDAT_DATA: join(source.folder, "none") } };
    expect(await concordat(nowhere, "backup", `${backup}2`)).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/keys.json is gone: bring the file back/),
    });
    const empty = await concordat(target, "backup", `${backup}2`);
    expect(empty).toMatchObject({ exit: 1, err: expect.stringMatching(/is not the data directory of the room/) });
    expect((await readdir(source.folder)).sort()).toEqual(["room", "whole.backup"]);
  });

  test("is not made of a room whose log is behind: it would take the place of a good one", async () => {
    const memory = join(source.config.dataDirectory, "log-memory.json");
    const before = await readFile(memory, "utf8");
    const { origin, logKeys } = room.ports.room;
    const signer = { name: origin, key: logKeys.signer(null) };
    const checkpoint = signNote(formatCheckpoint({ origin, size: 9_999, root: new Uint8Array(32) }), [signer]);
    await writeFile(memory, JSON.stringify({ concordat: "log-memory/1", checkpoint }));
    const made = await concordat(source, "backup", `${backup}2`);
    expect(made).toMatchObject({
      exit: 1,
      err: expect.stringMatching(
        /no backup was made: it would take the place of a good one: .* its key has signed one of 9999/,
      ),
    });
    await writeFile(memory, before);
    expect((await readdir(source.folder)).sort()).toEqual(["room", "whole.backup"]);
  });
});

describe("a restore", () => {
  const restore = (place: Place, ...more: string[]) => concordat(place, "restore", backup, ...more);

  test("says what it would put back, and wants to be told what the log is compared with", async () => {
    expect(await restore(target, "--check")).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/whole[\s\S]*entries of the log/),
    });
    expect(await restore(target)).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/--memory DIR, --witnessed FILE, or --unwitnessed/),
    });
    expect(await restore(target, "--unwitnessed", "--memory", source.folder)).toMatchObject({ exit: 2 });
    await expectEmpty(target);
  });

  test("refuses a directory or a database that holds something, and a memory that is none", async () => {
    const { CONCORDAT_DATA = "", DATABASE_URL = "" } = source.environment;
    const there = { ...target, environment: { ...target.environment, CONCORDAT_DATA } };
    const inUse = await restore(there, "--unwitnessed");
    expect(inUse).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/nothing was restored: .* is not empty \(.*`lists`/),
    });
    const data = join(target.folder, "another");
    await mkdir(data, { mode: 0o700 });
    const names = ["key-ring.json", "keys.json"];
    for (const name of names) await copyFile(join(target.config.dataDirectory, name), join(data, name));
    const role = appRoleOn(new URL(DATABASE_URL).pathname.slice(1));
    const passwords = () => asSuperuser(source, (tx) => tx`select rolpassword from pg_authid where rolname = ${role}`);
    const before = await passwords();
    expect(before).toEqual([{ rolpassword: expect.stringMatching(/^SCRAM/) }]);
    const other = { ...target, environment: { ...target.environment, CONCORDAT_DATA: data, DATABASE_URL } };
    expect(await restore(other, "--unwitnessed")).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/the database holds a room already/),
    });
    expect((await readdir(data)).sort()).toEqual(names);
    // The room that serves there goes on: nobody has given its role another password.
    expect(await passwords()).toEqual(before);
    const strange = join(target.folder, "strange.txt");
    await writeFile(strange, "concordat/other\n1\nabc=\n");
    const said = await restore(target, "--witnessed", strange);
    expect(said).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/strange.txt was not signed by this room's key/),
    });
    const none = await restore(target, "--memory", target.folder);
    expect(none).toMatchObject({ exit: 1, err: expect.stringMatching(/log-memory.json is not there/) });
    await expectEmpty(target);
  });

  test.each([
    [
      "a debit that the log does not know",
      "update concordat.ledger_account set spent = spent + 1",
      /account of .* debits/,
    ],
    ["a debit less than the log knows", "delete from concordat.ledger_debit", /does not hold what the log says/],
    [
      "an entry's time changed",
      "update concordat.log_entry set entry = replace(entry, '2026-', '2025-') where index = 3",
      /tree/,
    ],
    [
      "a node of another tree",
      "update concordat.log_node set hash = sha256(hash) where level = 1 and index = 1",
      /tree/,
    ],
  ])("of a room with %s leaves nothing", async (_name, statement, says) => {
    const tampered = join(source.folder, "tampered.backup");
    const made = await altered(statement, () => concordat(source, "backup", tampered));
    expect(made).toMatchObject({ exit: 0 });
    const restored = await concordat(target, "restore", tampered, "--unwitnessed");
    expect(restored).toMatchObject({ exit: 1, err: expect.stringMatching(/does not hold together/) });
    expect(restored.err).toMatch(says);
    await rm(tampered);
    await expectEmpty(target);
  });

  test("that was broken off lets no room start, and is begun anew", async () => {
    const owner = openPool({ url: target.environment["DATABASE_URL"] ?? "" }, 1);
    await markDatabase(owner);
    await owner.close();
    expect(await runRoom(target.config)).toEqual({
      ok: false,
      error: [expect.stringMatching(/did not come to its end/)],
    });
    const lists = join(target.config.dataDirectory, "lists", "segments");
    await mkdir(lists, { recursive: true });
    await writeFile(join(lists, "left.unfinished"), "half");
    await writeFile(join(target.config.dataDirectory, "restore-unfinished"), "");
    await rm(join(target.config.dataDirectory, "database-password"), { force: true });
    expect(await restore(target, "--unwitnessed")).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/the room goes on after/),
    });
    expect(await readdir(lists)).toHaveLength(2);
    const again = await opened.start(target);
    expect(again.warnings).toEqual([]);
    await again.stop();
  });
});

// --- how it is done ---

async function concordat({ environment, folder }: Place, ...argv: string[]) {
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
      environment,
      home: folder,
      clock: () => Date.now(),
      random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    },
    [addBackup, addRestore],
  );
  return { exit, ...told, json: told.out.startsWith("{") ? JSON.parse(told.out) : {} };
}

/** Nothing but the keys, and a database without a room. */
async function expectEmpty(place: Place): Promise<void> {
  const left = (await readdir(place.config.dataDirectory)).sort();
  const welcome = ["keys.json", "key-ring.json", "operator.jwk", "database-password"];
  expect(left.filter((name) => !welcome.includes(name))).toEqual([]);
  const schemas = await asSuperuser(place, (tx) => tx`select from pg_namespace where nspname = 'concordat'`);
  expect(schemas).toHaveLength(0);
}

function asSuperuser<Value>({ given }: Place, work: (tx: Statements) => Promise<Value>): Promise<Value> {
  if (given === null) throw new Error("the place has a given database");
  return transaction(given.owner, { name: "look", parties: [OPERATOR], access: "read write" }, work);
}

async function countOf(tx: Statements, table: string): Promise<number> {
  const [row] = await tx<{ count: number }[]>`select count(*)::int8 as count from ${tx(`concordat.${table}`)}`;
  return row?.count ?? 0;
}

const CHANGED = [
  ["ledger_account", "spent", "partner, lineage, recipient"],
  ["log_entry", "entry", "index"],
  ["log_node", "hash", "level, index"],
] as const;

/** Does work while the superuser has changed the room's rows, and puts them back. */
async function altered<Value>(statement: string, work: () => Promise<Value>): Promise<Value> {
  const names = ["ledger_debit", ...CHANGED.map(([name]) => name)];
  await asSuperuser(source, async (tx) => {
    for (const name of names) await tx.unsafe(`create table public.kept_${name} as table concordat.${name}`);
    await tx.unsafe(statement);
  });
  const done = await work();
  await asSuperuser(source, async (tx) => {
    await tx.unsafe("delete from concordat.ledger_debit");
    await tx.unsafe("insert into concordat.ledger_debit table public.kept_ledger_debit");
    for (const [name, column, key] of CHANGED) {
      const [was, kept] = [key, key].map((list, at) =>
        list.replaceAll(/\w+/g, (one) => `${at === 0 ? name : "kept"}.${one}`),
      );
      await tx.unsafe(`update concordat.${name} set ${column} = kept.${column}
        from public.kept_${name} as kept where (${was}) = (${kept})`);
    }
    for (const name of names) await tx.unsafe(`drop table public.kept_${name}`);
  });
  return done;
}
