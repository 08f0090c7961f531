// What a room keeps in memory alone, since a restart ends what it is about: its standing, the order of its turns, and
// what is at work on uploads.

import type { Contradiction } from "../domain/audit/comparison.ts";
import { LIMITS } from "../domain/limits.ts";
import type { InTurn, ProgressState, Servers } from "../ports/servers.ts";
import { fairTurns } from "./fair-turns.ts";
import { lastGrounds } from "./foresee-question.ts";
import type { Bounded, Ports, Progress, Running, Standing } from "./ports.ts";

type InMemory =
  | ("standing" | "progress" | "running")
  | ("receiving" | "asking" | "grounds" | "questionTurns" | "sealingTurns" | "noteQuestion");

/** Everything of a room that begins anew with each start. */
export function portsInMemory(): Pick<Ports, InMemory> {
  return {
    standing: standingInMemory(),
    progress: progressInMemory(),
    running: runningInMemory(),
    receiving: boundedInMemory(LIMITS.partsAtOnce),
    asking: boundedInMemory(LIMITS.questionsAtOnce),
    grounds: lastGrounds(LIMITS.keptGrounds),
    questionTurns: fairTurns({ atOnce: LIMITS.questionTurns, ofOneAtOnce: LIMITS.questionTurnsOfOne }),
    // Where nobody watches, nothing is told.
    noteQuestion: () => undefined,
    sealingTurns: fairTurns({ atOnce: LIMITS.sealingTurns, ofOneAtOnce: LIMITS.sealingTurnsOfOne }),
  };
}

/** What a server is to the others where there are none: for whatever works on a room that no server may work on. */
export function onlyServer(): Servers {
  return {
    inTurn: turnsInMemory(),
    makingFiles: (work) => work(OWN_TURN),
    sweeping: (work) => work(OWN_TURN),
    tell: () => undefined,
    hear: () => undefined,
  };
}

// The first contradiction is the one to tell of; none is taken back while the room runs.
function standingInMemory(): Standing {
  let found: Contradiction | null = null;
  return {
    of: () => found,
    fall: (contradiction) => {
      found ??= contradiction;
    },
  };
}

// Nobody else can have it.
const OWN_TURN = { check: () => undefined, confirm: async () => undefined };

/** Turns within one server. */
export function turnsInMemory(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return async (thing, work) => {
    const before = last.get(thing);
    const begin = () => work(OWN_TURN);
    const own = (before ?? Promise.resolve()).then(begin, begin);
    last.set(thing, own);
    try {
      return await own;
    } finally {
      if (last.get(thing) === own) last.delete(thing);
    }
  };
}

function runningInMemory(): Running {
  const running = new Map<string, Set<AbortController>>();
  return {
    during: async (upload, work) => {
      const own = new AbortController();
      const all = running.get(upload) ?? new Set();
      running.set(upload, all.add(own));
      try {
        return await work(own.signal);
      } finally {
        all.delete(own);
        if (all.size === 0) running.delete(upload);
      }
    },
    cancel: (upload) => {
      for (const controller of running.get(upload) ?? []) controller.abort();
    },
    all: () => [...running.keys()],
  };
}

function boundedInMemory(most: number): Bounded {
  const counts = new Map<string, number>();
  const count = async <Value>(partner: string, work: () => Promise<Value>) => {
    counts.set(partner, (counts.get(partner) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (counts.get(partner) ?? 1) - 1;
      if (left === 0) counts.delete(partner);
      else counts.set(partner, left);
    }
  };
  return (partner, work) => ((counts.get(partner) ?? 0) < most ? count(partner, work) : null);
}

function progressInMemory(): Progress {
  const states = new Map<string, ProgressState>();
  return {
    tell: (upload, state) => {
      if (state === null) states.delete(upload);
      else states.set(upload, state);
    },
    of: (upload) => states.get(upload) ?? null,
  };
}
