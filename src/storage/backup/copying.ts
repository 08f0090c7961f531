// Takes the copy that a backup is: all tables as of one moment, and the sealed files that they name. Memory holds one
// batch of rows or one piece of a file at a time.

import { utf8 } from "../../domain/bytes.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { HeldFile, HeldFiles, SealedFiles } from "../../ports/sealed-files.ts";
import { log } from "../log.ts";
import type { Pool, Statements } from "../pool.ts";
import { actForAlso, transaction } from "../transaction.ts";
import type { Header, Plan, Table } from "./format.ts";
import type { BackupKeys } from "./keys.ts";
import { quotedName, tablesOf } from "./tables.ts";
import { type BackupWriter, createBackup, type Written } from "./writing.ts";

/** Rows of one batch. Answers are the largest, some tens of kilobytes each. */
const BATCH_ROWS = 200;
/** Moments that are tried: between one and the opening of its files, an erasure may have taken one. */
const TRIES = 8;

export type Copying = {
  readonly owner: Pool;
  readonly sealedFiles: SealedFiles;
  readonly path: string;
  readonly header: Header;
  readonly keys: BackupKeys;
};

/** A copy that is whole and on disk, and has no name yet. */
export type Copied = Written & {
  readonly plan: Plan;
  readonly rows: number;
  readonly files: number;
} & Pick<BackupWriter, "publish" | "abandon">;

/** Writes a backup of the room as it is at one moment. Takes no lock that a room waits for. */
export async function copyRoom(copying: Copying): Promise<Result<Copied, string>> {
  for (let tries = 0; tries < TRIES; tries++) {
    const copied = await copyMoment(copying);
    if (copied !== null) return ok(copied);
  }
  return err("sealed files that the database names are not there, or change faster than they can be copied");
}

async function copyMoment(copying: Copying): Promise<Copied | null> {
  const act = { name: "back up", parties: [OPERATOR], access: "read only" } as const;
  const moment = await transaction(copying.owner, act, (tx) => copyTables(copying, tx));
  if (moment === null) return null;
  const { writer, held, plan, rows } = moment;
  try {
    let bytes = 0;
    for (const file of held.files) bytes += await copyFile(writer, file);
    const written = await writer.close({ rows, files: held.files.length, bytes });
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
    return { ...written, plan, rows: total, files: held.files.length, ...writer };
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    await held.release();
  }
}

type Moment = {
  readonly writer: BackupWriter;
  readonly held: HeldFiles;
  readonly plan: Plan;
  readonly rows: { readonly [table: string]: number };
};

// Runs again from its beginning when the connection is lost: then into a new file.
async function copyTables(copying: Copying, tx: Statements): Promise<Moment | null> {
  const plan = await planOf(tx);
  await actForAlso(tx, plan.partners);
  const held = await copying.sealedFiles.hold(await segmentsOf(tx));
  if (held === null) return null;
  let writer: BackupWriter | null = null;
  try {
    writer = await createBackup(copying);
    await writer.add("plan", [utf8(canonicalJson(plan))]);
    const rows: { [table: string]: number } = {};
    for (const table of plan.tables) rows[table.name] = await copyRows(writer, tx, table);
    return { writer, held, plan, rows };
  } catch (error) {
    await writer?.abandon();
    await held.release();
    throw error;
  }
}

async function planOf(tx: Statements): Promise<Plan> {
  const { size, checkpoint } = await log(tx).head();
  const partners = await tx<{ id: string }[]>`select id from concordat.partner order by id`;
  const migrations = await tx<Plan["migrations"][number][]>`
    select number, name, digest from concordat.migration order by number`;
  return {
    migrations: [...migrations],
    tables: [...(await tablesOf(tx))],
    partners: partners.map(({ id }) => id),
    log: { size, checkpoint },
  };
}

async function segmentsOf(tx: Statements): Promise<string[]> {
  const rows = await tx<{ segment: string }[]>`select segment from concordat.version where deleted_at is null`;
  return rows.map(({ segment }) => segment);
}

// As Postgres spells rows in JSON, and never parsed on the way: what it wrote is what it reads.
async function copyRows(writer: BackupWriter, tx: Statements, { name, columns }: Table): Promise<number> {
  const list = columns.map(quotedName).join(", ");
  await tx.unsafe(`declare copied no scroll cursor for
    select row_to_json(one)::text as row from (select ${list} from concordat.${quotedName(name)}) as one`);
  let count = 0;
  for (;;) {
    const batch = await tx.unsafe<{ row: string }[]>(`fetch ${BATCH_ROWS} from copied`);
    if (batch.length > 0) await writer.add("rows", [utf8(`${name}\n[${batch.map(({ row }) => row).join()}]`)]);
    count += batch.length;
    if (batch.length < BATCH_ROWS) break;
  }
  await tx.unsafe("close copied");
  return count;
}

async function copyFile(writer: BackupWriter, { name, bytes, read }: HeldFile): Promise<number> {
  await writer.add("file", [utf8(canonicalJson({ name, bytes }))]);
  for await (const piece of read()) await writer.add("bytes", [piece]);
  return bytes;
}
