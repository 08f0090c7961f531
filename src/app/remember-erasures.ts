// Erasures are remembered beside the database as soon as they are committed, so that they outlast a database that is
// put back from a backup made before them.

import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import type { Ports } from "./ports.ts";

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
