// Brings a room's database to this release without serving, and lays the token tables of the SQL engine: on one node,
// on Citus, or over shards. The room must not run meanwhile, so that no question meets tables half laid.

import type { Config } from "../config.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { layFor, layWhereNone, type Place, type Shard } from "../engine/sql/laying.ts";
import { targetOf } from "../open-database.ts";
import { connectDatabase } from "../storage/database.ts";
import { holdDirectory } from "../storage/directory-hold.ts";
import { startEmbedded } from "../storage/embedded/launcher.ts";
import { migrate } from "../storage/migrate.ts";
import { openPool } from "../storage/pool.ts";
import { openPresence } from "../storage/servers/presence.ts";
import { beginStart } from "../storage/servers/starting.ts";
import { MIGRATIONS } from "../storage/store.ts";
import { tokenTransactions } from "../storage/token-transactions.ts";
import { type Refusal, type Undo, undoing } from "./steps.ts";

/** Where token tables are wanted: `any` leaves them where they are. */
export type WantedPlace =
  | { readonly kind: "any" | "one node" | "citus" }
  /** URLs of databases, each reached from the room's database by the same URL. */
  | { readonly kind: "shards"; readonly urls: readonly string[] };

/** What was done: migrations that ran, and whether token tables were laid anew. */
export type Laid = { readonly migrations: readonly string[]; readonly tables: "laid" | "as before" };

/** Migrates the room's database and lays its token tables. Done twice, it does nothing the second time. */
export function layTables(config: Config, wanted: WantedPlace): Promise<Result<Laid, Refusal>> {
  return undoing(async (undo) => {
    const hold = await holdDirectory(config.dataDirectory);
    if (!hold.ok) return err([hold.error]);
    undo.push(hold.value.release);
    const embedded = config.databaseUrl === null ? await startEmbedded({ directory: config.dataDirectory }) : null;
    if (embedded !== null) undo.push(() => embedded.stop());
    const connected = await connectDatabase(targetOf(config, embedded));
    if (!connected.ok) return err([connected.error]);
    undo.push(() => connected.value.close());
    const presence = await openPresence(connected.value.address);
    undo.push(presence.close);
    const start = await beginStart(presence);
    if (!start.ok) return err([start.error]);
    if (!start.value.isAlone) return err(["servers work on this database: stop all of them first"]);
    const { owner, appRole } = connected.value;
    const migrated = await migrate(owner, { folder: MIGRATIONS, appRole });
    if (!migrated.ok) return err([migrated.error]);
    const laying = { transact: tokenTransactions(owner), appRole };
    await layWhereNone(laying);
    const laid = wanted.kind === "any" ? ok("as before" as const) : await layFor(laying, placeOf(wanted, undo));
    return laid.ok ? ok({ migrations: migrated.value, tables: laid.value }) : err([laid.error]);
  });
}

function placeOf(wanted: WantedPlace, undo: Undo): Place {
  if (wanted.kind === "shards") return { kind: "shards", shards: wanted.urls.map((url) => shardAt(url, undo)) };
  return { kind: wanted.kind === "citus" ? "citus" : "one node" };
}

// The parts of a URL as libpq's own options, which a foreign server and a user mapping take. A parameter `host` with a
// directory means the socket there, as in libpq.
function shardAt(url: string, undo: Undo): Shard {
  const { hostname, port: given, pathname, username, password, searchParams } = new URL(url);
  const [mode, socket] = [searchParams.get("sslmode"), searchParams.get("host")];
  const port = given === "" ? "5432" : given;
  const database = decodeURIComponent(pathname.slice(1));
  const user = decodeURIComponent(username);
  const secret = decodeURIComponent(password);
  const pool = openPool(
    socket === null ? { url } : { path: `${socket}/.s.PGSQL.${port}`, database, username: user },
    1,
  );
  undo.push(() => pool.close());
  const host = socket ?? hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    transact: tokenTransactions(pool),
    server: { host, port, dbname: database, ...(mode === null ? {} : { sslmode: mode }) },
    user: { user, ...(secret === "" ? {} : { password: secret }) },
  };
}
