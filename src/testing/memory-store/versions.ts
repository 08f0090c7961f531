// Versions of lists: the last one in force, deleted ones told apart by when they were deleted.

import { type DatasetRef, nameIn, ownerOf } from "../../domain/dataset/schema.ts";
import { DAY_MILLIS, type UnixMillis, unixMillis } from "../../domain/instant.ts";
import type { EndedVersionRow, VersionRow } from "../../ports/rows.ts";
import type { Transaction } from "../../ports/store.ts";
import type { Immediate } from "./deferred.ts";
import { datasetRow } from "./lists.ts";
import type { Session } from "./session.ts";
import { byNumber, byText, firstBroken, OWN, rowsAfter, type Table } from "./table.ts";

/** A version as it is kept. */
export type KeptVersion = {
  readonly partner: string;
  readonly version: VersionRow;
  readonly deletedAt: UnixMillis | null;
};

const VERSION: Table<KeptVersion> = {
  name: "version",
  key: ({ version: { partner, dataset, sequence } }) => `${partner} ${dataset} ${sequence}`,
  ...OWN,
  unique: { version_id: ({ version: { partner, id } }) => `${partner} ${id}` },
  broken: ({ version: { change, increment, people, bytes, leftOut } }) =>
    firstBroken({
      version_increment_counts: (change === "replace") === (increment === null),
      version_counts: people >= 0 && bytes >= 0 && leftOut >= 0,
    }),
  refersTo: ({ version: { partner, dataset } }) => [datasetRow(partner, dataset)],
};

export function versions(db: Session): Immediate<Transaction["versions"]> {
  return { ...found(db), ...changes(db) };
}

type Changes = "add" | "reseal" | "forget" | "forgetEnded" | "keepFor";

const isThere = ({ deletedAt }: KeptVersion): boolean => deletedAt === null;

function found(db: Session): Omit<Immediate<Transaction["versions"]>, Changes> {
  const isInForce = (row: KeptVersion) => isThere(row) && row.version.endsAt > db.now;
  const all = (dataset: DatasetRef) => seenVersions(db, (row) => isIn(row, dataset));
  const current = (dataset: DatasetRef) => {
    const newest = all(dataset).find(isThere);
    return newest !== undefined && isInForce(newest) ? newest.version : null;
  };
  return {
    current,
    currentOf: (datasets) => datasets.flatMap((dataset) => current(dataset) ?? []),
    find: (id) => seenVersions(db, (row) => row.version.id === id && isInForce(row))[0]?.version ?? null,
    list: (dataset, page) =>
      rowsAfter(all(dataset), page?.after ?? null, ({ version }) => version.id)
        .filter(isThere)
        .slice(0, page?.limit)
        .map(({ version }) => version),
    segmentsOf: (ids) =>
      seenVersions(db, (row) => isThere(row) && ids.includes(row.version.id))
        .map(({ version }) => fileOf(version))
        .sort(byText(({ id }) => id)),
    lastEnd: (dataset) => {
      const [newest] = all(dataset);
      if (newest === undefined) return null;
      return unixMillis(Math.min(newest.version.endsAt, newest.deletedAt ?? Number.MAX_SAFE_INTEGER));
    },
    deletedSegments: (ids) =>
      seenVersions(db, (row) => !isThere(row) && ids.includes(row.version.id)).map(({ version }) => version.segment),
    sealedWithin: (dataset, days) =>
      all(dataset)
        .map(({ version }) => version.sealedAt)
        .filter((at) => at > db.now - days * DAY_MILLIS),
    segments: () => {
      db.assertActsForEverybody();
      return db.rows(VERSION, isThere).map(({ version }) => version.segment);
    },
  };
}

function changes(db: Session): Pick<Immediate<Transaction["versions"]>, Changes> {
  const remove = (isAsked: (row: KeptVersion) => boolean) =>
    db
      .update(
        VERSION,
        (row) => isThere(row) && isAsked(row),
        (row) => ({ ...row, deletedAt: db.now }),
      )
      .map(({ version }) => version);
  return {
    add: (version) => {
      const { partner, dataset } = version;
      const isOfList = ({ version: one }: KeptVersion) => one.partner === partner && one.dataset === dataset;
      const sequence = 1 + db.rows(VERSION, isOfList).length;
      db.insert(VERSION, { partner, version: { ...version, sequence, sealedAt: db.now }, deletedAt: null });
      return sequence;
    },
    reseal: (id, { segment, people, duplicates, bytes, scheme }) => {
      const isIt = (row: KeptVersion) => row.version.id === id && isThere(row);
      const sealed = { segment, people, duplicates, bytes, scheme };
      const anew = (row: KeptVersion) => ({ ...row, version: { ...row.version, ...sealed } });
      if (db.update(VERSION, isIt, anew).length !== 1) throw new Error("a version that is not there was sealed anew");
    },
    forget: (dataset) => remove((row) => isIn(row, dataset)).map(fileOf),
    forgetEnded: () => ended(db, remove),
    keepFor: (dataset, days) => {
      const shorter = (row: KeptVersion): KeptVersion => {
        const end = row.version.sealedAt + days * DAY_MILLIS;
        const endsAt = unixMillis(row.version.isEndStated ? Math.min(row.version.endsAt, end) : end);
        return { ...row, version: { ...row.version, endsAt, isEndStated: true } };
      };
      db.update(VERSION, (row) => isIn(row, dataset) && isThere(row), shorter);
    },
  };
}

/** The versions that the transaction sees, deleted ones among them, newest of each list first. */
export function seenVersions(db: Session, isAsked: (row: KeptVersion) => boolean = () => true): KeptVersion[] {
  return db.rows(VERSION, isAsked).sort(byNumber(({ version }) => -version.sequence));
}

function isIn({ version }: KeptVersion, dataset: DatasetRef): boolean {
  return version.partner === ownerOf(dataset) && version.dataset === nameIn(dataset);
}

type File = Pick<VersionRow, "id" | "segment">;
const fileOf = ({ id, segment }: VersionRow): File => ({ id, segment });

type Remove = (isAsked: (row: KeptVersion) => boolean) => VersionRow[];

// Those before a version that has ended are older, whatever end they had.
function ended(db: Session, remove: Remove): EndedVersionRow[] {
  const over = db.rows(VERSION, ({ deletedAt, version }) => deletedAt === null && version.endsAt <= db.now);
  const isPast = ({ version: one }: KeptVersion) =>
    over.some(
      ({ version: later }) =>
        later.partner === one.partner && later.dataset === one.dataset && later.sequence >= one.sequence,
    );
  const place = ({ partner, dataset, sequence }: VersionRow) =>
    [partner, dataset, String(sequence).padStart(9, "0")].join();
  return remove(isPast)
    .sort(byText(place))
    .map(({ id, partner, dataset, sequence, segment, endsAt }) => ({
      id,
      partner,
      dataset,
      sequence,
      segment,
      endsAt,
    }));
}
