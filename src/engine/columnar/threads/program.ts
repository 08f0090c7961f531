// What a thread runs: one script, made of the module that it begins with and of all that this imports. A thread of Node
// 20 does not inherit the loader that reads TypeScript; one with a loader of its own takes four times as long to start,
// and twice the memory.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const FIRST = fileURLToPath(new URL("./worker.ts", import.meta.url));

let made: Promise<string> | null = null;

/** The program of a thread, as CommonJS. The first who asks waits for some 400 ms; a failure is forgotten. */
export function threadProgram(): Promise<string> {
  made ??= programFrom(FIRST).catch((failure: unknown) => {
    made = null;
    throw failure;
  });
  return made;
}

async function programFrom(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    logLevel: "silent",
  });
  return outputFiles.map(({ text }) => text).join("");
}
