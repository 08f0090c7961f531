// Transactions of the matcher that compares lists in the database: its tables hold rows of no partner's alone, so it
// acts for nobody.

import type { Pool, Statements } from "./pool.ts";
import { transaction } from "./transaction.ts";

/** Runs work in a transaction of a pool, again from its beginning after a conflict or a lost connection. */
export function tokenTransactions(
  pool: Pool,
): <Value>(access: "read only" | "read write", work: (tx: Statements) => Promise<Value>) => Promise<Value> {
  return (access, work) => transaction(pool, { name: "token tables", parties: [], access }, (tx) => work(tx));
}
