// Takes a backup of a room, whether it serves or not: composed here of the store, the sealed files and the log.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { portsInMemory, turnsInMemory } from "../app/in-memory.ts";
import { readOnlyNote } from "../app/keep-rounds.ts";
import { logBackup } from "../app/log-backup.ts";
import { checkStanding, storeWhileSound } from "../app/log-standing.ts";
import type { Ports, Room } from "../app/ports.ts";
import { checkKeys } from "../app/start-room.ts";
import type { Config } from "../config.ts";
import { isoInstant } from "../domain/instant.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { sealedFilesIn } from "../engine/columnar/sealed-copies.ts";
import { openMemories, packageVersion } from "../main.ts";
import { targetOf } from "../open-database.ts";
import type { Store } from "../ports/store.ts";
import { type Copied, copyRoom } from "../storage/backup/copying.ts";
import { backupName, newHeader } from "../storage/backup/format.ts";
import type { BackupKeys } from "../storage/backup/keys.ts";
import { connectDatabase, type Database, PASSWORD_FILE } from "../storage/database.ts";
import { holdDirectory } from "../storage/directory-hold.ts";
import { hasEmbedded, startEmbedded } from "../storage/embedded/launcher.ts";
import { KEY_RING_FILE } from "../storage/key-ring.ts";
import { isMigrated } from "../storage/migrate.ts";
import { MIGRATIONS, postgresStore } from "../storage/store.ts";
import { keysOf, type OpenKeys, type Refusal, roomWith, type Undo, undoing } from "./steps.ts";

/** A backup that was made. */
export type BackedUp = {
  readonly name: string;
  readonly path: string;
  readonly madeAt: string;
  readonly digest: string;
  readonly bytes: number;
  readonly entries: number;
  readonly rows: number;
  readonly files: number;
  /** The file that holds the room's key ring, which is in no backup. */
  readonly keyRing: string;
};

/** Makes a backup of the room of these settings, while it serves or not. Leaves a whole file or none. */
export async function backUp(config: Config, file: string): Promise<Result<BackedUp, Refusal>> {
  const path = resolve(file);
  if (existsSync(path)) return err([`${path} is there already: name another file`]);
  const keys = await keysOf(config, { isAlone: false });
  if (!keys.ok) return keys;
  return undoing(async (undo) => {
    const database = await openRunning(config, undo);
    if (!database.ok) return database;
    const ports = await soundPorts(config, keys.value, database.value);
    const { owner } = database.value;
    return ports.ok ? takeBackup({ config, path, ownKeys: keys.value.own, owner }, ports.value) : ports;
  });
}

type LogPorts = Pick<Ports, "store" | "room" | "random">;
type Taking = {
  readonly config: Config;
  readonly path: string;
  readonly ownKeys: BackupKeys;
  readonly owner: Database["owner"];
};

async function takeBackup(
  { config, path, ownKeys, owner }: Taking,
  ports: LogPorts,
): Promise<Result<BackedUp, Refusal>> {
  const now = await ports.store.read({ name: "tell time", parties: [OPERATOR] }, async (tx) => tx.now);
  const madeAt = isoInstant(now);
  const header = newHeader({ room: ports.room.origin, key: ownKeys.name, madeAt, release: packageVersion() });
  const sealedFiles = sealedFilesIn(join(config.dataDirectory, "lists"));
  const copied = await copyRoom({ owner, sealedFiles, path, header, keys: ownKeys });
  if (!copied.ok) return err([copied.error]);
  const { digest, bytes, rows, files, plan } = copied.value;
  const made = { name: backupName(header), digest, bytes, entries: plan.log.size, rows, files };
  // The log may have been handed over while the room was copied.
  const room = await roomNow(config, ports.store);
  if (!room.ok) {
    await copied.value.abandon();
    return room;
  }
  await named(copied.value, path, () => logBackup({ ...ports, room: room.value }, made));
  return ok({ ...made, path, madeAt, keyRing: join(config.dataDirectory, KEY_RING_FILE) });
}

async function roomNow(config: Config, store: Store): Promise<Result<Room, Refusal>> {
  const keys = await keysOf(config, { isAlone: false });
  return keys.ok ? roomWith(config, keys.value, store) : keys;
}

// A name stands for a file that is whole and logged, or does not exist.
async function named({ publish, abandon }: Copied, path: string, logged: () => Promise<void>): Promise<void> {
  let isDone = false;
  try {
    await logged();
    if (existsSync(path)) throw new Error(`${path} was made by somebody else meanwhile`);
    await publish();
    isDone = true;
  } finally {
    if (!isDone) await abandon();
  }
}

// A backup of a room that contradicts what it signed would take the place of a good one.
async function soundPorts(config: Config, keys: OpenKeys, database: Database): Promise<Result<LogPorts, Refusal>> {
  const migrated = await isMigrated(database.owner, MIGRATIONS);
  if (!migrated.ok) return err([migrated.error]);
  const memories = await openMemories(config.dataDirectory, turnsInMemory());
  if (!memories.ok) return err([memories.error]);
  const { standing } = portsInMemory();
  const store = storeWhileSound(postgresStore(database.room), standing);
  const room = await roomWith(config, keys, store);
  if (!room.ok) return room;
  const ports = { ...memories.value, standing, store, room: room.value, random: randomBytes };
  const fitting = await checkKeys(ports);
  if (!fitting.ok) return err([`the keys of ${keys.source.name} ${fitting.error}`]);
  const checked = await checkStanding(ports);
  if (!checked.ok) return err([`${config.dataDirectory}: ${checked.error}`]);
  const contradiction = standing.of();
  return contradiction === null
    ? ok(ports)
    : err([`it would take the place of a good one: ${readOnlyNote(contradiction)}`]);
}

async function openRunning(config: Config, undo: Undo): Promise<Result<Database, Refusal>> {
  // Connecting from elsewhere would give the role of a room that serves another password.
  const { dataDirectory, databaseUrl } = config;
  if (databaseUrl !== null && !existsSync(join(dataDirectory, PASSWORD_FILE))) {
    return err([`${dataDirectory} is not the data directory of the room in this database`]);
  }
  const embedded = databaseUrl === null ? await openEmbedded(dataDirectory, undo) : ok(null);
  if (!embedded.ok) return embedded;
  const connected = await connectDatabase(targetOf(config, embedded.value));
  if (!connected.ok) return err([connected.error]);
  undo.push(() => connected.value.close());
  return connected;
}

// Where no room serves, none may begin to while its database runs for the backup alone: it would be stopped under it.
async function openEmbedded(directory: string, undo: Undo) {
  if (!(await hasEmbedded({ directory }))) return err([`${directory} holds no database of a room`]);
  const hold = await holdDirectory(directory);
  if (hold.ok) undo.push(hold.value.release);
  const embedded = await startEmbedded({ directory });
  if (hold.ok || !embedded.adopted) undo.push(() => embedded.stop());
  if (!hold.ok && !embedded.adopted) return err([`the room in ${directory} was stopping: run the backup again`]);
  return ok(embedded);
}
