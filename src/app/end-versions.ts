// Every version of a list has an end, by the database's clock: from then on no question is asked on it, and the next
// round deletes it with its sealed file and the versions before it. What answers were given on it stay as their own
// retention says.

import { type Keeping, keepingOf } from "../domain/dataset/retention.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import { isoInstant } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Policy } from "../domain/policy/document.ts";
import { type Directory, listInWords } from "../domain/policy/words.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { UploadRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import type { Ports } from "./ports.ts";

/** How long a version of an upload's list is kept, as its schema and its owner's policy say now. */
export async function keepingIn(
  tx: Transaction,
  { partner, dataset }: Pick<UploadRow, "partner" | "dataset">,
): Promise<Keeping> {
  const [row, policy] = await Promise.all([tx.datasets.find(partner, dataset), tx.policies.current(partner)]);
  if (row === null) throw new Error("an upload's dataset is not there");
  return keepingOf([row.schema.retention, policy?.policy.defaults.retention]);
}

/**
 * Lets a policy that comes into force end versions sooner that are there already; it prolongs none, but for those that
 * waited for a first policy to say so.
 */
export async function keepAsStated(tx: Transaction, policy: Policy): Promise<void> {
  for (const { partner, name, schema } of await tx.datasets.list(policy.partner)) {
    const { days } = keepingOf([schema.retention, policy.defaults.retention]);
    await tx.versions.keepFor(datasetRef(partner, name), days);
  }
}

/** Deletes the versions whose end has come, of every party, each with its entry. Safe to repeat after a crash. */
export async function endVersions(
  ports: Pick<Ports, "store" | "matcher" | "random" | "room">,
  parties: readonly PartnerId[],
): Promise<void> {
  const ended = await ports.store.write({ name: "end versions", parties }, async (tx) => {
    const rows = await tx.versions.forgetEnded();
    for (const { id, partner, dataset, sequence, endsAt } of rows) {
      const subject = { version: id, dataset: datasetRef(partner, dataset) };
      const detail = { because: "retention", sequence, endsAt: isoInstant(endsAt) };
      await appendEntry(ports, tx, { act: "version-ended", actor: null, parties: [partner], subject, detail });
    }
    return rows;
  });
  // No row names these files any more, so those that a crash leaves are swept at the next start.
  for (const { segment } of ended) await ports.matcher.dropSegment(segment);
}

/** Why a list has no version to ask about, and what is to be done. */
export async function noVersion(
  tx: Transaction,
  { list, directory }: { readonly list: DatasetRef; readonly directory: Directory },
): Promise<Problem> {
  const end = await tx.versions.lastEnd(list);
  const named = listInWords(directory, list);
  if (end === null) return problem("no-version", `${named} has not been uploaded yet`, { dataset: list });
  const says = `the last version of ${named} ended at ${isoInstant(end)}: it must be uploaded again`;
  return problem("no-version", says, { dataset: list, endedAt: isoInstant(end) });
}
