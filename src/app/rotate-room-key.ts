// A rotation of the room key, from its first entry of the log to its last: open uploads are dropped, everything is
// keyed again, and the key ring forgets that it goes on. It may break off anywhere and be begun again.

import { appendEntry } from "./append-entry.ts";
import { dropOpenUploads } from "./drop-idle.ts";
import type { Ports } from "./ports.ts";
import { type Amount, type RekeyProgress, rekeyLists } from "./rekey-lists.ts";
import { everybody } from "./start-room.ts";

type RotatePorts = Pick<
  Ports,
  "store" | "matcher" | "room" | "random" | "erasureMemory" | "progress" | "inTurn" | "running"
>;

/**
 * Keys the room again under the newest key of its chain, which the ring has in force and the matcher knows. Every
 * partner reads in the log when that began and when it was over. Costs as `rekeyLists` does.
 */
export async function rotateRoomKey(ports: RotatePorts, tell: (progress: RekeyProgress) => void): Promise<Amount> {
  const { keyRing } = ports.room;
  await dropOpenUploads(ports, await everybody(ports));
  if (keyRing.rekeying()?.isTold === false) {
    await tellLog(ports, "room-key-rotation-begun");
    await keyRing.noteRekeying("told");
  }
  const amount = await rekeyLists(ports, tell);
  await tellLog(ports, "room-key-rotated");
  await keyRing.noteRekeying("over");
  return amount;
}

async function tellLog(ports: RotatePorts, act: "room-key-rotation-begun" | "room-key-rotated"): Promise<void> {
  const parties = await everybody(ports);
  const detail = { keys: ports.room.keyRing.roomLinks().length + 1, scheme: ports.matcher.scheme };
  await ports.store.write({ name: act.replaceAll("-", " "), parties }, (tx) =>
    appendEntry(ports, tx, { act, actor: null, parties, subject: {}, detail }),
  );
}
