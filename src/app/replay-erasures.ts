// Erasures that the room remembers and a database that was put back lacks are done once more, before it is served.

import type { PartnerId } from "../domain/partner/manifest.ts";
import type { RememberedErasure } from "../ports/erasure-memory.ts";
import type { DataKey } from "../ports/matcher.ts";
import type { ErasureRow } from "../ports/rights.ts";
import { listsWithErasures, makeAnew, putAnew } from "./erase-people.ts";
import { erasureName, liesUnder, openErasure } from "./forgotten-people.ts";
import type { Ports } from "./ports.ts";
import { heldDataKey } from "./receive-part.ts";
import { everybody } from "./start-room.ts";

type ReplayPorts = Pick<Ports, "store" | "matcher" | "random" | "room">;

/** What a replay came to. */
export type Replayed = { readonly erasures: number; readonly people: number };

/**
 * Erases once more whom the room remembers to have erased and the database does not: before it is served. The log gets
 * no entry, as the room's own log has theirs and this database lacks them. What lies under a data key that was
 * destroyed since, lists and erasures, is unreadable on both sides and is passed over.
 */
export async function replayErasures(ports: ReplayPorts, remembered: readonly RememberedErasure[]): Promise<Replayed> {
  let replayed: Replayed = { erasures: 0, people: 0 };
  for (const partner of await everybody(ports)) {
    const own = remembered.filter((erasure) => erasure.partner === partner);
    const done = own.length === 0 ? null : await replayOf(ports, partner, own);
    if (done === null) continue;
    replayed = { erasures: replayed.erasures + done.erasures, people: replayed.people + done.people };
  }
  return replayed;
}

async function replayOf(
  ports: ReplayPorts,
  partner: PartnerId,
  own: readonly RememberedErasure[],
): Promise<Replayed | null> {
  const act = { name: "replay erasures", parties: [partner] };
  const found = await ports.store.read(act, async (tx) => {
    if ((await heldDataKey(tx, ports.room.keyRing, partner)) === null) return null;
    const lists = await listsWithErasures(ports, tx, partner);
    return { lists, rows: await tx.erasures.list(partner) };
  });
  if (found === null) return null;
  const { lists, rows } = found;
  const missing = missingIn(ports, lists.dataKey, { rows, own });
  if (missing.length === 0) return null;
  const tokens = missing.flatMap((erasure) => openErasure(ports, lists.dataKey, erasure));
  const made = await makeAnew(ports, lists, tokens);
  await ports.store.write(act, (tx) => putAnew(ports, tx, { partner, lists, made }));
  for (const { row } of made.versions) await ports.matcher.dropSegment(row.segment);
  return { erasures: missing.length, people: made.erasure.reduce((sum, { people }) => sum + people, 0) };
}

type Compared = { readonly rows: readonly ErasureRow[]; readonly own: readonly RememberedErasure[] };

function missingIn(
  ports: Pick<Ports, "matcher">,
  dataKey: DataKey,
  { rows, own }: Compared,
): readonly RememberedErasure[] {
  const there = new Set(rows.map((row) => erasureName(ports, dataKey, row)));
  return own.filter((one) => liesUnder(dataKey, one) && !there.has(erasureName(ports, dataKey, one)));
}
