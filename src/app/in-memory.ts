// What a room keeps of its own work in memory, since a restart ends the work as well.

import type { Contradiction } from "../domain/audit/comparison.ts";
import type { InTurn, Progress, ProgressState, Receiving, Running, Standing } from "./ports.ts";

/** The standing of a room. The first contradiction is the one to tell of; none is taken back while the room runs. */
export function standingInMemory(): Standing {
  let found: Contradiction | null = null;
  return {
    of: () => found,
    fall: (contradiction) => {
      found ??= contradiction;
    },
  };
}

/** Turns of one process. */
export function turnsInMemory(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return async (thing, work) => {
    const before = last.get(thing);
    const own = (before ?? Promise.resolve()).then(work, work);
    last.set(thing, own);
    try {
      return await own;
    } finally {
      if (last.get(thing) === own) last.delete(thing);
    }
  };
}

/** What is at work in one process. */
export function runningInMemory(): Running {
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
  };
}

/** Places for as many parts of one partner at a time as `most` says. */
export function receivingInMemory(most: number): Receiving {
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

/** Progress as one process tells it. */
export function progressInMemory(): Progress {
  const states = new Map<string, ProgressState>();
  return {
    tell: (upload, state) => {
      if (state === null) states.delete(upload);
      else states.set(upload, state);
    },
    of: (upload) => states.get(upload) ?? null,
  };
}
