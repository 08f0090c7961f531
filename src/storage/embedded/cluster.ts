// Makes a cluster: initdb works in a directory of its own that is renamed when it is whole, so that a cluster either
// exists complete or not at all. Builtin C.UTF-8 collation orders alike on every machine; pages carry checksums.

import { execFile } from "node:child_process";
import { chown, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { toHex } from "../../domain/bytes.ts";
import { hasCode } from "../error-code.ts";
import type { Binaries } from "./binaries.ts";
import { notACluster, programFailed, wrongVersion } from "./failure.ts";
import type { Place } from "./place.ts";
import { isRunning } from "./postmaster.ts";
import { isRoot, type ServerUser } from "./server-user.ts";

const SETTINGS = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums"];
const COLLATION = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];

/** The superuser that initdb makes. */
export const SUPERUSER = "postgres";

/** Makes the cluster unless it is there. */
export async function createCluster(binaries: Binaries, place: Place): Promise<void> {
  const found = await clusterVersion(place.cluster);
  if (found === binaries.majorVersion) return;
  if (found !== null) throw wrongVersion(place.cluster, found);
  await sweep(place);
  const fresh = `${place.cluster}.new-${process.pid}-${toHex(crypto.getRandomValues(new Uint8Array(8)))}`;
  await mkdir(fresh, { mode: 0o700 });
  if (isRoot()) await chown(fresh, place.user.uid, place.user.gid);
  try {
    await run(binaries.initdb, ["-D", fresh, ...SETTINGS, ...COLLATION], place.user);
    await putInPlace(fresh, place.cluster);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** The environment of the server's programs: nothing of ours, so no PG… variable of ours can change what they do. */
export const SERVER_ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" } as const;

async function clusterVersion(cluster: string): Promise<string | null> {
  try {
    return (await readFile(join(cluster, "PG_VERSION"), "utf8")).trim();
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    return null;
  }
}

// Of two processes that make a cluster at once, the first rename stands and the other's is thrown away.
async function putInPlace(fresh: string, cluster: string): Promise<void> {
  try {
    await rename(fresh, cluster);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    if ((await clusterVersion(cluster)) === null) throw notACluster(cluster);
  }
}

// What an interrupted initdb left behind, known by the number of a process that is gone.
async function sweep(place: Place): Promise<void> {
  const prefix = `${basename(place.cluster)}.new-`;
  for (const name of await readdir(place.home)) {
    if (!name.startsWith(prefix) || isRunning(Number.parseInt(name.slice(prefix.length), 10))) continue;
    await rm(join(place.home, name), { recursive: true, force: true });
  }
}

function run(program: string, flags: readonly string[], user: ServerUser): Promise<void> {
  const asUser = isRoot() ? user : {};
  return new Promise((settle, fail) => {
    execFile(program, flags, { ...asUser, cwd: "/", env: SERVER_ENVIRONMENT }, (error, stdout, stderr) => {
      if (error === null) settle();
      else fail(programFailed(basename(program), `${stdout}${stderr || error.message}`));
    });
  });
}
