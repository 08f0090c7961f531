// The versions that a question or a release rests on.

import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import type { VersionRow } from "../ports/rows.ts";

/** What an answer is recorded under: the ids of its versions, sorted, joined by a comma. */
export function keyOfVersions(versions: readonly VersionRow[]): string {
  return versions
    .map((version) => version.id)
    .sort()
    .join();
}

/** The sealed files of versions, each once, sorted and joined: what was worked out holds as long as they are these. */
export function filesOf(versions: readonly VersionRow[]): string {
  return [...new Set(versions.map((version) => version.segment))].sort().join();
}

/** The version of a list among those of a question. */
export function versionOf(versions: readonly VersionRow[], list: DatasetRef): VersionRow {
  const version = versions.find((one) => datasetRef(one.partner, one.dataset) === list);
  if (version === undefined) throw new Error("a list of the question has no version");
  return version;
}
