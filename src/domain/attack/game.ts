// The game that measures an attack: in one world of two the person is on the list, and the attacker guesses which. It
// first rehearses on worlds of its own making, where it learns what to look at, and is then judged on fresh ones.

import type { UnixMillis } from "../instant.ts";
import { uniformBelow } from "../privacy/random.ts";
import type { Assess } from "./assessing.ts";
import type { Door } from "./doors.ts";
import { type Event, openModelRoom, type Rules } from "./model-room.ts";
import { seededBytes } from "./seeded-bytes.ts";
import type { Attack } from "./table.ts";

/** What is played, where, and how often. */
export type Game = {
  readonly attack: Attack;
  /** Doors with the same terms; the first is the one that is attacked. */
  readonly doors: readonly [Door, ...Door[]];
  readonly assess: Assess;
  readonly rules: Rules;
  readonly seed: string;
  readonly worlds: Worlds;
  /** When it begins. */
  readonly opens: UnixMillis;
};

/** In how many worlds an attack is rehearsed, and in how many it is judged; both are even. */
export type Worlds = { readonly rehearsed: number; readonly judged: number };

/** What came of it. */
export type Outcome = {
  readonly guesses: number;
  readonly right: number;
  /** One world in which the person was there and the guess right, else the first: all that was done in it. */
  readonly example: readonly Event[];
};

/** Plays a game. The same seed plays the same game. Cost: an answer of two lists takes some 20 µs. */
export function playGame(game: Game): Outcome {
  const { rehearsed, judged } = game.worlds;
  const look = bestLook(range(rehearsed).map((world) => playWorld(game, `rehearsal ${world}`, world % 2 === 1)));
  const isRight = ({ seen, isThere }: Played): boolean => says(look, seen) === isThere;
  let right = 0;
  let example: Played | null = null;
  for (const world of range(judged)) {
    const played = playWorld(game, `world ${world}`, world % 2 === 1);
    if (isRight(played)) right++;
    if (example === null || (played.isThere && isRight(played) && !example.isThere)) example = played;
  }
  if (example === null) throw new Error("an attack is judged in at least one world");
  return { guesses: judged, right, example: example.events };
}

type Played = { readonly seen: readonly number[]; readonly isThere: boolean; readonly events: readonly Event[] };

function playWorld({ attack, doors, assess, rules, seed, opens }: Game, world: string, isThere: boolean): Played {
  const random = seededBytes(`${seed} ${attack.name} ${world}`);
  const room = openModelRoom({ assess, rules, random, opens });
  const draw = (below: number): number => Number(uniformBelow(BigInt(below), random));
  const seen = attack.play({ room, door: doors[0], doors, isThere, draw });
  return { seen, isThere, events: room.events() };
}

/** Which of the numbers to look at, from where on it says that the person is there, and whether it is the other way. */
type Look = { readonly at: number; readonly cut: number; readonly isTurned: boolean };

function says({ at, cut, isTurned }: Look, seen: readonly number[]): boolean {
  return numberAt(seen, at) > cut !== isTurned;
}

function numberAt(seen: readonly number[], at: number): number {
  const number = seen[at];
  if (number === undefined) throw new Error("an attack sees the same many numbers each time");
  return number;
}

// The look with the most right guesses in the rehearsals.
function bestLook(played: readonly Played[]): Look {
  const [first] = played;
  if (first === undefined) throw new Error("an attack is rehearsed at least once");
  const looks = first.seen.map((_, at) => bestCut(played, at));
  return looks.reduce((best, one) => (one.right > best.right ? one : best));
}

function bestCut(played: readonly Played[], at: number): Look & { readonly right: number } {
  const sorted = played.map(({ seen, isThere }) => ({ value: numberAt(seen, at), isThere }));
  sorted.sort((left, right) => left.value - right.value);
  let below = 0;
  let right = sorted.filter(({ isThere }) => isThere).length;
  const start = { at, cut: Number.NEGATIVE_INFINITY, isTurned: false, right };
  const cuts = sorted.flatMap(({ value, isThere }) => {
    below++;
    right += isThere ? -1 : 1;
    const next = sorted[below];
    if (next === undefined || next.value === value) return [];
    const cut = (value + next.value) / 2;
    const turned = sorted.length - right;
    return right >= turned ? [{ at, cut, isTurned: false, right }] : [{ at, cut, isTurned: true, right: turned }];
  });
  return cuts.reduce((best, one) => (one.right > best.right ? one : best), start);
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
