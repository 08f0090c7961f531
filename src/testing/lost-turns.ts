// Turns of a server that is frozen in each of them, and wakes when it is another's: for whatever must then leave things
// as they are.

import type { InTurn } from "../ports/servers.ts";

/** @param meanwhile  what others do before it wakes */
export function lostTurns(meanwhile: () => Promise<unknown>): InTurn {
  return (_, work) =>
    work({
      check: () => undefined,
      confirm: async () => {
        await meanwhile();
        throw new Error("the turn is another's");
      },
    });
}
