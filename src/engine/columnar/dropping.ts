// Versions that nothing names any more go at once: when the last question that reads one has ended, and no version is
// left whose file is read with it. What was dropped and is still needed is remembered here; a crash forgets it, and the
// sweep at start finds it.

import { rm } from "node:fs/promises";
import type { Layout } from "./layout.ts";
import { syncDirectory } from "./sealed-file.ts";
import { segmentsOnDisk, withDependencies } from "./sweeping.ts";

export type Dropping = {
  /** Does work that reads segments. Those that are dropped are not there for it. */
  during<Value>(segments: readonly string[], work: () => Promise<Value>): Promise<Value>;
  /** Drops a segment once nothing that was begun reads it. O(segments on disk). */
  drop(segment: string): Promise<void>;
};

/** @param forget  is told whom nobody reads any more, and what is kept of it in memory goes */
export function droppingFrom(layout: Layout, forget: (segment: string) => void): Dropping {
  const readers = readersOf();
  const dropped = new Set<string>();
  const deleteUnneeded = inOrder(async () => {
    const known = [...dropped];
    const isGoing = (segment: string) => dropped.has(segment) && !readers.isRead(segment);
    const there = await segmentsOnDisk(layout);
    const going = there.filter(isGoing);
    const needed = await withDependencies(layout, new Set(there.filter((segment) => !going.includes(segment))));
    for (const segment of going) if (!needed.has(segment)) await rm(layout.segment(segment), { force: true });
    await syncDirectory(layout.segments);
    for (const segment of known) if (!needed.has(segment)) dropped.delete(segment);
  });
  return {
    during: async (segments, work) => {
      if (segments.some((segment) => dropped.has(segment))) throw new Error("a segment is asked for that was dropped");
      const end = readers.begin(segments);
      try {
        return await work();
      } finally {
        end();
      }
    },
    drop: async (segment) => {
      dropped.add(segment);
      await readers.ended(segment);
      forget(segment);
      await deleteUnneeded();
    },
  };
}

/** Who reads which segments. */
function readersOf() {
  const counts = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();
  const leave = (segment: string) => {
    const left = (counts.get(segment) ?? 1) - 1;
    counts.set(segment, left);
    if (left > 0) return;
    counts.delete(segment);
    for (const wake of waiting.get(segment) ?? []) wake();
    waiting.delete(segment);
  };
  return {
    isRead: (segment: string) => counts.has(segment),
    begin: (segments: readonly string[]) => {
      for (const segment of segments) counts.set(segment, (counts.get(segment) ?? 0) + 1);
      return () => segments.forEach(leave);
    },
    ended: (segment: string): Promise<void> =>
      new Promise((resolve) => {
        if (counts.has(segment)) waiting.set(segment, [...(waiting.get(segment) ?? []), resolve]);
        else resolve();
      }),
  };
}

/** Work that is done once more for each time it is asked for, one after the other. */
function inOrder(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(work, work);
    return last;
  };
}
