// What a room keeps in memory, for a server among others: what one of them learns or is told, the others hear.

import { LIMITS } from "../domain/limits.ts";
import type { Clock } from "../ports/clock.ts";
import type { Matcher } from "../ports/matcher.ts";
import type { ProgressState, Servers } from "../ports/servers.ts";
import type { portsInMemory } from "./in-memory.ts";
import type { Progress, Running, Standing } from "./ports.ts";

type InMemory = ReturnType<typeof portsInMemory>;
type Others = Pick<Servers, "tell" | "hear">;

/** Standing, progress and running work of a server whose others hear of them, and who hears of theirs. */
export function memoryAmong(
  { tell, hear }: Others,
  inMemory: InMemory,
  clock: Clock,
): Pick<InMemory, "standing" | "progress" | "running"> {
  const others = progressOfOthers(clock);
  hear((message) => {
    if (message.kind === "fallen") inMemory.standing.fall(message.contradiction);
    if (message.kind === "cancel") inMemory.running.cancel(message.upload);
    if (message.kind === "progress") others.note(message.upload, message.state);
  });
  return {
    standing: standingTold(inMemory.standing, tell),
    progress: progressTold({ own: inMemory.progress, others, clock }, tell),
    running: runningTold(inMemory.running, tell),
  };
}

/** A matcher whose dropped versions are dropped from the memory of the other servers as well. */
export function matcherAmong({ tell, hear }: Others, matcher: Matcher): Matcher {
  hear((message) => {
    // A version that is still read here stays until then; whoever asks for it again finds that it was replaced.
    if (message.kind === "dropped") void Promise.allSettled([matcher.dropSegment(message.segment)]);
  });
  return {
    ...matcher,
    dropSegment: async (segment) => {
      await matcher.dropSegment(segment);
      tell({ kind: "dropped", segment });
    },
  };
}

function standingTold(standing: Standing, tell: Servers["tell"]): Standing {
  return {
    of: standing.of,
    fall: (contradiction) => {
      standing.fall(contradiction);
      tell({ kind: "fallen", contradiction });
    },
  };
}

function runningTold(running: Running, tell: Servers["tell"]): Running {
  return {
    ...running,
    cancel: (upload) => {
      running.cancel(upload);
      tell({ kind: "cancel", upload });
    },
  };
}

type OthersProgress = {
  readonly note: (upload: string, state: ProgressState | null) => void;
  readonly of: (upload: string) => ProgressState | null;
};

// Of a server that is gone nothing more is heard, and what it told of is over.
function progressOfOthers(clock: Clock): OthersProgress {
  const states = new Map<string, { readonly state: ProgressState; readonly at: number }>();
  const forgetStale = () => {
    for (const [upload, { at }] of states) if (clock() - at > LIMITS.progressKeptMillis) states.delete(upload);
  };
  return {
    note: (upload, state) => {
      forgetStale();
      if (state === null) states.delete(upload);
      else states.set(upload, { state, at: clock() });
    },
    of: (upload) => {
      forgetStale();
      return states.get(upload)?.state ?? null;
    },
  };
}

type Told = { readonly own: Progress; readonly others: OthersProgress; readonly clock: Clock };

// The end is told at once, and what comes before only every so often: a list has thousands of steps.
function progressTold({ own, others, clock }: Told, tell: Servers["tell"]): Progress {
  const toldAt = new Map<string, number>();
  return {
    tell: (upload, state) => {
      own.tell(upload, state);
      const before = toldAt.get(upload);
      if (state === null) toldAt.delete(upload);
      else if (before !== undefined && clock() - before < LIMITS.progressToldMillis) return;
      else toldAt.set(upload, clock());
      if (state !== null || before !== undefined) tell({ kind: "progress", upload, state });
    },
    of: (upload) => own.of(upload) ?? others.of(upload),
  };
}
