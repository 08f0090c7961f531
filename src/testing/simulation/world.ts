// A room in memory: what outlasts a process, its tables, sealed files, key ring and memories, and the process that
// works on them, which waits at every step for its turn and may end at any.

import { onlyServer, portsInMemory } from "../../app/in-memory.ts";
import { keepHouse } from "../../app/keep-house.ts";
import { checkStanding, storeWhileSound } from "../../app/log-standing.ts";
import type { Ports } from "../../app/ports.ts";
import { publishRound } from "../../app/publish-checkpoint.ts";
import { checkSchemes } from "../../app/rekey-lists.ts";
import { rememberErasures } from "../../app/remember-erasures.ts";
import { checkKeys, everybody, startRoom, sweepRoom } from "../../app/start-room.ts";
import { toHex } from "../../domain/bytes.ts";
import { unixMillis } from "../../domain/instant.ts";
import { err, ok } from "../../domain/result.ts";
import type { ErasureMemory, RememberedErasure } from "../../ports/erasure-memory.ts";
import type { KeyRing } from "../../ports/key-ring.ts";
import type { LogMemory } from "../../ports/log-memory.ts";
import type { Matcher } from "../../ports/matcher.ts";
import type { Store } from "../../ports/store.ts";
import { openLogKeys } from "../../storage/log-keys.ts";
import type { KeySource, RoomKeys } from "../../storage/room-keys.ts";
import { OutcomeUnknown } from "../../storage/transaction.ts";
import { memoryMatcher } from "../matcher-suite/memory-matcher.ts";
import { memoryKeyRing } from "../memory-key-ring.ts";
import { type MemoryDatabase, memoryDatabase } from "../memory-store/store.ts";
import { conflict, type Pause } from "../memory-store/transaction.ts";
import type { Chance } from "./chance.ts";
import { keyOf } from "./documents.ts";
import { type Schedule, scheduleOf } from "./schedule.ts";

/** What goes wrong beside the end of a process. */
export type Faults = {
  /** Transactions in a hundred that another came between. */
  conflicts: number;
  /** After how many commits the connection is lost at one; null for never. */
  lostAfter: number | null;
};

/** What outlasts a process. */
export type World = {
  readonly chance: Chance;
  readonly time: { now: number };
  readonly database: MemoryDatabase;
  /** The store past the process, for looking. */
  readonly store: Store;
  readonly matcher: Matcher;
  /** Names of what the matcher keeps. */
  readonly files: () => readonly string[];
  readonly keyRing: KeyRing;
  readonly memory: LogMemory;
  readonly erasureMemory: ErasureMemory;
  readonly source: KeySource;
};

export type Process = { readonly ports: Ports; readonly schedule: Schedule; readonly faults: Faults };

const ROOM_KEY = new Uint8Array(32).fill(5);
const BEGINNING = Date.UTC(2026, 5, 1);

/** An empty room. A millisecond passes with each look at the clock. */
export function newWorld(chance: Chance): World {
  const time = { now: BEGINNING };
  const database = memoryDatabase(() => unixMillis(time.now++));
  const { matcher, names } = memoryMatcher({ roomKey: ROOM_KEY, random: chance.bytes });
  return {
    chance,
    time,
    database,
    store: database.connect(),
    matcher,
    files: names,
    keyRing: memoryKeyRing(["second", "third", "fourth"], chance.bytes),
    memory: logMemory(),
    erasureMemory: erasuresInMemory(),
    source: keySourceOf(),
  };
}

/** Starts a process on a room, as `main.ts` does; it may end on the way. Throws where the room refuses to start. */
export async function startProcess(world: World, endsAfter: number | null): Promise<Process> {
  const schedule = scheduleOf(world.chance);
  const faults: Faults = { conflicts: 0, lostAfter: null };
  const ports = await portsOf(world, schedule, faults);
  await schedule.run([() => openRoom(ports)], endsAfter);
  return { ports, schedule, faults };
}

async function openRoom(ports: Ports): Promise<void> {
  for (const checked of [await checkKeys(ports), await checkStanding(ports), await checkSchemes(ports)]) {
    if (!checked.ok) throw new Error(`the room does not start: ${checked.error}`);
  }
  const contradiction = ports.standing.of();
  if (contradiction !== null) throw new Error(`the room finds its log ${contradiction.kind}`);
  const start = { operatorKey: keyOf("operator").publicKey, settings: { engine: "memory" }, version: "0" };
  await startRoom(ports, start);
  await sweepRoom(ports);
  await rememberErasures(ports, await everybody(ports));
  await keepHouse(ports);
  await publishRound(ports);
}

async function portsOf(world: World, schedule: Schedule, faults: Faults): Promise<Ports> {
  const { keyRing, memory, erasureMemory, source, chance, time } = world;
  const keys = await source.read();
  if (!keys.ok) throw new Error(keys.error);
  const inMemory = portsInMemory();
  const { inTurn, makingFiles, sweeping } = onlyServer();
  const logKeys = await openLogKeys(world.store, { source, inTurn, keys: keys.value, keyRing });
  if (!logKeys.ok) throw new Error(`the keys ${logKeys.error}`);
  const reach = <Part extends object>(part: Part, immediate: readonly (keyof Part)[]) =>
    reached(part, schedule, immediate);
  const { origin } = logKeys.value;
  const publishing = { seconds: 60, entries: 25 };
  const ring = reach(keyRing, ["find", "isDestroyed", "unlogged", "handOvers", "roomLinks", "rekeying"]);
  return {
    ...inMemory,
    ...{ inTurn, makingFiles, sweeping },
    restBefore: () => schedule.step(),
    store: storeWhileSound(world.database.connect(pauseOf(world, schedule, faults)), inMemory.standing),
    room: { origin, logKeys: reach(logKeys.value, ["known", "signer"]), publishing, keyRing: ring },
    memory: reach(memory, []),
    erasureMemory: reach(erasureMemory, ["knows"]),
    matcher: reachedMatcher(world.matcher, schedule),
    identity: { check: noProvider, begin: noProvider, finish: noProvider },
    clock: () => unixMillis(time.now),
    random: chance.bytes,
  };
}

const noProvider = async () => err({ kind: "failed" as const, says: "there is no provider" });

function pauseOf({ chance }: World, schedule: Schedule, faults: Faults): Pause {
  return async ({ at, act }) => {
    await schedule.step();
    if (at === "commit" && chance.happens(faults.conflicts)) throw conflict(`\`${act.name}\` was come between`);
    if (at !== "commit" && at !== "committed") return;
    if (faults.lostAfter === null) return;
    faults.lostAfter -= 1;
    if (faults.lostAfter > 0) return;
    faults.lostAfter = null;
    throw new OutcomeUnknown(`the connection was lost at the commit of \`${act.name}\``);
  };
}

// A part of the world as one process reaches it: waiting before and after each call that takes a while.
function reached<Part extends object>(part: Part, schedule: Schedule, immediate: readonly (keyof Part)[]): Part {
  const names: readonly string[] = immediate.map(String);
  const all: readonly (readonly [string, unknown])[] = Object.entries(part);
  const members = all.map(([name, member]) => {
    if (typeof member !== "function" || names.includes(name)) return [name, member];
    const call = (...given: unknown[]) => Promise.resolve(Reflect.apply(member, part, given));
    return [name, (...given: unknown[]) => whole(schedule, () => call(...given))];
  });
  // SAFETY: each member is the one of its name, or promises what that one promises.
  return Object.fromEntries(members) as Part;
}

async function whole<Value>(schedule: Schedule, work: () => Promise<Value>): Promise<Value> {
  await schedule.step();
  const value = await schedule.outside(work);
  await schedule.step();
  return value;
}

function reachedMatcher(matcher: Matcher, schedule: Schedule): Matcher {
  const reach = reached(matcher, schedule, ["scheme", "tokensOf", "tokensAgain", "memory"]);
  return {
    ...reach,
    stagePart: async (part) => {
      const staged = await reach.stagePart(part);
      if (!staged.ok) return staged;
      const { keep, drop, part: read } = staged.value;
      return ok({ part: read, keep: () => whole(schedule, keep), drop: () => whole(schedule, drop) });
    },
  };
}

function logMemory(): LogMemory {
  let kept: string | null = null;
  return {
    recall: async () => kept,
    remember: async (checkpoint) => {
      kept = checkpoint;
    },
    advance: async (from, to) => {
      const isAsBefore = kept === from;
      if (isAsBefore) kept = to;
      return isAsBefore;
    },
  };
}

function erasuresInMemory(): ErasureMemory {
  const kept = new Map<string, RememberedErasure>();
  const nameOf = ({ partner, number, sealed }: Parameters<ErasureMemory["knows"]>[0]) =>
    `${partner} ${number} ${toHex(sealed)}`;
  return {
    knows: (erasure) => kept.has(nameOf(erasure)),
    remember: async (erasures) => {
      for (const erasure of erasures) kept.set(nameOf(erasure), erasure);
    },
    replace: async (erasures) => {
      kept.clear();
      for (const erasure of erasures) kept.set(nameOf(erasure), erasure);
    },
    recall: async () => [...kept.values()],
  };
}

function keySourceOf(): KeySource {
  const one = { wrapping: new Uint8Array(32), nextWrapping: null, room: ROOM_KEY, roomLinks: [], nextRoom: null };
  let keys: RoomKeys = { ...one, log: keyOf("log"), nextLog: keyOf("next-log") };
  return {
    name: "the simulation",
    read: async () => ok(keys),
    write: async (next) => {
      keys = next;
    },
  };
}
