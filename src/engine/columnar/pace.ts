// Long work in short pieces: other requests are served by the same process, so nothing here holds it for long.

import { setImmediate as nextTurn } from "node:timers/promises";

/** Lets whatever waits in this process have its turn. */
export function breath(): Promise<void> {
  return nextTurn();
}
