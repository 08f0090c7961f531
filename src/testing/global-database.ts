// Counts this run among those that use the tests' shared database server, and stops the server after the last. Makes
// the cluster that each room of the tests gets a copy of.

import { registerRun, stopTestDatabase } from "./database.ts";
import { removeRoomPrograms } from "./faults/room-program.ts";
import { makeReadyCluster, removeReadyCluster } from "./ready-cluster.ts";

export async function setup(): Promise<void> {
  await registerRun();
  await makeReadyCluster();
}

export async function teardown(): Promise<void> {
  if (await stopTestDatabase()) await Promise.all([removeReadyCluster(), removeRoomPrograms()]);
}
