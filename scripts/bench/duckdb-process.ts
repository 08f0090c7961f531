// DuckDB as it is measured: it reads the file with `read_csv` on all its threads into a table in memory whose token is
// a UUID, without a keyed hash, without encryption and without a disk. Run as a process, it takes orders over IPC.

import { DuckDBInstance } from "@duckdb/node-api";
import { type Contender, timed } from "./contender.ts";
import type { Order } from "./duckdb.ts";

const contender = await duckdb();
process.on("message", async (order: Order) => {
  if (order.kind === "end") {
    await contender.end();
    process.disconnect();
  } else if (order.kind === "load") process.send?.(await contender.load(order.side, order.path));
  else process.send?.(await contender.overlap());
});

async function duckdb(): Promise<Contender> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  return {
    name: "DuckDB",
    load: async (side, path) => {
      await connection.run(`drop table if exists ${side}_list`);
      const { millis } = await timed(() =>
        connection.run(
          `create table ${side}_list as
             select record, substr(sha256hex, 1, 32)::uuid as token, tier, region, category
               from read_csv('${path}', header = true, auto_detect = false, delim = ',', columns = {
                      'record': 'varchar', 'sha256hex': 'varchar', 'tier': 'varchar', 'region': 'varchar',
                      'category': 'varchar' })`,
        ),
      );
      return millis;
    },
    overlap: async () => {
      const { millis, value } = await timed(async () => {
        const reader = await connection.runAndReadAll(
          "select count(*)::integer from left_list join right_list using (token)",
        );
        return Number(reader.getRows()[0]?.[0]);
      });
      return { millis, count: value };
    },
    end: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
