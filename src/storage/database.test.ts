import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../testing/database.ts";
import { checkDatabase } from "./check-database.ts";
import { connectDatabase, type Database } from "./database.ts";
import { installBinaries } from "./embedded/binaries.ts";
import { createCluster, SERVER_ENVIRONMENT } from "./embedded/cluster.ts";
import { findPlace, type Place } from "./embedded/place.ts";
import { isRoot } from "./embedded/server-user.ts";
import { openPool, type Pool, type Statements } from "./pool.ts";
import { openPresence } from "./servers/presence.ts";
import { beginStart } from "./servers/starting.ts";
import { type Act, transaction } from "./transaction.ts";

const act: Act = { name: "test", parties: [], access: "read write" };

function within<T>(pool: Pool, work: (tx: Statements) => Promise<T>): Promise<T> {
  return transaction(pool, act, work);
}

async function connected(target: Parameters<typeof connectDatabase>[0]): Promise<Database> {
  const database = await connectDatabase(target);
  if (!database.ok) throw new Error(database.error);
  return database.value;
}

const attributes = (pool: Pool) =>
  within(
    pool,
    (tx) => tx`select rolname, rolsuper, rolbypassrls, rolcreaterole, rolinherit from pg_roles
               where rolname = current_user`,
  );

describe("the embedded database", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  test("is served by a role that is neither superuser nor free of row security, and may make nothing", async () => {
    expect(await attributes(database.room)).toMatchObject([
      { rolname: database.appRole, rolsuper: false, rolbypassrls: false, rolcreaterole: false },
    ]);
    await expect(within(database.room, (tx) => tx`create schema mine`)).rejects.toThrow(/permission denied/);
    await expect(within(database.room, (tx) => tx`create table public.mine ()`)).rejects.toThrow(/permission denied/);
  });

  test("passes the check of durability without a warning", async () => {
    expect(await checkDatabase(database.room)).toEqual({ ok: true, value: [] });
  });

  test("fails the check when commits are not waited for", async () => {
    if (database.target.kind !== "embedded") return;
    const where = `role ${database.appRole} in database ${database.target.connection.database}`;
    const set = (value: string) => within(database.owner, (tx) => tx.unsafe(`alter ${where} ${value}`));
    await set("set synchronous_commit = off");
    const again = await connected(database.target);
    expect(await checkDatabase(again.room)).toEqual({
      ok: false,
      error: [expect.stringMatching(/`synchronous_commit` off/)],
    });
    await set("reset all");
    await again.close();
  });
});

test("says that the database cannot be reached, when it cannot", async () => {
  const nowhere = { path: "/tmp/concordat-nowhere/.s.PGSQL.5432", database: "x", username: "x" };
  const refused = await connectDatabase({ kind: "embedded", connection: nowhere });
  expect(refused).toEqual({ ok: false, error: expect.stringMatching(/cannot be reached/) });
});

describe("a Postgres of the operator's, over TCP with passwords", () => {
  const directories: string[] = [];
  let server: ChildProcess;
  let place: Place;
  let port: number;
  let administrator: Pool;

  async function newDirectory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), "concordat-database-"));
    directories.push(directory);
    return directory;
  }

  beforeAll(async () => {
    const directory = await newDirectory();
    await chmod(directory, 0o755);
    place = await findPlace(directory);
    const binaries = await installBinaries();
    await createCluster(binaries, place);
    await writeFile(
      join(place.cluster, "pg_hba.conf"),
      "local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
    );
    port = await freePort();
    const settings = ["listen_addresses=127.0.0.1", "log_statement=all", "fsync=off", "full_page_writes=off"];
    const flags = ["-D", place.cluster, "-k", place.sockets, "-p", String(port)];
    server = spawn(binaries.postgres, [...flags, ...settings.flatMap((setting) => ["-c", setting])], {
      ...(isRoot() ? place.user : {}),
      cwd: "/",
      env: SERVER_ENVIRONMENT,
      stdio: ["ignore", "ignore", "pipe"],
    });
    server.stderr?.on("data", (said) => log.push(String(said)));
    administrator = openPool(
      { path: join(place.sockets, `.s.PGSQL.${port}`), database: "postgres", username: "postgres" },
      1,
    );
    for (let tries = 0; tries < 200 && !log.join("").includes("ready to accept"); tries += 1) await sleep(50);
    await administer("create role landlord login createrole password 'key to the house'");
    await administer("create role lodger login password 'key to the room'");
    await administer("create database house owner landlord");
    await administer("create database other owner landlord");
    await administer("revoke all on database house from public");
  });

  afterAll(async () => {
    await administrator.close();
    server.kill("SIGINT");
    await once(server, "exit");
    await rm(place.sockets, { recursive: true, force: true });
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  });

  const log: string[] = [];
  const url = (user: string, password: string, database: string) =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const ofLandlord = () => url("landlord", "key to the house", "house");

  async function administer(statement: string): Promise<void> {
    const session = await administrator.take();
    await session.sql.unsafe(statement);
    administrator.give(session, "clean");
  }

  test("gets an application role of its own whose password is in the data directory and nowhere else", async () => {
    const directory = await newDirectory();
    const database = await connected({ kind: "url", url: ofLandlord(), directory });
    expect(database.appRole).toMatch(/^concordat_app_[0-9a-f]{8}$/);
    expect(await attributes(database.room)).toMatchObject([
      { rolname: database.appRole, rolsuper: false, rolbypassrls: false, rolinherit: false },
    ]);
    const file = join(directory, "database-password");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const password = await readFile(file, "utf8");
    expect(password).toMatch(/^[\w-]{43}$/);
    expect(log.join("")).toContain("create role");
    expect(log.join("")).not.toContain(password);
    await database.close();
    const wrong = openPool({ url: ofLandlord(), username: database.appRole, password: "guess" }, 1);
    await expect(within(wrong, (tx) => tx`select 1`)).rejects.toMatchObject({ code: "28P01" });
    await wrong.close();
  });

  test("is connected again with the same password, and with a fresh one when the data directory is new", async () => {
    const directory = await newDirectory();
    for (const room of [directory, directory, await newDirectory()]) {
      await (await connected({ kind: "url", url: ofLandlord(), directory: room })).close();
    }
  });

  test("keeps its password while a server works on it, whoever comes with another data directory", async () => {
    const database = await connected({ kind: "url", url: ofLandlord(), directory: await newDirectory() });
    const presence = await openPresence(database.address);
    const start = await beginStart(presence);
    if (!start.ok) throw new Error(start.error);
    await start.value.end();
    const stranger = { kind: "url", url: ofLandlord(), directory: await newDirectory() } as const;
    expect(await connectDatabase(stranger)).toEqual({
      ok: false,
      error: expect.stringMatching(/work with another data directory.*set CONCORDAT_DATA to that directory/),
    });
    const further = openPool(database.address, 1);
    await further.take().then(({ sql }) => sql.unsafe("select 1"));
    await further.close();
    await presence.close();
    await (await connected(stranger)).close();
    await database.close();
  });

  test("serves two rooms in two databases by two roles", async () => {
    const directory = await newDirectory();
    const one = await connected({ kind: "url", url: ofLandlord(), directory });
    const two = await connected({ kind: "url", url: url("landlord", "key to the house", "other"), directory });
    expect(one.appRole).not.toBe(two.appRole);
    await one.close();
    await two.close();
  });

  test("lets the role of a database that is gone into the one that took its place", async () => {
    const target = { kind: "url", url: ofLandlord(), directory: await newDirectory() } as const;
    await (await connected(target)).close();
    for (const statement of [
      "drop database house with (force)",
      "create database house owner landlord",
      "revoke all on database house from public",
    ])
      await administer(statement);
    await (await connected(target)).close();
  });

  test("is refused with every reason when it may lose what it acknowledged", async () => {
    const database = await connected({ kind: "url", url: ofLandlord(), directory: await newDirectory() });
    const checked = await checkDatabase(database.room);
    await database.close();
    expect(checked).toEqual({
      ok: false,
      error: [expect.stringMatching(/`fsync` off/), expect.stringMatching(/`full_page_writes` off/)],
    });
  });

  test("is refused with the grant that is missing", async () => {
    const directory = await newDirectory();
    const refusal = async (address: string) => {
      const refused = await connectDatabase({ kind: "url", url: address, directory });
      return refused.ok ? "connected" : refused.error;
    };
    await administer("create database shed");
    const ofLodger = url("lodger", "key to the room", "shed");
    expect(await refusal(ofLodger)).toMatch(/grant create on database "shed" to "lodger"/);
    await administer("grant create on database shed to lodger");
    expect(await refusal(ofLodger)).toMatch(/alter role "lodger" createrole/);
    expect(await refusal(url("lodger", "wrong", "shed"))).toMatch(/cannot be reached: password authentication failed/);
    expect(await refusal(url("landlord", "key to the house", "nowhere"))).toMatch(/"nowhere" does not exist/);
  });

  test("is refused while its application role has more rights than it may", async () => {
    const directory = await newDirectory();
    const database = await connected({ kind: "url", url: ofLandlord(), directory });
    await database.close();
    await administer(`alter role ${database.appRole} bypassrls`);
    const refused = await connectDatabase({ kind: "url", url: ofLandlord(), directory });
    await administer(`alter role ${database.appRole} nobypassrls`);
    expect(refused).toEqual({ ok: false, error: expect.stringMatching(/more rights than it may/) });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
