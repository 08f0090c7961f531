// A real room for tests: its own data directory and embedded database, any free port, silent.

import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Room } from "../app/ports.ts";
import type { Config } from "../config.ts";
import { type SigningKey, signingKeyFromJwk } from "../crypto/jwk.ts";
import { LIMITS } from "../domain/limits.ts";
import { USUAL_RATES } from "../domain/rates.ts";
import { discardRoom, type RunningRoom, runRoom } from "../main.ts";
import { layReadyCluster } from "./ready-cluster.ts";

export type TestRoom = RunningRoom & {
  readonly directory: string;
  readonly operatorKey: SigningKey;
  /** Stops the room and deletes what it left. */
  readonly discard: () => Promise<void>;
};

/** When the rooms of most tests publish checkpoints: as a room does by itself. */
export const PUBLISHING: Room["publishing"] = { seconds: LIMITS.checkpointSeconds, entries: LIMITS.checkpointEntries };

/** Starts a room in a directory of its own, or again in one that a stopped room left. */
export async function startTestRoom(
  given?: string,
  publishing = PUBLISHING,
  settings: Partial<Config> = {},
): Promise<TestRoom> {
  const directory = given ?? (await mkdtemp(join(tmpdir(), "concordat-room-")));
  await layReadyCluster(directory);
  const room = await runRoom(testConfig(directory, { publishing, ...settings }));
  if (!room.ok) throw new Error(room.error.join("; "));
  const discard = () => discardRoom(room.value);
  return { ...room.value, directory, operatorKey: await operatorKeyOf(room.value), discard };
}

/** The settings of a room for tests. */
export function testConfig(directory: string, settings: Partial<Config>): Config {
  return {
    dataDirectory: directory,
    keys: { kind: "file", path: join(directory, "keys.json") },
    engine: "columnar",
    memoryBytes: 512 * 1_048_576,
    publishing: PUBLISHING,
    databaseUrl: null,
    host: "127.0.0.1",
    port: 0,
    rates: USUAL_RATES,
    proxies: [],
    metrics: null,
    slowQuestionMillis: LIMITS.slowQuestionMillis,
    signInHosts: ["127.0.0.1"],
    publicOrigin: null,
    logLevel: process.env["LOG_LEVEL"] === "debug" ? "debug" : "error",
    ...settings,
  };
}

/** The operator's private key of a room, from its file. */
export async function operatorKeyOf({ operatorKeyPath }: RunningRoom): Promise<SigningKey> {
  const key = signingKeyFromJwk(JSON.parse(await readFile(operatorKeyPath, "utf8")));
  if (!key.ok) throw new Error("the operator's key does not read");
  return key.value;
}
