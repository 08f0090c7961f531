// A room in a process of its own, for tests that kill it. Loaded, it waits for a line on standard input; then it starts
// in the directory and on the port of its arguments and prints where it listens, as one line of JSON.

import { once } from "node:events";
import { join } from "node:path";
import { runRoom } from "../../main.ts";

const [directory, port] = process.argv.slice(2);
if (directory === undefined || port === undefined) throw new Error("usage: room-process DIRECTORY PORT");

await once(process.stdin, "data");
process.stdin.unref();
const room = await runRoom({
  dataDirectory: directory,
  keysPath: join(directory, "keys.json"),
  databaseUrl: null,
  host: "127.0.0.1",
  port: Number(port),
  publicOrigin: null,
  logLevel: process.env["LOG_LEVEL"] === "debug" ? "debug" : "error",
});
if (room.ok) {
  process.once("SIGTERM", () => void room.value.stop());
  // The test that started this process is gone, so nobody else would end it.
  process.stdin.once("close", () => void room.value.stop());
  process.stdout.write(`${JSON.stringify({ origin: room.value.publicOrigin })}\n`);
} else {
  process.stdout.write(`${JSON.stringify({ refused: room.error })}\n`);
  process.exitCode = 1;
}
