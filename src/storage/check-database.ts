// What the room asks of a database before it serves: that what is acknowledged survives a crash. Asked in the room's
// own sessions, since a setting may be changed for one role.

import { err, ok, type Result } from "../domain/result.ts";
import type { Pool } from "./pool.ts";
import { transaction } from "./transaction.ts";

const OLDEST_VERSION = 150_000;

type Settings = {
  readonly version: number;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
  readonly data_checksums: string;
};

/** Warnings when the database will do; otherwise every reason why it will not. */
export async function checkDatabase(room: Pool): Promise<Result<readonly string[], readonly string[]>> {
  const act = { name: "check the database", parties: [], access: "read only" } as const;
  const rows = await transaction(
    room,
    act,
    async (tx) => tx<Settings[]>`
    select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
           current_setting('full_page_writes') as full_page_writes,
           current_setting('synchronous_commit') as synchronous_commit,
           current_setting('data_checksums') as data_checksums`,
  );
  const refusals = rows.flatMap(refusalsOf);
  if (refusals.length > 0) return err(refusals);
  const hasChecksums = rows.every((row) => row.data_checksums === "on");
  return ok(hasChecksums ? [] : ["the database keeps no page checksums, so damage on disk may go unnoticed"]);
}

function refusalsOf(settings: Settings): string[] {
  const refusals: string[] = [];
  if (settings.version < OLDEST_VERSION) refusals.push("the database is older than Postgres 15");
  if (settings.fsync === "off") refusals.push("the database runs with `fsync` off: a crash may destroy it");
  if (settings.full_page_writes === "off") {
    refusals.push("the database runs with `full_page_writes` off: a crash may destroy it");
  }
  if (settings.synchronous_commit === "off") {
    refusals.push("the database runs with `synchronous_commit` off: a crash may undo what was answered");
  }
  return refusals;
}
