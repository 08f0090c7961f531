// `concordat serve`: runs a room until it is told to stop.

import type { Command } from "commander";
import { readConfig } from "../config.ts";
import type { RunningRoom } from "../main.ts";
import { spareHeap } from "../spare-heap.ts";

/** Adds the subcommand. Settings come from the environment; README lists them. */
export function addServe(program: Command): void {
  program
    .command("serve")
    .summary("run a room")
    .description(
      "Runs a room with the settings of the environment: CONCORDAT_DATA, DATABASE_URL, HOST, PORT, PUBLIC_ORIGIN, " +
        "LOG_LEVEL. README.md, Running a room, has all of them.",
    )
    .action(async () => {
      spareHeap();
      const room = await startOrExplain(process.env);
      if (room === null) return;
      console.error(`room at ${room.publicOrigin}, operator's key in ${room.operatorKeyPath}`);
      for (const warning of room.warnings) console.error(`note: ${warning}`);
      const reason = await Promise.race([stopSignal(), room.over]);
      // Whoever sends requests to it is told first; what it has begun comes to its end.
      await room.drain();
      await room.stop();
      if (reason === undefined) return;
      console.error(`the server ends: ${reason}`);
      process.exitCode = 1;
    });
}

async function startOrExplain(environment: Readonly<Record<string, string | undefined>>): Promise<RunningRoom | null> {
  const config = readConfig(environment);
  const room = config.ok ? await (await import("../main.ts")).runRoom(config.value) : config;
  if (room.ok) return room.value;
  for (const says of room.error) console.error(`the room does not start: ${says}`);
  process.exitCode = 1;
  return null;
}

/** Resolves when the process is asked to end. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
