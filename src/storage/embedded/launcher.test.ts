import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { EmbeddedDatabaseFailure } from "./failure.ts";
import { type EmbeddedDatabase, removeEmbedded, startEmbedded } from "./launcher.ts";
import { findPlace } from "./place.ts";
import { isRoot } from "./server-user.ts";

const NOBODY = { uid: 65_534, gid: 65_534 };
const LAUNCHER = fileURLToPath(new URL("launcher.ts", import.meta.url));
const directories: string[] = [];

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "concordat-launcher-"));
  directories.push(directory);
  return directory;
}

afterAll(async () => {
  for (const directory of directories) {
    await removeEmbedded({ directory });
    await rm(directory, { recursive: true, force: true });
  }
});

async function query<Row extends object>(database: EmbeddedDatabase, text: string): Promise<Row[]> {
  const sql = postgres({ ...database.connection, max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe<Row[]>(text);
  } finally {
    await sql.end();
  }
}

type Child = { readonly process: ChildProcess; readonly line: () => Promise<string> };

function startInChild(directory: string, user: { uid: number; gid: number } | null, prelude = ""): Child {
  const code = `${prelude}
    const { startEmbedded } = await import(${JSON.stringify(LAUNCHER)});
    try {
      const { connection, adopted } = await startEmbedded({ directory: ${JSON.stringify(directory)} });
      console.log(JSON.stringify({ connection, adopted }));
    } catch (error) {
      console.log(JSON.stringify({ failed: error.name, message: error.message }));
    }
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
    ...user,
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    env: { PATH: "/usr/bin:/bin", HOME: user === null ? "/root" : "/nonexistent", TMPDIR: directory },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = async () => String((await once(child.stdout, "data"))[0]);
  return { process: child, line };
}

async function kill(child: Child): Promise<void> {
  child.process.kill("SIGKILL");
  await once(child.process, "exit");
}

async function clusterFile(directory: string, name: string): Promise<string> {
  return join((await findPlace(directory)).cluster, name);
}

test("starts an empty directory, adopts the running server, stops it and starts again with what it held", async () => {
  const directory = await newDirectory();
  const first = await startEmbedded({ directory });
  expect(first.adopted).toBe(false);
  await query(first, "create table kept (n int); insert into kept values (42)");
  const second = await startEmbedded({ directory });
  expect(second).toMatchObject({ adopted: true, connection: first.connection });
  await second.stop();
  await expect(query(first, "select 1")).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  const third = await startEmbedded({ directory });
  expect(third.adopted).toBe(false);
  expect(await query(third, "select n from kept")).toEqual([{ n: 42 }]);
});

test("adopts the server of a room that was killed, with everything it had committed", async () => {
  const directory = await newDirectory();
  const child = startInChild(directory, null);
  expect(JSON.parse(await child.line())).toMatchObject({ adopted: false });
  const during = await startEmbedded({ directory });
  await query(during, "create table kept (n int); insert into kept values (7)");
  await kill(child);
  const after = await startEmbedded({ directory });
  expect(after.adopted).toBe(true);
  expect(await query(after, "select n from kept")).toEqual([{ n: 7 }]);
  await after.stop();
  await after.stop();
});

test("starts once when several start at once", async () => {
  const directory = await newDirectory();
  const started = await Promise.all([0, 1, 2, 3].map(() => startEmbedded({ directory })));
  expect(started.filter(({ adopted }) => !adopted)).toHaveLength(1);
  expect(await readdir((await findPlace(directory)).home)).not.toContainEqual(expect.stringContaining(".new-"));
});

test("recovers after the server itself was killed", async () => {
  const directory = await newDirectory();
  const first = await startEmbedded({ directory });
  await query(first, "create table kept (n int); insert into kept values (9)");
  const pid = Number((await readFile(await clusterFile(directory, "postmaster.pid"), "utf8")).split("\n")[0]);
  process.kill(pid, "SIGKILL");
  const second = await startEmbedded({ directory });
  expect(second.adopted).toBe(false);
  expect(await query(second, "select n from kept")).toEqual([{ n: 9 }]);
});

test("starts although postmaster.pid names a process that is now another program", async () => {
  const directory = await newDirectory();
  const first = await startEmbedded({ directory });
  const file = await clusterFile(directory, "postmaster.pid");
  const lines = (await readFile(file, "utf8")).split("\n");
  await first.stop();
  const other = spawn("sleep", ["60"], isRoot() ? NOBODY : {});
  await once(other, "spawn");
  try {
    const { uid } = (await findPlace(directory)).user;
    await writeFile(file, [other.pid, ...lines.slice(1)].join("\n"), { mode: 0o600 });
    if (isRoot()) await import("node:fs/promises").then(({ chown }) => chown(file, uid, uid));
    const second = await startEmbedded({ directory });
    expect(second.adopted).toBe(false);
    expect(other.exitCode).toBeNull();
    await second.stop();
    expect(other.exitCode).toBeNull();
  } finally {
    other.kill("SIGKILL");
  }
});

test("throws away what an interrupted initdb left and makes the cluster anew", async () => {
  const directory = await newDirectory();
  const { home, cluster } = await findPlace(directory);
  await mkdir(`${cluster}.new-4194999-00`, { recursive: true });
  await writeFile(`${cluster}.new-4194999-00/PG_VERSION`, "18\n");
  const database = await startEmbedded({ directory });
  expect(await query(database, "select 1 as one")).toEqual([{ one: 1 }]);
  expect((await readdir(home)).filter((name) => name.includes(".new-"))).toEqual([]);
});

test("refuses a directory with files that are no cluster, and a cluster of another version", async () => {
  const directory = await newDirectory();
  const { cluster } = await findPlace(directory);
  await mkdir(cluster);
  await chmod(cluster, 0o755);
  await writeFile(join(cluster, "letter.txt"), "dear");
  await expect(startEmbedded({ directory })).rejects.toThrow(/holds files but no Postgres database/);
  await writeFile(join(cluster, "PG_VERSION"), "12\n");
  await expect(startEmbedded({ directory })).rejects.toThrow(/made by Postgres 12/);
});

test("says what Postgres said when it does not start", async () => {
  const directory = await newDirectory();
  await (await startEmbedded({ directory })).stop();
  await writeFile(await clusterFile(directory, "global/pg_control"), "");
  const failure = await startEmbedded({ directory }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EmbeddedDatabaseFailure);
  expect(String(failure)).toMatch(/pg_control/);
  expect(String(failure)).toMatch(/DATABASE_URL/);
});

test("names DATABASE_URL as the way out where there are no binaries", async () => {
  const prelude = `Object.defineProperty(process, "platform", { value: "sunos" });`;
  const child = startInChild(await newDirectory(), null, prelude);
  const said = JSON.parse(await child.line());
  await kill(child);
  expect(said).toMatchObject({ failed: "EmbeddedDatabaseFailure" });
  expect(said.message).toMatch(/sunos-.*DATABASE_URL/);
});

describe("the server", () => {
  test("writes no statement, value or error text to its log, and is durable", async () => {
    const directory = await newDirectory();
    const database = await startEmbedded({ directory });
    const sql = postgres({ ...database.connection, max: 1 });
    const secret = "alice@secret.example";
    await expect(sql`select ${secret}::text::int`).rejects.toThrow(secret);
    await expect(sql.unsafe(`select '${secret}' from nowhere`)).rejects.toThrow("nowhere");
    await sql`create table once (v text primary key)`;
    await sql`insert into once values (${secret})`;
    await expect(sql`insert into once values (${secret})`).rejects.toThrow("duplicate");
    const settings = await sql`
      select name, setting from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'listen_addresses', 'jit')
      order by name`;
    await sql.end();
    await database.stop();
    expect(settings.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
      "data_checksums=on",
      "fsync=on",
      "full_page_writes=on",
      "jit=off",
      "listen_addresses=",
      "synchronous_commit=on",
    ]);
    const log = await readFile((await findPlace(directory)).log, "utf8");
    expect(log).toContain("database system is ready to accept connections");
    expect(log).not.toMatch(/alice|nowhere|duplicate|once/);
  });

  test("keeps its socket in a directory that is closed to other users, on a short path", async () => {
    const directory = await newDirectory();
    const { connection } = await startEmbedded({ directory });
    const { sockets, user } = await findPlace(directory);
    const { mode, uid } = await stat(sockets);
    expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o700, uid: user.uid });
    expect(connection.path.length).toBeLessThan(100);
  });
});

describe("under root", () => {
  if (!isRoot()) {
    console.warn("SKIPPED: the embedded database under root and under `nobody`, because the tests run as a plain user");
    return;
  }

  test("an unprivileged user starts a room of its own, and root can adopt it", async () => {
    const directory = await newDirectory();
    const { chown } = await import("node:fs/promises");
    await chown(directory, NOBODY.uid, NOBODY.gid);
    await chmod(directory, 0o755);
    const child = startInChild(directory, NOBODY);
    expect(JSON.parse(await child.line())).toMatchObject({ adopted: false });
    await kill(child);
    expect((await stat(join(directory, "postgres"))).uid).toBe(NOBODY.uid);
    const adopted = await startEmbedded({ directory });
    expect(adopted.adopted).toBe(true);
    await adopted.stop();
  });

  test("a database that root keeps elsewhere is not silently replaced when it is gone", async () => {
    const directory = await newDirectory();
    const { home } = await findPlace(directory);
    await rm(home, { recursive: true });
    await expect(startEmbedded({ directory })).rejects.toThrow(/which is gone/);
    await rm(join(directory, "postgres-location"));
  });
});
