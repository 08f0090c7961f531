// Datasets, the wrapped keys of partners, and uploads with their parts.

import { nameIn, ownerOf } from "../../domain/dataset/schema.ts";
import { DAY_MILLIS, type UnixMillis } from "../../domain/instant.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { DataKeyRow, DatasetRow, PartRow, UploadRow } from "../../ports/rows.ts";
import type { Transaction } from "../../ports/store.ts";
import type { Immediate } from "./deferred.ts";
import type { Session } from "./session.ts";
import { byNumber, byText, firstBroken, OWN, partnerRow, type Reference, type Table } from "./table.ts";

const DATASET: Table<DatasetRow> = {
  name: "dataset",
  key: ({ partner, name }) => `${partner} ${name}`,
  ...OWN,
  refersTo: ({ partner }) => [partnerRow(partner)],
};

/** The row of a partner's dataset. */
export const datasetRow = (partner: string, name: string): Reference => ["dataset", `${partner} ${name}`];

export function datasets(db: Session): Immediate<Transaction["datasets"]> {
  return {
    find: (partner, name) => db.find(DATASET, `${partner} ${name}`),
    named: (datasets) => datasets.flatMap((ref) => db.find(DATASET, `${ownerOf(ref)} ${nameIn(ref)}`) ?? []),
    list: (partner) => db.rows(DATASET, (row) => row.partner === partner).sort(byText(({ name }) => name)),
    create: (partner, schema) => db.insert(DATASET, { partner, name: schema.dataset, schema, createdAt: db.now }),
  };
}

type KeyRow = {
  readonly partner: PartnerId;
  readonly number: number;
  readonly wrapped: Uint8Array | null;
  readonly putAt: UnixMillis;
  readonly destroyed: { readonly at: UnixMillis; readonly taken: string; readonly entry: number | null } | null;
};

const DATA_KEY: Table<KeyRow> = {
  name: "data_key",
  key: ({ partner, number }) => `${partner} ${number}`,
  ...OWN,
  unique: { data_key_present: ({ partner, destroyed }) => (destroyed === null ? partner : null) },
  broken: ({ wrapped, destroyed }) => firstBroken({ data_key_destroyed: (wrapped === null) === (destroyed !== null) }),
  refersTo: ({ partner }) => [partnerRow(partner)],
  defers: ({ destroyed }) => (destroyed === null ? [] : entryRow(destroyed.entry)),
};

/** The row of an entry of the log, where there is one. */
export const entryRow = (entry: number | null): readonly Reference[] =>
  entry === null ? [] : [["log_entry", String(entry)]];

export function dataKeys(db: Session): Immediate<Transaction["dataKeys"]> {
  const of = (partner: string) => db.rows(DATA_KEY, (row) => row.partner === partner);
  return {
    find: (partner): DataKeyRow | null => {
      const row = of(partner).find(({ destroyed }) => destroyed === null);
      if (row === undefined || row.wrapped === null) return null;
      return { number: row.number, wrapped: row.wrapped, putAt: row.putAt };
    },
    nextNumber: (partner) => 1 + Math.max(0, ...of(partner).map(({ number }) => number)),
    put: (partner, number, wrapped) =>
      db.insert(DATA_KEY, { partner, number, wrapped, putAt: db.now, destroyed: null }),
    destroy: ({ partner, number, taken }) => {
      const isIt = (row: KeyRow) => row.partner === partner && row.number === number && row.destroyed === null;
      const destroyed = { at: db.now, taken, entry: null };
      const { length } = db.update(DATA_KEY, isIt, (row) => ({ ...row, wrapped: null, destroyed }));
      if (length !== 1) throw new Error("a data key that is not there was destroyed");
    },
    uncertified: () =>
      db
        .rows(DATA_KEY, ({ destroyed }) => destroyed !== null && destroyed.entry === null)
        .sort(
          byNumber(
            ({ destroyed }) => destroyed?.at ?? 0,
            ({ partner }) => partner,
          ),
        )
        .map(({ partner, number, destroyed }) => ({ partner, number, taken: destroyed?.taken ?? "" })),
    certify: (partner, number, entry) => {
      const isIt = (row: KeyRow) => row.partner === partner && row.number === number && row.destroyed?.entry === null;
      const certified = (row: KeyRow): KeyRow => ({
        ...row,
        destroyed: row.destroyed === null ? null : { ...row.destroyed, entry },
      });
      return db.update(DATA_KEY, isIt, certified).length === 1;
    },
  };
}

/** How many destroyed keys have no certificate. */
export function countUncertified(db: Session): number {
  return db.rows(DATA_KEY, ({ destroyed }) => destroyed?.entry === null).length;
}

const UPLOAD: Table<UploadRow> = {
  name: "upload",
  key: ({ partner, id }) => `${partner} ${id}`,
  ...OWN,
  broken: ({ state, closedAt, version }) =>
    firstBroken({
      upload_closed: (state === "open") === (closedAt === null),
      upload_committed: (state === "committed") === (version !== null),
    }),
  refersTo: ({ partner, dataset }) => [datasetRow(partner, dataset)],
};

type StagedRow = {
  readonly partner: string;
  readonly upload: string;
  readonly part: PartRow;
  readonly at: UnixMillis;
};

const PART: Table<StagedRow> = {
  name: "upload_part",
  key: ({ partner, upload, part }) => `${partner} ${upload} ${part.number}`,
  ...OWN,
  refersTo: ({ partner, upload }) => [["upload", `${partner} ${upload}`]],
};

const isOpen = ({ state }: UploadRow): boolean => state === "open";
const byOpening = byNumber<UploadRow>(
  ({ openedAt }) => openedAt,
  ({ id }) => id,
);

export function uploads(db: Session): Immediate<Transaction["uploads"]> {
  const close = (isAsked: (row: UploadRow) => boolean, end: Pick<UploadRow, "state" | "version">) =>
    db.update(
      UPLOAD,
      (row) => isOpen(row) && isAsked(row),
      (row) => ({ ...row, ...end, closedAt: db.now }),
    );
  return {
    open: (upload) => db.insert(UPLOAD, { ...upload, state: "open", openedAt: db.now, closedAt: null, version: null }),
    find: (id) => db.rows(UPLOAD, (row) => row.id === id)[0] ?? null,
    listOpen: (partner, dataset) =>
      db
        .rows(UPLOAD, (row) => row.partner === partner && row.dataset === dataset && isOpen(row))
        .sort(byOpening)
        .reverse(),
    parts: (id) =>
      db
        .rows(PART, ({ upload }) => upload === id)
        .map(({ part }) => part)
        .sort(byNumber(({ number }) => number)),
    addPart: ({ partner, id }, { number, digest, bytes, columns, report }) => {
      const row = db.find(UPLOAD, `${partner} ${id}`);
      if (row === null || !isOpen(row)) throw new Error("a part was added to an upload that is not open");
      db.insert(PART, { partner, upload: id, part: { number, digest, bytes, columns, report }, at: db.now });
    },
    close: (id, state, version) => {
      const closed = close((row) => row.id === id, { state, version });
      if (closed.length !== 1) throw new Error("an upload was closed that is not open");
    },
    dropAll: (partner) =>
      close((row) => row.partner === partner, { state: "dropped", version: null })
        .map(({ id }) => id)
        .sort(),
    idle: (days) => {
      const since = db.now - days * DAY_MILLIS;
      const isFed = ({ partner, id }: UploadRow) =>
        db.rows(PART, (part) => part.partner === partner && part.upload === id && part.at >= since).length > 0;
      return db.rows(UPLOAD, (row) => isOpen(row) && row.openedAt < since && !isFed(row)).sort(byOpening);
    },
    openIds: () => {
      db.assertActsForEverybody();
      return db
        .rows(UPLOAD, isOpen)
        .sort(byOpening)
        .map(({ id }) => id);
    },
  };
}
