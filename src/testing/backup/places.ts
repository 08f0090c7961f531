// Places where rooms of a test live: a folder with a data directory in it, and a database of the room's own or a given
// one, reached by an address as a room reaches its operator's.

import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, readConfig } from "../../config.ts";
import type { SigningKey } from "../../crypto/jwk.ts";
import type { LogKey } from "../../crypto/log-key.ts";
import type { Result } from "../../domain/result.ts";
import { type RunningRoom, runRoom } from "../../main.ts";
import { appRoleOn } from "../../storage/database.ts";
import { removeEmbedded } from "../../storage/embedded/launcher.ts";
import { transaction } from "../../storage/transaction.ts";
import { type TestDatabase, testDatabase } from "../database.ts";
import { layReadyCluster } from "../ready-cluster.ts";
import { relayTo } from "../relay.ts";
import { operatorKeyOf } from "../room.ts";

export type Place = {
  readonly folder: string;
  readonly config: Config;
  /** The settings that the configuration was read from. */
  readonly environment: Readonly<Record<string, string>>;
  /** The database, where it is a given one. */
  readonly given: TestDatabase | null;
};

export type OpenRoom = RunningRoom & { readonly operatorKey: SigningKey };

/** Places that are cleared away together, with the rooms that still run in them. */
export function places(kind: "own" | "given") {
  const undo: (() => Promise<void>)[] = [];
  const open = async (keysOf?: Place): Promise<Place> => {
    const folder = await mkdtemp(join(tmpdir(), "concordat-place-"));
    const data = join(folder, "room");
    await mkdir(data, { mode: 0o700 });
    if (keysOf !== undefined) await copyKeys(keysOf.config.dataDirectory, data);
    undo.push(() => rm(folder, { recursive: true }));
    const given = kind === "own" ? null : await testDatabase();
    const relay = given === null ? null : await relayTo(given);
    undo.push(async () => {
      relay?.close();
      await (given === null ? removeEmbedded({ directory: data }) : givenUp(given));
    });
    const url = given === null || relay === null ? {} : { DATABASE_URL: await asOrdinary(given, relay.url) };
    const environment = { CONCORDAT_DATA: data, PORT: "0", LOG_LEVEL: "silent", CONCORDAT_MEMORY: "128MiB", ...url };
    return { folder, environment, given, config: needed(readConfig(environment)) };
  };
  const start = async ({ config }: Place): Promise<OpenRoom> => {
    if (config.databaseUrl === null) await layReadyCluster(config.dataDirectory);
    const room = needed(await runRoom(config));
    undo.push(room.stop);
    return { ...room, operatorKey: await operatorKeyOf(room) };
  };
  const closeAll = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  return { open, start, closeAll };
}

const ORDINARY = { name: "ordinary owner", parties: [], access: "read write" } as const;

function ordinaryName({ target }: TestDatabase): { readonly database: string; readonly owner: string } {
  const database = target.kind === "embedded" ? target.connection.database : new URL(target.url).pathname.slice(1);
  return { database, owner: `${database}_owner` };
}

/** The database by the address of a user who owns no more than what it makes: row-level security binds it as well. */
async function asOrdinary(given: TestDatabase, address: string): Promise<string> {
  const { database, owner } = ordinaryName(given);
  const makes = `create role ${owner} login createrole password '${owner}'`;
  const grants = `grant create on database ${database} to ${owner}`;
  await transaction(given.owner, ORDINARY, async (tx) => void (await tx.unsafe(`${makes}; ${grants}`)));
  const url = new URL(address);
  [url.username, url.password] = [owner, owner];
  return url.href;
}

async function givenUp(given: TestDatabase): Promise<void> {
  const { database, owner } = ordinaryName(given);
  const drops = ["drop schema if exists concordat cascade"];
  for (const role of [appRoleOn(database), owner]) drops.push(`drop owned by ${role}`, `drop role ${role}`);
  await transaction(given.owner, ORDINARY, async (tx) => {
    for (const statement of drops) await tx.unsafe(statement);
  });
  await given.close();
}

async function copyKeys(source: string, target: string): Promise<void> {
  for (const name of ["keys.json", "key-ring.json", "operator.jwk"])
    await copyFile(join(source, name), join(target, name));
}

/** The value of what must have gone well. */
export function needed<Value>(result: Result<Value, string | readonly string[]>): Value {
  if (!result.ok) throw new Error(String(result.error));
  return result.value;
}

/** The key that a room's checkpoints and receipts are verified with. */
export function roomKeyOf({ ports }: RunningRoom): LogKey {
  return ports.room.logKeys.known();
}
