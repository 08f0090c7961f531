// The advisory locks by which servers over one database know of each other. Postgres keeps them by pairs of numbers,
// and gives them back when the session that holds them ends, however it ends.

import { createHash } from "node:crypto";

/** An advisory lock; a `shared` one is held by any number of sessions, while none has it for itself. */
export type Lock = { readonly group: number; readonly number: number; readonly isShared: boolean };

const GROUPS = { room: 1_667_181, server: 1_667_182, turn: 1_667_183 } as const;

/** Held by whoever starts a server, migrates or lays tables: one at a time. */
export const STARTING: Lock = { group: GROUPS.room, number: 1, isShared: false };

/** Held by every server while it works. */
export const WORKING: Lock = { group: GROUPS.room, number: 2, isShared: true };

/** The same for whoever needs that no server works. */
export const NOBODY_WORKS: Lock = { ...WORKING, isShared: false };

/** Held by each session of a server: who has it alone knows that none of them is left. */
export function sessionsOf(server: number): Lock {
  return { group: GROUPS.server, number: server, isShared: true };
}

/** Held during a server's turn at a thing. Two things may share a lock by chance: then they wait for each other. */
export function turnAt(thing: string): Lock {
  const number = createHash("sha256").update(thing).digest().readInt32BE();
  return { group: GROUPS.turn, number, isShared: false };
}

/** Held by each server that makes files which no row names yet, and by whoever sweeps alone. */
export const MAKING_FILES: Lock = { group: GROUPS.room, number: 3, isShared: true };

/** The same for whoever deletes files that no row names. */
export const SWEEPING: Lock = { ...MAKING_FILES, isShared: false };

/** The statement that takes a lock for the session if it is free, as the column `got`. */
export function taking({ group, number, isShared }: Lock): string {
  return `select pg_try_advisory_lock${isShared ? "_shared" : ""}(${group}, ${number}) as got`;
}

/** The same until the transaction ends. */
export function takingForNow({ group, number, isShared }: Lock): string {
  return `select pg_try_advisory_xact_lock${isShared ? "_shared" : ""}(${group}, ${number}) as got`;
}

/** The statement that gives it back. */
export function givingBack({ group, number, isShared }: Lock): string {
  return `select pg_advisory_unlock${isShared ? "_shared" : ""}(${group}, ${number})`;
}

/** The sessions that bear the number of a server, as a condition on pg_locks. */
export function bearing(server: number | "number"): string {
  return `${held(GROUPS.server)} and objid = ${server}`;
}

/** The sessions that hold a lock, shared or alone, as a condition on pg_locks. */
export function holding({ group, number }: Pick<Lock, "group" | "number">): string {
  return `${held(group)} and objid = ${number >>> 0}`;
}

/** The presences of servers whose turn it is at anything, as a condition on pg_locks. */
export const IN_A_TURN = held(GROUPS.turn);

// Other databases of the same Postgres may be those of other rooms.
function held(group: number): string {
  return `locktype = 'advisory' and classid = ${group} and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database())`;
}
