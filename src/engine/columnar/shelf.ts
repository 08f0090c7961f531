// What is kept in the arena between questions: the least recently used goes first when room is short, and nothing goes
// that a question is reading. Sealed versions never change, so nothing kept is ever stale.

import { LIMITS } from "../../domain/limits.ts";
import type { Arena } from "./arena.ts";
import { NoRoom } from "./no-room.ts";

/** Takes bytes of the arena for a value that is being made; they go with it. */
export type Take = {
  (bytes: number): number;
  /** Gives back all but the first bytes of those that were taken at an offset: what a value turned out not to need. */
  shorten(offset: number, bytes: number): void;
};

/** Bytes taken, by their offset. */
type Taken = Map<number, number>;

/** A question's stay: whatever it holds stays where it is until the stay ends. */
export type Stay = {
  /** The value under a key, made when it is not kept. Two who ask at once wait for the same making. */
  hold<Value>(key: string, make: (take: Take) => Promise<Value>): Promise<Value>;
  /** A value that nobody else finds, and that goes when the stay ends. */
  own<Value>(make: (take: Take) => Promise<Value>): Promise<Value>;
  end(): void;
};

export type Shelf = {
  stay(): Stay;
  /** Forgets what is kept under keys that are not wanted and that nobody reads. */
  retain(isWanted: (key: string) => boolean): void;
};

type Entry = {
  readonly value: Promise<unknown>;
  readonly taken: Taken;
  readers: number;
  isMade: boolean;
};

/** @param most  things that are kept, however small, if nobody reads them */
export function shelfIn(arena: Arena, most: number = LIMITS.keptForQuestions): Shelf {
  const entries = entriesIn(arena, most);
  arena.keep({
    bytes: () => {
      let sum = 0;
      for (const [, { taken }] of entries.unread()) for (const bytes of taken.values()) sum += bytes;
      return sum;
    },
    giveUp: () => {
      const [least] = entries.unread();
      if (least === undefined) return false;
      entries.drop(...least);
      return true;
    },
  });
  return {
    stay: () => stayAt(arena, entries),
    retain: (isWanted) => {
      for (const [key, entry] of [...entries.unread()]) if (!isWanted(key)) entries.drop(key, entry);
    },
  };
}

type Entries = {
  /** Whatever may go, the least recently used first. */
  unread(): Iterable<readonly [key: string, entry: Entry]>;
  drop(key: string, entry: Entry): void;
  /** The entry under a key, now the most recently used; made when there is none. */
  under(key: string, make: (take: Take) => Promise<unknown>): Entry;
};

function entriesIn(arena: Arena, most: number): Entries {
  // A Map is in the order of insertion: whatever is held anew goes to its end.
  const entries = new Map<string, Entry>();
  const drop = (key: string, entry: Entry) => {
    if (entries.get(key) === entry) entries.delete(key);
    giveBack(arena, entry.taken);
  };
  const unread = function* () {
    for (const [key, entry] of entries) if (entry.readers === 0 && entry.isMade) yield [key, entry] as const;
  };
  const dropAbove = () => {
    for (const least of unread()) {
      if (entries.size <= most) break;
      drop(...least);
    }
  };
  return {
    unread,
    drop,
    under: (key, make) => {
      const known = entries.get(key);
      const entry = known ?? begun(arena, make, (failed) => drop(key, failed));
      if (known !== undefined) entries.delete(key);
      entries.set(key, entry);
      if (known === undefined) dropAbove();
      return entry;
    },
  };
}

function begun(arena: Arena, make: (take: Take) => Promise<unknown>, onFailure: (entry: Entry) => void): Entry {
  const taken: Taken = new Map();
  const value = Promise.resolve().then(() => make(taker(arena, taken)));
  const entry: Entry = { value, taken, readers: 0, isMade: false };
  value.then(
    () => {
      entry.isMade = true;
    },
    () => onFailure(entry),
  );
  return entry;
}

function taker(arena: Arena, taken: Taken): Take {
  const take = (bytes: number) => {
    const offset = arena.take(bytes);
    if (offset === null) throw new NoRoom(`${bytes} bytes of what is compared`);
    taken.set(offset, bytes);
    return offset;
  };
  const shorten = (offset: number, bytes: number) => {
    arena.shorten(offset, bytes);
    taken.set(offset, bytes);
  };
  return Object.assign(take, { shorten });
}

function giveBack(arena: Arena, taken: Taken): void {
  for (const offset of taken.keys()) arena.giveBack(offset);
  taken.clear();
}

function stayAt(arena: Arena, entries: Entries): Stay {
  const held: Entry[] = [];
  const own: Taken = new Map();
  return {
    own: (make) => make(taker(arena, own)),
    hold: async <Value>(key: string, make: (take: Take) => Promise<Value>) => {
      const entry = entries.under(key, make);
      entry.readers++;
      held.push(entry);
      // SAFETY: a key stands for values of one type, by how the matcher names them.
      return (await entry.value) as Value;
    },
    end: () => {
      for (const entry of held.splice(0)) entry.readers--;
      giveBack(arena, own);
    },
  };
}
