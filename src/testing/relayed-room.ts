// A real room whose database is reached over a relay, so that a test may count what passes there and cut it off.

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Room } from "../app/ports.ts";
import { USUAL_RATES } from "../domain/rates.ts";
import { discardRoom, type RunningRoom, runRoom } from "../main.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { type Relay, relayTo } from "./relay.ts";

export type RelayedRoom = {
  readonly database: TestDatabase;
  readonly relay: Relay;
  readonly directory: string;
  /** The room as it runs; another one after `restart`. */
  readonly running: () => RunningRoom;
  readonly restart: () => Promise<void>;
  /** Ends the room and its database and deletes what they left. */
  readonly discard: () => Promise<void>;
};

/** Starts a room behind a relay, on a database of its own. */
export async function startRelayedRoom(publishing: Room["publishing"]): Promise<RelayedRoom> {
  const database = await testDatabase();
  const relay = await relayTo(database);
  const directory = await mkdtemp(join(tmpdir(), "concordat-room-"));
  const start = async (port: number) => {
    const started = await runRoom({
      dataDirectory: directory,
      keys: { kind: "file", path: join(directory, "keys.json") },
      engine: "columnar",
      memoryBytes: 512 * 1_048_576,
      publishing,
      databaseUrl: relay.url,
      host: "127.0.0.1",
      port,
      rates: USUAL_RATES,
      proxies: [],
      metrics: null,
      slowQuestionMillis: 5_000,
      signInHosts: [],
      publicOrigin: null,
      logLevel: "silent",
    });
    if (!started.ok) throw new Error(started.error.join("; "));
    return started.value;
  };
  let room = await start(0);
  return {
    database,
    relay,
    directory,
    running: () => room,
    restart: async () => {
      await room.stop();
      room = await start(Number(new URL(room.url).port));
    },
    discard: async () => {
      await discardRoom(room);
      relay.close();
      await database.close();
    },
  };
}
