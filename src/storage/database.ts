// Connects a room to its Postgres as two roles: the owner, who migrates, and the application role, which serves and
// owns nothing. On a server of the operator's the application role logs in by a password that only the data
// directory holds.

import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toBase64, toBase64Url, toHex } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { EmbeddedConnection } from "./embedded/launcher.ts";
import { hasCode } from "./error-code.ts";
import { linked } from "./linked.ts";
import { type Address, openPool, type Pool } from "./pool.ts";
import { NOBODY_WORKS, takingForNow } from "./servers/locks.ts";
import { isConnectionFailure, transaction } from "./transaction.ts";

export type DatabaseTarget =
  | { readonly kind: "embedded"; readonly connection: EmbeddedConnection }
  /** `directory` is the room's own: the application role's password is kept there. */
  | { readonly kind: "url"; readonly url: string; readonly directory: string };

export type Database = {
  /** Owns the schema; for migrations and checks of the catalogue alone. */
  readonly owner: Pool;
  /** What the running room uses. */
  readonly room: Pool;
  /** What the running room's matcher uses, where it compares lists in the database. */
  readonly tokens: Pool;
  /** One session in which to ask whether the database answers, however busy the others are. */
  readonly watch: Pool;
  /** The name of the application role, for grants and checks. */
  readonly appRole: string;
  /** Where it logs in. Secret. */
  readonly address: Address;
  readonly close: () => Promise<void>;
};

type Role = { readonly rolsuper: boolean; readonly rolbypassrls: boolean; readonly rolcreaterole: boolean };
type App = { readonly role: string; readonly password: string | null; readonly address: Address };

const SCRAM_ITERATIONS = 4_096;
/** The file in the data directory with the application role's password. */
export const PASSWORD_FILE = "database-password";

/** Connects both roles, making the application role at the first call; a refusal says what to grant or mend. */
export async function connectDatabase(target: DatabaseTarget): Promise<Result<Database, string>> {
  const owner = openPool(target.kind === "url" ? { url: target.url } : target.connection, LIMITS.ownerSessions);
  const app = await appOf(target);
  const room = openPool(app.address, LIMITS.roomSessions);
  const tokens = openPool(app.address, LIMITS.tokenSessions);
  const watch = openPool(app.address, 1);
  const close = async () => void (await Promise.all([owner, room, tokens, watch].map((pool) => pool.close())));
  const refusal = await greeted({ owner, room }, app).catch(async (failure: unknown) => {
    await close();
    throw failure;
  });
  const found = { owner, room, tokens, watch, appRole: app.role, address: app.address };
  if (refusal === null) return ok({ ...found, close });
  await close();
  return err(refusal);
}

async function greeted(pools: { owner: Pool; room: Pool }, app: App): Promise<string | null> {
  return (await refusalOf(() => prepareRole(pools.owner, app))) ?? (await refusalOf(() => logIn(pools, app)));
}

/** The application role of a database on a server of the operator's: roles belong to the whole server. */
export function appRoleOn(database: string): string {
  return `concordat_app_${createHash("sha256").update(database).digest("hex").slice(0, 8)}`;
}

async function appOf(target: DatabaseTarget): Promise<App> {
  if (target.kind === "embedded") {
    const role = "concordat_app";
    return { role, password: null, address: { ...target.connection, username: role } };
  }
  const database = decodeURIComponent(new URL(target.url).pathname.slice(1));
  const role = appRoleOn(database);
  const password = await keptPassword(join(target.directory, PASSWORD_FILE));
  return { role, password, address: { url: target.url, username: role, password } };
}

async function keptPassword(file: string): Promise<string> {
  const aside = `${file}.${toHex(randomBytes(6))}`;
  if (!existsSync(file)) {
    await writeFile(aside, toBase64Url(randomBytes(32)), { flag: "wx", mode: 0o600 });
    await linked(aside, file);
    await rm(aside);
  }
  return (await readFile(file, "utf8")).trim();
}

async function refusalOf(step: () => Promise<string | null>): Promise<string | null> {
  try {
    return await step();
  } catch (error) {
    const isServers =
      error instanceof Error && (isConnectionFailure(error) || hasCode(error, "3D000", "28000", "28P01", "53300"));
    if (!isServers) throw error;
    return `the database cannot be reached: ${error.message}`;
  }
}

async function prepareRole(owner: Pool, app: App): Promise<string | null> {
  const act = { name: "make the application role", parties: [], access: "read write" } as const;
  return transaction(owner, act, async (tx) => {
    const [me] = await tx<(Role & { rolname: string; database: string; may_create: boolean })[]>`
      select rolname, rolsuper, rolbypassrls, rolcreaterole, current_database() as database,
             has_database_privilege(current_database(), 'CREATE') as may_create
      from pg_roles where rolname = current_user`;
    const [found] = await tx<(Role & { may_connect: boolean })[]>`
      select rolsuper, rolbypassrls, rolcreaterole,
             has_database_privilege(rolname, current_database(), 'CONNECT') as may_connect
      from pg_roles where rolname = ${app.role}`;
    if (me === undefined) return "the database does not know its own user";
    if (!me.may_create) return `the database's user may not make a schema; ${granting("database", me)}`;
    // The role outlives its database, and the rights on a database that took its place are not its. Where it has them,
    // nothing is given: of two servers that give at once, Postgres fails one.
    if (found?.may_connect === false) await tx.unsafe(admission(app.role, me.database));
    if (found !== undefined) return roleRefusal(app.role, found);
    if (!me.rolcreaterole && !me.rolsuper) return `the database's user may not make a role; ${granting("role", me)}`;
    await tx.unsafe(creation(app, me.database));
    return null;
  });
}

function granting(what: "database" | "role", me: { rolname: string; database: string }): string {
  const statement =
    what === "role"
      ? `alter role ${quoted(me.rolname)} createrole`
      : `grant create on database ${quoted(me.database)} to ${quoted(me.rolname)}`;
  return `run \`${statement}\` as its administrator`;
}

// Row-level security binds neither superusers nor BYPASSRLS, and CREATEROLE can give either away.
function roleRefusal(name: string, { rolsuper, rolbypassrls, rolcreaterole }: Role): string | null {
  if (!rolsuper && !rolbypassrls && !rolcreaterole) return null;
  const mend = `alter role ${quoted(name)} nosuperuser nobypassrls nocreaterole`;
  return `the role \`${name}\` has more rights than it may; run \`${mend}\``;
}

// A second process may make the role between our look and our statement; its role is as good.
function creation({ role, password }: App, database: string): string {
  const login = password === null ? "" : ` password '${scramVerifier(password)}'`;
  return `do $$ begin
    create role ${quoted(role)} login noinherit${login};
    exception when duplicate_object or unique_violation then null;
  end $$;
  ${admission(role, database)}`;
}

function admission(role: string, database: string): string {
  return `grant connect on database ${quoted(database)} to ${quoted(role)}`;
}

async function logIn(pools: { owner: Pool; room: Pool }, app: App): Promise<string | null> {
  const act = { name: "greet", parties: [], access: "read only" } as const;
  const greet = () => transaction(pools.room, act, async (tx) => void (await tx`select 1`));
  try {
    await greet();
    return null;
  } catch (error) {
    if (!hasCode(error, "28P01") || app.password === null) throw error;
    const isRenewed = await renewPassword(pools.owner, app.role, app.password);
    return isRenewed ? greet().then(() => null) : OTHERS_WORK;
  }
}

const OTHERS_WORK =
  "the servers of this database work with another data directory, which holds its password: " +
  "set CONCORDAT_DATA to that directory, which all of them share, or stop them first";

// The role is there with another password: the data directory is a new one, or was restored. Where servers work, it is
// theirs, and they could open no session any more.
async function renewPassword(owner: Pool, role: string, password: string): Promise<boolean> {
  const act = { name: "renew the password", parties: [], access: "read write" } as const;
  const statement = `alter role ${quoted(role)} password '${scramVerifier(password)}'`;
  return transaction(owner, act, async (tx) => {
    const [row] = await tx.unsafe<{ got: boolean }[]>(takingForNow(NOBODY_WORKS));
    if (row?.got !== true) return false;
    await tx.unsafe(statement);
    return true;
  });
}

/** What Postgres stores of a password (RFC 5803 §2), so that the password itself is in no statement and no log. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, "sha256");
  const keyed = (label: string) => createHmac("sha256", salted).update(label).digest();
  const storedKey = createHash("sha256").update(keyed("Client Key")).digest();
  const keys = `${toBase64(storedKey)}:${toBase64(keyed("Server Key"))}`;
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${toBase64(salt)}$${keys}`;
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
