// Erasures are remembered beside the database as soon as they are committed, so that they outlast a database that is
// put back from a backup made before them.

import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import type { RememberedErasure } from "../ports/erasure-memory.ts";
import type { DataKey } from "../ports/matcher.ts";
import { erasureAgain, erasureName, liesUnder } from "./forgotten-people.ts";
import type { Ports } from "./ports.ts";
import { heldDataKey } from "./receive-part.ts";

/**
 * Remembers what the partners have erased, as far as it is not remembered yet. Before a partner is answered, and at
 * every start for what a crash came between.
 */
export async function rememberErasures(
  ports: Pick<Ports, "store" | "erasureMemory">,
  partners: readonly PartnerId[],
): Promise<void> {
  const act = { name: "remember erasures", parties: [...partners, OPERATOR] };
  const { rows, checkpoint } = await ports.store.read(act, async (tx) => ({
    rows: (await Promise.all(partners.map((partner) => tx.erasures.list(partner)))).flat(),
    checkpoint: (await tx.log.head()).checkpoint,
  }));
  const unknown = rows.filter((row) => !ports.erasureMemory.knows(row));
  await ports.erasureMemory.remember(unknown.map((row) => ({ ...row, checkpoint })));
}

/**
 * Remembers erasures as tokens are made now, after the partners' own were keyed again: in the very boxes of these, so
 * that none is remembered twice. What lies under a data key that was destroyed stays as it is, unreadable.
 */
export async function rekeyMemory(ports: MemoryPorts, partners: readonly PartnerId[]): Promise<void> {
  const known = new Map<PartnerId, Known>();
  for (const partner of partners) known.set(partner, await knownOf(ports, partner));
  const before = await ports.erasureMemory.recall();
  const after = before.map((erasure) => rememberedAgain(ports, erasure, known.get(erasure.partner)));
  if (after.some((erasure, index) => erasure !== before[index])) await ports.erasureMemory.replace(after);
}

type MemoryPorts = Pick<Ports, "store" | "matcher" | "room" | "erasureMemory">;

/** A partner's data key, where it has one that opens, and its erasures by what they are known by. */
type Known = { readonly dataKey: DataKey | null; readonly boxes: ReadonlyMap<string, Uint8Array> };

function knownOf(ports: MemoryPorts, partner: PartnerId): Promise<Known> {
  return ports.store.read({ name: "read erasures", parties: [partner] }, async (tx) => {
    const dataKey = await heldDataKey(tx, ports.room.keyRing, partner);
    const rows = dataKey === null ? [] : await tx.erasures.list(partner);
    const boxes = rows.map((row) => [dataKey === null ? "" : erasureName(ports, dataKey, row), row.sealed] as const);
    return { dataKey, boxes: new Map(boxes) };
  });
}

function rememberedAgain(ports: MemoryPorts, erasure: RememberedErasure, known: Known | undefined): RememberedErasure {
  const dataKey = known?.dataKey ?? null;
  if (known === undefined || dataKey === null || !liesUnder(dataKey, erasure)) return erasure;
  const again = erasureAgain(ports, dataKey, erasure);
  const box = known.boxes.get(erasureName(ports, dataKey, erasure));
  return again === erasure || box === undefined ? again : { ...again, sealed: box };
}
