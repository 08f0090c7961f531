// Counts this run among those that use the tests' shared database server, and stops the server after the last.

import { registerRun, stopTestDatabase } from "./database.ts";

export async function setup(): Promise<void> {
  await registerRun();
}

export async function teardown(): Promise<void> {
  await stopTestDatabase();
}
