// Whom the embedded Postgres runs as. Postgres refuses root, so under root it runs as the owner of the cluster or, for
// a new one, as `nobody`: a uid without an entry in /etc/passwd is refused by initdb.

import { readFile, stat } from "node:fs/promises";
import { hasCode } from "../error-code.ts";
import { noServerUser, unsupportedPlatform } from "./failure.ts";

export type ServerUser = { readonly uid: number; readonly gid: number };

/** The user of this process. */
export function currentUser(): ServerUser {
  if (process.getuid === undefined || process.getgid === undefined) {
    throw unsupportedPlatform(`${process.platform}-${process.arch}`);
  }
  return { uid: process.getuid(), gid: process.getgid() };
}

export function isRoot(): boolean {
  return currentUser().uid === 0;
}

/** The user for a new cluster. */
export async function newServerUser(): Promise<ServerUser> {
  return isRoot() ? nobody() : currentUser();
}

/** The user for a cluster that may exist: then its owner, so that root can serve what a user made. */
export async function serverUserOf(cluster: string): Promise<ServerUser> {
  if (!isRoot()) return currentUser();
  try {
    const { uid, gid } = await stat(cluster);
    return uid === 0 ? nobody() : { uid, gid };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return nobody();
    throw error;
  }
}

async function nobody(): Promise<ServerUser> {
  const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await readFile("/etc/passwd", "utf8"));
  if (entry === null) throw noServerUser();
  return { uid: Number(entry[1]), gid: Number(entry[2]) };
}
