// Whoever starts a server, migrates a database or lays its tables does so alone: two that began at once would make two
// sets of keys, and each would take the other's files for orphans.

import { setTimeout as sleep } from "node:timers/promises";
import { err, ok, type Result } from "../../domain/result.ts";
import { type Lock, NOBODY_WORKS, STARTING, WORKING } from "./locks.ts";
import type { Held, Presence } from "./presence.ts";

/** A start that nobody else's overlaps. */
export type Start = {
  /** Whether no server works on the database; none begins to before `end`. */
  readonly isAlone: boolean;
  /** Says that this server works from now on, and lets the next one start. */
  readonly end: () => Promise<void>;
};

const WAIT_MILLIS = 60_000;
const LOOK_MILLIS = 50;

/** Waits until nobody else starts. */
export async function beginStart(presence: Presence): Promise<Result<Start, string>> {
  const turn = await soon(presence, STARTING, WAIT_MILLIS);
  if (turn === null)
    return err("another server on this database has been starting for a minute: look what it waits for");
  const alone = await presence.hold(NOBODY_WORKS);
  const end = async () => {
    await presence.stand(WORKING);
    await alone?.giveBack();
    await turn.giveBack();
  };
  return ok({ isAlone: alone !== null, end });
}

/** A lock that others give back before long; null where they do not. */
async function soon(presence: Presence, lock: Lock, waitMillis: number): Promise<Held | null> {
  for (let waited = 0; ; waited += LOOK_MILLIS) {
    const held = await presence.hold(lock);
    if (held !== null || waited >= waitMillis) return held;
    await sleep(LOOK_MILLIS);
  }
}
