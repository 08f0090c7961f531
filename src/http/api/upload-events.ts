// Progress of an upload as server-sent events (WHATWG HTML §9.2), until it is closed: what memory knows of the work
// that is going on, and by the parts that have arrived where there is none, as after a restart.

import { setTimeout as wait } from "node:timers/promises";
import { progressOfParts, readUpload } from "../../app/open-upload.ts";
import type { Caller, Ports } from "../../app/ports.ts";
import type { ProgressState } from "../../ports/servers.ts";

/** Short: half a million rows may be sealed within a quarter of a second, and are still seen to be. */
const TICK_MILLIS = 50;
/** Looks at the store only every so often: memory tells progress, the store tells the end. */
const TICKS_A_LOOK = 20;

/** Events `progress` whenever it changed, and `closed` with the upload's last state. */
export async function* uploadEvents(
  ports: Pick<Ports, "store" | "progress">,
  watched: { readonly caller: Caller; readonly id: string },
): AsyncIterable<string> {
  let told = "";
  let stored: ProgressState = progressOfParts([]);
  let held: ProgressState | null = null;
  for (let tick = 0; ; tick++) {
    const before = held;
    held = ports.progress.of(watched.id);
    const hasEnded = held === null && before !== null;
    if (hasEnded || tick % TICKS_A_LOOK === 0) {
      const file = await readUpload(ports, watched);
      if (!file.ok || file.value.upload.state !== "open") {
        const state = file.ok ? file.value.upload.state : "gone";
        yield `event: closed\ndata: ${JSON.stringify({ state })}\n\n`;
        return;
      }
      stored = progressOfParts(file.value.parts);
    }
    const progress = JSON.stringify(held ?? stored);
    if (progress !== told) yield `event: progress\ndata: ${progress}\n\n`;
    told = progress;
    await wait(TICK_MILLIS);
  }
}
