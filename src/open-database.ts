// The database of a server that starts: its own, or one that it shares with other servers, brought to this release by
// whoever comes first.

import type { Teller } from "./app/keep-rounds.ts";
import type { Config } from "./config.ts";
import { err, ok, type Result } from "./domain/result.ts";
import { layWhereNone } from "./engine/sql/laying.ts";
import { isRestoreUnfinished } from "./storage/backup/loading.ts";
import { connectDatabase, type Database } from "./storage/database.ts";
import { keepEmbedded } from "./storage/embedded/keeper.ts";
import { type EmbeddedDatabase, startEmbedded } from "./storage/embedded/launcher.ts";
import { countMigrations, migrate } from "./storage/migrate.ts";
import { readiness } from "./storage/readiness.ts";
import { joinServers, type Membership } from "./storage/servers/joining.ts";
import { MIGRATIONS } from "./storage/store.ts";
import { tokenTransactions } from "./storage/token-transactions.ts";

type Opened = { readonly database: Database; readonly membership: Membership };

type Opening = {
  /** Gets what closes it again. */
  readonly undo: (() => Promise<void>)[];
  readonly release: string;
  /** Is told what went wrong beside the room's work: with its own database, or with the server's lease. */
  readonly tell: Teller;
};

/** Opens the database of a room's settings for a server, which joins those that work on it. */
export async function openDatabase(
  config: Config,
  { undo, release, tell }: Opening,
): Promise<Result<Opened, readonly string[]>> {
  const embedded = config.databaseUrl === null ? await startEmbedded({ directory: config.dataDirectory }) : null;
  if (embedded !== null) undo.push(() => embedded.stop());
  const connected = await connectDatabase(targetOf(config, embedded));
  if (!connected.ok) return err([connected.error]);
  const database = connected.value;
  undo.push(() => database.close());
  if (embedded !== null) undo.push(keepEmbedded({ server: embedded, ready: readiness(database.watch), tell }));
  const joined = await joinServers(database, {
    directory: config.dataDirectory,
    release,
    prepare: (least) => prepareDatabase(config, database, least),
    failed: (failure) => tell("lease not renewed as it should be", failure),
  });
  if (!joined.ok) return err([joined.error]);
  undo.push(joined.value.leave);
  return ok({ database, membership: joined.value });
}

async function prepareDatabase(
  config: Config,
  { owner, appRole }: Database,
  beside: number | null,
): Promise<Result<number, string>> {
  if (await isRestoreUnfinished(owner)) {
    return err("a restore into this database did not come to its end: run `concordat restore` again");
  }
  const migrated = await migrate(owner, { folder: MIGRATIONS, appRole, beside });
  if (!migrated.ok) return migrated;
  if (config.engine === "sql") await layWhereNone({ transact: tokenTransactions(owner), appRole });
  return ok(await countMigrations(MIGRATIONS));
}

/** Where a room's database is: its own, which runs, or the one that its settings name. */
export function targetOf(config: Config, embedded: EmbeddedDatabase | null): Parameters<typeof connectDatabase>[0] {
  if (embedded !== null) return { kind: "embedded", connection: embedded.connection };
  if (config.databaseUrl === null) throw new Error("neither a database of its own nor another");
  return { kind: "url", url: config.databaseUrl, directory: config.dataDirectory };
}
