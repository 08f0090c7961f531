// Progress of an upload as server-sent events (WHATWG HTML §9.2): what memory knows, until the upload is closed.

import { setTimeout as wait } from "node:timers/promises";
import { readUpload } from "../../app/open-upload.ts";
import type { Caller, Ports } from "../../app/ports.ts";

const TICK_MILLIS = 250;
/** Looks at the store only every so often: memory tells progress, the store tells the end. */
const TICKS_A_LOOK = 4;

/** Events `progress` whenever it changed, and `closed` with the upload's last state. */
export async function* uploadEvents(
  ports: Pick<Ports, "store" | "progress">,
  watched: { readonly caller: Caller; readonly id: string },
): AsyncIterable<string> {
  let told = "";
  for (let tick = 0; ; tick++) {
    const progress = JSON.stringify(ports.progress.of(watched.id));
    if (progress !== "null" && progress !== told) yield `event: progress\ndata: ${progress}\n\n`;
    told = progress;
    if (tick % TICKS_A_LOOK === 0) {
      const file = await readUpload(ports, watched);
      const state = file.ok ? file.value.upload.state : "gone";
      if (state !== "open") {
        yield `event: closed\ndata: ${JSON.stringify({ state })}\n\n`;
        return;
      }
    }
    await wait(TICK_MILLIS);
  }
}
