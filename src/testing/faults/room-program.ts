// A child room's program in one file, made of the sources: a room loads from it in a third of the time that its
// modules take one by one, and tests that kill rooms start many.

import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { sharedFolder } from "../checkout.ts";

const FIRST = fileURLToPath(new URL("room-process.ts", import.meta.url));
const PROGRAMS = sharedFolder("programs");

/** Removes what runs of this checkout made. */
export async function removeRoomPrograms(): Promise<void> {
  await rm(PROGRAMS, { recursive: true, force: true });
}

/** Makes the program of the sources as they are, and says where it lies; half a second of a core. */
export async function makeRoomProgram(): Promise<string> {
  const { outputFiles } = await build({
    ...{ entryPoints: [FIRST], bundle: true, write: false, logLevel: "silent", plugins: [inPlace] },
    ...{ format: "esm", platform: "node", target: "node20" },
  });
  const program = outputFiles.map(({ text }) => text).join("");
  const path = join(PROGRAMS, `${createHash("sha256").update(program).digest("hex").slice(0, 12)}.mjs`);
  const fresh = `${path}.new-${randomBytes(6).toString("hex")}`;
  await mkdir(PROGRAMS, { recursive: true, mode: 0o700 });
  await writeFile(fresh, program);
  await rename(fresh, path);
  return path;
}

// Every module finds what lies beside its source, and every package where the sources find it.
const inPlace: Plugin = {
  name: "in place",
  setup: (bundle) => {
    bundle.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      return { loader: "ts", contents: source.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)) };
    });
    bundle.onResolve({ filter: /^[^./]/ }, ({ path }) => ({ path: import.meta.resolve(path), external: true }));
  },
};
