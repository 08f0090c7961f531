// A database cluster that is made and migrated once a run and copied for each room of the tests: making one takes a
// second of a core, copying it a tenth. What a first start does by itself is tested where no copy is laid.

import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectDatabase } from "../storage/database.ts";
import { removeEmbedded, startEmbedded } from "../storage/embedded/launcher.ts";
import { findPlace } from "../storage/embedded/place.ts";
import { hasCode } from "../storage/error-code.ts";
import { migrate } from "../storage/migrate.ts";
import { MIGRATIONS } from "../storage/store.ts";
import { CHECKOUT } from "./checkout.ts";

/** Makes the cluster that rooms get copies of, unless it is there. */
export async function makeReadyCluster(): Promise<void> {
  if (existsSync(READY)) return;
  const directory = `${READY}.new-${randomBytes(6).toString("hex")}`;
  const { connection, stop } = await startEmbedded({ directory });
  const connected = await connectDatabase({ kind: "embedded", connection });
  if (!connected.ok) throw new Error(connected.error);
  const { owner, appRole, close } = connected.value;
  const migrated = await migrate(owner, { folder: MIGRATIONS, appRole });
  if (!migrated.ok) throw new Error(migrated.error);
  await close();
  await stop();
  await renamedOnce((await findPlace(directory)).cluster, READY);
  await removeEmbedded({ directory });
  await rm(directory, { recursive: true });
}

/**
 * Lays a copy where the room of a directory will look for its cluster; none is laid over one that is there. Outside a
 * run of the tests there is nothing to copy, and a room makes its own.
 */
export async function layReadyCluster(directory: string): Promise<void> {
  const { cluster } = await findPlace(directory);
  if (existsSync(cluster) || !existsSync(READY)) return;
  const fresh = `${cluster}.copy-${randomBytes(6).toString("hex")}`;
  await promisify(execFile)("cp", ["-a", READY, fresh]);
  await renamedOnce(fresh, cluster);
}

/** Removes what the last run leaves. */
export async function removeReadyCluster(): Promise<void> {
  await rm(READY, { recursive: true, force: true });
}

// Of this user and checkout, and of these migrations: a run beside this one may have others.
const READY = join(tmpdir(), `concordat-ready-${process.getuid?.()}-${fingerprint()}`);

function fingerprint(): string {
  const hash = createHash("sha256").update(CHECKOUT);
  for (const name of readdirSync(MIGRATIONS).sort()) hash.update(readFileSync(join(MIGRATIONS, name)));
  return hash.digest("hex").slice(0, 12);
}

async function renamedOnce(from: string, to: string): Promise<void> {
  await mkdir(join(to, ".."), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    await rm(from, { recursive: true });
  }
}
