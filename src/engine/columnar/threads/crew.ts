// The crew: threads that do pieces of work over one memory. Small work is done on the thread that asks, in short pieces
// with a rest between them; large work goes to threads that start when it first comes.

import { Worker } from "node:worker_threads";
import type { Arena } from "../arena.ts";
import { breath } from "../pace.ts";
import { threadProgram } from "./program.ts";
import { type Equipment, toolsOf } from "./thread.ts";
import { begin, type Done, type OutcomeOf, type PieceOf, type SettingsOf, type WorkName } from "./works.ts";

export type Order =
  | {
      readonly kind: "begin";
      readonly job: number;
      readonly work: WorkName;
      readonly settings: unknown;
      readonly scratch: number;
    }
  | { readonly kind: "do"; readonly job: number; readonly piece: number; readonly content: unknown }
  | { readonly kind: "end"; readonly job: number };

export type Report =
  | { readonly piece: number; readonly outcome: unknown }
  | {
      readonly piece: number;
      readonly failure: unknown;
      /** The system's code of the failure, such as ENOSPC, if it has one. */
      readonly code: string | null;
    };

/** One job that threads work on. */
export type Job<Name extends WorkName> = {
  /** Does a piece; pieces may be done in any order, several at once. What is transferred comes back in the outcome. */
  run(piece: PieceOf<Name>, transfer?: readonly ArrayBuffer[]): Promise<OutcomeOf<Name>>;
  /** How many pieces are worth having under way at once. */
  readonly width: number;
  /** Ends the job once no piece is under way. */
  end(): void;
};

export type Crew = {
  /**
   * Begins a job. Each thread that takes part has `scratchBytes` of the arena for it.
   * @param isLarge whether other threads are worth their while
   */
  begin<Name extends WorkName>(
    name: Name,
    settings: SettingsOf<Name>,
    size: { readonly scratchBytes: number; readonly isLarge: boolean },
  ): Job<Name>;
  /** Ends the threads; what they have under way fails. */
  end(): Promise<void>;
};

type CrewOptions = { readonly arena: Arena; readonly module: WebAssembly.Module | null; readonly threads: number };

/** A crew of that many threads; with none, everything is done on the thread that asks. */
export function crewOf({ arena, module, threads }: CrewOptions): Crew {
  const equipment: Equipment = { memory: arena.memory, module };
  const own = toolsOf(equipment);
  const handsAtWork = handsOf(equipment, threads);
  let jobs = 0;
  return {
    begin: (work, settings, { scratchBytes, isLarge }) => {
      const room = scratchOf(arena, scratchBytes);
      if (!isLarge || threads === 0) {
        let perform: ((piece: unknown) => Done) | null = null;
        const run = async (piece: unknown) => {
          const scratch = await room.first();
          await breath();
          perform ??= begin({ ...own, scratch }, work, settings);
          return perform(piece).outcome;
        };
        // SAFETY: the performer of a work answers with that work's outcomes.
        return { run: run as Job<typeof work>["run"], width: 1, end: room.giveBack };
      }
      const job = jobs++;
      const started = new Set<Hand>();
      // A thread for which there is no room does not take part, as long as another one does.
      const handFor = (hands: readonly Hand[], first: number) => {
        const free = leastBusy(hands);
        if (started.has(free)) return free;
        const scratch = started.size === 0 ? first : room.another();
        if (scratch === null) return leastBusy([...started]);
        free.begin({ kind: "begin", job, work, settings, scratch });
        started.add(free);
        return free;
      };
      const run = async (piece: unknown, transfer: readonly ArrayBuffer[] = []) => {
        const [hands, first] = await Promise.all([handsAtWork.all(), room.first()]);
        return handFor(hands, first).do(job, piece, transfer);
      };
      const end = () => {
        for (const one of started) one.forget(job);
        room.giveBack();
      };
      // SAFETY: as above.
      return { run: run as Job<typeof work>["run"], width: threads * 2, end };
    },
    end: handsAtWork.end,
  };
}

type Hands = {
  /** Every hand, once its thread has a program and none that was ended is left. @throws Error if ended meanwhile */
  all(): Promise<readonly Hand[]>;
  end(): Promise<void>;
};

function handsOf(equipment: Equipment, threads: number): Hands {
  let hands: readonly Hand[] = [];
  let ends = 0;
  let ending: Promise<unknown> = Promise.resolve();
  return {
    all: async () => {
      const before = ends;
      const [program] = await Promise.all([threadProgram(), ending]);
      if (ends !== before) throw threadEnded();
      if (hands.length === 0) hands = Array.from({ length: threads }, () => hand(program, equipment));
      return hands;
    },
    end: async () => {
      ends += 1;
      ending = Promise.all(hands.map((one) => one.end()));
      await ending;
    },
  };
}

function threadEnded(): Error {
  return new Error("a thread of the matcher ended");
}

/** Room that a job's threads have in the arena. */
type Room = {
  /** That of the first thread, for which others are waited for. */
  first(): Promise<number>;
  /** That of one more thread; null where there is none. */
  another(): number | null;
  giveBack(): void;
};

function scratchOf(arena: Arena, bytes: number): Room {
  const taken: number[] = [];
  let first: Promise<number> | null = null;
  const kept = (offset: number) => {
    taken.push(offset);
    return offset;
  };
  return {
    first: () => {
      first ??= bytes === 0 ? Promise.resolve(0) : arena.takeForWork(bytes).then(kept);
      return first;
    },
    another: () => {
      const offset = bytes === 0 ? 0 : arena.take(bytes);
      return offset === null || bytes === 0 ? offset : kept(offset);
    },
    giveBack: () => {
      for (const offset of taken.splice(0)) arena.giveBack(offset);
    },
  };
}

type Begin = Extract<Order, { kind: "begin" }>;

type Hand = {
  busy(): number;
  begin(order: Begin): void;
  do(job: number, content: unknown, transfer: readonly ArrayBuffer[]): Promise<unknown>;
  forget(job: number): void;
  end(): Promise<void>;
};

type Waiting = { readonly resolve: (outcome: unknown) => void; readonly reject: (reason: unknown) => void };

function settle(waiting: Map<number, Waiting>, report: Report): void {
  const one = waiting.get(report.piece);
  waiting.delete(report.piece);
  if ("outcome" in report) one?.resolve(report.outcome);
  else one?.reject(coded(report.failure, report.code));
}

/**
 * One thread, started when a piece first comes. Its being there does not keep the process from ending. When it ended,
 * another one takes its place for the next piece, and learns what was begun; not before, as both have the same room.
 */
function hand(program: string, equipment: Equipment): Hand {
  const waiting = new Map<number, Waiting>();
  const begun = new Map<number, Begin>();
  let worker: Worker | null = null;
  let pieces = 0;
  const start = () => {
    const thread = new Worker(program, { eval: true, workerData: equipment });
    let reason: unknown = threadEnded();
    thread.unref();
    thread.on("message", (report: Report) => {
      settle(waiting, report);
      if (waiting.size === 0) thread.unref();
    });
    thread.once("error", (error) => {
      reason = error;
    });
    // Only now does it write no more, so that bytes of the arena may be given back.
    thread.once("exit", () => {
      worker = null;
      const lost = [...waiting.values()];
      waiting.clear();
      for (const { reject } of lost) reject(reason);
    });
    for (const order of begun.values()) thread.postMessage(order);
    return thread;
  };
  return {
    busy: () => waiting.size,
    begin: (order) => {
      begun.set(order.job, order);
      worker?.postMessage(order);
    },
    do: (job, content, transfer) => {
      const piece = pieces++;
      worker ??= start();
      worker.postMessage({ kind: "do", job, piece, content } satisfies Order, [...transfer]);
      worker.ref();
      return new Promise((resolve, reject) => waiting.set(piece, { resolve, reject }));
    },
    forget: (job) => {
      begun.delete(job);
      worker?.postMessage({ kind: "end", job } satisfies Order);
    },
    end: async () => {
      await worker?.terminate();
    },
  };
}

function coded(failure: unknown, code: string | null): unknown {
  return failure instanceof Error && code !== null ? Object.assign(failure, { code }) : failure;
}

function leastBusy(hands: readonly Hand[]): Hand {
  const [first, ...others] = hands;
  if (first === undefined) throw new Error("a crew without threads");
  return others.reduce((least, one) => (one.busy() < least.busy() ? one : least), first);
}
