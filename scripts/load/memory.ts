// What memory the room's process has while it is under load, and whether it grows: read from the system, so on Linux
// alone.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { statusOf } from "../../src/testing/faults/hard-room.ts";
import { median } from "../bench/rounds.ts";

/** Resident bytes at one moment of the load. */
export type MemorySample = { readonly seconds: number; readonly bytes: number };

export type MemoryWatch = { readonly samples: () => readonly MemorySample[]; readonly end: () => Promise<void> };

const EVERY_SECONDS = 1;

/** Watches a process until it is told to end; null where the system does not tell. */
export function watchMemory(pid: number | null): MemoryWatch | null {
  if (pid === null || process.platform !== "linux") return null;
  const started = performance.now();
  const ending = new AbortController();
  const samples: MemorySample[] = [];
  const stopped = once(ending.signal, "abort");
  const watching = (async () => {
    while (!ending.signal.aborted) {
      samples.push({ seconds: (performance.now() - started) / 1_000, bytes: await statusOf(pid, "VmRSS") });
      await Promise.race([stopped, sleep(EVERY_SECONDS * 1_000, undefined, { ref: false })]);
    }
  })();
  // A room that ended has no memory to tell; whoever waits for the end learns of it.
  const ended = watching.then(
    () => null,
    (failure: unknown) => ({ failure }),
  );
  return {
    samples: () => samples,
    end: async () => {
      ending.abort();
      const broken = await ended;
      if (broken !== null) throw broken.failure;
    },
  };
}

export type MemoryTold = {
  readonly firstBytes: number;
  readonly lastBytes: number;
  readonly mostBytes: number;
  /** How much more there was at the end than once the room was warm, as a share. */
  readonly growth: number;
};

/**
 * The memory of the second tenth of the load beside that of its last tenth, each by its median: caches fill in the
 * first, and what comes and goes with garbage does not count. Null of fewer samples than twenty.
 */
export function memoryTold(samples: readonly MemorySample[]): MemoryTold | null {
  const bytes = samples.map((sample) => sample.bytes);
  const tenth = Math.floor(bytes.length / 10);
  if (tenth < 2) return null;
  const firstBytes = median(bytes.slice(tenth, 2 * tenth));
  const lastBytes = median(bytes.slice(-tenth));
  return { firstBytes, lastBytes, mostBytes: Math.max(...bytes), growth: lastBytes / firstBytes - 1 };
}

/** At most so many samples, evenly spread, the first and the last among them: what a report shows of hours. */
export function thinned<Sample>(samples: readonly Sample[], most: number): readonly Sample[] {
  if (samples.length <= most) return samples;
  const step = (samples.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, place) => samples[Math.round(place * step)]).filter(
    (sample) => sample !== undefined,
  );
}
