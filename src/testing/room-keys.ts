// The keys of a room as its files hold them, for tests that look past the room.

import { join } from "node:path";
import { turnsInMemory } from "../app/in-memory.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import { openKeyRing } from "../storage/key-ring.ts";
import { keySource, type RoomKeys } from "../storage/room-keys.ts";

/** Reads the keys of a data directory. Throws where there are none. */
export async function readRoomKeys(directory: string): Promise<RoomKeys & { readonly keyRing: KeyRing }> {
  const source = keySource({ kind: "file", path: join(directory, "keys.json") }, { mayMake: false });
  const keys = await source.read();
  if (!keys.ok) throw new Error(keys.error);
  const keyRing = await openKeyRing(directory, {
    ...{ source, keys: keys.value, inTurn: turnsInMemory() },
    changed: () => undefined,
  });
  if (!keyRing.ok) throw new Error(keyRing.error);
  return { ...keys.value, keyRing: keyRing.value };
}
