// The entry of the `concordat` command: runs it on import, in the world as it is.

import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { createInterface } from "node:readline/promises";
import { addBackup } from "./backup.ts";
import { addDemo } from "./demo.ts";
import { addMigrate } from "./migrate.ts";
import { runProgram } from "./program.ts";
import { addRestore } from "./restore.ts";
import { addRoomKey } from "./rotate-room-key.ts";
import { addServe } from "./serve.ts";

// A reader such as `head` may leave before the end; that is no failure of this program.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const exit = await runProgram(
  process.argv.slice(2),
  {
    standardOutput: (text) => process.stdout.write(text),
    standardError: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    ...(process.stdin.isTTY === true ? { answer } : {}),
    environment: process.env,
    home: homedir(),
    clock: () => Date.now(),
    random: (count) => randomBytes(count),
  },
  [addServe, addDemo, addBackup, addRestore, addMigrate, addRoomKey],
);
// A room that did not start has set its own.
if (exit !== 0) process.exitCode = exit;

async function answer(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
