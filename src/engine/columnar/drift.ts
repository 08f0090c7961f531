// How far two versions of one list lie apart: who came, who went, and who is there with something else beside.

import { sealedKinds } from "./contacts.ts";
import type { Engine } from "./engine.ts";
import { columnView, loadedColumns } from "./loaded.ts";
import { matchingOf, type Two } from "./matched.ts";
import { sharedTokensOf, tableFor } from "./pairings.ts";
import type { Stay } from "./shelf.ts";

/**
 * People by which two versions differ, at the least: those of one whom the other does not have, and those whom both
 * have with other values; or the tokens of one kind that only one of them has, where these are more.
 */
export async function driftOf(engine: Engine, stay: Stay, two: Omit<Two, "identifiers">): Promise<number> {
  const identifiers = sealedKinds(two.left.version);
  const { counts, partners } = await matchingOf(engine, stay, { ...two, identifiers });
  const matched = counts.reduce((sum, count) => sum + count, 0);
  const apart = two.left.room.size + two.right.room.size - 2 * matched;
  let most = apart + (await changedIn(engine, stay, { ...two, partners }));
  for (const kind of identifiers) {
    const [left, right] = [two.left.version, two.right.version];
    const shared = await sharedTokensOf(engine, stay, { left, right, kind });
    const tables = [
      await tableFor(engine, stay, { version: left, kind }),
      await tableFor(engine, stay, { version: right, kind }),
    ];
    for (const { tokens } of tables) most = Math.max(most, tokens - shared);
  }
  return most;
}

async function changedIn(
  engine: Engine,
  stay: Stay,
  { left, right, partners }: Omit<Two, "identifiers"> & { readonly partners: Uint32Array },
): Promise<number> {
  const { buffer } = engine.arena.memory;
  const ours = await loadedColumns(engine, stay, left.version);
  const theirs = await loadedColumns(engine, stay, right.version);
  const columns = [...ours].map(([name, column]) => {
    const other = theirs.get(name);
    if (other === undefined) throw new Error("two versions of one list have different columns");
    const views = [
      columnView(buffer, column, left.version.manifest.rows),
      columnView(buffer, other, right.version.manifest.rows),
    ] as const;
    return views;
  });
  let changed = 0;
  for (let row = 0; row < partners.length; row++) {
    const partner = (partners[row] ?? 0) - 1;
    if (partner >= 0 && columns.some(([before, after]) => before[row] !== after[partner])) changed++;
  }
  return changed;
}
