// What an attacker makes of the figures that it sees.

import type { Reply } from "./model-room.ts";

/** The sum of what the figures say. */
export type Sight = {
  /** Log likelihood ratio under Laplace noise, in units of 1/scale. */
  lean: number;
  /** By how many people the figures that were shown are too large. */
  excess: number;
  /** How many were shown. */
  shown: number;
};

/** What the figures of an answer are if the person is not there; one more each if it is. */
export type Expected = { readonly shared: number; readonly theirs: number };

/** Nothing seen yet. */
export function newSight(): Sight {
  return { lean: 0, excess: 0, shown: 0 };
}

/** Takes in one figure. One that is withheld speaks against the person. */
function see(sight: Sight, figure: number | null, without: number): void {
  sight.lean += figure === null ? -1 : Math.max(-1, Math.min(1, 2 * (figure - without) - 1));
  if (figure === null) return;
  sight.excess += figure - without;
  sight.shown += 1;
}

/** Takes in the figures of an answer. False when there is none. */
export function seeReply(sight: Sight, reply: Reply, without: Expected): boolean {
  if (reply.kind === "refused") return false;
  see(sight, reply.shared, without.shared);
  if (reply.theirs !== null) see(sight, reply.theirs, without.theirs);
  return true;
}

/** Takes in by how much the figures of one answer pass those of another, where both are shown. */
export function seeBetween(sight: Sight, more: Reply, less: Reply): void {
  if (more.kind === "refused" || less.kind === "refused") return;
  if (more.shared !== null && less.shared !== null) see(sight, more.shared, less.shared);
  if (more.theirs !== null && less.theirs !== null) see(sight, more.theirs, less.theirs);
}
