// Starts, adopts and stops the embedded Postgres of a room. A server outlives a killed room; the next start finds it by
// postmaster.pid and takes it over, which is also how two processes of one room share a database.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants, type FileHandle, open, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { errorCode, hasCode } from "../error-code.ts";
import { type Binaries, installBinaries } from "./binaries.ts";
import { createCluster, SERVER_ENVIRONMENT, SUPERUSER } from "./cluster.ts";
import { explained, notAnswering, programFailed } from "./failure.ts";
import { findPlace, type Place } from "./place.ts";
import { disownStalePid, isRecovering, postmasterOf, stopPostmaster } from "./postmaster.ts";
import { isRoot } from "./server-user.ts";
import { SERVER_SETTINGS } from "./settings.ts";

export type EmbeddedConnection = { readonly path: string; readonly database: string; readonly username: string };

export type EmbeddedDatabase = {
  /** How the superuser reaches the server: its socket file, for postgres.js's `path`. */
  readonly connection: EmbeddedConnection;
  /** Whether the server ran already. */
  readonly adopted: boolean;
  readonly isRunning: () => Promise<boolean>;
  /** Whether it may still replay its log, and answer when it has. */
  readonly isRecovering: () => Promise<boolean>;
  /** Starts it again on the files that are there, unless it runs. @throws EmbeddedDatabaseFailure when it cannot */
  readonly revive: () => Promise<void>;
  /** Stops the server, adopted or not, and waits until it is gone. */
  readonly stop: () => Promise<void>;
};

type Started = "up" | "another came first";

const PORT = 5432;
const ANSWER_SECONDS = 300;
const POLL_MILLIS = 20;
const LOG_BYTES = 1_048_576;
const NOT_YET = ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "57P03", "CONNECTION_CLOSED", "CONNECT_TIMEOUT"];

/**
 * Brings up the database of the room whose files are in `directory`, making it at the first call.
 * @throws EmbeddedDatabaseFailure with a sentence for people when it cannot
 */
export async function startEmbedded({ directory }: { readonly directory: string }): Promise<EmbeddedDatabase> {
  try {
    const place = await findPlace(directory);
    const binaries = await installBinaries();
    await createCluster(binaries, place);
    return embedded(binaries, place, { adopted: (await bringUp(binaries, place)) === "adopted" });
  } catch (error) {
    throw explained(error);
  }
}

/** Whether the room whose files are in `directory` has a database of its own. */
export async function hasEmbedded({ directory }: { readonly directory: string }): Promise<boolean> {
  return existsSync(directory) && existsSync((await findPlace(directory)).cluster);
}

/** Removes a room's database for good: stops its server and deletes its files. */
export async function removeEmbedded({ directory }: { readonly directory: string }): Promise<void> {
  const place = await findPlace(directory);
  await stopPostmaster(place.cluster);
  for (const path of [place.cluster, place.log, `${place.log}.1`, place.sockets]) {
    await rm(path, { recursive: true, force: true });
  }
  if (place.home !== dirname(place.pointer)) {
    await rm(place.pointer);
    await rmdir(place.home);
  }
}

function embedded(binaries: Binaries, place: Place, { adopted }: { readonly adopted: boolean }): EmbeddedDatabase {
  return {
    connection: connectionOf(place),
    adopted,
    isRunning: async () => (await postmasterOf(place.cluster)) !== null,
    isRecovering: () => isRecovering(place.cluster),
    revive: async () => {
      await bringUp(binaries, place).catch((error: unknown) => {
        throw explained(error);
      });
    },
    stop: () => stopPostmaster(place.cluster),
  };
}

async function bringUp(binaries: Binaries, place: Place): Promise<"adopted" | "launched"> {
  for (;;) {
    if (await adopt(place)) return "adopted";
    if ((await launch(binaries, place)) === "up") return "launched";
  }
}

function connectionOf(place: Place): EmbeddedConnection {
  return { path: join(place.sockets, `.s.PGSQL.${PORT}`), database: "postgres", username: SUPERUSER };
}

// A server that is starting, recovering or stopping exists and does not answer; it does either way come to an end.
async function adopt(place: Place): Promise<boolean> {
  const isGone = async () => (await postmasterOf(place.cluster)) === null;
  if (await isGone()) return false;
  return (await firstOf(place, isGone)) === "answered";
}

async function launch(binaries: Binaries, place: Place): Promise<Started> {
  await disownStalePid(place.cluster);
  const log = await openLog(place);
  const start = (await log.stat()).size;
  const server = spawnServer(binaries, { place, log });
  let failure: Error | null = null;
  server.once("error", (error) => {
    failure = error;
  });
  try {
    const isGone = async () => failure !== null || server.exitCode !== null || server.signalCode !== null;
    if ((await firstOf(place, isGone)) === "answered" && !(await isGone())) return "up";
    return await whyGone(place, start, failure);
  } finally {
    server.removeAllListeners();
    await log.close();
  }
}

// A session of its own, so that Ctrl-C reaches the room alone and the room stops its server when it is done.
function spawnServer(binaries: Binaries, { place, log }: { place: Place; log: FileHandle }): ChildProcess {
  const flags = ["-D", place.cluster, "-k", place.sockets, "-p", String(PORT)];
  for (const [name, value] of Object.entries(SERVER_SETTINGS)) flags.push("-c", `${name}=${value}`);
  const server = spawn(binaries.postgres, flags, {
    ...(isRoot() ? place.user : {}),
    cwd: "/",
    env: SERVER_ENVIRONMENT,
    stdio: ["ignore", log.fd, log.fd],
    detached: true,
  });
  server.unref();
  return server;
}

async function whyGone(place: Place, start: number, failure: Error | null): Promise<Started> {
  if (failure !== null) throw programFailed("postgres", failure.message);
  const said = (await readFile(place.log)).subarray(start).toString("utf8");
  if (/lock file ".*" already exists/.test(said)) {
    await sleep(POLL_MILLIS);
    return "another came first";
  }
  throw programFailed("postgres", said);
}

// Under root the room may be in a user's directory: the log follows no link there, and becomes that user's.
async function openLog({ home, log }: Place): Promise<FileHandle> {
  await rotate(log);
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const file = await open(log, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600);
  const owner = await stat(home);
  if (isRoot()) await file.chown(owner.uid, owner.gid);
  return file;
}

async function rotate(log: string): Promise<void> {
  try {
    if ((await stat(log)).size > LOG_BYTES) await rename(log, `${log}.1`);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

async function firstOf(place: Place, isGone: () => Promise<boolean>): Promise<"answered" | "gone"> {
  for (const deadline = performance.now() + ANSWER_SECONDS * 1_000; performance.now() < deadline; ) {
    if (await answers(place)) return "answered";
    if (await isGone()) return "gone";
    await sleep(POLL_MILLIS);
  }
  throw notAnswering(place.cluster, ANSWER_SECONDS);
}

async function answers(place: Place): Promise<boolean> {
  const sql = postgres({ ...connectionOf(place), max: 1, ssl: false, fetch_types: false, connect_timeout: 5 });
  try {
    const rows = await sql<{ cluster: string }[]>`select current_setting('data_directory') as cluster`;
    return rows[0]?.cluster === place.cluster;
  } catch (error) {
    if (NOT_YET.includes(errorCode(error) ?? "")) return false;
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
