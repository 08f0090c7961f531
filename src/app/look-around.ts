// What other servers have done and this one may not have heard of: their messages pass it by while it is away from the
// database. Looked at every few seconds.

import type { Ports } from "./ports.ts";
import { everybody } from "./start-room.ts";

type Room = Ports["room"];
type Refreshed = {
  readonly keyRing: Pick<Room["keyRing"], "refresh">;
  readonly logKeys: Pick<Room["logKeys"], "refresh">;
};
type Looking = Pick<Ports, "store" | "running"> & { readonly room: Refreshed };

/** Reads keys that other servers changed, and ends work on uploads that are closed. */
export async function lookAround(ports: Looking): Promise<void> {
  await refreshKeys(ports.room);
  const uploads = ports.running.all();
  if (uploads.length === 0) return;
  const act = { name: "look at uploads", parties: await everybody(ports) };
  const closed = await ports.store.read(act, async (tx) => {
    const rows = await Promise.all(uploads.map((id) => tx.uploads.find(id)));
    return rows.flatMap((row) => (row === null || row.state === "open" ? [] : [row.id]));
  });
  for (const id of closed) ports.running.cancel(id);
}

/** Reads the key ring and the log's keys again where another server changed them. */
export async function refreshKeys({ keyRing, logKeys }: Refreshed): Promise<void> {
  if (await keyRing.refresh()) await logKeys.refresh();
}
