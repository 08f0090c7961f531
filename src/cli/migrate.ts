// `concordat migrate`: brings a room's database to this release without serving, and says where the token tables of the
// SQL engine lie.

import type { Command } from "commander";
import { z } from "zod";
import { readConfig } from "../config.ts";
import { err, ok } from "../domain/result.ts";
import type { WantedPlace } from "../safekeeping/lay-tables.ts";
import { describe } from "./describe.ts";
import { act, type Call, failed, misused, type Outcome, type Terminal } from "./terminal.ts";

const optionsSchema = z.object({
  distributed: z.boolean().optional(),
  shard: z.array(z.url({ protocol: /^postgres(ql)?$/ })).optional(),
  oneNode: z.boolean().optional(),
});
type Options = z.output<typeof optionsSchema>;

/** Adds the subcommand. The room is that of the environment, as `serve` reads it; it must not run. */
export function addMigrate(program: Command, terminal: Terminal): void {
  const command = describe(
    program.command("migrate"),
    "bring a room's database to this release, and lay the token tables of the SQL engine where they are wanted",
    [
      "DATABASE_URL=postgres://room@coordinator/room concordat migrate --distributed   # over the nodes of Citus",
      "concordat migrate --distributed --shard postgres://room:secret@one/room --shard postgres://room:secret@two/room",
      "concordat migrate --one-node   # back again; what stood in the tables is brought in at the next question",
    ],
  )
    .option("--distributed", "over many nodes: those of Citus, or the shards that are named")
    .option("--shard <url...>", "a database that takes a share of the rows, by postgres_fdw")
    .option("--one-node", "in the room's database alone");
  act(terminal, command, (call) => migrateRoom(terminal, call));
}

async function migrateRoom({ world }: Terminal, { options }: Call): Promise<Outcome> {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) return err(misused("--shard: a postgres:// URL of a database"));
  const wanted = wantedOf(parsed.data);
  if (wanted === null) return err(misused("say either --distributed, with shards or without, or --one-node"));
  const config = readConfig(world.environment);
  if (!config.ok) return err(failed(`nothing was migrated: ${config.error.join("; ")}`));
  const { layTables } = await import("../safekeeping/lay-tables.ts");
  const laid = await layTables(config.value, wanted);
  if (!laid.ok) return err(failed(laid.error.join("; ")));
  const { migrations, tables } = laid.value;
  return ok({
    json: laid.value,
    lines: [
      migrations.length === 0 ? "the database is of this release" : `migrated: ${migrations.join(", ")}`,
      tables === "laid" ? "token tables are laid anew; lists are brought in again" : "token tables lie as before",
    ],
  });
}

function wantedOf({ distributed, shard = [], oneNode }: Options): WantedPlace | null {
  if (oneNode === true) return distributed === true || shard.length > 0 ? null : { kind: "one node" };
  if (distributed !== true) return shard.length > 0 ? null : { kind: "any" };
  return shard.length > 0 ? { kind: "shards", urls: shard } : { kind: "citus" };
}
