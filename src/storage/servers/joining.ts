// A server joins those that work on a database: it starts alone, brings the schema to its release, and is registered.

import { err, ok, type Result } from "../../domain/result.ts";
import type { Database } from "../database.ts";
import { openPresence, type Presence } from "./presence.ts";
import { fewestMigrations, type Registration, register } from "./registration.ts";
import { beginStart } from "./starting.ts";

/** A server among those of its database, which is still starting. */
export type Membership = {
  readonly presence: Presence;
  readonly registration: Registration;
  /** Whether no other server works. */
  readonly isAlone: boolean;
  /** Lets the next one start. */
  readonly hasStarted: () => Promise<void>;
  readonly leave: () => Promise<void>;
};

export type Joining = {
  readonly directory: string;
  readonly release: string;
  /**
   * Brings the schema to this release, while nobody else starts; returns how many migrations that is.
   * @param beside  the fewest migrations that a server knows which works; null where none does
   */
  readonly prepare: (beside: number | null) => Promise<Result<number, string>>;
  readonly failed: (failure: unknown) => void;
};

/** Joins the servers of a database; every session of the room that is opened from then on bears the server's number. */
export async function joinServers(database: Database, joining: Joining): Promise<Result<Membership, string>> {
  const presence = await openPresence(database.address);
  const joined = await joinBy(presence, database, joining).catch(async (failure: unknown) => {
    await presence.close();
    throw failure;
  });
  if (!joined.ok) await presence.close();
  return joined;
}

async function joinBy(
  presence: Presence,
  database: Database,
  { directory, release, prepare, failed }: Joining,
): Promise<Result<Membership, string>> {
  const start = await beginStart(presence);
  if (!start.ok) return start;
  const { isAlone, end: hasStarted } = start.value;
  const migrations = await prepare(isAlone ? null : await fewestMigrations(presence));
  if (!migrations.ok) return migrations;
  const registering = { presence, directory, release, migrations: migrations.value, isAlone, failed };
  const registered = await register(registering);
  if (!registered.ok) return err(registered.error);
  registered.value.bind([database.room, database.tokens]);
  const leave = async () => {
    await registered.value.end();
    await presence.close();
  };
  return ok({ presence, registration: registered.value, isAlone, hasStarted, leave });
}
