// Keeps the embedded Postgres of a room running while the room does: a server that is gone is brought back. Postgres
// itself sees to a process of its own that dies; that all of it is gone nobody else would notice.

import { LIMITS } from "../../domain/limits.ts";
import type { EmbeddedDatabase } from "./launcher.ts";

/** Told of each server that was gone, and of each try that did not bring it back. */
type Teller = (outcome: string, failure: unknown) => void;

/**
 * Looks after a server.
 * @returns ends it, when what is under way has ended
 */
export function keepEmbedded(server: EmbeddedDatabase, tell: Teller): () => Promise<void> {
  let isOver = false;
  let timer: NodeJS.Timeout | null = null;
  let round: Promise<void> = Promise.resolve();
  const lookIn = (millis: number) => {
    if (isOver) return;
    timer = setTimeout(() => {
      round = look(server, tell).then((isThere) => lookIn(isThere ? LIMITS.serverWatchMillis : longer(millis)));
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

function longer(millis: number): number {
  return Math.min(2 * millis, LIMITS.serverRestartMillis);
}

async function look(server: EmbeddedDatabase, tell: Teller): Promise<boolean> {
  try {
    if (await server.isRunning()) return true;
    tell("the database server is gone and is started again", null);
    await server.revive();
    return true;
  } catch (failure) {
    tell("the database server does not come back", failure);
    return false;
  }
}
