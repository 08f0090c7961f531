// Puts a backup into a database without a room. A mark stands in the database from before the first row until all has
// been checked, and no room starts on a database that bears it.

import type { z } from "zod";
import { parseStrictJson } from "../../domain/canonical-json.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { SealedFiles } from "../../ports/sealed-files.ts";
import type { Database } from "../database.ts";
import { migrate } from "../migrate.ts";
import { openPool, type Pool, type Statements } from "../pool.ts";
import { type Act, actForAlso, transaction } from "../transaction.ts";
import { type End, endSchema, fileSchema, type Plan, planSchema, type Table } from "./format.ts";
import { BackupDamaged, type BackupRecord, type OpenBackup } from "./reading.ts";
import { quotedName, tablesOf } from "./tables.ts";

const RESTORE: Act = { name: "restore", parties: [OPERATOR], access: "read write" };
const MARK = "concordat.restore_unfinished";

/** Why a database is not restored into. */
export const TAKEN = "the database holds a room already: name an empty one";

/** What a file holds, read to its end. */
export type Contents = { readonly plan: Plan; readonly end: End };

/** Reads a backup from end to end and writes nothing. A refusal ends a sentence that begins with the file's name. */
export async function checkBackup(backup: OpenBackup): Promise<Result<Contents, string>> {
  let plan: Plan | null = null;
  let end: End | null = null;
  try {
    for await (const { kind, bytes } of backup.records()) {
      if (kind === "plan") plan = readAs(planSchema, bytes);
      if (kind === "end") end = readAs(endSchema, bytes);
    }
  } catch (error) {
    if (error instanceof BackupDamaged) return err(error.message);
    throw error;
  }
  return plan === null || end === null ? err("does not say what it holds") : ok({ plan, end });
}

/** Whether a restore into the database was begun and did not come to its end. */
export async function isRestoreUnfinished(owner: Pool): Promise<boolean> {
  const act = { name: "look for a restore", parties: [], access: "read only" } as const;
  return transaction(owner, act, async (tx) => {
    const [row] = await tx<{ isMarked: boolean }[]>`select to_regclass(${MARK}) is not null as "isMarked"`;
    return row?.isMarked === true;
  });
}

/** Whether a database that an address names holds a room, other than one that a restore left unfinished. */
export async function holdsRoom(url: string): Promise<boolean> {
  const owner = openPool({ url }, 1);
  try {
    return await transaction(owner, { ...RESTORE, access: "read only" }, isTaken);
  } finally {
    await owner.close();
  }
}

async function isTaken(tx: Statements): Promise<boolean> {
  const [state] = await tx<{ isTaken: boolean }[]>`
    select to_regnamespace('concordat') is not null and to_regclass(${MARK}) is null as "isTaken"`;
  return state?.isTaken === true;
}

/** Takes a database for a restore: one without a room, or one in which a restore was broken off. */
export async function markDatabase(owner: Pool): Promise<Result<null, string>> {
  return transaction(owner, RESTORE, async (tx) => {
    if (await isTaken(tx)) return err(TAKEN);
    await tx.unsafe(`drop schema if exists concordat cascade; create schema concordat; create table ${MARK} ()`);
    return ok(null);
  });
}

/** Takes the mark away: the room may start. */
export async function unmarkDatabase(owner: Pool): Promise<void> {
  await transaction(owner, RESTORE, async (tx) => void (await tx.unsafe(`drop table ${MARK}`)));
}

/** Takes back what a restore put into a database that was marked for it. */
export async function clearDatabase(owner: Pool): Promise<void> {
  await transaction(owner, RESTORE, async (tx) => void (await tx.unsafe("drop schema if exists concordat cascade")));
}

/**
 * Makes the schema as it was when the file was made, fills it in one transaction, and brings it to this release's.
 * Uploads that were open are dropped, since their parts are in no backup.
 */
export async function loadDatabase(
  { owner, appRole }: Pick<Database, "owner" | "appRole">,
  { backup, contents, folder }: { readonly backup: OpenBackup; readonly contents: Contents; readonly folder: string },
): Promise<Result<null, string>> {
  const { migrations } = contents.plan;
  const made = await migrate(owner, { folder, appRole, exactly: migrations });
  if (!made.ok) return made;
  const filled = await transaction(owner, RESTORE, (tx) => fill(tx, backup, contents));
  if (!filled.ok) return filled;
  const rest = await migrate(owner, { folder, appRole });
  return rest.ok ? ok(null) : rest;
}

/** Puts every sealed file of a backup under its name. @returns the names */
export async function placeFiles(backup: OpenBackup, sealedFiles: SealedFiles): Promise<ReadonlySet<string>> {
  const records = backup.records();
  const placed = new Set<string>();
  for (let next = await records.next(); next.done !== true; ) {
    const { kind, bytes } = next.value;
    if (kind !== "file") {
      next = await records.next();
      continue;
    }
    const file = readAs(fileSchema, bytes);
    const pieces = piecesOf(records, file.bytes);
    await sealedFiles.place(file.name, pieces.content);
    placed.add(file.name);
    next = pieces.behind() ?? (await records.next());
  }
  return placed;
}

// The bytes of one file, and the record behind them.
function piecesOf(records: AsyncGenerator<BackupRecord>, bytes: number) {
  let behind: IteratorResult<BackupRecord> | null = null;
  async function* content() {
    for (let got = 0; got < bytes; ) {
      behind = await records.next();
      if (behind.done === true || behind.value.kind !== "bytes") throw new BackupDamaged("holds a file in part");
      got += behind.value.bytes.length;
      yield behind.value.bytes;
    }
    behind = null;
  }
  return { content: content(), behind: () => behind };
}

async function fill(tx: Statements, backup: OpenBackup, { plan, end }: Contents): Promise<Result<null, string>> {
  await actForAlso(tx, plan.partners);
  const tables = new Map((await tablesOf(tx)).map((table) => [table.name, table]));
  tables.delete("restore_unfinished");
  if (!isSame([...tables.values()], plan.tables)) return err("its tables are not those that its migrations make");
  // A migration may have put rows there, as the one of the log's head did.
  for (const { name } of [...plan.tables].reverse()) await tx.unsafe(`delete from concordat.${quotedName(name)}`);
  const counts: { [table: string]: number } = {};
  for await (const { kind, bytes } of backup.records()) {
    if (kind === "file") break;
    if (kind !== "rows") continue;
    const [name, rows] = partsOf(bytes);
    const table = tables.get(name);
    if (table === undefined) throw new BackupDamaged("holds rows of a table that it does not name");
    counts[name] = (counts[name] ?? 0) + (await insert(tx, table, rows));
  }
  for (const { name } of plan.tables) {
    if ((counts[name] ?? 0) !== end.rows[name]) return err(`the database did not take every row of \`${name}\``);
  }
  await tx`update concordat.upload set state = 'dropped', closed_at = now() where state = 'open'`;
  return ok(null);
}

async function insert(tx: Statements, { name, columns }: Table, rows: string): Promise<number> {
  const list = columns.map(quotedName).join(", ");
  const from = `json_populate_recordset(null::concordat.${quotedName(name)}, $1::text::json)`;
  const { count } = await tx.unsafe(`insert into concordat.${quotedName(name)} (${list}) select ${list} from ${from}`, [
    rows,
  ]);
  return count;
}

function partsOf(bytes: Uint8Array): readonly [name: string, rows: string] {
  const at = bytes.indexOf(0x0a);
  return [textOf(bytes.subarray(0, at)), textOf(bytes.subarray(at + 1))];
}

function isSame(left: readonly Table[], right: readonly Table[]): boolean {
  const spelt = (tables: readonly Table[]) => JSON.stringify(tables.map(({ name, columns }) => [name, columns]));
  return spelt(left) === spelt(right);
}

function readAs<Shape extends z.ZodType>(shape: Shape, bytes: Uint8Array): z.output<Shape> {
  const json = parseStrictJson(textOf(bytes));
  const read = shape.safeParse(json.ok ? json.value : null);
  if (!read.success) throw new BackupDamaged("holds a record that does not read");
  return read.data;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
