// The peer DuckDB, in a process of its own. In ours its mere presence makes every loop of ours slower by half, for a
// reason of its library's; each contender is to run as its users would run it.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.ts";
import type { Side } from "./lists.ts";
import type { RecordSet } from "./record-set.ts";

export type Order =
  | { readonly kind: "load"; readonly side: Side; readonly path: string }
  | { readonly kind: "overlap" }
  | { readonly kind: "run"; readonly sql: string }
  | { readonly kind: "figures"; readonly sql: string }
  | { readonly kind: "records"; readonly sql: string }
  | { readonly kind: "end" };

export type DuckDb = Contender & {
  /** Says something to the database; answers milliseconds. */
  run(sql: string): Promise<number>;
  /** Asks for rows of whole numbers. */
  figures(sql: string): Promise<{ readonly millis: number; readonly rows: readonly (readonly number[])[] }>;
  /** Asks for one column of texts, as values of JavaScript; that they are summed up is not in the time. */
  records(sql: string): Promise<{ readonly millis: number; readonly set: RecordSet }>;
};

/** Starts the peer. Times are taken inside its process, so that the orders and answers cost nothing. */
export function duckdb(): DuckDb {
  const script = fileURLToPath(new URL("duckdb-process.ts", import.meta.url));
  const child = fork(script, { execArgv: ["--import", "tsx"] });
  return {
    name: "DuckDB",
    load: (side, path) => answer(child, { kind: "load", side, path }),
    overlap: () => answer(child, { kind: "overlap" }),
    run: (sql) => answer(child, { kind: "run", sql }),
    figures: (sql) => answer(child, { kind: "figures", sql }),
    records: (sql) => answer(child, { kind: "records", sql }),
    end: async () => {
      const exited = once(child, "exit");
      child.send({ kind: "end" } satisfies Order);
      await exited;
    },
  };
}

function answer<Value>(child: ChildProcess, order: Order): Promise<Value> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error("the peer DuckDB ended before it answered"));
    child.once("exit", ended);
    child.once("message", (value) => {
      child.off("exit", ended);
      // SAFETY: the process answers each order with what its contender does.
      resolve(value as Value);
    });
    child.send(order);
  });
}
