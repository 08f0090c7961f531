// A room's keys are replaced one change at a time, of whichever server, each on those that the one before has left: a
// key that a change takes back unseen may be the one that everything lies under.

import { ok, type Result } from "../domain/result.ts";
import type { InTurn } from "../ports/servers.ts";
import type { KeySource, RoomKeys } from "./room-keys.ts";

/** Where keys lie, and how the servers of a room take turns at them. */
export type KeysInTurn = { readonly source: KeySource; readonly inTurn: InTurn };

/**
 * Puts in the place of the keys what `edit` makes of them; where that is the same object, nothing is written.
 * @returns the keys that lie there from now on; as they were where the source cannot be written
 * @throws where the turn was lost meanwhile; nothing is written then
 */
export function changeKeys(
  { source, inTurn }: KeysInTurn,
  edit: (now: RoomKeys) => RoomKeys,
): Promise<Result<RoomKeys, string>> {
  return inTurn("the room's keys", async ({ confirm }) => {
    const now = await source.read();
    if (!now.ok || source.write === null) return now;
    const next = edit(now.value);
    if (next !== now.value) await source.write(next, confirm);
    return ok(next);
  });
}
