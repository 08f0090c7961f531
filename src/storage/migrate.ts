// Brings a database to the schema of this release: numbered SQL files, each run once in a transaction of its own and
// recorded with its digest. Forward only: a file that has run, or that digests.json names, never changes again.

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { err, ok, type Result } from "../domain/result.ts";
import { hasCode } from "./error-code.ts";
import type { Pool } from "./pool.ts";
import { type Act, transaction } from "./transaction.ts";

type Migration = {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly digest: string;
  /** Servers that know so many migrations, and more, serve on the schema that it makes. */
  readonly oldest: number;
};
type Recorded = { readonly number: number; readonly name: string; readonly digest: string };
/** Null where the release that ran it did not say. */
type Ran = Recorded & { readonly oldest: number | null };

const DIGESTS = "digests.json";
const FILE_NAME = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.sql$/;
const digestsDocument = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

type Migrating = {
  readonly folder: string;
  readonly appRole: string;
  /** No others than these, which must be the folder's first: for a schema as it was. */
  readonly exactly?: readonly Recorded[];
  /** The fewest migrations that a server knows which works on the database; null where none does. */
  readonly beside?: number | null;
};

/** Says in a migration that servers which know no more than this one serve beside it. */
const OLDEST = /^-- Servers that know migration (\d{4}) serve beside this one\.$/m;

/**
 * Runs the migrations of `folder` that the database lacks, each alone, and returns their names. In the files
 * `:"app"` stands for the application role, as a variable does in psql.
 */
export async function migrate(
  owner: Pool,
  { folder, appRole, exactly, beside = null }: Migrating,
): Promise<Result<readonly string[], string>> {
  const migrations = await frozenMigrations(folder);
  if (!migrations.ok) return migrations;
  const known = migrations.value.length;
  const wanted = exactly === undefined ? migrations : firstOf(migrations.value, exactly);
  if (!wanted.ok) return wanted;
  await makeRecord(owner);
  const ran: string[] = [];
  for (const migration of wanted.value) {
    const step = await transaction(owner, actOf(migration), async (tx) => {
      const recorded = await tx<Ran[]>`select number, name, digest, oldest from concordat.migration order by number`;
      if (!isServedBy(known, recorded)) return err("the database was migrated by a newer release: run that one");
      const before = recorded[migration.number - 1];
      if (before !== undefined) return sameAs(before, migration);
      if (beside !== null && migration.oldest > beside) return err(OLDER_WORK);
      await tx.unsafe(migration.text.replaceAll(':"app"', `"${appRole.replaceAll('"', '""')}"`));
      await tx`insert into concordat.migration (number, name, digest, oldest)
               values (${migration.number}, ${migration.name}, ${migration.digest}, ${migration.oldest})`;
      return ok("ran");
    });
    if (!step.ok) return step;
    if (step.value === "ran") ran.push(migration.name);
  }
  return ok(ran);
}

const OLDER_WORK = "servers of an older release work on this database, and cannot beside this one: stop them first";

// What a release does not know is no matter where each of it says that such a release may go on.
function isServedBy(known: number, recorded: readonly Ran[]): boolean {
  return recorded.slice(known).every(({ number, oldest }) => (oldest ?? number) <= known);
}

/** How many migrations a release knows, by its folder. */
export async function countMigrations(folder: string): Promise<number> {
  return (await readdir(folder)).filter((name) => FILE_NAME.test(name)).length;
}

/** Whether a database has run the migrations of `folder`, all of them and no others. Changes nothing. */
export async function isMigrated(owner: Pool, folder: string): Promise<Result<null, string>> {
  const migrations = await frozenMigrations(folder);
  if (!migrations.ok) return migrations;
  const act = { name: "read the migration record", parties: [], access: "read only" } as const;
  return transaction(owner, act, async (tx) => {
    const [table] = await tx<
      { isThere: boolean }[]
    >`select to_regclass('concordat.migration') is not null as "isThere"`;
    if (table?.isThere !== true) return err("the database holds no room");
    const recorded = await tx<Recorded[]>`select number, name, digest from concordat.migration order by number`;
    const same = firstOf(migrations.value, recorded);
    if (!same.ok) return same;
    const isWhole = recorded.length === migrations.value.length;
    return isWhole ? ok(null) : err("the database was migrated by an older release: run that one, or start the room");
  });
}

function firstOf(files: readonly Migration[], recorded: readonly Recorded[]): Result<readonly Migration[], string> {
  if (recorded.length > files.length) return err("the database was migrated by a newer release: run that one");
  const first = files.slice(0, recorded.length);
  for (const [index, file] of first.entries()) {
    const before = recorded[index];
    const same = before === undefined ? ok("ran before" as const) : sameAs(before, file);
    if (!same.ok) return same;
  }
  return ok(first);
}

/** Writes the digests of files that have none yet into digests.json; refuses when a frozen file changed or is gone. */
export async function freezeDigests(folder: string): Promise<Result<readonly string[], string>> {
  const files = await readMigrations(folder);
  if (!files.ok) return files;
  const frozen = await readDigests(folder);
  const refusal = frozenRefusal(files.value, frozen);
  if (refusal !== null) return err(refusal);
  const added = files.value.filter(({ name }) => frozen[name] === undefined).map(({ name }) => name);
  const digests = Object.fromEntries(files.value.map(({ name, digest }) => [name, digest]));
  if (added.length > 0) await writeFile(join(folder, DIGESTS), `${JSON.stringify(digests, null, 2)}\n`);
  return ok(added);
}

async function frozenMigrations(folder: string): Promise<Result<readonly Migration[], string>> {
  const files = await readMigrations(folder);
  if (!files.ok) return files;
  const frozen = await readDigests(folder);
  const unfrozen = files.value.find(({ name }) => frozen[name] === undefined);
  if (unfrozen !== undefined) return err(`the migration \`${unfrozen.name}\` is not in ${DIGESTS}: freeze it first`);
  const refusal = frozenRefusal(files.value, frozen);
  return refusal === null ? files : err(refusal);
}

async function readMigrations(folder: string): Promise<Result<readonly Migration[], string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const migrations: Migration[] = [];
  for (const [index, name] of names.entries()) {
    const number = Number(FILE_NAME.exec(name)?.[1]);
    if (number !== index + 1) {
      return err(`\`${name}\` is not migration ${index + 1}: files are named NNNN-name.sql and counted without a gap`);
    }
    const bytes = await readFile(join(folder, name));
    const digest = createHash("sha256").update(bytes).digest("hex");
    const text = bytes.toString("utf8");
    const oldest = Number(OLDEST.exec(text)?.[1] ?? number);
    if (oldest > number) return err(`\`${name}\` says that it is served by those that know more than it`);
    migrations.push({ number, name, text, digest, oldest });
  }
  return ok(migrations);
}

async function readDigests(folder: string): Promise<z.infer<typeof digestsDocument>> {
  try {
    return digestsDocument.parse(JSON.parse(await readFile(join(folder, DIGESTS), "utf8")));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return {};
    throw error;
  }
}

function frozenRefusal(files: readonly Migration[], frozen: z.infer<typeof digestsDocument>): string | null {
  for (const [name, digest] of Object.entries(frozen)) {
    const file = files.find((candidate) => candidate.name === name);
    if (file === undefined) return `the migration \`${name}\` is missing: bring its file back`;
    if (file.digest !== digest) return `the migration \`${name}\` was changed after it was frozen: write a new one`;
  }
  return null;
}

async function makeRecord(owner: Pool): Promise<void> {
  const act = { name: "make the migration record", parties: [], access: "read write" } as const;
  await transaction(owner, act, async (tx) => {
    // Two processes that both find nothing must not both create it; `if not exists` alone does not order them.
    await tx`select pg_advisory_xact_lock(hashtext('concordat.migration'))`;
    await tx.unsafe(RECORD);
  });
}

function actOf({ number }: Migration): Act {
  return { name: `migration ${number}`, parties: [], access: "read write", lock: "migration" };
}

function sameAs(recorded: Recorded, migration: Migration): Result<"ran before", string> {
  if (recorded.name === migration.name && recorded.digest === migration.digest) return ok("ran before");
  return err(`the database ran \`${recorded.name}\` as migration ${recorded.number}, which differs from the file here`);
}

// The look for the column is as old as the transaction; adding it is not, and so asks once more.
const RECORD = `
create schema if not exists concordat;
create table if not exists concordat.migration (
  number int primary key check (number > 0),
  name text not null,
  digest text not null,
  at timestamptz not null default clock_timestamp()
);
do $$ begin
  if not exists (select from pg_attribute where attrelid = 'concordat.migration'::regclass and attname = 'oldest') then
    alter table concordat.migration add column if not exists oldest int;
  end if;
end $$;
comment on schema concordat is 'Everything that a Concordat room decides and remembers.';
comment on table concordat.migration is 'The migrations that this database has run.';
comment on column concordat.migration.number is 'The number in the name of the file.';
comment on column concordat.migration.name is 'The name of the file.';
comment on column concordat.migration.digest is 'The SHA-256 of the file as it ran, lowercase hex.';
comment on column concordat.migration.at is 'When it ran, by the clock of the database.';
comment on column concordat.migration.oldest is
  'Servers that know so many migrations serve on the schema that it made. Null: those that know it.';
`;
