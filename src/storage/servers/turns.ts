// Turns across the servers of a database: in memory first, so that each server asks for a thing once at a time, and
// then by an advisory lock of its presence, which Postgres takes back from a server that is gone.

import { setTimeout as sleep } from "node:timers/promises";
import { LIMITS } from "../../domain/limits.ts";
import type { InTurn, Servers, Turn } from "../../ports/servers.ts";
import { ConnectionLost } from "../pool.ts";
import { isConnectionFailure } from "../transaction.ts";
import { type Lock, MAKING_FILES, SWEEPING, turnAt } from "./locks.ts";
import { readMessage, writeMessage } from "./messages.ts";
import type { Held, Presence } from "./presence.ts";

type Among = {
  readonly presence: Presence;
  /** The number of this server. */
  readonly own: number;
  /** Turns within this server. */
  readonly here: InTurn;
};

/** A server's part among the others of its database. */
export function serversBy({ presence, own, here }: Among): Servers {
  return {
    inTurn: (thing, work) => here(thing, () => holding(presence, turnAt(thing), work)),
    ...filesBy(presence),
    tell: (message) => {
      // Whoever does not hear it looks by itself before long.
      void Promise.allSettled([presence.tell(writeMessage(own, message))]);
    },
    hear: (listener) =>
      presence.hear((text) => {
        const message = readMessage(own, text);
        if (message !== null) listener(message);
      }),
  };
}

// Postgres lets one session have a lock both shared and alone, so a server keeps its own makers and sweeps apart.
function filesBy(presence: Presence): Pick<Servers, "makingFiles" | "sweeping"> {
  let makers = 0;
  let sweep: Promise<unknown> | null = null;
  return {
    makingFiles: async (work) => {
      while (sweep !== null) await Promise.allSettled([sweep]);
      makers++;
      try {
        return await holding(presence, MAKING_FILES, work);
      } finally {
        makers--;
      }
    },
    sweeping: async (work) => {
      if (makers > 0 || sweep !== null) return null;
      const own = ifFree(presence, SWEEPING, work);
      sweep = own;
      try {
        return await own;
      } finally {
        sweep = null;
      }
    },
  };
}

async function holding<Value>(presence: Presence, lock: Lock, work: Work<Value>): Promise<Value> {
  return during(await untilFree(presence, lock), work);
}

type Work<Value> = (turn: Turn) => Promise<Value>;

async function ifFree<Value>(presence: Presence, lock: Lock, work: Work<Value>): Promise<Value | null> {
  const held = await presence.hold(lock);
  return held === null ? null : during(held, work);
}

async function during<Value>(held: Held, work: Work<Value>): Promise<Value> {
  try {
    return await work({ check: () => assertHeld(held), confirm: held.confirm });
  } finally {
    await held.giveBack();
  }
}

function assertHeld(held: Held): void {
  if (!held.isHeld()) throw new TurnLost("the server was away from its database in its turn, which may be another's");
}

/** What was done in a turn that may have gone to another server meanwhile must have no effect. */
class TurnLost extends Error {
  override readonly name = "TurnLost";
}

const LONGEST_LOOK_MILLIS = 200;

// Others may hold a turn for as long as sealing a list takes. A presence that is away comes back, or the room fails.
async function untilFree(presence: Presence, lock: Lock): Promise<Held> {
  let awayMillis = 0;
  for (let millis = 2; ; millis = Math.min(millis * 2, LONGEST_LOOK_MILLIS)) {
    const held = await presence.hold(lock).catch((failure: unknown) => {
      if (!isConnectionFailure(failure) || awayMillis > LIMITS.sessionWaitMillis) throw failure;
      awayMillis += millis;
      return null;
    });
    if (held !== null) return held;
    if (presence.isClosed()) throw new ConnectionLost("the server is stopping");
    await sleep(millis);
  }
}
