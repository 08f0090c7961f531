// The log as it grows, as server-sent events (WHATWG HTML §9.2): how many entries it has, whenever that changed. What
// they say is read by whoever is told, in the way in which it reads any of them.

import { setTimeout as wait } from "node:timers/promises";
import type { Caller, Ports } from "../app/ports.ts";
import { readLogSize } from "../app/read-log.ts";
import { LIMITS } from "../domain/limits.ts";

const TICK_MILLIS = 1_000;
const TICKS = LIMITS.eventStreamSeconds;

/**
 * Events `grown` with the log's size.
 * @param after  the size that the reader has; without one the stream tells the size and ends
 */
export async function* logEvents(
  ports: Pick<Ports, "store">,
  { caller, after }: { readonly caller: Caller; readonly after: number | null },
): AsyncIterable<string> {
  let told = after;
  for (let tick = 0; tick < TICKS; tick++) {
    const size = await readLogSize(ports, caller);
    if (size !== told) yield `id: ${size}\nevent: grown\ndata: ${size}\n\n`;
    else if (tick % 15 === 0) yield ": still here\n\n";
    told = size;
    if (after === null) return;
    await wait(TICK_MILLIS);
  }
}
