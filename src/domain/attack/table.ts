// What an attack is played with: a room, the doors that are open, and one person who is on the owner's list or not.

import type { Days } from "../instant.ts";
import type { Door } from "./doors.ts";
import type { Both, ModelRoom, Reply } from "./model-room.ts";
import type { Probe } from "./probe.ts";
import type { Expected } from "./told.ts";

/** One world of an attack. */
export type Table = {
  readonly room: ModelRoom;
  /** The door that is attacked. */
  readonly door: Door;
  /** Every door with the same terms, that one first: other partners, other contracts. */
  readonly doors: readonly Door[];
  /** The secret: whether the person is on the owner's list. */
  readonly isThere: boolean;
  /** A uniform number below a bound, for the world to be one of many. */
  readonly draw: (below: number) => number;
};

/** How far an attack goes, and so which promise it is held against. */
export type Scope = "one-answer" | "one-recipient" | "everybody";

/** What holds of an attack's measure: a promise, or nothing, where what it finds out is what lists are for. */
export type HeldTo = Scope | "nothing";

/** A way to find out whether one person is on a list. */
export type Attack = {
  readonly name: string;
  /** What the attacker does, knows and guesses, in words that follow "the attacker". */
  readonly does: string;
  readonly knows: string;
  readonly guesses: string;
  /** What would be known if it worked, in words that follow "it would have learnt". */
  readonly learns: string;
  readonly heldTo: HeldTo;
  readonly isPossibleAt: (door: Door) => boolean;
  /** Plays one world. What was seen comes back as numbers, the same many each time. */
  readonly play: (table: Table) => readonly number[];
};

/** An answer, and what its figures would be in either world. */
export type Seen = { readonly reply: Reply; readonly expected: readonly Expected[] };

/** Asks, and works out what the figures would be in either world; of what tells nothing new, nothing. */
export function askAt(
  room: ModelRoom,
  door: Door,
  { probe, both }: { readonly probe: Probe; readonly both: Both },
): Seen {
  const reply = room.ask(door, probe);
  const isNew = reply.kind === "answered" && !reply.isRepeated;
  return { reply, expected: isNew ? room.foresee(door, probe, both) : [] };
}

/** Questions that one attack asks in one world at the most. */
export const QUESTIONS = 150;

/** How many rounds of so many questions are worth preparing: what the budget pays for, and one more to be refused. */
export function roundsOf({ tariff }: Door, questionsEach: number): number {
  const { cost, limits } = tariff;
  const affordable = Math.min(Number(limits.perRecipient / cost), Number(limits.lineage / cost));
  return Math.ceil(Math.min(QUESTIONS, affordable + 1) / questionsEach);
}

/**
 * Plays rounds until one is refused: `play` tells whether it was answered. Where a cap may have refused it, it is tried
 * again when the cap's period is over, as long as the budget's own period is not.
 */
export function persist({ room, door }: Pick<Table, "room" | "door">, rounds: number, play: Round): void {
  const { caps, periodDays } = door.tariff;
  const pause = caps.map((cap) => cap.periodDays).reduce<Days | null>(lesser, null);
  let waited = 0;
  for (let index = 0; index < rounds; ) {
    if (play(index)) index++;
    else if (pause === null || waited + pause >= periodDays) return;
    else {
      room.wait(pause);
      waited += pause;
    }
  }
}

/** Plays a round; false when it was refused. */
type Round = (index: number) => boolean;

function lesser(least: Days | null, days: Days): Days {
  return least === null || days < least ? days : least;
}
