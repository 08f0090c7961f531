// Whether a room can do its work now, part by part: for whoever sends requests to it, yes or no; for its operator, what
// is amiss. A room that was told to stop says no first, and goes on with what it has begun.

import { LIMITS } from "../domain/limits.ts";
import { err, ok } from "../domain/result.ts";
import type { Clock } from "../ports/clock.ts";

/** What a room needs. */
export const ROOM_PARTS = ["database", "keys", "log", "disk", "migrations", "running"] as const;
export type RoomPart = (typeof ROOM_PARTS)[number];

/** Says what is amiss with a part, or null. May fail, which is amiss too. */
export type Check = () => Promise<string | null>;

/** What is amiss, part by part; nothing for a room that is ready. */
export type Amiss = ReadonlyMap<RoomPart, string>;

export type Readiness = {
  /** As it was found at the most a second ago: whoever asks often costs no more than that. */
  readonly look: () => Promise<Amiss>;
  /** From now on the room says that it is about to stop. */
  readonly stopping: () => void;
};

/** Looks at the parts by these checks; each has `LIMITS.readyMillis`. */
export function roomReadiness(
  clock: Clock,
  checks: { readonly [part in Exclude<RoomPart, "running">]: Check },
): Readiness {
  let isStopping = false;
  let last: { readonly at: number; readonly found: Promise<Amiss> } | null = null;
  const look = async () => {
    const found = await Promise.all(
      Object.entries(checks).map(async ([part, check]) => [part, await amissIn(check)] as const),
    );
    const amiss = found.flatMap(([name, says]): [RoomPart, string][] => {
      const part = ROOM_PARTS.find((one) => one === name);
      return part === undefined || says === null ? [] : [[part, says]];
    });
    return new Map(amiss);
  };
  return {
    look: async () => {
      if (last === null || Math.abs(clock() - last.at) >= LIMITS.readyKeptMillis) last = { at: clock(), found: look() };
      const found = await last.found;
      return isStopping ? new Map([...found, ["running" as const, "the room was told to stop"]]) : found;
    },
    stopping: () => {
      isStopping = true;
    },
  };
}

async function amissIn(check: Check): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${LIMITS.readyMillis} ms`), LIMITS.readyMillis);
  });
  const said = await Promise.race([check(), late]).then(ok, err);
  clearTimeout(timer);
  return said.ok ? said.value : `the check failed: ${said.error instanceof Error ? said.error.name : "unknown"}`;
}
