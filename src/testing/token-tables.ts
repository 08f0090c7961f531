// A database with token tables for tests, on one node or over two databases that stand for nodes, and matchers over it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { turnsInMemory } from "../app/in-memory.ts";
import { identifierKindSchema } from "../domain/dataset/schema.ts";
import type { TokenName } from "../domain/identifier/token-kernel.ts";
import { layFor, layWhereNone, type Shard } from "../engine/sql/laying.ts";
import { sqlMatcher } from "../engine/sql/matcher.ts";
import type { Transact } from "../engine/sql/token-database.ts";
import { connectDatabase } from "../storage/database.ts";
import { tokenTransactions } from "../storage/token-transactions.ts";
import { filesUnder } from "./columnar-engine.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import type { Made, MakeMatcher } from "./matcher-suite/made.ts";

export type TokenTables = {
  readonly database: TestDatabase;
  /** The databases that hold rows. */
  readonly nodes: readonly TestDatabase[];
  readonly transact: Transact;
  readonly makeMatcher: MakeMatcher;
  readonly close: () => Promise<void>;
};

/** Token tables of one database. */
export async function tablesOnOneNode(): Promise<TokenTables> {
  const database = await testDatabase();
  await layWhereNone({ transact: tokenTransactions(database.owner), appRole: database.appRole });
  return tablesIn(database, [database], database.close);
}

/** Token tables whose rows lie in two other databases. */
export async function tablesOverShards(): Promise<TokenTables> {
  const database = await testDatabase();
  const others = [await testDatabase(), await testDatabase()];
  const laying = { transact: tokenTransactions(database.owner), appRole: database.appRole };
  const laid = await layFor(laying, { kind: "shards", shards: others.map(shardOf) });
  if (!laid.ok) throw new Error(laid.error);
  return tablesIn(database, others, async () => {
    for (const one of [database, ...others]) await one.close();
  });
}

/** Token tables over the nodes of a Citus, in the database of a URL, whose own token tables go. */
export async function tablesOnCitus(url: string): Promise<TokenTables> {
  const directory = mkdtempSync(join(tmpdir(), "concordat-citus-"));
  const target = { kind: "url" as const, url, directory };
  const connected = await connectDatabase(target);
  if (!connected.ok) throw new Error(connected.error);
  const close = async () => {
    await connected.value.close();
    rmSync(directory, { recursive: true });
  };
  const database = { ...connected.value, target, close };
  const laid = await layFor(
    { transact: tokenTransactions(database.owner), appRole: database.appRole },
    { kind: "citus" },
  );
  if (!laid.ok) throw new Error(laid.error);
  return tablesIn(database, [database], close);
}

/** How another database is reached from the same server. */
export function shardOf({ owner, target }: TestDatabase): Shard {
  if (target.kind === "url") {
    const { hostname, port, pathname, username, password } = new URL(target.url);
    const server = { host: hostname, port: port === "" ? "5432" : port, dbname: pathname.slice(1) };
    return { transact: tokenTransactions(owner), server, user: { user: username, password } };
  }
  const { path, database, username } = target.connection;
  return {
    transact: tokenTransactions(owner),
    server: { host: dirname(path), dbname: database },
    user: { user: username },
  };
}

function tablesIn(database: TestDatabase, nodes: readonly TestDatabase[], close: () => Promise<void>): TokenTables {
  const transact = tokenTransactions(database.tokens);
  const makeMatcher: MakeMatcher = async ({ tokeniserOf, ...options }): Promise<Made> => {
    const directory = mkdtempSync(join(tmpdir(), "concordat-matcher-"));
    const kindOf = (token: TokenName) => identifierKindSchema.parse(token.split(":")[0]);
    const matcher = sqlMatcher({
      ...{ directory, memoryBytes: 4e6, threads: 0, ...options, transact, inTurn: turnsInMemory() },
      ...(tokeniserOf === undefined ? {} : { tokeniserOf: (token) => tokeniserOf(kindOf(token)) }),
    });
    return { matcher, names: () => filesUnder(directory), end: async () => rmSync(directory, { recursive: true }) };
  };
  return { database, nodes, transact, makeMatcher, close };
}
