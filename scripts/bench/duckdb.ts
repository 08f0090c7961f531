// The peer DuckDB, in a process of its own. In ours its mere presence makes every loop of ours slower by half, for a
// reason of its library's; each contender is to run as its users would run it.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.ts";

export type Order =
  | { readonly kind: "load"; readonly side: "left" | "right"; readonly path: string }
  | { readonly kind: "overlap" }
  | { readonly kind: "end" };

/** Starts the peer. Times are taken inside its process, so that the orders and answers cost nothing. */
export function duckdb(): Contender {
  const script = fileURLToPath(new URL("duckdb-process.ts", import.meta.url));
  const child = fork(script, { execArgv: ["--import", "tsx"] });
  return {
    name: "DuckDB",
    load: (side, path) => answer(child, { kind: "load", side, path }),
    overlap: () => answer(child, { kind: "overlap" }),
    end: async () => {
      child.send({ kind: "end" } satisfies Order);
      await once(child, "exit");
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
