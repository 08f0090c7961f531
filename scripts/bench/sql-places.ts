// Where the SQL matcher is measured: databases of one server of its own, in which token tables are laid on one node or
// over two.

import { dirname } from "node:path";
import postgres from "postgres";
import { turnsInMemory } from "../../src/app/in-memory.ts";
import { layFor, type Shard } from "../../src/engine/sql/laying.ts";
import { sqlMatcher } from "../../src/engine/sql/matcher.ts";
import type { Transact } from "../../src/engine/sql/token-database.ts";
import type { Matcher } from "../../src/ports/matcher.ts";
import type { startEmbedded } from "../../src/storage/embedded/launcher.ts";
import { openPool } from "../../src/storage/pool.ts";
import { tokenTransactions } from "../../src/storage/token-transactions.ts";
import type { Stage } from "./stage.ts";

type Server = Awaited<ReturnType<typeof startEmbedded>>;
export type Opening = {
  readonly server: Server;
  readonly opened: { close(): Promise<void> }[];
  readonly name: string;
  readonly shards: number;
};
export type OpenPlace = {
  readonly name: string;
  readonly matcher: Matcher;
  readonly transact: Transact;
  readonly analyze: () => Promise<void>;
};

/** Opens databases with token tables, of which no row is there yet. */
export async function openPlace(stage: Stage, { server, opened, name, shards }: Opening): Promise<OpenPlace> {
  const databases = [name, ...Array.from({ length: shards }, (_, at) => `${name}_${at}`)];
  await create(server, databases);
  const pools = databases.map((database) => openPool({ ...server.connection, database }, 6));
  const [own, ...others] = pools.map(tokenTransactions);
  if (own === undefined) throw new Error("a place has a database");
  const place = { kind: "shards" as const, shards: shardsOf(server, databases, others) };
  const laid = await layFor(
    { transact: own, appRole: server.connection.username },
    shards === 0 ? { kind: "one node" } : place,
  );
  if (!laid.ok) throw new Error(laid.error);
  const matcher = sqlMatcher({ ...stage.ours.options, transact: own, inTurn: turnsInMemory() });
  opened.push(...pools, { close: () => matcher.end() });
  return {
    name,
    matcher,
    transact: own,
    analyze: async () => {
      for (const transact of [own, ...others]) await transact("read write", (tx) => tx.unsafe("analyze"));
    },
  };
}

async function create({ connection }: Server, databases: readonly string[]): Promise<void> {
  const sql = postgres({ ...connection, max: 1, onnotice: () => {} });
  for (const database of databases) await sql.unsafe(`create database ${database}`);
  await sql.end();
}

function shardsOf({ connection }: Server, databases: readonly string[], transacts: readonly Transact[]): Shard[] {
  return transacts.map((transact, at) => ({
    transact,
    server: { host: dirname(connection.path), dbname: databases[at + 1] ?? "" },
    user: { user: connection.username },
  }));
}
