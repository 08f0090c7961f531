// Where an embedded cluster lives: its files beside the room's own when the server's user can get there, elsewhere when
// the way is closed to it, and its socket in a short directory, because a socket's path holds 107 bytes at most.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, lstat, mkdir, readFile, realpath, rename, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { toHex } from "../../domain/bytes.ts";
import { hasCode } from "../error-code.ts";
import { databaseGone, foreignPath } from "./failure.ts";
import { currentUser, isRoot, newServerUser, type ServerUser, serverUserOf } from "./server-user.ts";

export type Place = {
  /** The file that names `home` when that is not the room's directory; it may not exist. */
  readonly pointer: string;
  /** The directory that holds `cluster` and `log`; it belongs to the user who starts the room. */
  readonly home: string;
  readonly cluster: string;
  readonly log: string;
  /** The directory of the socket, closed to everybody but the server's user (and root). */
  readonly sockets: string;
  readonly user: ServerUser;
};

/** The name of the file in the room's directory that says where its database is, when that is elsewhere. */
const POINTER = "postgres-location";

/** Finds the place of a room's database, choosing and recording it at the first start. */
export async function findPlace(directory: string): Promise<Place> {
  await mkdir(resolve(directory), { recursive: true, mode: 0o700 });
  const room = await realpath(directory);
  const home = await realpath((await recordedHome(room)) ?? (await chooseHome(room)));
  const cluster = join(home, "postgres");
  const user = await serverUserOf(cluster);
  const sockets = join("/tmp", `concordat-${shortHash(cluster)}-${user.uid}`);
  await closedDirectory(sockets, user);
  return { pointer: join(room, POINTER), home, cluster, log: join(home, "postgres.log"), sockets, user };
}

async function recordedHome(room: string): Promise<string | null> {
  const pointer = join(room, POINTER);
  const home = await textOf(pointer);
  if (home === null) return null;
  try {
    await assertOwn(home.trim());
    return home.trim();
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw databaseGone(home.trim(), pointer);
    throw error;
  }
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

async function chooseHome(room: string): Promise<string> {
  if (!isRoot() || (await isReachable(room, await newServerUser()))) return room;
  const home = join(await systemDirectory(), shortHash(room));
  await openDirectory(home);
  const pointer = join(room, POINTER);
  const fresh = freshName(pointer);
  await writeFile(fresh, `${home}\n`, { mode: 0o600 });
  await rename(fresh, pointer);
  return home;
}

async function systemDirectory(): Promise<string> {
  try {
    await openDirectory("/var/lib/concordat");
    return "/var/lib/concordat";
  } catch (error) {
    if (!hasCode(error, "EACCES", "EPERM", "EROFS", "ENOENT")) throw error;
    await openDirectory("/var/tmp/concordat");
    return "/var/tmp/concordat";
  }
}

async function isReachable(path: string, user: ServerUser): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  return path === "/" || isReachable(dirname(path), user);
}

// Root writes the log here, so nobody else may be able to put a link in its way.
async function openDirectory(path: string): Promise<void> {
  if (!existsSync(path)) await mkdir(path, { recursive: true, mode: 0o711 });
  await assertOwn(path);
  await chmod(path, 0o711);
}

async function assertOwn(path: string): Promise<void> {
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== currentUser().uid || (found.mode & 0o022) !== 0) {
    throw foreignPath(path, "a directory of the user who starts the room");
  }
}

async function closedDirectory(path: string, user: ServerUser): Promise<void> {
  if (!existsSync(path)) await makeClosedDirectory(path, user);
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== user.uid || (found.mode & 0o077) !== 0) {
    throw foreignPath(path, "a closed directory of the database's user");
  }
}

// Given its owner before it gets its name, so that a second process at the same time never sees it half made.
async function makeClosedDirectory(path: string, user: ServerUser): Promise<void> {
  const fresh = freshName(path);
  await mkdir(fresh, { mode: 0o700 });
  if (isRoot()) await chown(fresh, user.uid, user.gid);
  try {
    await rename(fresh, path);
  } catch (error) {
    await rmdir(fresh);
    if (!hasCode(error, "ENOTEMPTY", "EEXIST", "ENOTDIR")) throw error;
  }
}

function freshName(path: string): string {
  return `${path}.new-${toHex(crypto.getRandomValues(new Uint8Array(8)))}`;
}

function shortHash(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 16);
}
