// The server process of a cluster as postmaster.pid tells of it: whether it runs, and how it is stopped.
// The file outlives a server that was killed, and its number may by then belong to another program.

import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { hasCode } from "../error-code.ts";
import { notAnswering } from "./failure.ts";

const FAST_SHUTDOWN_SECONDS = 30;
const IMMEDIATE_SHUTDOWN_SECONDS = 15;
const POLL_MILLIS = 20;

/** The number of the server process of a cluster, or null when none runs. */
export async function postmasterOf(cluster: string): Promise<number | null> {
  const pid = await recordedPid(cluster);
  if (pid === null || !isRunning(pid)) return null;
  return (await commandLine(pid)).includes(cluster) ? pid : null;
}

/**
 * Takes a number that belongs to another program out of postmaster.pid, since Postgres would take it for a server.
 * Its own parent's number stands there instead, which Postgres passes over; the other lines stay, because by them it
 * makes sure that no backend of a killed server still holds the shared memory.
 */
export async function disownStalePid(cluster: string): Promise<void> {
  const pid = await recordedPid(cluster);
  if (pid === null || !isRunning(pid)) return;
  const file = pidFile(cluster);
  const lines = (await readFile(file, "utf8")).split("\n");
  await writeFile(file, [String(process.pid), ...lines.slice(1)].join("\n"));
}

/** Whether a process of the server's replays its log; it may, where the system does not tell what processes it has. */
export async function isRecovering(cluster: string): Promise<boolean> {
  const pid = await postmasterOf(cluster);
  if (pid === null) return false;
  const children = await childrenOf(pid);
  if (children === null) return true;
  const lines = await Promise.all(children.map(commandLine));
  return lines.some((line) => line.startsWith("postgres: startup"));
}

// Linux tells a process's children (proc(5), where the kernel is built so).
async function childrenOf(pid: number): Promise<readonly number[] | null> {
  try {
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.split(" ").map(Number).filter(Boolean);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ESRCH")) throw error;
    return null;
  }
}

/** Stops the server: first rolling back what runs, then, when that takes too long, at once (the log is replayed). */
export async function stopPostmaster(cluster: string): Promise<void> {
  const pid = await postmasterOf(cluster);
  if (pid === null) return;
  if (await signalled(cluster, "SIGINT", FAST_SHUTDOWN_SECONDS)) return;
  if (await signalled(cluster, "SIGQUIT", IMMEDIATE_SHUTDOWN_SECONDS)) return;
  throw notAnswering(cluster, FAST_SHUTDOWN_SECONDS + IMMEDIATE_SHUTDOWN_SECONDS);
}

/** Whether a process with this number exists, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

async function signalled(cluster: string, signal: "SIGINT" | "SIGQUIT", seconds: number): Promise<boolean> {
  const pid = await postmasterOf(cluster);
  if (pid === null) return true;
  sendSignal(pid, signal);
  for (let waited = 0; waited < seconds * 1_000; waited += POLL_MILLIS) {
    if ((await postmasterOf(cluster)) === null) return true;
    await sleep(POLL_MILLIS);
  }
  return false;
}

function sendSignal(pid: number, signal: "SIGINT" | "SIGQUIT"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, "ESRCH")) throw error;
  }
}

function pidFile(cluster: string): string {
  return join(cluster, "postmaster.pid");
}

async function recordedPid(cluster: string): Promise<number | null> {
  try {
    const pid = Number((await readFile(pidFile(cluster), "utf8")).split("\n", 1).join());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === "linux") return await readFile(`/proc/${pid}/cmdline`, "utf8");
    return (await promisify(execFile)("ps", ["-ww", "-o", "command=", "-p", String(pid)])).stdout;
  } catch (error) {
    if (isRunning(pid)) throw error;
    return "";
  }
}
