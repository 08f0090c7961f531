// Lays the token tables, on one node or over many. They hold nothing that the sealed files do not, so laying them
// otherwise is dropping them: what stood in them is brought in again. Nothing of them is logged: their rows are in no
// write-ahead log, no base backup and no replica, and a node that crashes comes back without its own.

import { err, ok, type Result } from "../../domain/result.ts";
import type { Statements, Transact } from "./token-database.ts";

/** Where the rows of the tables lie. */
export type Place =
  | { readonly kind: "one node" }
  | { readonly kind: "citus" }
  /** Postgres databases of their own, each with a stretch of the shards. */
  | { readonly kind: "shards"; readonly shards: readonly Shard[] };

/** A database that holds shards: how its own tables are laid, and how the room's database reaches it. */
export type Shard = {
  readonly transact: Transact;
  /** Options of the foreign server (`host`, `port`, `dbname`) and of the user mapping (`user`, `password`). */
  readonly server: Readonly<Record<string, string>>;
  readonly user: Readonly<Record<string, string>>;
};

type Laying = {
  /** As the owner of the tables. */
  readonly transact: Transact;
  /** Who asks: it may read, add and delete rows, and change none. */
  readonly appRole: string;
};

const SHARDS = 256;

/** Partitions on one node: joins of an eighth of the tokens stay within `work_mem`, and run side by side. */
const PARTITIONS = 8;

/** Changes whenever tables laid before are to be laid anew. */
const FORMAT = 1;

const COLUMNS = {
  tokens: `shard smallint not null, version int not null, kind smallint not null, token uuid not null,
    person int not null, consents int not null, is_least boolean not null, is_speaking boolean not null,
    said bytea not null`,
  marks: "shard smallint not null, version int not null, kind smallint not null, further int not null",
} as const;

// A room keeps many versions and a question reads few: keys hold the shard, and begin with what finds a version.
const KEYS = { tokens: "version, kind, shard, token", marks: "version, kind, shard" } as const;

const COMMENTS = `
comment on table concordat_tokens.versions is 'Which sealed list has which number in the token tables';
comment on column concordat_tokens.versions.version is 'Never given twice';
comment on column concordat_tokens.versions.segment is 'The name of its sealed file';
comment on table concordat_tokens.tokens is 'A row for each token of a sealed list; keyed and pseudonymous';
comment on column concordat_tokens.tokens.shard is 'First byte of the token';
comment on column concordat_tokens.tokens.version is 'Which list, by its number';
comment on column concordat_tokens.tokens.kind is 'Which kind of identifier, by its place among them';
comment on column concordat_tokens.tokens.token is 'Sixteen bytes under the room key';
comment on column concordat_tokens.tokens.person is 'The row of the sealed list that speaks for the person';
comment on column concordat_tokens.tokens.consents is 'A bit for each consent that all rows of the person give';
comment on column concordat_tokens.tokens.is_least is 'Whether it is the least of its kind that the person has';
comment on column concordat_tokens.tokens.is_speaking is 'Whether the person is counted by it';
comment on column concordat_tokens.tokens.said is 'Attributes, two bytes each, shuffled; measures, four';
comment on table concordat_tokens.marks is 'Which shards of a list are whole; lies where their rows do';
comment on column concordat_tokens.marks.shard is 'First byte of the tokens';
comment on column concordat_tokens.marks.version is 'Which list, by its number';
comment on column concordat_tokens.marks.kind is 'Which kind of identifier';
comment on column concordat_tokens.marks.further is 'Tokens there that are not the least of their person''s';
comment on table concordat_tokens.layout is 'How these tables are laid';
comment on column concordat_tokens.layout.says is 'Format and place';`;

/** Lays the tables on one node where there are none yet; leaves those that are there as they lie. */
export async function layWhereNone(laying: Laying): Promise<void> {
  await laying.transact("read write", async (tx) => {
    const laid = await laidAs(tx);
    if (laid === null || !laid.startsWith(`${FORMAT} `)) await lay(tx, laying, { kind: "one node" });
  });
}

/** Lays the tables for a place, whatever lay before; tables that are laid so already stay. */
export async function layFor(laying: Laying, place: Place): Promise<Result<"laid" | "as before", string>> {
  if (place.kind === "shards" && place.shards.length > SHARDS) return err(`there are ${SHARDS} shards and no more`);
  const refusal = await laying.transact("read only", (tx) => refusalOf(tx, place));
  if (refusal !== null) return err(refusal);
  const before = await laying.transact("read only", laidAs);
  if (before === spelt(place)) return ok("as before");
  return layAll(laying, place).then(
    () => ok("laid" as const),
    (failure: unknown) => err(saidBy(failure)),
  );
}

async function layAll(laying: Laying, place: Place): Promise<void> {
  if (place.kind === "shards") for (const shard of place.shards) await layShard(shard);
  await laying.transact("read write", async (tx) => {
    await lay(tx, laying, place);
    // Each node answers, or the tables are not laid.
    await tx.unsafe("select count(*) from concordat_tokens.marks");
  });
}

const CONNECTION_FAILURES = [
  ...["ConnectionLost", "CONNECTION_CLOSED", "CONNECT_TIMEOUT"],
  ...["ECONNREFUSED", "ECONNRESET", "ENOENT", "ENOTFOUND"],
];

// Connection failures, wrong passwords and databases, missing rights, and a mapping without the password that it needs.
const REFUSALS = /^(08...|28...|3D000|42501|2F003)$/;

/** What a server or the way to it had against laying tables. @throws whatever else it is */
function saidBy(failure: unknown): string {
  if (!(failure instanceof Error)) throw failure;
  const code = "code" in failure ? String(failure.code) : failure.name;
  if (!CONNECTION_FAILURES.includes(code) && !REFUSALS.test(code)) throw failure;
  return `a node refuses: ${failure.message}`;
}

async function laidAs(tx: Statements): Promise<string | null> {
  const [found] = await tx.unsafe<{ there: boolean }[]>(
    "select to_regclass('concordat_tokens.layout') is not null as there",
  );
  if (found?.there !== true) return null;
  const [laid] = await tx.unsafe<{ says: string }[]>("select says from concordat_tokens.layout");
  return laid?.says ?? null;
}

function spelt(place: Place): string {
  if (place.kind !== "shards") return `${FORMAT} ${place.kind}`;
  const servers = place.shards.map(({ server, user }) => Object.entries({ ...server, user: user["user"] ?? "" }));
  return `${FORMAT} shards ${JSON.stringify(servers.map((options) => options.sort()))}`;
}

type Extensions = { readonly citus: boolean; readonly fdw: boolean; readonly workers: boolean };

async function refusalOf(tx: Statements, place: Place): Promise<string | null> {
  const [found] = await tx.unsafe<Extensions[]>(
    `select exists (select from pg_extension where extname = 'citus') as citus,
            exists (select from pg_available_extensions where name = 'postgres_fdw') as fdw,
            to_regclass('pg_dist_node') is not null as workers`,
  );
  if (place.kind === "citus" && found?.citus !== true)
    return "the database has no Citus: run `create extension citus` in it and add its nodes, or name shards";
  if (place.kind === "shards" && found?.citus === true)
    return "the database has Citus, which spreads tables by itself: name no shards";
  if (place.kind === "shards" && found?.fdw !== true)
    return "the database's server has no `postgres_fdw`: install Postgres' additional modules";
  return null;
}

async function layShard({ transact }: Shard): Promise<void> {
  await transact("read write", async (tx) => {
    await tx.unsafe(`drop schema if exists concordat_tokens cascade; create schema concordat_tokens;
      ${plainTable("tokens")}; ${plainTable("marks")}`);
  });
}

async function lay(tx: Statements, { appRole }: Laying, place: Place): Promise<void> {
  const role = quoted(appRole);
  await tx.unsafe(`drop schema if exists concordat_tokens cascade; create schema concordat_tokens;
    create table concordat_tokens.layout (says text not null);
    create table concordat_tokens.versions (
      version int generated always as identity primary key, segment text not null unique)`);
  if (place.kind === "citus") await layOnCitus(tx);
  else if (place.kind === "shards") await layOverShards(tx, role, place.shards);
  else for (const name of ["tokens", "marks"] as const) await tx.unsafe(partitioned(name));
  await tx.unsafe(`${COMMENTS}
    grant usage on schema concordat_tokens to ${role};
    grant select, insert, delete on concordat_tokens.versions to ${role};
    grant select, insert, delete on concordat_tokens.tokens, concordat_tokens.marks to ${role}`);
  await tx.unsafe("insert into concordat_tokens.layout (says) values ($1)", [spelt(place)]);
}

type Name = keyof typeof COLUMNS;

function plainTable(name: Name): string {
  return `create unlogged table concordat_tokens.${name} (${COLUMNS[name]}, primary key (${KEYS[name]}))`;
}

function parent(name: Name): string {
  return `create table concordat_tokens.${name} (${COLUMNS[name]}) partition by range (shard)`;
}

function partitioned(name: Name): string {
  const parts = stretches(PARTITIONS).map(
    ({ from, to }, at) =>
      `create unlogged table concordat_tokens.${name}_${at} partition of concordat_tokens.${name}
         (primary key (${KEYS[name]})) for values from (${from}) to (${to})`,
  );
  return [parent(name), ...parts].join(";");
}

/** The shards in so many stretches, as alike as may be. */
function stretches(count: number): { readonly from: number; readonly to: number }[] {
  const bound = (at: number) => Math.round((SHARDS * at) / count);
  return Array.from({ length: count }, (_, at) => ({ from: bound(at), to: bound(at + 1) }));
}

async function layOnCitus(tx: Statements): Promise<void> {
  await tx.unsafe(`${plainTable("tokens")}; ${plainTable("marks")}`);
  await tx.unsafe(`select create_distributed_table('concordat_tokens.tokens', 'shard')`);
  await tx.unsafe(
    `select create_distributed_table('concordat_tokens.marks', 'shard', colocate_with => 'concordat_tokens.tokens')`,
  );
}

// What the foreign server's options say makes the planner push whole joins and fetch in large steps.
const SERVER_OPTIONS = {
  async_capable: "true",
  use_remote_estimate: "true",
  fdw_tuple_cost: "10",
  fetch_size: "50000",
  batch_size: "5000",
};

async function layOverShards(tx: Statements, role: string, shards: readonly Shard[]): Promise<void> {
  await tx.unsafe("create extension if not exists postgres_fdw");
  const old = await tx.unsafe<{ name: string }[]>(
    "select srvname as name from pg_foreign_server where srvname like 'concordat\\_shard\\_%'",
  );
  for (const { name } of old) await tx.unsafe(`drop server ${quoted(name)} cascade`);
  const parts = stretches(shards.length);
  for (const name of ["tokens", "marks"] as const) await tx.unsafe(parent(name));
  for (const [at, { server, user }] of shards.entries()) {
    const { from, to } = parts[at] ?? { from: 0, to: 0 };
    const mapping = options("password" in user ? user : { ...user, password_required: "false" });
    await tx.unsafe(`create server concordat_shard_${at} foreign data wrapper postgres_fdw
        ${options({ ...server, ...SERVER_OPTIONS })};
      create user mapping for ${role} server concordat_shard_${at} ${mapping};
      create user mapping if not exists for current_user server concordat_shard_${at} ${mapping}`);
    for (const name of ["tokens", "marks"] as const)
      await tx.unsafe(`create foreign table concordat_tokens.${name}_${at} partition of concordat_tokens.${name}
        for values from (${from}) to (${to}) server concordat_shard_${at}
        options (schema_name 'concordat_tokens', table_name '${name}')`);
  }
}

function options(values: Readonly<Record<string, string>>): string {
  const each = Object.entries(values).map(([name, value]) => `${name} '${value.replaceAll("'", "''")}'`);
  return `options (${each.join(", ")})`;
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
