// The database as this engine needs it: transactions that others run, with the settings under which questions are
// planned, and two of its failures said as every matcher says them.

import postgres from "postgres";
import { NoRoom } from "../columnar/no-room.ts";

/** Statements of one transaction, as text of our own with values. */
export type Statements = Pick<postgres.ISql, "unsafe">;

/** Runs work in a transaction, which may run again from its beginning after a conflict or a lost connection. */
export type Transact = <Value>(
  access: "read only" | "read write",
  work: (tx: Statements) => Promise<Value>,
) => Promise<Value>;

export type TokenDatabase = {
  /** One snapshot for all statements of a question. */
  reading<Value>(work: (tx: Statements) => Promise<Value>): Promise<Value>;
  writing<Value>(work: (tx: Statements) => Promise<Value>): Promise<Value>;
};

// Joins and sums happen in each partition, which is what makes them happen on each node. Until autovacuum has looked at
// new rows the planner thinks them few, and would look up each of a million by itself: lists are hashed or merged.
const PLANNING = [
  "set local enable_partitionwise_join = on",
  "set local enable_partitionwise_aggregate = on",
  "set local work_mem = '64MB'",
  "set local enable_nestloop = off",
  "set local jit = off",
  // Between two statements the room may match millions of pairs.
  "set local idle_in_transaction_session_timeout = 0",
].join(";");

export function tokenDatabase(transact: Transact): TokenDatabase {
  return {
    reading: (work) =>
      plainly(
        transact("read only", async (tx) => {
          const [, value] = await Promise.all([tx.unsafe(PLANNING), work(tx)]);
          return value;
        }),
      ),
    writing: (work) => plainly(transact("read write", work)),
  };
}

const DISK_FULL = "53100";
const OUT_OF_MEMORY = "53200";

async function plainly<Value>(outcome: Promise<Value>): Promise<Value> {
  return outcome.catch((failure: unknown) => {
    const code = failure instanceof postgres.PostgresError ? failure.code : null;
    if (code === OUT_OF_MEMORY) throw new NoRoom("a question to the token tables");
    if (code !== DISK_FULL) throw failure;
    throw Object.assign(new Error("the token tables find no storage", { cause: failure }), { code: "ENOSPC" });
  });
}
