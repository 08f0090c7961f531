// One memory for everything that is compared or sealed, seen by every thread and by the kernels, which reach no other.
// Its bytes are given out and taken back by hand: whoever takes some gives them back when nobody reads them any more.

import { LIMITS } from "../../domain/limits.ts";
import { NoRoom } from "./no-room.ts";

/** Bytes of the arena that hold a column or a kernel's scratch. Offsets are multiples of 64. */
export type Arena = {
  readonly memory: WebAssembly.Memory;
  readonly bytes: number;
  /** Bytes that nobody has, or that are kept only as long as nobody else wants them. */
  free(): number;
  /** The offset of that many bytes, with `SLACK` readable behind them, or null where there is no room. */
  take(bytes: number): number | null;
  giveBack(offset: number): void;
  /** Gives back all but the first bytes of those that were taken at an offset, and the slack behind them. */
  shorten(offset: number, bytes: number): void;
  /**
   * Takes bytes for a piece of work that ends soon; waits for other such work to give back its own where there is no
   * room. Whoever has such bytes must not wait for more.
   * @throws NoRoom where none is under way, or none ends
   */
  takeForWork(bytes: number): Promise<number>;
  /** Says who keeps bytes that may be had: asked for them, one after another, when room is short. */
  keep(keeper: Keeper): void;
};

/** Bytes kept for later, and a way to have some of them given back; false when there are none. */
export type Keeper = { readonly bytes: () => number; readonly giveUp: () => boolean };

/** Bytes that may be read, and mean nothing, behind bytes that were taken: kernels read in words of sixteen. */
export const SLACK = 64;

const PAGE = 65_536;
/** A 32-bit offset reaches no further. */
const MOST_PAGES = 65_535;
/** Threads need a few megabytes to work in, whatever is kept. */
const LEAST_PAGES = 512;

type Held = { readonly from: number; readonly to: number };

/** An arena of up to `bytes`; memory is the system's until it is written to. */
export function arenaOf(bytes: number): Arena {
  const pages = Math.min(MOST_PAGES, Math.max(LEAST_PAGES, Math.ceil(bytes / PAGE)));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const size = pages * PAGE;
  const stretches = stretchesOf(size);
  let keeper: Keeper = { bytes: () => 0, giveUp: () => false };
  const working = new Set<number>();
  let waiting: (() => void)[] = [];
  const take = (wanted: number): number | null => {
    for (;;) {
      const from = stretches.take(withSlack(wanted));
      if (from !== null || !keeper.giveUp()) return from;
    }
  };
  const wake = () => {
    for (const go of waiting) go();
    waiting = [];
  };
  return {
    memory,
    bytes: size,
    free: () => stretches.free() + keeper.bytes(),
    take,
    takeForWork: async (bytes) => {
      for (let offset = take(bytes); ; offset = take(bytes)) {
        if (offset !== null) {
          working.add(offset);
          return offset;
        }
        if (working.size === 0 || !(await givenBack(waiting))) throw new NoRoom(`${bytes} bytes of work`);
      }
    },
    giveBack: (offset) => {
      stretches.giveBack(offset);
      working.delete(offset);
      wake();
    },
    shorten: (offset, bytes) => {
      stretches.shorten(offset, withSlack(bytes));
      wake();
    },
    keep: (one) => {
      keeper = one;
    },
  };
}

function withSlack(bytes: number): number {
  return Math.ceil((bytes + SLACK) / SLACK) * SLACK;
}

/** Who has which bytes: the first gap that is wide enough is taken. */
function stretchesOf(size: number) {
  // In ascending order. The first bytes belong to nobody, so that no offset is zero.
  const held: Held[] = [{ from: 0, to: SLACK }];
  const end = (place: number) => held[place]?.to ?? 0;
  const begin = (place: number) => held[place]?.from ?? size;
  const placeOf = (offset: number) => {
    const place = held.findIndex(({ from }) => from === offset);
    if (place <= 0) throw new Error("bytes are given back that nobody took");
    return place;
  };
  return {
    free: () => size - held.reduce((sum, { from, to }) => sum + to - from, 0),
    take: (needed: number): number | null => {
      for (let place = 0; place < held.length; place++) {
        const from = end(place);
        if (begin(place + 1) - from < needed) continue;
        held.splice(place + 1, 0, { from, to: from + needed });
        return from;
      }
      return null;
    },
    giveBack: (offset: number) => {
      held.splice(placeOf(offset), 1);
    },
    shorten: (offset: number, bytes: number) => {
      const place = placeOf(offset);
      if (offset + bytes > end(place)) throw new Error("bytes that were taken do not become more");
      held[place] = { from: offset, to: offset + bytes };
    },
  };
}

/** Whether bytes are given back within the time that work may take; a client that stalls may hold some for longer. */
function givenBack(waiting: (() => void)[]): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), LIMITS.roomWaitMillis);
    waiting.push(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
