// A child room's program in one file, made of the sources: a room loads from it in a third of the time that its
// modules take one by one, and tests that kill rooms start many.

import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url));
const FIRST = fileURLToPath(new URL("room-process.ts", import.meta.url));
const KEY = createHash("sha256").update(CHECKOUT).digest("hex").slice(0, 8);
const PROGRAMS = join(tmpdir(), `concordat-programs-${process.getuid?.()}-${KEY}`);

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
    bundle.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === "entry-point") return null;
      return { path: import.meta.resolve(path), external: true };
    });
  },
};
