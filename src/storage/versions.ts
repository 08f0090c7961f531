// Versions of datasets: each a sealed file, the last one in force.
// Who uploads again adds one; a file is made anew only when people are erased from it or the room key is rotated, and
// deleted at its end.

import { canonicalJson } from "../domain/canonical-json.ts";
import { type DatasetRef, nameIn, ownerOf } from "../domain/dataset/schema.ts";
import type { Days, UnixMillis } from "../domain/instant.ts";
import type { Increment } from "../ports/matcher.ts";
import type { EndedVersionRow, Page, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import { askedDatasets } from "./asked-rows.ts";
import type { DocumentReaders } from "./documents.ts";
import { assertActsForEverybody } from "./everybody.ts";
import type { Statements } from "./pool.ts";

type Counts = { readonly [count in keyof Increment]: number | null };
type Row = Omit<VersionRow, "report" | "increment" | "drift"> &
  Counts & { readonly report: string; readonly driftFrom: string | null; readonly drift: number | null };

export function versions(tx: Statements, read: DocumentReaders): Transaction["versions"] {
  const columns = tx`
    id, partner, dataset, sequence, segment, people, duplicates, bytes, scheme, normaliser, report, change,
    rows_removed as "rowsRemoved", rows_added as "rowsAdded", references_unknown as "referencesUnknown",
    drift_from as "driftFrom", drift, left_out as "leftOut", concordat.millis(sealed_at) as "sealedAt",
    concordat.millis(ends_at) as "endsAt", is_end_stated as "isEndStated"`;
  const currentOf = async (datasets: readonly DatasetRef[]) => {
    const rows = await tx<Row[]>`
      select newest.* from ${askedDatasets(tx, datasets)}, lateral (
        select ${columns} from concordat.version
        where version.partner = asked.partner and version.dataset = asked.dataset and deleted_at is null
        order by sequence desc limit 1) newest
      where concordat.instant("endsAt") > now()`;
    return rows.map((row) => toVersion(row, read));
  };
  return {
    currentOf,
    current: async (dataset) => (await currentOf([dataset]))[0] ?? null,
    find: async (id) => {
      const [row] = await tx<Row[]>`
        select ${columns} from concordat.version where id = ${id} and deleted_at is null and ends_at > now()`;
      return row === undefined ? null : toVersion(row, read);
    },
    list: async (dataset, page) => {
      const rows = await tx<Row[]>`
        select ${columns} from concordat.version
        where ${isOf(tx, dataset)} and deleted_at is null and ${isOfPage(tx, dataset, page)}
        order by sequence desc limit ${page?.limit ?? null}`;
      return rows.map((row) => toVersion(row, read));
    },
    add: (version) => add(tx, version),
    reseal: (id, sealed) => reseal(tx, id, sealed),
    forget: async (dataset) => [
      ...(await tx<Pick<VersionRow, "id" | "segment">[]>`
        update concordat.version set deleted_at = now() where ${isOf(tx, dataset)} and deleted_at is null
        returning id, segment`),
    ],
    forgetEnded: () => forgetEnded(tx),
    lastEnd: (dataset) => lastEnd(tx, dataset),
    keepFor: (dataset, days) => keepFor(tx, dataset, days),
    segmentsOf: (ids) => segmentsOf(tx, ids),
    deletedSegments: (ids) => deletedSegments(tx, ids),
    sealedWithin: (dataset, days) => sealedWithin(tx, dataset, days),
    segments: async () => {
      await assertActsForEverybody(tx);
      const rows = await tx<{ segment: string }[]>`select segment from concordat.version where deleted_at is null`;
      return rows.map((row) => row.segment);
    },
  };
}

async function segmentsOf(tx: Statements, ids: readonly string[]): Promise<Pick<VersionRow, "id" | "segment">[]> {
  return [
    ...(await tx<Pick<VersionRow, "id" | "segment">[]>`
      select id, segment from concordat.version
      where id = any (${tx.array([...ids], TEXT_ARRAY)}) and deleted_at is null order by id`),
  ];
}

async function deletedSegments(tx: Statements, ids: readonly string[]): Promise<string[]> {
  const rows = await tx<{ segment: string }[]>`
    select segment from concordat.version
    where id = any (${tx.array([...ids], TEXT_ARRAY)}) and deleted_at is not null`;
  return rows.map((row) => row.segment);
}

async function add(tx: Statements, version: Omit<VersionRow, "sequence" | "sealedAt">): Promise<number> {
  const { id, partner, dataset, segment, people, duplicates, bytes, scheme, normaliser, change, increment, drift } =
    version;
  const { endsAt, isEndStated } = version;
  const { rowsRemoved, rowsAdded, referencesUnknown } = increment ?? NO_COUNTS;
  const [row] = await tx<{ sequence: number }[]>`
    insert into concordat.version
      (partner, dataset, sequence, id, segment, people, duplicates, bytes, scheme, normaliser, report,
        change, rows_removed, rows_added, references_unknown, drift_from, drift, left_out,
        ends_at, is_end_stated)
    select ${partner}, ${dataset}, coalesce(max(sequence), 0) + 1, ${id}, ${segment}, ${people}, ${duplicates},
      ${bytes}, ${scheme}, ${normaliser}, ${canonicalJson(version.report)},
      ${change}, ${rowsRemoved}, ${rowsAdded}, ${referencesUnknown}, ${drift?.from ?? null}, ${drift?.people ?? null},
      ${version.leftOut}, concordat.instant(${endsAt}), ${isEndStated}
    from concordat.version where partner = ${partner} and dataset = ${dataset}
    returning sequence`;
  if (row === undefined) throw new Error("a version was added and has no sequence number");
  return row.sequence;
}

async function sealedWithin(tx: Statements, dataset: DatasetRef, days: number): Promise<UnixMillis[]> {
  const rows = await tx<{ at: UnixMillis }[]>`
    select concordat.millis(sealed_at) as at from concordat.version
    where ${isOf(tx, dataset)} and sealed_at > now() - make_interval(days => ${days})
    order by sequence desc`;
  return rows.map((row) => row.at);
}

async function lastEnd(tx: Statements, dataset: DatasetRef): Promise<UnixMillis | null> {
  const [row] = await tx<{ at: UnixMillis }[]>`
    select concordat.millis(least(ends_at, deleted_at)) as at from concordat.version
    where ${isOf(tx, dataset)} order by sequence desc limit 1`;
  return row?.at ?? null;
}

async function keepFor(tx: Statements, dataset: DatasetRef, days: Days): Promise<void> {
  const end = tx`sealed_at + make_interval(days => ${days})`;
  await tx`
    update concordat.version
    set ends_at = case when is_end_stated then least(ends_at, ${end}) else ${end} end, is_end_stated = true
    where ${isOf(tx, dataset)} and deleted_at is null`;
}

// Those before a version that has ended are older, whatever end they had: none of them comes into force again.
async function forgetEnded(tx: Statements): Promise<readonly EndedVersionRow[]> {
  const rows = await tx<EndedVersionRow[]>`
    update concordat.version ended set deleted_at = now()
    where deleted_at is null and exists (
      select from concordat.version later
      where later.partner = ended.partner and later.dataset = ended.dataset and later.sequence >= ended.sequence
        and later.deleted_at is null and later.ends_at <= now())
    returning id, partner, dataset, sequence, segment, concordat.millis(ends_at) as "endsAt"`;
  const place = ({ partner, dataset, sequence }: EndedVersionRow) => [
    partner,
    dataset,
    String(sequence).padStart(9, "0"),
  ];
  return [...rows].sort((left, right) => (place(left).join() < place(right).join() ? -1 : 1));
}

async function reseal(
  tx: Statements,
  id: string,
  { segment, people, duplicates, bytes, scheme }: Parameters<Transaction["versions"]["reseal"]>[1],
): Promise<void> {
  const { count } = await tx`
    update concordat.version
    set segment = ${segment}, people = ${people}, duplicates = ${duplicates}, bytes = ${bytes}, scheme = ${scheme}
    where id = ${id} and deleted_at is null`;
  if (count !== 1) throw new Error("a version that is not there was sealed anew");
}

function isOf(tx: Statements, dataset: DatasetRef) {
  return tx`partner = ${ownerOf(dataset)} and dataset = ${nameIn(dataset)}`;
}

function isOfPage(tx: Statements, dataset: DatasetRef, page: Page | undefined) {
  const after = page?.after ?? null;
  return tx`(${after}::text is null or sequence < (
    select last.sequence from concordat.version last where last.id = ${after} and ${isOf(tx, dataset)}))`;
}

const NO_COUNTS: Counts = { rowsRemoved: null, rowsAdded: null, referencesUnknown: null };

function toVersion(
  { report, rowsRemoved, rowsAdded, referencesUnknown, driftFrom, drift: people, ...row }: Row,
  read: DocumentReaders,
): VersionRow {
  const isFull = rowsRemoved === null || rowsAdded === null || referencesUnknown === null;
  const increment = isFull ? null : { rowsRemoved, rowsAdded, referencesUnknown };
  const drift = driftFrom === null || people === null ? null : { from: driftFrom, people };
  return { ...row, report: read.rowReport(report), increment, drift };
}
