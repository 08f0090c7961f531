// DuckDB as it is measured: it reads the file with `read_csv` on all its threads into a table in memory whose token is
// a UUID, without a keyed hash, without encryption and without a disk. Run as a process, it takes orders over IPC.

import { DuckDBInstance } from "@duckdb/node-api";
import { timed } from "./contender.ts";
import type { DuckDb, Order } from "./duckdb.ts";
import { recordSetOf } from "./record-set.ts";

const contender = await duckdb();
process.on("message", async (order: Order) => {
  if (order.kind === "end") {
    await contender.end();
    process.disconnect();
  } else process.send?.(await obey(order));
});

function obey(order: Exclude<Order, { readonly kind: "end" }>): Promise<unknown> {
  if (order.kind === "load") return contender.load(order.side, order.path);
  if (order.kind === "overlap") return contender.overlap();
  return contender[order.kind](order.sql);
}

async function duckdb(): Promise<DuckDb> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const run = async (sql: string) => (await timed(() => connection.run(sql))).millis;
  const figures = async (sql: string) => {
    const { millis, value } = await timed(() => connection.runAndReadAll(sql));
    return { millis, rows: value.getRows().map((row) => row.map(Number)) };
  };
  return {
    name: "DuckDB",
    load: async (side, path) => {
      await run(`drop table if exists ${side}_list`);
      return run(
        `create table ${side}_list as
           select record, substr(sha256hex, 1, 32)::uuid as token, tier, region, category
             from read_csv('${path}', header = true, auto_detect = false, delim = ',', columns = {
                    'record': 'varchar', 'sha256hex': 'varchar', 'tier': 'varchar', 'region': 'varchar',
                    'category': 'varchar' })`,
      );
    },
    overlap: async () => {
      const { millis, rows } = await figures("select count(*)::integer from left_list join right_list using (token)");
      return { millis, count: Number(rows[0]?.[0]) };
    },
    run,
    figures,
    records: async (sql) => {
      const { millis, value } = await timed(async () => (await connection.runAndReadAll(sql)).getColumns()[0]);
      return { millis, set: recordSetOf((value ?? []).map(String)) };
    },
    end: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
