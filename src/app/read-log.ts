// Reading the log: entries that concern the reader, proofs that they stand in it and that it only grew, and the pieces
// of an export that verifies without the room.

import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { EXPORT_CLOSING, type ExportedEntry, exportEntry, exportOpening } from "../domain/audit/export-file.ts";
import {
  consistencyPlan,
  inclusionPlan,
  type ProofPlan,
  plannedNodes,
  proofFromPlan,
  proofsFrom,
} from "../domain/audit/merkle.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { EntryRow, LogHead } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Caller, Ports } from "./ports.ts";

/** The last signed checkpoint: a signed note. */
export async function readCheckpoint(ports: Pick<Ports, "store">, caller: Caller): Promise<string> {
  const act = { name: "read checkpoint", parties: [caller.partner] };
  return (await ports.store.read(act, (tx) => tx.log.head())).checkpoint;
}

/** How many entries the log has. */
export function readLogSize(ports: Pick<Ports, "store">, caller: Caller): Promise<number> {
  const act = { name: "read log size", parties: [caller.partner] };
  return ports.store.read(act, async (tx) => (await tx.log.head()).size);
}

/** Entries that concern the caller, from an index on. */
export function readEntries(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly from: number; readonly limit: number },
): Promise<readonly EntryRow[]> {
  const act = { name: "read log", parties: [request.caller.partner] };
  return ports.store.read(act, (tx) => tx.log.entries(request.from, request.limit));
}

/** The last entries before an index that concern the caller, newest first; the last of all where `before` is null. */
export function readLatest(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly before: number | null; readonly limit: number },
): Promise<readonly EntryRow[]> {
  const { caller, before, limit } = request;
  const act = { name: "read log", parties: [caller.partner] };
  return ports.store.read(act, (tx) => tx.log.entriesBefore(before ?? Number.MAX_SAFE_INTEGER, limit));
}

/** Proof that the leaf at `index` stands in the tree of `size` leaves. */
export function proveInclusion(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly index: number; readonly size: number },
): Promise<Result<readonly Uint8Array[], Problem>> {
  const { caller, index, size } = request;
  return ports.store.read({ name: "prove inclusion", parties: [caller.partner] }, async (tx) => {
    const head = await tx.log.head();
    if (index >= size || size > head.size) return err(outside(head.size));
    return ok(await proofOf(tx, inclusionPlan(index, size)));
  });
}

/** Proof that the tree of `second` leaves extends the tree of `first` leaves. */
export function proveConsistency(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly first: number; readonly second: number },
): Promise<Result<readonly Uint8Array[], Problem>> {
  const { caller, first, second } = request;
  return ports.store.read({ name: "prove consistency", parties: [caller.partner] }, async (tx) => {
    const head = await tx.log.head();
    if (first > second || second > head.size) return err(outside(head.size));
    return ok(await proofOf(tx, consistencyPlan(first, second)));
  });
}

type Exporting = { readonly caller: Caller; readonly earlier: Checkpoint | null };

/**
 * The export file of what the caller may read, piece by piece in canonical form: one entry at a time is in memory.
 * With `earlier`, it carries the proof that the log only grew since that checkpoint.
 */
export async function logPieces(
  ports: Pick<Ports, "store">,
  request: Exporting,
): Promise<Result<AsyncIterable<string>, Problem>> {
  const { caller, earlier } = request;
  return ports.store.read({ name: "export log", parties: [caller.partner] }, async (tx) => {
    const head = await tx.log.head();
    if (earlier !== null && earlier.size > head.size) return err(outside(head.size));
    const consistency = earlier === null ? null : await proofOf(tx, consistencyPlan(earlier.size, head.size));
    return ok(exportPieces(ports, request, { head, consistency }));
  });
}

type Exported = { readonly head: LogHead; readonly consistency: readonly Uint8Array[] | null };

async function* exportPieces(
  ports: Pick<Ports, "store">,
  { caller, earlier }: Exporting,
  { head, consistency }: Exported,
): AsyncIterable<string> {
  const act = { name: "export log", parties: [caller.partner] };
  const grown = earlier === null || consistency === null ? {} : { consistency: { from: earlier, proof: consistency } };
  yield exportOpening({ checkpoint: head.checkpoint, ...grown });
  let separator = "";
  for (let from = 0; from < head.size; ) {
    const page = await ports.store.read(act, (tx) => provenEntries(tx, { from, size: head.size }));
    for (const entry of page) {
      yield separator + exportEntry(entry);
      separator = ",";
    }
    from = (page.at(-1)?.index ?? head.size) + 1;
  }
  yield EXPORT_CLOSING;
}

/** A page of the entries that concern the reader, each with its proof under the tree of `size` leaves. */
export async function provenEntries(
  tx: Transaction,
  { from, size }: { readonly from: number; readonly size: number },
): Promise<ExportedEntry[]> {
  const entries = (await tx.log.entries(from, LIMITS.logPageEntries)).filter(({ index }) => index < size);
  const planned = entries.map((row) => ({ ...row, plan: inclusionPlan(row.index, size) }));
  const proof = proofsFrom(await tx.log.nodes(plannedNodes(planned.map(({ plan }) => plan))));
  return planned.map(({ index, entry, plan }) => ({ index, entry, proof: proof(plan) }));
}

/** The proof that a plan describes, from the hashes that are stored. */
export async function proofOf(tx: Transaction, plan: ProofPlan): Promise<readonly Uint8Array[]> {
  return proofFromPlan(plan, await tx.log.nodes(plan.flat()));
}

function outside(size: number): Problem {
  return problem("invalid-parameter", `the log has ${size} entries`, { size });
}
