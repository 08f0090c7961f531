// A partner's data key is destroyed for good: everything that lies under it is unreadable from then on, in every old
// copy of the database and of the sealed files too, since the key that wraps it goes from the key ring, which is in
// neither. What it took is noted in the transaction of the act; its certificate is an entry of the log, written when
// the ring's key and the files are gone. A crash between the two is made good by the next round.

import { canonicalJson } from "../domain/canonical-json.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import type { DestroyedKeyRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { dataKeyHolder, makeDataKey } from "./add-partner.ts";
import { appendEntry } from "./append-entry.ts";
import { forgetDeletions, moveDeletions } from "./erase-requested.ts";
import { forgottenBy, sealForgotten } from "./forgotten-people.ts";
import { moveNotices } from "./issue-notices.ts";
import { moveObjections } from "./objections.ts";
import type { Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";
import { moveProvider } from "./sign-in-provider.ts";

type DestroyPorts = Pick<Ports, "store" | "matcher" | "random" | "room">;

/** What became unreadable with a data key, by ids. */
type Taken = {
  /** `destroyed-before`: the key ring knew, and the database, put back from before, did not. */
  readonly because: "partner-removed" | "last-contract-ended" | "destroyed-before";
  readonly lists: readonly { readonly list: DatasetRef; readonly versions: readonly string[] }[];
  readonly uploads: readonly string[];
  /** Erasures whose people the partner may not bring back; of one that stays they are kept under its next key. */
  readonly erasures: number;
};

/**
 * Destroys a partner's data key, inside the transaction of the act that ends it; nothing where it has none. A partner
 * that stays gets another one, under which whom it erased and who has objected is kept, so that nobody comes back, and
 * the notices that wait for it.
 */
export async function destroyDataKey(
  ports: DestroyPorts,
  tx: Transaction,
  { partner, because }: { readonly partner: PartnerId; readonly because: Taken["because"] },
): Promise<void> {
  const key = await tx.dataKeys.find(partner);
  if (key === null) return;
  const lists: Taken["lists"][number][] = [];
  for (const { name } of await tx.datasets.list(partner)) {
    const list = datasetRef(partner, name);
    lists.push({ list, versions: (await tx.versions.forget(list)).map(({ id }) => id).sort() });
  }
  const uploads = await tx.uploads.dropAll(partner);
  const taken: Taken = { because, lists, uploads, erasures: await tx.erasures.count(partner) };
  const destroyed = { partner, number: key.number, taken: canonicalJson(taken) };
  if (because !== "last-contract-ended") {
    // The secret of its sign-in provider lies under the key as well, and a provider without it signs nobody in.
    await tx.signInProviders.remove(partner);
    await tx.dataKeys.destroy(destroyed);
    await forgetDeletions(tx, partner);
    if (because === "partner-removed") return;
    // Who was erased or has objected cannot be read any more, so nothing that it brings could be searched for them.
    const isReadable = taken.erasures === 0 && (await tx.objections.count(partner)) === 0;
    if (isReadable) await makeDataKey(ports, tx, partner);
    return;
  }
  const former = { partner, dataKey: await unwrapDataKey(tx, ports.room.keyRing, partner) };
  const { tokens } = await forgottenBy(ports, tx, former);
  await tx.dataKeys.destroy(destroyed);
  const dataKey = await makeDataKey(ports, tx, partner);
  await sealForgotten(ports, tx, { partner, dataKey, tokens });
  const keys = { from: former.dataKey, to: dataKey };
  await moveObjections(tx, partner, keys);
  await moveNotices(tx, partner, keys);
  await moveDeletions(tx, partner, keys);
  await moveProvider(tx, partner, keys);
}

/**
 * Destroys the ring's keys and deletes the sealed files of data keys that were destroyed, and writes the certificate of
 * each that has none. Safe to repeat after a crash.
 */
export async function certifyDestructions(ports: DestroyPorts, parties: readonly PartnerId[]): Promise<void> {
  const pending = await ports.store.read({ name: "find destructions", parties }, async (tx) => {
    const rows = await tx.dataKeys.uncertified();
    const versions = rows.flatMap((row) => takenIn(row).lists.flatMap((list) => list.versions));
    return { rows, segments: await tx.versions.deletedSegments(versions) };
  });
  for (const { partner, number } of pending.rows) await ports.room.keyRing.destroy(dataKeyHolder(partner, number));
  for (const segment of pending.segments) await ports.matcher.dropSegment(segment);
  for (const row of pending.rows) {
    for (const upload of takenIn(row).uploads) await ports.matcher.dropStaging(upload);
    await ports.store.write({ name: "certify destruction", parties: [row.partner] }, (tx) => certify(ports, tx, row));
  }
}

/**
 * Destroys once more what the key ring knows to be destroyed and the database does not: it comes from before. What lies
 * under such a key is unreadable already.
 */
export async function destroyAgain(ports: DestroyPorts, parties: readonly PartnerId[]): Promise<void> {
  const isBack = async (tx: Transaction, partner: PartnerId) => {
    const key = await tx.dataKeys.find(partner);
    return key !== null && ports.room.keyRing.isDestroyed(dataKeyHolder(partner, key.number));
  };
  for (const partner of parties.filter((one) => one !== OPERATOR)) {
    const act = { name: "destroy again", parties: [partner] };
    if (!(await ports.store.read(act, (tx) => isBack(tx, partner)))) continue;
    await ports.store.write(act, async (tx) => {
      if (await isBack(tx, partner)) await destroyDataKey(ports, tx, { partner, because: "destroyed-before" });
    });
  }
}

async function certify(ports: DestroyPorts, tx: Transaction, row: DestroyedKeyRow): Promise<void> {
  const { partner, number } = row;
  const { size } = await tx.log.head();
  if (!(await tx.dataKeys.certify(partner, number, size))) return;
  const { because, lists, uploads, erasures } = takenIn(row);
  const detail = {
    because,
    number,
    counts: {
      versions: lists.reduce((total, { versions }) => total + versions.length, 0),
      uploads: uploads.length,
      erasures,
    },
    lists: lists.map(({ list, versions }) => ({ list, versions })),
    uploads,
    stays: "the log, signed documents and the privacy ledger",
  };
  const happening = { actor: null, parties: [partner], subject: { partner }, detail };
  await appendEntry(ports, tx, { act: "data-key-destroyed", ...happening });
}

function takenIn({ taken }: DestroyedKeyRow): Taken {
  const parsed: Taken = JSON.parse(taken);
  return parsed;
}
