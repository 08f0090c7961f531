// Rotates the room key of a room that does not serve: shows the plan first, puts the next key behind the others, and
// keys everything again. What broke off is gone on with, and so is a database that was put back from before.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { onlyServer } from "../app/in-memory.ts";
import { readOnlyNote } from "../app/keep-rounds.ts";
import { checkStanding } from "../app/log-standing.ts";
import type { Ports } from "../app/ports.ts";
import { type Amount, amountToRekey, checkChain, type RekeyProgress } from "../app/rekey-lists.ts";
import { rotateRoomKey } from "../app/rotate-room-key.ts";
import { checkKeys, everybody, sweepRoom } from "../app/start-room.ts";
import type { Config } from "../config.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { openMemories, packageVersion, portsOf } from "../main.ts";
import { openDatabase } from "../open-database.ts";
import { checkDatabase } from "../storage/check-database.ts";
import { type Database, PASSWORD_FILE } from "../storage/database.ts";
import { holdDirectory } from "../storage/directory-hold.ts";
import { hasEmbedded } from "../storage/embedded/launcher.ts";
import { postgresStore } from "../storage/store.ts";
import { tokenTransactions } from "../storage/token-transactions.ts";
import { watchingBy } from "../watching.ts";
import { keysOf, type OpenKeys, type Refusal, roomWith, type Undo, undoing } from "./steps.ts";

/** What a rotation would do. */
export type RotationPlan = {
  /** Whether a rotation that broke off, or a database put back from before one, is gone on with. */
  readonly goesOn: boolean;
  /** With how many keys tokens are made now, and afterwards. */
  readonly keysNow: number;
  readonly keysThen: number;
  readonly amount: Amount;
  /** Open uploads, which are dropped. */
  readonly uploads: number;
};

/** A rotation that is over: its plan, what was keyed again, and how tokens are made from now on. */
export type RotatedKey = { readonly plan: RotationPlan; readonly amount: Amount; readonly scheme: string };

/** Asked with the plan, before anything is changed. */
export type Asked = {
  readonly isWanted: (plan: RotationPlan) => Promise<boolean>;
  readonly tell: (progress: RekeyProgress) => void;
};

/** Rotates the room key, or goes on with a rotation. @returns the plan alone where it is not wanted */
export function rotateKeys(config: Config, asked: Asked): Promise<Result<RotatedKey | RotationPlan, Refusal>> {
  return undoing(async (undo) => {
    const opened = await openStopped(config, undo);
    if (!opened.ok) return opened;
    const { keys, ports } = opened.value;
    const plan = await planOf(ports);
    if (!plan.ok) return plan;
    if (!(await asked.isWanted(plan.value))) return ok(plan.value);
    if (!plan.value.goesOn) {
      const begun = await keys.keyRing.beginRekeying();
      if (!begun.ok) return err([begun.error]);
    }
    const linked = portsOf(config, keys.keys.room, opened.value.kept);
    undo.push(() => linked.matcher.end());
    const amount = await rotateRoomKey(linked, asked.tell);
    await sweepRoom(linked);
    return ok({ plan: plan.value, amount, scheme: linked.matcher.scheme });
  });
}

type Opened = { readonly keys: OpenKeys; readonly kept: Parameters<typeof portsOf>[2]; readonly ports: Ports };

async function openStopped(config: Config, undo: Undo): Promise<Result<Opened, Refusal>> {
  const { dataDirectory, databaseUrl } = config;
  const hold = await holdDirectory(dataDirectory);
  if (!hold.ok) return err([hold.error]);
  undo.push(hold.value.release);
  // Connecting from elsewhere would give the role of a room that serves another password.
  const isItsOwn = databaseUrl === null ? await hasEmbedded({ directory: dataDirectory }) : hasPassword(config);
  if (!isItsOwn) return err([`${dataDirectory} is not the data directory of a room that was started`]);
  const opened = await openDatabase(config, { undo, release: packageVersion(), tell: watchingBy(config).tell });
  if (!opened.ok) return opened;
  // None starts either, as this one does not come to the end of its own start.
  if (!opened.value.membership.isAlone) return err(["servers work on this database: stop all of them first"]);
  const keys = await keysOf(config, { isAlone: true });
  if (!keys.ok) return keys;
  return openPorts(config, keys.value, { database: opened.value.database, undo });
}

function hasPassword({ dataDirectory }: Config): boolean {
  return existsSync(join(dataDirectory, PASSWORD_FILE));
}

type Opening = { readonly database: Database; readonly undo: Undo };

async function openPorts(
  config: Config,
  keys: OpenKeys,
  { database, undo }: Opening,
): Promise<Result<Opened, Refusal>> {
  const checked = await checkDatabase(database.room);
  if (!checked.ok) return checked;
  const servers = onlyServer();
  const memories = await openMemories(config.dataDirectory, servers.inTurn);
  if (!memories.ok) return err([memories.error]);
  const store = postgresStore(database.room);
  const room = await roomWith(config, keys, store);
  if (!room.ok) return room;
  const tokens = config.engine === "sql" ? tokenTransactions(database.tokens) : null;
  const kept = { store, room: room.value, servers, ...memories.value, tokens };
  const ports = portsOf(config, keys.keys.room, kept);
  undo.push(() => ports.matcher.end());
  const sound = await checkSound(ports, keys.source.name);
  return sound.ok ? ok({ keys, kept, ports }) : sound;
}

async function checkSound(ports: Ports, from: string): Promise<Result<null, Refusal>> {
  const fitting = await checkKeys(ports);
  if (!fitting.ok) return err([`the keys of ${from} ${fitting.error}`]);
  const standing = await checkStanding(ports);
  if (!standing.ok) return err([standing.error]);
  const contradiction = ports.standing.of();
  return contradiction === null ? ok(null) : err([readOnlyNote(contradiction)]);
}

async function planOf(ports: Ports): Promise<Result<RotationPlan, Refusal>> {
  const { keyRing } = ports.room;
  const behind = await checkChain(ports);
  if (!behind.ok) return err([behind.error]);
  const keys = keyRing.roomLinks().length + 1;
  const goesOn = keyRing.rekeying() !== null || behind.value > 0;
  const { scheme } = ports.matcher;
  const amount = await amountToRekey(ports, (one) => !goesOn || one !== scheme);
  const act = { name: "count uploads", parties: await everybody(ports) };
  const uploads = (await ports.store.read(act, (tx) => tx.uploads.openIds())).length;
  return ok({ goesOn, keysNow: goesOn ? keys - 1 : keys, keysThen: goesOn ? keys : keys + 1, amount, uploads });
}
