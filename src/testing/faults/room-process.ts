// A room in a process of its own, for tests that kill it. Loaded, it waits for a line on standard input; then it starts
// in the directory and on the port of its arguments and prints where it listens, as one line of JSON.

import { once } from "node:events";
import { readConfig } from "../../config.ts";
import { runRoom } from "../../main.ts";
import { spareHeap } from "../../spare-heap.ts";

const [directory, port] = process.argv.slice(2);
if (directory === undefined || port === undefined) throw new Error("usage: room-process DIRECTORY PORT");

// A terminal's interrupt reaches the whole group; whoever started this process says when it ends.
process.on("SIGINT", () => undefined);
await once(process.stdin, "data");
process.stdin.unref();
spareHeap();
const { LOG_LEVEL = "error", CONCORDAT_MEMORY = "512MiB", CONCORDAT_METRICS } = process.env;
const { CONCORDAT_SLOW_QUESTION_MILLIS, CONCORDAT_ENGINE, DATABASE_URL, PUBLIC_ORIGIN } = process.env;
const watched = { CONCORDAT_METRICS, CONCORDAT_SLOW_QUESTION_MILLIS };
const shared = { CONCORDAT_ENGINE, DATABASE_URL, PUBLIC_ORIGIN };
const place = { CONCORDAT_DATA: directory, PORT: port, LOG_LEVEL, CONCORDAT_MEMORY };
const config = readConfig({ ...place, ...watched, ...shared });
const room = config.ok ? await runRoom(config.value) : config;
if (room.ok) {
  process.once("SIGTERM", () => void room.value.drain().then(room.value.stop));
  // The test that started this process is gone, so nobody else would end it.
  process.stdin.once("close", () => void room.value.stop());
  // As `serve` does.
  void room.value.over.then(async (reason) => {
    process.stderr.write(`the server ends: ${reason}\n`);
    await room.value.stop();
    process.exit(3);
  });
  const { publicOrigin: origin, url, metricsPort } = room.value;
  process.stdout.write(`${JSON.stringify({ origin, url, metricsPort })}\n`);
} else {
  process.stdout.write(`${JSON.stringify({ refused: room.error })}\n`);
  process.exitCode = 1;
}
