// Whoever was asked for by requests for deletion is erased: in rounds, so that one pass over the lists serves all of a
// requester's that wait, and so that no answer waits for what it finds. Until then a request is kept as a token,
// sealed.

import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { ok, type Result } from "../domain/result.ts";
import type { DataKey, NamedToken } from "../ports/matcher.ts";
import type { DeletionRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import { eraseTokens } from "./erase-people.ts";
import { boxAgain, type MovedKeys, movedBox, openTokens, sealTokens } from "./kept-tokens.ts";
import type { Ports } from "./ports.ts";
import { heldDataKey } from "./receive-part.ts";
import { everybody } from "./start-room.ts";

type RequestedPorts = Pick<
  Ports,
  "store" | "restBefore" | "matcher" | "random" | "room" | "erasureMemory" | "inTurn" | "makingFiles"
>;

/** Requests of one requester, with whom they mean. */
type Batch = {
  readonly partner: PartnerId;
  readonly issuer: string;
  readonly ids: readonly string[];
  readonly tokens: readonly NamedToken[];
};

/**
 * Erases whoever is asked for, a requester's requests at a time, each with its entry. What cannot be done now waits for
 * the next round; a failure of one partner's does not keep the others' waiting. Safe to repeat, also after a crash.
 */
export function eraseRequested(ports: RequestedPorts): Promise<void> {
  return ports.inTurn("requests for deletion", async () => {
    const parties = await everybody(ports);
    const batches = await ports.store.read({ name: "find deletions", parties }, (tx) => waitingBatches(ports, tx));
    const outcomes: Result<unknown, unknown>[] = [];
    for (const batch of batches) outcomes.push(await eraseBatch(ports, batch).then(ok, failed));
    const failure = outcomes.find((outcome) => !outcome.ok);
    if (failure?.ok === false) throw failure.error;
  });
}

const failed = (error: unknown): Result<never, unknown> => ({ ok: false, error });

function eraseBatch(ports: RequestedPorts, { partner, issuer, ids, tokens }: Batch) {
  const keep = async (tx: Transaction) => {
    const forgotten = await tx.deletionRequests.forget(partner, ids);
    if (forgotten !== ids.length) throw new Error("requests for deletion were carried out twice");
  };
  return eraseTokens({ ...ports, keep }, { caller: { partner, requester: issuer }, tokens, requests: ids });
}

async function waitingBatches(ports: RequestedPorts, tx: Transaction): Promise<readonly Batch[]> {
  const rows = await tx.deletionRequests.waiting(LIMITS.subjectIdentifiers);
  const batches = new Map<string, Batch>();
  const keys = new Map<PartnerId, DataKey | null>();
  for (const row of rows) {
    const { partner, issuer, id } = row;
    if (!keys.has(partner)) keys.set(partner, await heldDataKey(tx, ports.room.keyRing, partner));
    const dataKey = keys.get(partner) ?? null;
    // Where the lists' key is gone, or is about to be, so are the lists, and these rows go with it.
    if (dataKey === null) continue;
    const own = `${partner} ${issuer}`;
    const before = batches.get(own) ?? { partner, issuer, ids: [], tokens: [] };
    const tokens = openTokens(ports, dataKey, { label: labelOf(row), sealed: row.sealed });
    batches.set(own, { ...before, ids: [...before.ids, id], tokens: [...before.tokens, ...tokens] });
  }
  return [...batches.values()];
}

/** A request as it waits: whom it means is sealed under the partner's data key. */
export function sealDeletion(
  ports: Pick<Ports, "matcher">,
  dataKey: DataKey,
  { token, ...named }: Omit<DeletionRow, "sealed"> & { readonly token: NamedToken },
): DeletionRow {
  return { ...named, sealed: sealTokens(ports, dataKey, { label: labelOf(named), tokens: [token] }) };
}

/** Keeps a partner's waiting requests under the data key that follows another. */
export async function moveDeletions(tx: Transaction, partner: PartnerId, keys: MovedKeys): Promise<void> {
  for (const row of await deletionsOf(tx, partner)) {
    await tx.deletionRequests.reseal({ ...row, sealed: movedBox(keys, { label: labelOf(row), sealed: row.sealed }) });
  }
}

/** Keeps a partner's waiting requests as tokens are made now; answers how many were keyed again. */
export async function rekeyDeletions(
  ports: Pick<Ports, "matcher">,
  tx: Transaction,
  { partner, dataKey }: { readonly partner: PartnerId; readonly dataKey: DataKey },
): Promise<number> {
  let rekeyed = 0;
  for (const row of await deletionsOf(tx, partner)) {
    const box = boxAgain(ports, dataKey, { label: labelOf(row), sealed: row.sealed });
    if (box === null) continue;
    await tx.deletionRequests.reseal({ ...row, sealed: box });
    rekeyed += 1;
  }
  return rekeyed;
}

/** Forgets a partner's waiting requests: its lists are gone for good, and whom they mean with them. */
export async function forgetDeletions(tx: Transaction, partner: PartnerId): Promise<void> {
  const rows = await deletionsOf(tx, partner);
  await tx.deletionRequests.forget(
    partner,
    rows.map(({ id }) => id),
  );
}

async function deletionsOf(tx: Transaction, partner: PartnerId): Promise<readonly DeletionRow[]> {
  const rows = await tx.deletionRequests.waiting(Number.MAX_SAFE_INTEGER);
  return rows.filter((row) => row.partner === partner);
}

function labelOf({ partner, id }: Pick<DeletionRow, "partner" | "id">): string {
  return `concordat deletion request ${id} of ${partner}`;
}
