// The game that measures an attack: in one world of two the person is on the list, and the attacker guesses which. It
// first rehearses on worlds of its own making, where it learns what to look at, and is then judged on fresh ones.

import type { UnixMillis } from "../instant.ts";
import { uniformBelow } from "../privacy/random.ts";
import type { Assess } from "./assessing.ts";
import { beats, rightThatBeats } from "./bound.ts";
import type { Door } from "./doors.ts";
import { type Event, openModelRoom } from "./model-room.ts";
import type { Rules } from "./rules.ts";
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
  /** By how much more often "there" may be said when the person is than when it is not. */
  readonly bound: number;
  /** Whether the attacker need not guess: a bound on one answer holds whenever it does. */
  readonly maySilence: boolean;
  /** When it begins. */
  readonly opens: UnixMillis;
};

/** In how many worlds an attack is rehearsed, and in how many it is judged at the most; both are even. */
export type Worlds = { readonly rehearsed: number; readonly judged: number };

/** Worlds that are judged even where fewer settle it, for the measure to say something. */
const LEAST = 20;

/** What came of it. */
export type Outcome = {
  /** In how many worlds there was a guess, until it was settled. */
  readonly guesses: number;
  readonly right: number;
  /** Whether it kept silent in other worlds than these. */
  readonly isSilent: boolean;
  /** Whether the right guesses are more than the bound lets be. */
  readonly isBeaten: boolean;
  /** One world in which the person was there and the guess right, else the first: all that was done in it. */
  readonly example: readonly Event[];
};

/**
 * Plays a game. The same seed plays the same game. Whoever guesses in every world stops as soon as no further one can
 * change what all of them together would show: the decision is that of every world judged, at a part of its cost.
 */
export function playGame(game: Game): Outcome {
  const { rehearsed, judged } = game.worlds;
  const rehearsals = range(rehearsed).map((world) => playWorld(game, `rehearsal ${world}`, world % 2 === 1));
  const look = bestLook(rehearsals, game);
  const enough = rightThatBeats(game.bound, judged);
  let [guesses, right] = [0, 0];
  let example: Played | null = null;
  for (let world = 0; world < judged; world++) {
    if (!look.isSilent && isSettled({ judged, enough }, guesses, right)) break;
    const played = playWorld(game, `world ${world}`, world % 2 === 1);
    const guess = guessOf(look, played.seen);
    const isRight = guess === played.isThere;
    if (guess !== null) guesses++;
    if (isRight) right++;
    if (example === null || (played.isThere && isRight && !example.isThere)) example = played;
  }
  if (example === null) throw new Error("an attack is judged in at least one world");
  const isBeaten = look.isSilent ? beats(game.bound, right, guesses) : right >= enough;
  return { guesses, right, isSilent: look.isSilent, isBeaten, example: example.events };
}

type Settling = { readonly judged: number; readonly enough: number };

function isSettled({ judged, enough }: Settling, guesses: number, right: number): boolean {
  if (guesses < LEAST) return false;
  return right >= enough || (enough <= judged && right + judged - guesses < enough);
}

type Played = { readonly seen: readonly number[]; readonly isThere: boolean; readonly events: readonly Event[] };

function playWorld({ attack, doors, assess, rules, seed, opens }: Game, world: string, isThere: boolean): Played {
  const random = seededBytes(`${seed} ${attack.name} ${world}`);
  const room = openModelRoom({ assess, rules, random, opens });
  const draw = (below: number): number => Number(uniformBelow(BigInt(below), random));
  const seen = attack.play({ room, door: doors[0], doors, isThere, draw });
  return { seen, isThere, events: room.events() };
}

/** Which of the numbers to look at, on which side of which cut to say what, and whether to say nothing on the other. */
type Look = {
  readonly at: number;
  readonly cut: number;
  readonly isBelow: boolean;
  readonly says: boolean;
  readonly isSilent: boolean;
};

function guessOf({ at, cut, isBelow, says, isSilent }: Look, seen: readonly number[]): boolean | null {
  const number = numberAt(seen, at);
  const isOnSide = isBelow ? number < cut : number > cut;
  if (isOnSide) return says;
  return isSilent ? null : !says;
}

function numberAt(seen: readonly number[], at: number): number {
  const number = seen[at];
  if (number === undefined) throw new Error("an attack sees the same many numbers each time");
  return number;
}

type Rated = Look & { readonly rating: number };

// The look that did best in the rehearsals.
function bestLook(played: readonly Played[], game: Game): Look {
  const [first] = played;
  if (first === undefined) throw new Error("an attack is rehearsed at least once");
  const manners = [...MANNERS, ...(game.maySilence ? SILENT : [])];
  const looks = first.seen.flatMap((_, at) =>
    cutsOf(played, at).flatMap((cut) => manners.map((manner) => ratedIn(played, { at, cut, ...manner }, game))),
  );
  return looks.reduce((best, one) => (one.rating > best.rating ? one : best));
}

const MANNERS = [true, false].map((says) => ({ isBelow: false, says, isSilent: false }));
const SILENT = [true, false].flatMap((isBelow) => [true, false].map((says) => ({ isBelow, says, isSilent: true })));

function cutsOf(played: readonly Played[], at: number): readonly number[] {
  const values = [...new Set(played.map(({ seen }) => numberAt(seen, at)))].sort((left, right) => left - right);
  const between = values.slice(1).map((value, index) => (value + (values[index] ?? value)) / 2);
  return [Number.NEGATIVE_INFINITY, ...between];
}

// Who guesses every time is as good as its right guesses are many; who may keep silent, as they are unlikely at the
// bound.
function ratedIn(played: readonly Played[], look: Look, { bound, maySilence }: Game): Rated {
  let [guesses, right] = [0, 0];
  for (const { seen, isThere } of played) {
    const guess = guessOf(look, seen);
    if (guess !== null) guesses++;
    if (guess === isThere) right++;
  }
  if (!maySilence) return { ...look, rating: right };
  const chance = (1 + bound) / 2;
  const spread = Math.sqrt(guesses * chance * (1 - chance));
  return { ...look, rating: spread === 0 ? Number.NEGATIVE_INFINITY : (right - guesses * chance) / spread };
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
