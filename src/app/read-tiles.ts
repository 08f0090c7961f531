// The log as mirrors and witnesses read it (C2SP tlog-tiles): the published checkpoint with its cosignatures, tiles of
// hashes for every partner, and bundles of entries for whoever may read each entry in them.

import { inclusionPlan, proofFromPlan } from "../domain/audit/merkle.ts";
import { formatBundle, isTileOf, TILE_WIDTH, type Tile, tileNodes } from "../domain/audit/tile.ts";
import { concatBytes } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { PublishedRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Caller, Ports } from "./ports.ts";

/** The last published checkpoint: the room's signed note, with the lines of the witnesses that have cosigned it. */
export function readPublished(ports: Pick<Ports, "store">, caller: Caller): Promise<Result<string, Problem>> {
  return ports.store.read({ name: "read published", parties: [caller.partner] }, async (tx) => {
    const { published } = await tx.log.head();
    const row = await tx.log.published(published);
    return row === null ? err(problem("not-found", "no checkpoint is published yet")) : ok(await cosigned(tx, row));
  });
}

/** An entry under a published checkpoint that covers it. */
export type Witnessed = { readonly checkpoint: string; readonly proof: readonly Uint8Array[] };

type Witnessing = { readonly caller: Caller; readonly index: number; readonly witnesses: number };

/**
 * The first published checkpoint that covers an entry and that so many witnesses have cosigned, with their lines, and
 * the proof that the entry stands in it: what a receipt, which is older than every cosignature, is completed with.
 * Where no checkpoint has as many, the first that covers it.
 */
export function readWitnessed(
  ports: Pick<Ports, "store">,
  { caller, index, witnesses }: Witnessing,
): Promise<Result<Witnessed, Problem>> {
  return ports.store.read({ name: "read witnessed", parties: [caller.partner] }, async (tx) => {
    const size = await tx.witnesses.cosignedFrom(index + 1, witnesses);
    const row = await tx.log.published(size ?? index + 1);
    if (row === null) return err(problem("not-found", `no published checkpoint covers entry ${index} yet`));
    const plan = inclusionPlan(index, row.size);
    const nodes = await tx.log.nodes(plan.flat());
    return ok({ checkpoint: await cosigned(tx, row), proof: proofFromPlan(plan, nodes) });
  });
}

/** The hashes of a tile, 32 bytes each. At most 256 rows. */
export function readTile(
  ports: Pick<Ports, "store">,
  { caller, tile }: { readonly caller: Caller; readonly tile: Tile },
): Promise<Result<Uint8Array, Problem>> {
  return ports.store.read({ name: "read tile", parties: [caller.partner] }, async (tx) => {
    const { size } = await tx.log.head();
    if (!isTileOf(tile, size)) return err(noTile(size));
    const nodes = await tx.log.nodes(tileNodes(tile));
    if (nodes.length !== tile.width) throw new Error("the tree lacks a hash of a tile");
    return ok(concatBytes(...nodes.map(({ hash }) => hash)));
  });
}

/**
 * Leaf hashes from an index on, 32 bytes each, as many as there are up to `until`, and no more than `LIMITS.logLeaves`.
 * Whoever has all of them works out the root of any size by itself.
 */
export function readLeaves(
  ports: Pick<Ports, "store">,
  { caller, from, until }: { readonly caller: Caller; readonly from: number; readonly until: number },
): Promise<Result<Uint8Array, Problem>> {
  return ports.store.read({ name: "read leaves", parties: [caller.partner] }, async (tx) => {
    const { size } = await tx.log.head();
    const count = Math.min(until, size, from + LIMITS.logLeaves) - from;
    if (count <= 0) return err(problem("not-found", `a log of ${size} entries has no such leaves`, { size }));
    const nodes = await tx.log.nodes(Array.from({ length: count }, (_, at) => ({ level: 0, index: from + at })));
    if (nodes.length !== count) throw new Error("the tree lacks a leaf");
    return ok(concatBytes(...nodes.map(({ hash }) => hash)));
  });
}

/**
 * The entries of a bundle. A bundle is whole or it is none, and an entry is for those whom it concerns: whoever may not
 * read each of them is refused and reads its own one by one. The operator may read all.
 */
export function readBundle(
  ports: Pick<Ports, "store">,
  { caller, bundle }: { readonly caller: Caller; readonly bundle: Tile },
): Promise<Result<Uint8Array, Problem>> {
  return ports.store.read({ name: "read bundle", parties: [caller.partner] }, async (tx) => {
    const { size } = await tx.log.head();
    if (!isTileOf(bundle, size)) return err(noTile(size));
    const first = bundle.index * TILE_WIDTH;
    const found = await tx.log.entries(first, bundle.width);
    const rows = found.filter(({ index }) => index < first + bundle.width);
    if (rows.length < bundle.width) {
      return err(problem("entries-not-yours", `${rows.length} of its ${bundle.width} entries concern you`));
    }
    const bytes = formatBundle(rows.map(({ entry }) => entry));
    if (bytes.ok) return bytes;
    const says = `entry ${first + bytes.error.tooLong} is longer than the 65535 bytes that a bundle can say`;
    return err(problem("not-found", `${says}: read it at \`/v1/audit/entries\``));
  });
}

/** A published checkpoint with the lines of the witnesses that have cosigned it. */
export async function cosigned(tx: Transaction, { size, checkpoint }: PublishedRow): Promise<string> {
  const rows = await tx.witnesses.cosignatures(size, LIMITS.cosignaturesShown);
  return `${checkpoint}${rows.map(({ line }) => `${line}\n`).join("")}`;
}

function noTile(size: number): Problem {
  return problem("not-found", `a log of ${size} entries has no such tile`, { size });
}
