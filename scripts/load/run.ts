// One load from its room to its outcome: the room in a process of its own, the world brought in, the sender in another
// process, memory watched and large questions asked meanwhile. Everything that was started is ended, come what may.

import { type ChildProcess, fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { signingKeyFromJwk } from "../../src/crypto/jwk.ts";
import { startHardRoom } from "../../src/testing/faults/hard-room.ts";
import { notice } from "../bench/rounds.ts";
import { bringPair, keepAsking, type Pair } from "./beside.ts";
import type { LatencyCounts } from "./latencies.ts";
import { type MemorySample, watchMemory } from "./memory.ts";
import type { Options } from "./options.ts";
import { type ProcessorsTold, watchProcessors } from "./processors.ts";
import type { Plan, SenderWord, Sent } from "./sender.ts";
import { type Place, populateRoom, type World } from "./world.ts";

/** What came of a load. */
export type Outcome = {
  readonly sent: Sent;
  /** Of the room's process, each second; null where nobody tells. */
  readonly memory: readonly MemorySample[] | null;
  /** How long the questions about the large lists took; null where none were asked. */
  readonly beside: LatencyCounts | null;
  /** Of the machine that sends, while it sent; null where its system does not tell. */
  readonly processors: ProcessorsTold | null;
};

type Loaded = { readonly place: Place; readonly pid: number | null; readonly end: () => Promise<void> };

/** Runs a load. `signal` ends it early: what was sent until then is told. */
export async function runLoad(options: Options, signal: AbortSignal): Promise<Outcome> {
  const room = await roomOfLoad(options);
  try {
    const world = await populateRoom(room.place, { ...options, signal });
    const pair = options.besideRows > 0 ? await bringPair(room.place, options.besideRows) : null;
    notice("the load begins ...");
    return await underLoad(options, { room, world, pair, signal });
  } finally {
    await room.end();
  }
}

async function roomOfLoad({ room, memory }: Options): Promise<Loaded> {
  if (room !== null) {
    const operatorKey = signingKeyFromJwk(JSON.parse(await readFile(room.operatorFile, "utf8")));
    if (!operatorKey.ok) throw new Error(`${room.operatorFile}: ${operatorKey.error}`);
    return { place: { origin: room.url, operatorKey: operatorKey.value }, pid: room.pid, end: async () => undefined };
  }
  notice("a room starts ...");
  const { origin, operator, pid, discard } = await startHardRoom(memory);
  return { place: { origin, operatorKey: operator.key }, pid, end: discard };
}

type Stage = {
  readonly room: Loaded;
  readonly world: World;
  readonly pair: Pair | null;
  readonly signal: AbortSignal;
};

async function underLoad(options: Options, { room, world, pair, signal }: Stage): Promise<Outcome> {
  const memory = watchMemory(room.pid);
  const asking = pair === null ? null : keepAsking(pair);
  try {
    const processorsUntilNow = await watchProcessors();
    const sent = await sendAll(planOf(options, room.place, world), signal);
    const processors = (await processorsUntilNow?.()) ?? null;
    const beside = asking === null ? null : await asking.end();
    await memory?.end();
    return { sent, memory: memory === null ? null : memory.samples(), beside, processors };
  } finally {
    // Ending twice is harmless; what failed first is what is told.
    await Promise.allSettled([asking?.end(), memory?.end()]);
  }
}

function planOf(
  { rates, warmSeconds, minutes, seed }: Options,
  { origin }: Place,
  { members, contracts }: World,
): Plan {
  return {
    origin,
    scene: { members: members.map(({ id }) => id), contracts },
    keys: Object.fromEntries(members.map(({ id, privateJwk }) => [id, privateJwk])),
    rates,
    warmSeconds,
    seconds: minutes * 60,
    seed,
  };
}

const SENDER = fileURLToPath(new URL("sender.ts", import.meta.url));
/** How often a line says how far it is. */
const TELL_EVERY_SECONDS = 10;

/** Has a process of its own send what a plan says. `signal` ends it early. */
export async function sendAll(plan: Plan, signal: AbortSignal): Promise<Sent> {
  const child = fork(SENDER, { execArgv: ["--import", "tsx"] });
  const stop = () => child.send("stop");
  signal.addEventListener("abort", stop);
  try {
    child.send(plan);
    if (signal.aborted) stop();
    return await sentBy(child);
  } finally {
    signal.removeEventListener("abort", stop);
    child.kill();
  }
}

function sentBy(child: ChildProcess): Promise<Sent> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the sender ended before its load did, with ${code}`)));
    child.on("message", (message) => {
      // SAFETY: the sender says nothing but these words.
      const word = message as SenderWord;
      if (word.kind === "sent") resolve(word.sent);
      else if (word.seconds % TELL_EVERY_SECONDS === 0) notice(lineOf(word));
    });
  });
}

function lineOf({ seconds, sent, answered }: Extract<SenderWord, { kind: "second" }>): string {
  return `${seconds} s: ${sent} sent, ${sent - answered} of them on their way`;
}
