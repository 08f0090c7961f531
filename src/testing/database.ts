// A database of its own for each test file, in one server that all files of a run share. The server is the embedded
// one, kept in a directory of this user and checkout, or the one that CONCORDAT_TEST_DATABASE_URL names.

import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectDatabase, type Database, type DatabaseTarget } from "../storage/database.ts";
import { removeEmbedded, startEmbedded } from "../storage/embedded/launcher.ts";
import { isRunning } from "../storage/embedded/postmaster.ts";
import { type Address, openPool } from "../storage/pool.ts";
import { sharedFolder } from "./checkout.ts";

export type TestDatabase = Database & {
  /** For connecting a second time, as another process of the room would. */
  readonly target: DatabaseTarget;
  /** Closes the sessions and drops the database. */
  readonly close: () => Promise<void>;
};

/** An empty database, `t_` and random letters, with both roles connected. */
export async function testDatabase(): Promise<TestDatabase> {
  const name = `t_${randomBytes(8).toString("hex")}`;
  const server = await testServer();
  await administer(server.address, `create database ${name}`);
  const target = await server.targetOf(name);
  const connected = await connectDatabase(target);
  if (!connected.ok) throw new Error(connected.error);
  const close = async () => {
    await connected.value.close();
    await administer(server.address, `drop database ${name} with (force)`);
    if (target.kind === "embedded") return;
    await administer(server.address, `drop role ${connected.value.appRole}`);
    await rm(target.directory, { recursive: true });
  };
  return { ...connected.value, target, close };
}

/** Says that a run uses the shared server; the first test that asks for a database starts it. */
export async function registerRun(): Promise<void> {
  await mkdir(RUNS, { recursive: true });
  await writeFile(join(RUNS, String(process.pid)), "");
}

/** Ends this run's use of the shared server and removes it when no other run uses it, which it answers. */
export async function stopTestDatabase(): Promise<boolean> {
  await rm(join(RUNS, String(process.pid)), { force: true });
  const others = (await readdir(RUNS)).filter((pid) => isRunning(Number(pid)));
  if (others.length > 0) return false;
  await removeEmbedded({ directory: ROOM });
  await rm(ROOM, { recursive: true, force: true });
  return true;
}

type TestServer = { readonly address: Address; readonly targetOf: (database: string) => Promise<DatabaseTarget> };

const ROOM = sharedFolder("tests");
const RUNS = join(ROOM, "runs");

async function testServer(): Promise<TestServer> {
  const url = externalUrl();
  if (url === null) {
    const { connection } = await startEmbedded({ directory: ROOM });
    return {
      address: connection,
      targetOf: async (database) => ({ kind: "embedded", connection: { ...connection, database } }),
    };
  }
  const targetOf = async (database: string): Promise<DatabaseTarget> => {
    const own = new URL(url);
    own.pathname = `/${database}`;
    return { kind: "url", url: own.href, directory: await mkdtemp(join(tmpdir(), "concordat-test-")) };
  };
  return { address: { url }, targetOf };
}

function externalUrl(): string | null {
  return process.env["CONCORDAT_TEST_DATABASE_URL"] ?? null;
}

// CREATE DATABASE runs in no transaction.
async function administer(address: Address, statement: string): Promise<void> {
  const pool = openPool(address, 1);
  try {
    const session = await pool.take();
    await session.sql.unsafe(statement);
  } finally {
    await pool.close();
  }
}
