// Keeps the embedded Postgres of a room running while the room does: a server that is gone is brought back. Postgres
// itself sees to a process of its own that dies; that all of it is gone nobody else would notice. Nor that it stands
// still: a server that found no space to recover in may go on running without anything that would ever recover it.

import { LIMITS } from "../../domain/limits.ts";
import { hasCode } from "../error-code.ts";
import type { EmbeddedDatabase } from "./launcher.ts";

/** Told of each server that was gone, and of each try that did not bring it back. */
type Teller = (outcome: string, failure: unknown) => void;

type Kept = {
  readonly server: EmbeddedDatabase;
  /** Rejects when the server does not answer. */
  readonly ready: () => Promise<void>;
  readonly tell: Teller;
};

/**
 * Looks after a server.
 * @returns ends it, when what is under way has ended
 */
export function keepEmbedded(kept: Kept): () => Promise<void> {
  let isOver = false;
  let timer: NodeJS.Timeout | null = null;
  let round: Promise<void> = Promise.resolve();
  let silent = 0;
  const lookIn = (millis: number) => {
    if (isOver) return;
    timer = setTimeout(() => {
      round = look(kept, silent).then((seen) => {
        silent = seen === "silent" ? silent + 1 : 0;
        lookIn(seen === "lost" ? Math.min(2 * millis, LIMITS.serverRestartMillis) : LIMITS.serverWatchMillis);
      });
    }, millis);
    timer.unref();
  };
  lookIn(LIMITS.serverWatchMillis);
  return async () => {
    isOver = true;
    if (timer !== null) clearTimeout(timer);
    await round;
  };
}

type Seen = "there" | "silent" | "lost";

async function look({ server, ready, tell }: Kept, silentBefore: number): Promise<Seen> {
  try {
    if (await server.isRunning()) {
      if (await isFine(server, ready)) return "there";
      if (silentBefore < LIMITS.serverSilentLooks) return "silent";
      tell("the database server stands still and is stopped", null);
      await server.stop();
    }
    tell("the database server is gone and is started again", null);
    await server.revive();
    return "there";
  } catch (failure) {
    tell("the database server does not come back", failure);
    return "lost";
  }
}

// One that is slow is left alone: it must say itself that it takes nobody (`cannot_connect_now`), and nothing of it may
// be at work on that.
async function isFine(server: EmbeddedDatabase, ready: Kept["ready"]): Promise<boolean> {
  const takesNobody = await ready().then(
    () => false,
    (failure: unknown) => failure instanceof Error && hasCode(failure.cause, "57P03"),
  );
  return !takesNobody || (await server.isRecovering());
}
