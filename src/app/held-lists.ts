// Lists that partners hold: those whose rows were collected, made again as they were, so that whoever holds one can be
// told whom to remove. A list of which a version was deleted cannot be made again, and nobody can tell any more whom it
// named (GDPR art. 19: unless this proves impossible).

import type { DatasetRef } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { SealedVersion } from "../ports/matcher.ts";
import type { ReleaseRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { type GivenLists, givenLists, listRecords, type OpenedLists, openGiven, versionsIn } from "./given-lists.ts";
import type { Ports } from "./ports.ts";
import { keyOfVersions } from "./question-versions.ts";

/** A list that its recipient has collected. */
export type HeldList = {
  readonly release: ReleaseRow;
  readonly opened: OpenedLists;
  /** What it was checked on, each time that this differed: whoever was not there either was not given. */
  readonly collections: readonly (readonly VersionRow[])[];
};

/** What is to be removed from a list that somebody holds: records of the recipient, or all of it where null. */
export type Removal = { readonly held: HeldList; readonly records: readonly string[] | null };

/** Which lists are looked for: made with any of these datasets, and given by a release of this kind. */
export type Looking = {
  readonly datasets: readonly DatasetRef[];
  readonly isMeant: (release: ReleaseRow) => boolean;
};

/** The lists looked for that anybody has collected. */
export type Held = {
  readonly looking: Looking;
  readonly lists: readonly HeldList[];
  /** Also of those that cannot be made again. */
  readonly releases: readonly ReleaseRow[];
  /** Which were collected, on what, and the files behind them: what is worked out holds as long as it is this. */
  readonly state: string;
};

/**
 * Finds the lists looked for that anybody has collected, valid still or not. The transaction comes to act for their
 * recipients: what is found is told to nobody but them.
 */
export async function heldOf(ports: Pick<Ports, "matcher" | "room">, tx: Transaction, looking: Looking): Promise<Held> {
  const releases = await collectedFrom(tx, looking);
  const lists: HeldList[] = [];
  for (const release of releases) {
    const given = await givenLists(tx, [release]);
    if (!given.has(release.id)) continue;
    const opened = await openGiven(ports, tx, given);
    lists.push({ release, opened, collections: await collectionsOf(tx, release) });
  }
  return { looking, lists, releases, state: stateIn(releases, lists.flatMap(versionsBehind)) };
}

/** The releases of the lists looked for that anybody has collected, newest first. */
export async function collectedFrom(tx: Transaction, { datasets, isMeant }: Looking): Promise<readonly ReleaseRow[]> {
  const found = await Promise.all(datasets.map((dataset) => tx.releases.collected(dataset)));
  return [...new Map(found.flat().map((release) => [release.id, release])).values()].filter(isMeant);
}

// Of a list collected before there was a note of it, what it was asked on is all that is known.
async function collectionsOf(tx: Transaction, release: ReleaseRow): Promise<HeldList["collections"]> {
  const keys: readonly string[] = release.collectedOn === null ? [release.versions] : JSON.parse(release.collectedOn);
  const found = await Promise.all(keys.map((key) => Promise.all(key.split(",").map((id) => tx.versions.find(id)))));
  return found.flatMap((rows) => {
    const versions = rows.filter((row) => row !== null);
    return versions.length === rows.length ? [versions] : [];
  });
}

/** Who has collected lists, each with how many: nothing of it depends on people. */
export function recipientsOf({
  releases,
}: Pick<Held, "releases">): readonly { readonly recipient: PartnerId; readonly lists: number }[] {
  const counts = new Map<PartnerId, number>();
  for (const { recipient } of releases) counts.set(recipient, (counts.get(recipient) ?? 0) + 1);
  return [...counts].sort().map(([recipient, lists]) => ({ recipient, lists }));
}

/** The state as it is now, in a transaction that may conclude what was worked out on it. */
export async function stateOfHeld(tx: Transaction, { looking, lists }: Held): Promise<string> {
  const behind = lists.flatMap(versionsBehind);
  await tx.actForAlso([...new Set(behind.map(({ partner }) => partner))]);
  const [releases, files] = await Promise.all([
    collectedFrom(tx, looking),
    tx.versions.segmentsOf(behind.map(({ id }) => id)),
  ]);
  return stateIn(releases, files);
}

type File = Pick<VersionRow, "id" | "segment">;

function stateIn(releases: readonly ReleaseRow[], files: readonly File[]): string {
  const lists = releases.map(({ id, collectedOn }) => `${id} ${collectedOn}`).sort();
  return [...lists, ...new Set(files.map(({ id, segment }) => `${id} ${segment}`).sort())].join();
}

function versionsBehind({ opened, collections }: HeldList): readonly VersionRow[] {
  return [...versionsIn(opened.given), ...collections.flat()];
}

/** Whether a list rests on any of these versions. */
export function restsOn(held: HeldList, versions: ReadonlySet<string>): boolean {
  return versionsBehind(held).some(({ id }) => versions.has(id));
}

/** Something that happens to versions, and what a held list is after it. */
type Happening = {
  /** Whether a list may lose anybody by it: others are not looked at. */
  readonly touches: (held: HeldList) => boolean;
  readonly after: (held: HeldList) => HeldList;
};

/** What is to be removed from lists that are held. Cost: the matcher's for each collection of each list, twice. */
export async function removalsBetween(
  ports: Pick<Ports, "matcher">,
  { lists }: Held,
  { touches, after }: Happening,
): Promise<readonly Removal[]> {
  const removals: Removal[] = [];
  for (const held of lists) {
    if (!touches(held)) continue;
    const removal = await removalFrom(ports, held, after(held));
    if (removal !== null) removals.push(removal);
  }
  return removals;
}

/** A held list once other files have taken the place of some of its versions'. */
export function resealed(held: HeldList, files: ReadonlyMap<string, SealedVersion>): HeldList {
  const anew = (row: VersionRow): VersionRow => ({ ...row, ...files.get(row.id) });
  const given: GivenLists = new Map(
    [...held.opened.given].map(([id, one]) => [
      id,
      { ...one, versions: one.versions.map(anew), still: one.still === null ? null : anew(one.still) },
    ]),
  );
  const collections = held.collections.map((versions) => versions.map(anew));
  return { ...held, opened: { ...held.opened, given }, collections };
}

// Of a deniable list, what was on it and is not would tell which entries are true, so it is all of it.
async function removalFrom(ports: Pick<Ports, "matcher">, before: HeldList, after: HeldList): Promise<Removal | null> {
  if (before.opened.coins.has(before.release.id)) return { held: before, records: null };
  const left = new Set(await recordsHeld(ports, after));
  const records = (await recordsHeld(ports, before)).filter((record) => !left.has(record));
  return records.length === 0 ? null : { held: before, records: records.sort() };
}

/** The records that its recipient has of a list, in all that it collected. */
async function recordsHeld(
  ports: Pick<Ports, "matcher">,
  { release: { id, versions: asked }, opened, collections }: HeldList,
): Promise<string[]> {
  const records = await listRecords(ports, { opened, id });
  const given = new Set<string>();
  for (const versions of collections) {
    const isAsAsked = keyOfVersions(versions) === asked;
    const still = isAsAsked ? null : new Set(await listRecords(ports, { opened, id, versions }));
    for (const record of records) if (still === null || still.has(record)) given.add(record);
  }
  return [...given];
}
