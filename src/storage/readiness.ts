// Whether the database answers, asked in a session of its own, so that who asks waits behind nobody's work, and told in
// time even when the database neither answers nor refuses.

import { setTimeout as sleep } from "node:timers/promises";
import { LIMITS } from "../domain/limits.ts";
import { ConnectionLost, type Pool } from "./pool.ts";
import { transaction } from "./transaction.ts";

/** What asks the database for an answer. It rejects with what is wrong; whoever asks meanwhile shares the answer. */
export function readiness(pool: Pool, millis: number = LIMITS.readyMillis): () => Promise<void> {
  let asked: Promise<void> | null = null;
  return () => {
    asked ??= ask(pool).finally(() => {
      asked = null;
    });
    return inTime(asked, millis);
  };
}

async function ask(pool: Pool): Promise<void> {
  const act = { name: "ready", parties: [], access: "read only" } as const;
  await transaction(pool, act, async (tx) => void (await tx`select 1`));
}

async function inTime(asked: Promise<void>, millis: number): Promise<void> {
  const ended = new AbortController();
  const late = sleep(millis, undefined, { signal: ended.signal }).then(() => {
    throw new ConnectionLost(`the database did not answer within ${millis} ms`);
  });
  try {
    await Promise.race([asked, late]);
  } finally {
    ended.abort();
    // The clock that was stopped is nobody's failure.
    late.catch(() => {});
  }
}
