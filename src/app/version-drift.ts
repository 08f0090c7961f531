// How far a version that is about to come lies from the one that its owner last asked about: fewer than k people, and
// the older one goes on answering (`domain/privacy/README.md`).

import { datasetRef } from "../domain/dataset/schema.ts";
import { err, ok } from "../domain/result.ts";
import type { SealedVersion } from "../ports/matcher.ts";
import type { UploadRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";

/**
 * By how many people a sealed version differs from the one that its owner last asked about; null where there is none.
 * `gone`: that one was made anew, or is over, while it was compared. Where comparing fails, what was sealed is dropped.
 */
export async function driftFromAsked(
  ports: Pick<Ports, "store" | "matcher" | "room">,
  upload: UploadRow,
  sealed: SealedVersion,
): Promise<VersionRow["drift"] | "gone"> {
  const { segment } = sealed;
  const act = { name: "find version asked about", parties: [upload.partner] };
  const found = await ports.store.read(act, async (tx) => {
    const version = await askedVersion(tx, upload, sealed);
    if (version === null) return null;
    return { version, dataKey: await unwrapDataKey(tx, ports.room.keyRing, upload.partner) };
  });
  if (found === null) return null;
  const { version, dataKey } = found;
  const compared = ports.matcher.drift({ segment: version.segment, dataKey }, { segment, dataKey });
  const people = await compared.then(ok, err<unknown>);
  if (people.ok) return { from: version.id, people: people.value };
  const now = await ports.store.read(act, (tx) => askedVersion(tx, upload, sealed));
  if (now?.segment !== version.segment) return "gone";
  await ports.matcher.dropSegment(segment);
  throw people.error;
}

/**
 * The version of a list that its owner last asked about; nothing where its tokens are of another room key, as the two
 * cannot be compared and no question is answered on it any more.
 */
export async function askedVersion(
  tx: Transaction,
  { partner, dataset }: UploadRow,
  { scheme }: SealedVersion,
): Promise<VersionRow | null> {
  const id = await tx.releases.lastAsked(partner, datasetRef(partner, dataset));
  const version = id === null ? null : await tx.versions.find(id);
  return version?.scheme === scheme ? version : null;
}
