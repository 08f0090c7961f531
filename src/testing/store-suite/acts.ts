// What the laws of the store act with: transactions for some parties, partners of a test's own, and the rows that
// most tests need before they come to their point.

import { randomBytes } from "node:crypto";
import { type Contract, contractId } from "../../domain/contract/document.ts";
import { type DatasetRef, datasetRef } from "../../domain/dataset/schema.ts";
import { OPERATOR, type PartnerId } from "../../domain/partner/manifest.ts";
import type { LogNode } from "../../ports/rows.ts";
import type { Store, Transaction } from "../../ports/store.ts";
import { manifestOf, party, schemaOf, sealedVersionOf, thumbprintOf } from "./rows.ts";

type Work<T> = (tx: Transaction) => Promise<T>;

/** Reads, notes and writes for some parties, under one name. */
export function actsOn(store: Store, ...parties: readonly PartnerId[]) {
  const act = { name: "test", parties };
  return {
    read: <T>(work: Work<T>) => store.read(act, work),
    note: <T>(work: Work<T>) => store.note(act, work),
    write: <T>(work: Work<T>) => store.write(act, work),
  };
}

/** Partners that no other test has, in the room and each with a key. */
export async function newPartners(store: Store, ...names: readonly string[]): Promise<PartnerId[]> {
  const ids = names.map((name) => party(`${name}-${randomBytes(6).toString("hex")}`));
  await actsOn(store, OPERATOR).write(async (tx) => {
    for (const id of ids) {
      await tx.partners.add(id, manifestOf(id));
      await tx.keys.register({ thumbprint: thumbprintOf(id), partner: id, jwk: "{}" });
    }
  });
  return ids;
}

/** Appends an entry to the log as its next one, with a leaf of its own; returns its index. */
export async function appendNext(tx: Transaction, parties: readonly PartnerId[]): Promise<number> {
  const { size, frontier, published, signer } = await tx.log.head();
  await tx.log.append({
    entry: { index: size, entry: `entry ${size}` },
    parties,
    nodes: [leafOf(size)],
    head: {
      size: size + 1,
      frontier: [...frontier, leafOf(size).hash].slice(-3),
      checkpoint: `checkpoint ${size}`,
      published,
      signer,
    },
  });
  return size;
}

/** A contract of the members, offered by the first and signed by none. */
export async function offer(store: Store, contract: Contract, leaving: readonly PartnerId[] = []): Promise<void> {
  const [first] = contract.members;
  if (first === undefined) throw new Error("a contract has members");
  const offered = { id: contractId(contract), contract, leaving, offeredBy: first.partner };
  await actsOn(store, first.partner).write((tx) => tx.contracts.offer(offered));
}

/** A dataset `customers` of the partner with one version of that id. */
export async function bringVersion(store: Store, partner: PartnerId, id: string): Promise<void> {
  await actsOn(store, partner).write(async (tx) => {
    if ((await tx.datasets.find(partner, "customers")) === null)
      await tx.datasets.create(partner, schemaOf("customers"));
    await tx.versions.add(sealedVersionOf(partner, id));
  });
}

/** The leaf that `appendNext` writes. */
export const leafOf = (index: number): LogNode => ({ level: 0, index, hash: new Uint8Array(32).fill(index % 256) });
export const customers = (partner: PartnerId): DatasetRef => datasetRef(partner, "customers");
export const random = (): string => randomBytes(8).toString("hex");
export const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** Two partners that no other test has. */
export async function twoPartners(store: Store): Promise<[PartnerId, PartnerId]> {
  const [ann, bob] = await newPartners(store, "ann", "bob");
  if (ann === undefined || bob === undefined) throw new Error("two partners were asked for");
  return [ann, bob];
}

/** Everybody in the room, the operator included. */
export async function everyPartner(store: Store): Promise<PartnerId[]> {
  const rows = await actsOn(store, OPERATOR).read((tx) => tx.partners.list({ after: null, limit: 10_000 }));
  return rows.map((row) => row.id);
}
