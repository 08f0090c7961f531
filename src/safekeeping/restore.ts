// Puts a room back from a backup: into an empty directory and an empty database, checked, with the erasures that came
// after it, and compared with what others kept of its log, before any room serves on it.

import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { checkRestored } from "../app/check-restored.ts";
import { onlyServer, turnsInMemory } from "../app/in-memory.ts";
import { readOnlyNote } from "../app/keep-rounds.ts";
import { logRestore } from "../app/log-backup.ts";
import { type Confronted, confront } from "../app/log-standing.ts";
import type { Ports } from "../app/ports.ts";
import { checkChain, rekeyLists } from "../app/rekey-lists.ts";
import { rememberErasures } from "../app/remember-erasures.ts";
import { type Replayed, replayErasures } from "../app/replay-erasures.ts";
import { checkKeys, everybody } from "../app/start-room.ts";
import type { Config } from "../config.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { sealedFilesIn } from "../engine/columnar/sealed-copies.ts";
import { openMemories, portsOf } from "../main.ts";
import { targetOf } from "../open-database.ts";
import type { RememberedErasure } from "../ports/erasure-memory.ts";
import { backupName } from "../storage/backup/format.ts";
import {
  type Contents,
  checkBackup,
  clearDatabase,
  holdsRoom,
  loadDatabase,
  markDatabase,
  placeFiles,
  TAKEN,
  unmarkDatabase,
} from "../storage/backup/loading.ts";
import { type OpenBackup, openBackup } from "../storage/backup/reading.ts";
import { checkDatabase } from "../storage/check-database.ts";
import { connectDatabase, type Database, PASSWORD_FILE } from "../storage/database.ts";
import { holdDirectory } from "../storage/directory-hold.ts";
import { removeEmbedded, startEmbedded } from "../storage/embedded/launcher.ts";
import { KEY_RING_FILE } from "../storage/key-ring.ts";
import { logNameOf } from "../storage/log-keys.ts";
import { MIGRATIONS, postgresStore } from "../storage/store.ts";
import { keysOf, type OpenKeys, type Refusal, roomWith, type Undo, undoing } from "./steps.ts";

/** What a backup is and holds. */
export type BackupContents = {
  readonly name: string;
  readonly madeAt: string;
  readonly release: string;
  /** Entries of the log that it holds. */
  readonly entries: number;
  readonly rows: number;
  readonly files: number;
};

/** What to put back, and what the room is compared with then. */
export type Wanted = {
  readonly file: string;
  /** The data directory of the room before, whose memory is taken over; null where it is lost. */
  readonly memory: string | null;
  /** Checkpoints of the room's log that witnesses and partners kept, as signed notes, by where each comes from. */
  readonly witnessed: readonly { readonly from: string; readonly note: string }[];
};

/** A room that was put back. */
export type Restored = BackupContents & {
  readonly accounts: number;
  /** Versions that were keyed again: the backup was made before a rotation of the room key. */
  readonly rekeyed: number;
  readonly replayed: Replayed;
  /** Entries of the largest checkpoint that the log was compared with; null where there was none. */
  readonly compared: number | null;
  /** Why the room is read-only when it starts; null when it serves. */
  readonly readOnly: string | null;
};

/** Reads a backup to its end, and writes nothing. */
export async function readBackup(config: Config, file: string): Promise<Result<BackupContents, Refusal>> {
  return withBackup(config, file, async ({ backup, contents }) => ok(described(backup, contents)));
}

/** Puts a room back. Where it cannot be, directory and database are as empty as before. */
export async function restoreRoom(config: Config, wanted: Wanted): Promise<Result<Restored, Refusal>> {
  return withBackup(config, wanted.file, async (source) => {
    // Before anything is connected, which would give the role of a room that serves another password.
    if (config.databaseUrl !== null && (await holdsRoom(config.databaseUrl))) return err([TAKEN]);
    const occupied = await occupantsOf(config);
    if (occupied.length > 0 && !occupied.includes(UNFINISHED)) {
      const names = occupied.map((name) => `\`${name}\``).join(", ");
      return err([`${config.dataDirectory} is not empty (${names}): name an empty directory with CONCORDAT_DATA`]);
    }
    return undoing(async (undo) => {
      const progress = { isDone: false };
      const restored = await restoreInto({ config, wanted, source, undo, progress });
      progress.isDone = restored.ok;
      return restored;
    });
  });
}

/** Stands in a directory while a restore fills it; one that was broken off is begun anew. */
const UNFINISHED = "restore-unfinished";

type Source = { readonly keys: OpenKeys; readonly backup: OpenBackup; readonly contents: Contents };

async function withBackup<Value>(
  config: Config,
  file: string,
  work: (source: Source) => Promise<Result<Value, Refusal>>,
): Promise<Result<Value, Refusal>> {
  const path = resolve(file);
  const keys = await keysOf(config, { isAlone: false });
  if (!keys.ok) return keys;
  const backup = await openBackup(path, { room: logNameOf(keys.value), keys: keys.value.own });
  if (!backup.ok) return err([`${path} ${backup.error}`]);
  try {
    const contents = await checkBackup(backup.value);
    if (!contents.ok) return err([`${path} ${contents.error}`]);
    return await work({ keys: keys.value, backup: backup.value, contents: contents.value });
  } finally {
    await backup.value.close();
  }
}

function described({ header }: OpenBackup, { plan, end }: Contents): BackupContents {
  const rows = Object.values(end.rows).reduce((sum, count) => sum + count, 0);
  const { madeAt, release } = header;
  return { name: backupName(header), madeAt, release, entries: plan.log.size, rows, files: end.files };
}

/** Made by whoever was here before: keys, which are in no backup, and the password of the database's role. */
const WELCOME = [KEY_RING_FILE, "operator.jwk", PASSWORD_FILE];

/** What is in the data directory beside what may be there. */
async function occupantsOf({ dataDirectory, keys }: Config): Promise<readonly string[]> {
  if (!existsSync(dataDirectory)) return [];
  const own = [...WELCOME, ...(keys.kind === "file" ? [keys.path] : [])];
  const kept = new Set(own.map((path) => resolve(dataDirectory, path)));
  return (await readdir(dataDirectory)).filter((name) => !kept.has(resolve(dataDirectory, name)));
}

type Restoring = {
  readonly config: Config;
  readonly wanted: Wanted;
  readonly source: Source;
  readonly undo: Undo;
  readonly progress: { readonly isDone: boolean };
};

async function restoreInto(restoring: Restoring): Promise<Result<Restored, Refusal>> {
  const { config, source, undo } = restoring;
  const database = await openEmpty(restoring);
  if (!database.ok) return database;
  const { backup, contents, keys } = source;
  const loaded = await loadDatabase(database.value, { backup, contents, folder: MIGRATIONS });
  if (!loaded.ok) return err([loaded.error]);
  const placed = await placeFiles(backup, sealedFilesIn(join(config.dataDirectory, "lists")));
  const servers = onlyServer();
  const memories = await openMemories(config.dataDirectory, servers.inTurn);
  if (!memories.ok) return err([memories.error]);
  const store = postgresStore(database.value.room);
  const room = await roomWith(config, keys, store);
  if (!room.ok) return room;
  if (room.value.origin !== backup.header.room) return err([keysTooNew(keys)]);
  // Token tables are filled from the sealed files when the room serves.
  const ports = portsOf(config, keys.keys.room, { store, room: room.value, servers, ...memories.value, tokens: null });
  undo.push(() => ports.matcher.end());
  const accounts = await checkLoaded(ports, { from: keys.source.name, contents, placed });
  if (!accounts.ok) return accounts;
  const fewer = await checkChain(ports);
  if (!fewer.ok) return err([fewer.error]);
  const { versions: rekeyed } = await rekeyLists(ports, () => {});
  const compared = await compare(ports, restoring);
  if (!compared.ok) return compared;
  await unmarkDatabase(database.value.owner);
  await rm(join(config.dataDirectory, UNFINISHED));
  return ok({ ...described(backup, contents), accounts: accounts.value, rekeyed, ...compared.value });
}

function keysTooNew({ source }: OpenKeys): string {
  return (
    `the keys of ${source.name} were handed the log after this backup was made, and the key ring does not ` +
    "tell of it: bring the key ring of the same day, or the keys of the day of the backup"
  );
}

async function openEmpty({ config, undo, progress }: Restoring): Promise<Result<Database, Refusal>> {
  const { dataDirectory: directory } = config;
  const unfinished = join(directory, UNFINISHED);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const hold = await holdDirectory(directory);
  if (!hold.ok) return err([hold.error]);
  undo.push(hold.value.release);
  const unlessDone = (step: () => Promise<void>) => undo.push(async () => (progress.isDone ? undefined : step()));
  if (existsSync(unfinished)) await removeEmbedded({ directory });
  await emptyDirectory(config);
  await writeFile(unfinished, "");
  unlessDone(() => emptyDirectory(config));
  const embedded = config.databaseUrl === null ? await startEmbedded({ directory }) : null;
  if (embedded !== null) {
    unlessDone(() => removeEmbedded({ directory }));
    undo.push(() => embedded.stop());
  }
  const connected = await connectDatabase(targetOf(config, embedded));
  if (!connected.ok) return err([connected.error]);
  undo.push(() => connected.value.close());
  const checked = await checkDatabase(connected.value.room);
  if (!checked.ok) return checked;
  const marked = await markDatabase(connected.value.owner);
  if (!marked.ok) return err([marked.error]);
  unlessDone(() => clearDatabase(connected.value.owner));
  return connected;
}

async function emptyDirectory(config: Config): Promise<void> {
  for (const name of await occupantsOf(config)) {
    if (name !== "room.pid") await rm(join(config.dataDirectory, name), { recursive: true, force: true });
  }
}

type Loaded = { readonly from: string; readonly contents: Contents; readonly placed: ReadonlySet<string> };

/** @returns how many accounts the ledger has */
async function checkLoaded(ports: Ports, { from, contents, placed }: Loaded): Promise<Result<number, Refusal>> {
  const fitting = await checkKeys(ports);
  if (!fitting.ok) return err([`the keys of ${from} ${fitting.error}`]);
  const checked = await checkRestored(ports);
  if (!checked.ok) return err([`the backup does not hold together: ${checked.error}`]);
  const { size, checkpoint } = contents.plan.log;
  if (checked.value.entries !== size || checked.value.checkpoint !== checkpoint) {
    return err(["the backup does not hold together: its log is not the one that it announces"]);
  }
  const parties = await everybody(ports);
  const named = await ports.store.read({ name: "list files", parties }, (tx) => tx.versions.segments());
  const missing = named.filter((segment) => !placed.has(segment)).length;
  if (missing > 0) return err([`the backup does not hold together: it lacks ${missing} sealed files`]);
  return ok(checked.value.accounts);
}

// Erasures first, so that nobody comes back whatever else is found.
async function compare(
  ports: Ports,
  { config, wanted, source }: Restoring,
): Promise<Result<Pick<Restored, "replayed" | "compared" | "readOnly">, Refusal>> {
  const former = wanted.memory === null ? ok(NO_MEMORY) : await memoryOf(resolve(wanted.memory), config);
  if (!former.ok) return former;
  await ports.erasureMemory.remember(former.value.erasures);
  const replayed = await replayErasures(ports, former.value.erasures);
  const handed = ports.room.keyRing.handOvers().slice(-1);
  const kept = [
    ...former.value.notes,
    ...handed.map(({ checkpoint }) => ({ from: "the key ring", note: checkpoint })),
    ...wanted.witnessed,
  ];
  const confronted = await confront(
    ports,
    kept.map(({ note }) => note),
  );
  if (!confronted.ok) return err([`${kept[confronted.error.strange]?.from} was not signed by this room's key`]);
  await conclude(ports, source, confronted.value);
  const { compared, contradiction } = confronted.value;
  return ok({
    replayed,
    compared,
    readOnly: contradiction === null ? null : readOnlyNote(contradiction),
  });
}

async function conclude(ports: Ports, { backup, contents }: Source, confronted: Confronted): Promise<void> {
  if (confronted.contradiction !== null) return;
  await rememberErasures(ports, await everybody(ports));
  const { header } = backup;
  const of = { name: backupName(header), madeAt: header.madeAt, entries: contents.plan.log.size };
  await logRestore(ports, { ...of, compared: confronted.compared });
  const { checkpoint } = await ports.store.read({ name: "read head", parties: await everybody(ports) }, (tx) =>
    tx.log.head(),
  );
  await ports.memory.remember(checkpoint);
}

type Former = { readonly notes: Wanted["witnessed"]; readonly erasures: readonly RememberedErasure[] };
const NO_MEMORY: Former = { notes: [], erasures: [] };

async function memoryOf(directory: string, { dataDirectory }: Config): Promise<Result<Former, Refusal>> {
  if (directory === resolve(dataDirectory)) return err([`${directory} is the directory to restore into`]);
  if (!existsSync(directory)) return err([`${directory} is not there`]);
  const memories = await openMemories(directory, turnsInMemory());
  if (!memories.ok) return err([memories.error]);
  const note = await memories.value.memory.recall();
  if (note === null) return err([`${directory} does not hold what a room remembers: log-memory.json is not there`]);
  const erasures = await memories.value.erasureMemory.recall();
  // Each was remembered with a checkpoint that covers it, so the last one covers them all.
  const notes = [note, ...erasures.slice(-1).map(({ checkpoint }) => checkpoint)];
  return ok({ notes: notes.map((kept) => ({ from: directory, note: kept })), erasures });
}
