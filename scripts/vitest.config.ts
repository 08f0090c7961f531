// How the tests run. Every test command names this file: `node_modules/.bin/vitest --config scripts/vitest.config.ts`.

import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["src/**/*.test.ts", "scripts/**/*.test.ts", "partners/**/*.test.ts"],
    // For what hangs. How fast anything is, no test says: a machine that is busy otherwise may be several times slower.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: "forks",
    // Tests wait for servers, clocks and killed processes a quarter of their time: two files more than there are cores
    // fill it. Left to itself vitest spares a core, which on a machine of two makes a queue of the whole run.
    maxWorkers: availableParallelism() + 2,
    // No core is free to help another collect: a tenth of what the workers do goes into waking such helpers.
    execArgv: ["--single-threaded-gc"],
    // Nothing here keeps state in modules or replaces them, so files of one worker share what is loaded: loading it
    // takes a third of a second of a core.
    isolate: false,
    globalSetup: ["src/testing/global-database.ts"],
  },
});
