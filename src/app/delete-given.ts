// What was given under a contract is deleted when the contract is terminated: questions that wait, answers with their
// receipts, audiences collected or not, and the lists that no other contract of their owner needs. What stays: the log,
// and the ledger, since budgets never renew. The certificate is an entry of the log, written when the files are gone.

import { canonicalJson } from "../domain/canonical-json.ts";
import type { ContractId } from "../domain/contract/document.ts";
import { hasEnded } from "../domain/contract/lifecycle.ts";
import { type DatasetRef, datasetRef, ownerOf } from "../domain/dataset/schema.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { ContractFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { concernedBy, stateOf } from "./offer-contract.ts";
import type { Ports } from "./ports.ts";

/** What a deletion took, by ids, and which lists stayed because another contract of their owner names them. */
type Deleted = {
  /** The members of the contract and of the versions that it amended. */
  readonly parties: readonly PartnerId[];
  readonly requests: readonly string[];
  readonly releases: readonly string[];
  readonly lists: readonly { readonly list: DatasetRef; readonly versions: readonly string[] }[];
  readonly kept: readonly DatasetRef[];
};

/**
 * Deletes what was given under a contract that is terminated, and under the versions that it amended, with the lists
 * that were brought for the later versions that ended with it. Part of the transaction of the termination; it comes to
 * act for every member of each of those versions.
 */
export async function deleteGiven(
  tx: Transaction,
  file: ContractFile,
  following: readonly ContractFile[],
): Promise<void> {
  const versions = [...following, ...(await chainOf(tx, file))];
  const parties = [...new Set(versions.flatMap(concernedBy))];
  await tx.actForAlso(parties);
  const requests: string[] = [];
  const releases: string[] = [];
  for (const { id } of versions) {
    requests.push(...(await tx.requests.forget(id)));
    releases.push(...(await tx.releases.forget(id)));
  }
  const named = [...new Set(versions.flatMap(listsOf))].sort();
  const needed = await neededLists(tx, new Set(versions.map(({ id }) => id)));
  const lists: Deleted["lists"][number][] = [];
  for (const list of named.filter((one) => !needed.has(one))) {
    lists.push({ list, versions: (await tx.versions.forget(list)).map(({ id }) => id).sort() });
  }
  const kept = named.filter((list) => needed.has(list));
  const deleted: Deleted = { parties, requests, releases, lists, kept };
  await tx.deletions.add({ contract: file.id, deleted: canonicalJson(deleted) });
}

/**
 * Deletes the sealed files of lists that were deleted, and writes the certificate of each deletion that has none.
 * Safe to repeat after a crash: what is gone stays gone, and each deletion has one certificate.
 */
export async function certifyDeletions(
  ports: Pick<Ports, "store" | "matcher" | "random" | "room">,
  parties: readonly PartnerId[],
): Promise<void> {
  const pending = await ports.store.read({ name: "find deletions", parties }, async (tx) => {
    const rows = (await tx.deletions.uncertified()).map((row) => ({ ...row, deleted: deletedIn(row.deleted) }));
    await tx.actForAlso(rows.flatMap(({ deleted }) => deleted.parties));
    const versions = rows.flatMap(({ deleted }) => deleted.lists.flatMap((list) => list.versions));
    const segments = await tx.versions.deletedSegments(versions);
    if (segments.length !== versions.length) throw new Error("a version that was deleted is not there");
    return { rows, segments };
  });
  if (pending.rows.length === 0) return;
  for (const segment of pending.segments) await ports.matcher.dropSegment(segment);
  for (const row of pending.rows) {
    await ports.store.write({ name: "certify deletion", parties }, (tx) => certify(ports, tx, row));
  }
}

async function certify(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { contract, deleted }: { readonly contract: ContractId; readonly deleted: Deleted },
): Promise<void> {
  const { size } = await tx.log.head();
  if (!(await tx.deletions.certify(contract, size))) return;
  const { parties, requests, releases, lists, kept } = deleted;
  const detail = {
    because: "termination",
    counts: {
      requests: requests.length,
      releases: releases.length,
      versions: lists.reduce((total, { versions }) => total + versions.length, 0),
    },
    requests,
    releases,
    lists: lists.map(({ list, versions }) => ({ list, versions })),
    keptLists: kept,
    stays: "the log and the privacy ledger",
  };
  await appendEntry(ports, tx, { act: "data-deleted", actor: null, parties, subject: { contract }, detail });
}

function deletedIn(text: string): Deleted {
  const deleted: Deleted = JSON.parse(text);
  return deleted;
}

// A version that was ended before its first day took no other's place: the one before goes on, and keeps what it has.
async function chainOf(tx: Transaction, file: ContractFile): Promise<ContractFile[]> {
  const chain = [file];
  for (let previous = file.contract.previous; previous !== null; ) {
    // SAFETY: the contract's schema holds `previous` to the pattern of an id.
    const before = await tx.contracts.find(previous as ContractId);
    if (before === null || !hasEnded(stateOf(tx, before))) return chain;
    chain.push(before);
    previous = before.contract.previous;
  }
  return chain;
}

// Lists that a contract still needs which has not ended and which the list's owner has signed: what another member
// offers holds nobody's data in the room.
async function neededLists(tx: Transaction, ended: ReadonlySet<ContractId>): Promise<ReadonlySet<DatasetRef>> {
  const files = await filedContracts(tx);
  const living = files.filter((file) => !ended.has(file.id) && !hasEnded(stateOf(tx, file)));
  return new Set(
    living.flatMap((file) => {
      const signers = file.signatures.map(({ partner }) => partner);
      return listsOf(file).filter((list) => signers.includes(ownerOf(list)));
    }),
  );
}

/** Every contract that the transaction's parties see. */
export async function filedContracts(tx: Transaction): Promise<ContractFile[]> {
  const files: ContractFile[] = [];
  for (let after: ContractId | null = null; ; ) {
    const page: readonly ContractFile[] = await tx.contracts.list({ after, limit: LIMITS.pageItems });
    files.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < LIMITS.pageItems) return files;
    after = last.id;
  }
}

function listsOf({ contract }: ContractFile): DatasetRef[] {
  return contract.datasets.map(({ partner, dataset }) => datasetRef(partner, dataset));
}
