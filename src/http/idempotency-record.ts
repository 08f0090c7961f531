// The record of a call under its idempotency key, at its two ends: begun before the call, forgotten where the call came
// to nothing. Neither end may leave a record that nobody ends any more: a retry would find its call under way until the
// lease is over.

import { setTimeout as sleep } from "node:timers/promises";
import type { Ports } from "../app/ports.ts";
import type { UnixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { IdempotencyStart } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";

type Store = Ports["store"];
type Named = { readonly partner: PartnerId; readonly key: string };
type Attempt = Named & { readonly attempt: number };

/**
 * Begins the record of a call. Where the connection was lost as the beginning was committed, nobody goes on with what
 * may have begun, so it is forgotten: beginning once more waits for that commit, which may be on its way still.
 */
export async function beginRecord(
  store: Store,
  { partner, key, fingerprint }: Named & { readonly fingerprint: string },
): Promise<IdempotencyStart> {
  const seen: { begun: Begun | null } = { begun: null };
  const begin = async (tx: Transaction) => {
    const start = await tx.idempotency.start(partner, key, fingerprint);
    const { now: begunAt } = tx;
    seen.begun = start.kind === "fresh" ? { partner, key, attempt: start.attempt, begunAt } : null;
    return start;
  };
  return store.note(actOf({ partner }), begin).catch(async (failure: unknown) => {
    const isUnknown = failure instanceof Error && failure.name === "OutcomeUnknown";
    const { begun } = seen;
    if (isUnknown && begun !== null) await untilDone(store, begun, (tx) => forgetBegun(tx, begun, fingerprint));
    throw failure;
  });
}

type Begun = Attempt & { readonly begunAt: UnixMillis };

async function forgetBegun(tx: Transaction, begun: Begun, fingerprint: string): Promise<void> {
  const { partner, key } = begun;
  const start = await tx.idempotency.start(partner, key, fingerprint);
  const again = start.kind === "fresh" ? { partner, key, attempt: start.attempt } : begun;
  await tx.idempotency.abandon(again);
}

/** Forgets an attempt that came to nothing; while the database is out of reach, as soon as it is back. */
export async function forgetRecord(store: Store, attempt: Attempt): Promise<void> {
  await untilDone(store, attempt, (tx) => tx.idempotency.abandon(attempt));
}

type Work = (tx: Transaction) => Promise<void>;

// Whoever called is answered after the first try. Once the lease is over, the record ends by itself.
async function untilDone(store: Store, attempt: Attempt, work: Work): Promise<void> {
  if (await isDone(store, attempt, work)) return;
  void repeat(store, attempt, work);
}

async function repeat(store: Store, attempt: Attempt, work: Work): Promise<void> {
  for (let seconds = 0; seconds < LIMITS.idempotencyLeaseSeconds; seconds++) {
    await sleep(1_000, undefined, { ref: false });
    if (await isDone(store, attempt, work)) return;
  }
}

function isDone(store: Store, attempt: Attempt, work: Work): Promise<boolean> {
  return store.note(actOf(attempt), work).then(
    () => true,
    () => false,
  );
}

function actOf({ partner }: Pick<Named, "partner">) {
  return { name: "idempotency", parties: [partner], together: "opening" } as const;
}
