// The tick on which noised answers leave, so that the time taken for noise or data does not show.

import { setTimeout as wait } from "node:timers/promises";
import { LIMITS } from "../domain/limits.ts";
import type { Clock } from "../ports/clock.ts";

/** Waits for the next tick counted from an arrival. */
export async function untilTick(clock: Clock, started: number): Promise<void> {
  const taken = clock() - started;
  const left = LIMITS.answerTickMillis - (taken % LIMITS.answerTickMillis);
  await wait(left);
}
