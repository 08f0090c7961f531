import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { LIMITS } from "../../domain/limits.ts";
import { type TestDatabase, testDatabase } from "../../testing/database.ts";
import { migrate } from "../migrate.ts";
import { openPool, type Pool } from "../pool.ts";
import { MIGRATIONS } from "../store.ts";
import { bearing, sessionsOf as serverSessions } from "./locks.ts";
import { openPresence, type Presence } from "./presence.ts";
import { fewestMigrations, type Registration, register } from "./registration.ts";

let database: TestDatabase;
let directory: string;
let watcher: Presence;
const toClose: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  database = await testDatabase();
  const ran = await migrate(database.owner, { folder: MIGRATIONS, appRole: database.appRole });
  if (!ran.ok) throw new Error(ran.error);
  directory = await mkdtemp(join(tmpdir(), "concordat-registration-"));
  watcher = await openPresence(database.address);
});
// The beats of these servers come when a test says so.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
  vi.useRealTimers();
});
afterAll(async () => {
  await watcher.close();
  await database.close();
  await rm(directory, { recursive: true });
});

type Server = Registration & { readonly presence: Presence; readonly pool: Pool; readonly failures: unknown[] };

/** A server with a pool that is bound to it. */
async function start(given: { readonly isAlone: boolean; readonly migrations?: number }): Promise<Server> {
  const failures: unknown[] = [];
  const registered = await registering(directory, { ...given, failed: (failure) => failures.push(failure) });
  if ("refused" in registered) throw new Error(registered.refused);
  const pool = openPool(database.address, 2);
  toClose.push(pool.close);
  registered.bind([pool]);
  return { ...registered, pool, failures };
}

type Given = Pick<Parameters<typeof register>[0], "isAlone" | "failed"> & { readonly migrations?: number };

async function registering(place: string, { migrations = 20, ...given }: Given) {
  const presence = await openPresence(database.address);
  toClose.push(presence.close);
  const registered = await register({ presence, directory: place, release: "1.0.0", migrations, ...given });
  return registered.ok ? { ...registered.value, presence } : { refused: registered.error };
}

type Row = { readonly isOver: boolean; readonly leaseSeconds: number; readonly mark: string };

async function rowOf({ number }: Pick<Server, "number">): Promise<Row | undefined> {
  const [row] = await watcher.ask<Row>(
    `select ended_at is not null as "isOver", mark, extract(epoch from lease_until - clock_timestamp())::float8 as
       "leaseSeconds" from concordat.server where number = ${number}`,
  );
  return row;
}

const change = ({ number }: Pick<Server, "number">, set: string) =>
  watcher.ask(`update concordat.server set ${set} where number = ${number}`);
const LEASE_IS_OVER = "lease_until = now() - interval '1 second'";
const sessionsOf = async ({ number }: Pick<Server, "number">) =>
  (await watcher.ask(`select from pg_locks where ${bearing(number)}`)).length;
const markOf = ({ number }: Pick<Server, "number">) => join(directory, "servers", String(number));

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await isSo()); looks++) {
    if (looks > 400) throw new Error("it did not come to that");
    await sleep(5);
  }
}

const beat = () => void vi.advanceTimersByTime(LIMITS.serverBeatMillis);

test("numbers count up, and who starts alone knows that the others were killed", async () => {
  const one = await start({ isAlone: true });
  const two = await start({ isAlone: true, migrations: 30 });
  expect(two.number).toBe(one.number + 1);
  expect([(await rowOf(one))?.isOver, (await rowOf(two))?.isOver]).toEqual([true, false]);
  expect(await fewestMigrations(watcher)).toBe(30);
  await start({ isAlone: false, migrations: 25 });
  expect(await fewestMigrations(watcher)).toBe(25);
});

test("every session of a server bears its number and says it, its presence among them", async () => {
  const one = await start({ isAlone: true });
  expect(await sessionsOf(one)).toBe(1);
  const session = await one.pool.take();
  const [row] = await session.sql<{ number: string }[]>`select current_setting('concordat.server') as number`;
  expect([row?.number, await sessionsOf(one)]).toEqual([String(one.number), 2]);
});

test("a beat renews the lease and the mark, in the directory and in the database", async () => {
  const one = await start({ isAlone: true });
  const before = await rowOf(one);
  await change(one, "lease_until = now() + interval '1 second'");
  beat();
  await until(async () => Number((await rowOf(one))?.leaseSeconds) > LIMITS.serverLeaseSeconds - 5);
  const after = await rowOf(one);
  expect(after?.mark).not.toBe(before?.mark);
  expect(await readFile(markOf(one), "utf8")).toBe(after?.mark);
});

test("a directory that takes nothing more keeps its mark, and ends no lease", async () => {
  const one = await start({ isAlone: true });
  const before = await rowOf(one);
  await mkdir(`${markOf(one)}.next`);
  await change(one, LEASE_IS_OVER);
  beat();
  await until(async () => Number((await rowOf(one))?.leaseSeconds) > 0);
  expect((await rowOf(one))?.mark).toBe(before?.mark);
  expect(one.failures).toEqual([expect.objectContaining({ code: "EISDIR" })]);
  await rm(`${markOf(one)}.next`, { recursive: true });
});

test("a server whose lease is over is ended with all its sessions, opens no other, and finds that out", async () => {
  const one = await start({ isAlone: true });
  const idle = await start({ isAlone: false });
  const working = await one.pool.take();
  await working.sql.unsafe("begin; select txid_current()");
  await change(one, LEASE_IS_OVER);
  const [told, other]: string[][] = [[], []];
  // As the room does: it stops, and so does what it is known by.
  void one.over.then(async (reason) => {
    told?.push(reason);
    await one.presence.close();
  });
  void idle.over.then((reason) => other?.push(reason));
  const starting = start({ isAlone: false });
  await until(async () => (await rowOf(one))?.isOver === true);
  await until(async () => {
    beat();
    return told?.length === 1;
  });
  const two = await starting;
  expect(told).toEqual([expect.stringMatching(/the other servers have gone on without it: start it again/)]);
  expect([await sessionsOf(one), existsSync(markOf(one))]).toEqual([0, false]);
  expect([(await rowOf(idle))?.isOver, await sessionsOf(idle), (await rowOf(two))?.isOver]).toEqual([false, 1, false]);
  expect(other).toEqual([]);
  await expect(working.orLost(working.sql.unsafe("commit"))).rejects.toThrow();
  await expect(one.pool.take()).rejects.toThrow("the lease of this server is over");
});

test("a server of another room in the same Postgres, with the same number, is left alone", async () => {
  const one = await start({ isAlone: true });
  const another = await testDatabase();
  const presence = await openPresence(another.address);
  toClose.push(presence.close, another.close);
  await presence.stand(serverSessions(one.number));
  expect(await sessionsOf(one)).toBe(1);
  await one.presence.close();
  await change(one, LEASE_IS_OVER);
  await start({ isAlone: false });
  expect((await rowOf(one))?.isOver).toBe(true);
  expect(await presence.ask("select 1 as here")).toEqual([{ here: 1 }]);
});

test("a server that has been ended leaves no mark behind, and beats no more", async () => {
  const one = await start({ isAlone: true });
  await change(one, "ended_at = now()");
  const asked = vi.spyOn(one.presence, "ask");
  for (let beats = 0; beats < 5; beats++) beat();
  expect(await one.over).toMatch(/the other servers have gone on without it/);
  await until(async () => vi.getTimerCount() === 0);
  await sleep(50);
  expect([existsSync(markOf(one)), asked.mock.calls.length, one.failures]).toEqual([false, 1, []]);
});

test("what is left of an end that was cut short is ended by the next, after its own time to close", async () => {
  const [one, two] = [await start({ isAlone: true }), await start({ isAlone: false })];
  for (const { pool, presence } of [one, two]) {
    await pool.take();
    await presence.close();
  }
  await until(async () => (await sessionsOf(one)) + (await sessionsOf(two)) === 2);
  await change(one, "ended_at = now() - interval '11 seconds'");
  await change(two, "ended_at = now() - interval '1 second'");
  await start({ isAlone: false });
  await until(async () => (await sessionsOf(one)) === 0);
  expect(await sessionsOf(two)).toBe(1);
});

test("a server that stops says so, takes its mark away and beats no more", async () => {
  const one = await start({ isAlone: true });
  expect(existsSync(markOf(one))).toBe(true);
  await one.end();
  expect([(await rowOf(one))?.isOver, existsSync(markOf(one)), vi.getTimerCount()]).toEqual([true, false, 0]);
});

test("a directory that is not that of the servers at work is refused, whether new or a copy of before", async () => {
  const one = await start({ isAlone: true });
  const other = await mkdtemp(join(tmpdir(), "concordat-stranger-"));
  const ask = () => registering(other, { isAlone: false, failed: () => undefined });
  const started = performance.now();
  expect(await ask()).toEqual({ refused: expect.stringMatching(/is not the data directory.*set CONCORDAT_DATA/) });
  // One with nothing of theirs will not get it: nobody waits for that.
  expect(performance.now() - started).toBeLessThan(LIMITS.serverLeaseSeconds * 1_000);
  await mkdir(join(other, "servers"));
  await writeFile(join(other, "servers", String(one.number)), "of before");
  const refused = ask();
  await sleep(300);
  // The last of them ends, so that none is left whose directory it could be.
  await one.end();
  expect(await refused).toMatchObject({ number: one.number + 1 });
  expect((await readdir(join(other, "servers"))).sort()).toEqual([`${one.number}`, `${one.number + 1}`]);
  await rm(other, { recursive: true });
});

test("of servers that ended more than a day ago nothing is kept", async () => {
  const [one, two] = [await start({ isAlone: true }), await start({ isAlone: true })];
  await change(one, "ended_at = now() - interval '25 hours'");
  await change(two, "ended_at = now() - interval '23 hours'");
  const three = await start({ isAlone: true });
  expect([await rowOf(one), (await rowOf(two))?.isOver, three.number]).toEqual([undefined, true, two.number + 1]);
});
