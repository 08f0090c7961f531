// What backup and restore share: the room's keys, which neither of them makes, and steps that are taken back.

import { turnsInMemory } from "../app/in-memory.ts";
import type { Room } from "../app/ports.ts";
import { BACKUP_HOLDER } from "../app/start-room.ts";
import type { Config } from "../config.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { roomOf } from "../main.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import type { Store } from "../ports/store.ts";
import { type BackupKeys, backupKeys } from "../storage/backup/keys.ts";
import type { KeysInTurn } from "../storage/changed-keys.ts";
import { hasKeyRing, KEY_RING_FILE, openKeyRing } from "../storage/key-ring.ts";
import { borrowLogKeys } from "../storage/log-keys.ts";
import { keySource, type RoomKeys } from "../storage/room-keys.ts";

/** Why nothing was done, a sentence each. */
export type Refusal = readonly string[];

/** What takes back what was done, the last first. */
export type Undo = (() => Promise<void>)[];

/** Does work whose steps are taken back when it is over, however it ends. */
export async function undoing<Value>(work: (undo: Undo) => Promise<Value>): Promise<Value> {
  const undo: Undo = [];
  try {
    return await work(undo);
  } finally {
    await takeBack(undo);
  }
}

// One step that fails keeps none of the others from being taken back.
async function takeBack(undo: Undo): Promise<void> {
  const step = undo.pop();
  if (step === undefined) return;
  try {
    await step();
  } finally {
    await takeBack(undo);
  }
}

/** The keys of a room, with the ring that they open. */
export type OpenKeys = KeysInTurn & {
  readonly keys: RoomKeys;
  readonly keyRing: KeyRing;
  /** Of backups. */
  readonly own: BackupKeys;
};

/**
 * Opens the keys of the room. It would make its own where there are none; a copy of it rests on those that it has.
 * @param isAlone  whether no server works on the room; beside one, nothing is written where its keys lie
 */
export async function keysOf(
  config: Config,
  { isAlone }: { readonly isAlone: boolean },
): Promise<Result<OpenKeys, Refusal>> {
  const given = keySource(config.keys, { mayMake: false });
  const source = isAlone ? given : { ...given, write: null };
  const keys = await source.read();
  if (!keys.ok) return err([keys.error]);
  if (!(await hasKeyRing(config.dataDirectory))) return err([`${config.dataDirectory} ${NO_RING}`]);
  const place = { source, inTurn: turnsInMemory() };
  const keyRing = await openKeyRing(config.dataDirectory, { ...place, keys: keys.value, changed: () => undefined });
  if (!keyRing.ok) return err([keyRing.error]);
  const key = keyRing.value.find(BACKUP_HOLDER);
  if (key === null) return err([`the key ring in ${config.dataDirectory} has no key for backups: start the room once`]);
  return ok({ ...place, keys: keys.value, keyRing: keyRing.value, own: backupKeys(key) });
}

/** The room that these keys sign for, with the hand-overs that its database tells of. It hands nothing over. */
export async function roomWith(config: Config, keys: OpenKeys, store: Store): Promise<Result<Room, Refusal>> {
  const logKeys = await borrowLogKeys(store, keys);
  if (!logKeys.ok) return err([`the keys of ${keys.source.name} ${logKeys.error}`]);
  return ok(roomOf(config, logKeys.value, keys.keyRing));
}

const NO_RING =
  `holds no ${KEY_RING_FILE}, without which no list opens: bring the room's there, beside its keys, ` +
  "or name the room's directory with CONCORDAT_DATA";
