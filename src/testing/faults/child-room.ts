// Rooms as child processes, which a test may kill. Loading the program takes a while, so a process can be made ready
// while another one still serves, and starts when it is told to.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { CHECKOUT } from "../checkout.ts";
import { layReadyCluster } from "../ready-cluster.ts";
import { makeRoomProgram } from "./room-program.ts";

/** Where a room works, and on which port; 0 is any. `logFile` gets what it says on standard error. */
export type RoomPlace = {
  readonly directory: string;
  readonly port: number;
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
};

export type WaitingRoom = {
  /** Starts the room; answers where it listens, or why it does not start. */
  readonly start: () => Promise<ChildRoom | { readonly refused: readonly string[] }>;
  /** Ends the process, started or not, at once. */
  readonly kill: () => Promise<void>;
};

export type ChildRoom = {
  /** What partners sign for, and where the room listens. */
  readonly origin: string;
  readonly url: string;
  /** Where metrics are served, if its environment asks for them. */
  readonly metricsPort: number | null;
  /** Resolves with the exit code when the process has ended by itself, or null when it was killed. */
  readonly ended: Promise<number | null>;
  /** The process of the room alone; its database has others. */
  readonly pid: number;
  /** SIGKILL; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  /** SIGTERM; resolves when the room has stopped. */
  readonly stop: () => Promise<void>;
};

type Listening = Pick<ChildRoom, "origin" | "url" | "metricsPort">;

/** A process that has the program in memory and waits to be started. */
export function waitingRoom({ directory, port, logFile, environment }: RoomPlace): WaitingRoom {
  const child = spawn(process.execPath, [PROGRAM, directory, String(port)], {
    cwd: CHECKOUT,
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const log = createWriteStream(logFile, { flags: "a" });
  // A room whose disk is full has no place for its words either: they are read on, and lost.
  log.on("error", () => child.stderr.resume());
  child.stderr.pipe(log);
  // A process that is killed before it was started leaves a pipe that nobody reads.
  child.stdin.on("error", () => undefined);
  const said = lineOf(child);
  const exit = once(child, "exit");
  const kill = () => ended(child, "SIGKILL");
  return {
    kill,
    start: async () => {
      await layReadyCluster(directory);
      child.stdin.write("start\n");
      const line = await said;
      if (line === null) return { refused: ["the process ended without a word", await lastOf(logFile)] };
      const reply: Listening | { readonly refused: readonly string[] } = JSON.parse(line);
      if ("refused" in reply) return reply;
      if (child.pid === undefined) throw new Error("a process that answers has a number");
      const over = exit.then(() => child.exitCode);
      return { ...reply, ended: over, pid: child.pid, kill, stop: () => ended(child, "SIGTERM") };
    },
  };
}

/** Starts a room, and fails with its own words when it does not. */
export async function startChild(waiting: WaitingRoom): Promise<ChildRoom> {
  const room = await waiting.start();
  if ("refused" in room) throw new Error(room.refused.join("; "));
  return room;
}

const PROGRAM = await makeRoomProgram();

async function lineOf(child: ChildProcess): Promise<string | null> {
  if (child.stdout === null) throw new Error("the process has no standard output");
  for await (const line of createInterface({ input: child.stdout })) return line;
  return null;
}

/** The end of a log, which says why its process ended. */
async function lastOf(logFile: string): Promise<string> {
  return (await readFile(logFile, "utf8")).slice(-2_000);
}

async function ended(child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}
