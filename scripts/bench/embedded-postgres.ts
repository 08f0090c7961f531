// The peer in its own process: the embedded Postgres, loaded by COPY and a cast to uuid, asked by a hash join.

import { cpus } from "node:os";
import postgres from "postgres";
import { removeEmbedded, startEmbedded } from "../../src/storage/embedded/launcher.ts";
import { type Contender, timed } from "./contender.ts";

export async function embeddedPostgres(directory: string): Promise<Contender> {
  const server = await startEmbedded({ directory });
  const sql = postgres({ ...server.connection, max: 1, onnotice: () => {} });
  const threads = `${cpus().length}`;
  await sql`select set_config('work_mem', '1GB', false),
                   set_config('max_parallel_workers_per_gather', ${threads}, false)`;
  return {
    name: "Postgres",
    load: async (side, path) => {
      await sql.unsafe(`drop table if exists ${side}_raw, ${side}_list`);
      const { millis } = await timed(async () => {
        await sql.unsafe(`create unlogged table ${side}_raw
                            (record text, sha256hex text, tier text, region text, category text)
                            with (autovacuum_enabled = false)`);
        await sql.unsafe(`copy ${side}_raw from '${path}' (format csv, header)`);
        await sql.unsafe(`create unlogged table ${side}_list with (autovacuum_enabled = false) as
                            select record, substr(sha256hex, 1, 32)::uuid as token, tier, region, category
                              from ${side}_raw`);
      });
      await sql.unsafe(`analyze ${side}_list`);
      // What it would go on to do in the background is not to fall into the next one's turn.
      await sql`checkpoint`;
      return millis;
    },
    overlap: async () => {
      const { millis, value } = await timed(
        () => sql<{ count: number }[]>`select count(*)::integer as count from left_list join right_list using (token)`,
      );
      return { millis, count: value[0]?.count ?? -1 };
    },
    end: async () => {
      await sql.end();
      await removeEmbedded({ directory });
    },
  };
}
