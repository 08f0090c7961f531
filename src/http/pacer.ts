// So many of something in a minute, of whoever: strangers have no name by which to count each of them apart.

import type { Clock } from "../ports/clock.ts";

const MINUTE_MILLIS = 60_000;

/** Whether one more may be looked at in this minute of the clock. Those who are turned away count as well. */
export function pacer(clock: Clock, most: number): () => boolean {
  let minute = 0;
  let seen = 0;
  return () => {
    const now = Math.floor(clock() / MINUTE_MILLIS);
    if (now !== minute) {
      minute = now;
      seen = 0;
    }
    seen += 1;
    return seen <= most;
  };
}
