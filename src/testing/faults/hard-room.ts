// A room in a process of its own with little memory, for input that would like to have much: what the process takes is
// read from the system, and how large its files may grow is set there.

import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { signingKeyFromJwk } from "../../crypto/jwk.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import { removeEmbedded } from "../../storage/embedded/launcher.ts";
import type { Member } from "../journeys/world.ts";
import { startChild, waitingRoom } from "./child-room.ts";

/** What a room's process takes beside lists: the program and its compiler, requests on their way, a heap a thread. */
export const BESIDE_LISTS_BYTES = (256 + 64 * availableParallelism()) * 1_048_576;

export type HardRoom = {
  readonly origin: string;
  readonly operator: Member;
  readonly pid: number;
  readonly directory: string;
  /** Every file of the room's lists, below their folder. */
  readonly listFiles: () => Promise<readonly string[]>;
  /** Bytes of memory that the process had at the most while it did the work, and how many more than before it. */
  readonly memoryDuring: (work: () => Promise<void>) => Promise<{ readonly most: number; readonly raised: number }>;
  /** How large a file of this process may become from now on; null for any size. Linux alone. */
  readonly limitFiles: (bytes: number | null) => void;
  /** Ends the room and deletes what it left. */
  readonly discard: () => Promise<void>;
};

/** Starts a room in a new directory; `memory` is its CONCORDAT_MEMORY. */
export async function startHardRoom(memory: string, given?: string): Promise<HardRoom> {
  const directory = given ?? (await mkdtemp(join(tmpdir(), "concordat-hard-")));
  const environment = { CONCORDAT_MEMORY: memory };
  const waiting = waitingRoom({ directory, port: 0, logFile: join(directory, "server.log"), environment });
  const { origin, pid, kill } = await startChild(waiting);
  const key = signingKeyFromJwk(JSON.parse(await readFile(join(directory, "operator.jwk"), "utf8")));
  if (!key.ok) throw new Error("the operator's key does not read");
  return {
    origin,
    operator: { origin, id: OPERATOR, key: key.value },
    pid,
    directory,
    listFiles: async () => (await readdir(join(directory, "lists"), { recursive: true })).sort(),
    memoryDuring: async (work) => {
      // Makes what the process has now the most that it had (proc(5), clear_refs).
      await writeFile(`/proc/${pid}/clear_refs`, "5");
      const before = await statusOf(pid, "VmRSS");
      await work();
      const most = await statusOf(pid, "VmHWM");
      return { most, raised: most - before };
    },
    limitFiles: (bytes) => {
      execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes ?? "unlimited"}:unlimited`]);
    },
    discard: async () => {
      await kill();
      await removeEmbedded({ directory });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A figure of /proc/PID/status (proc(5)), in bytes. */
export async function statusOf(pid: number, name: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
  if (kilobytes === undefined) throw new Error(`the system does not tell ${name}`);
  return Number(kilobytes) * 1_024;
}
