// Erasures, objections, notices, and requests for deletion with those who may send them.

import type { UnixMillis } from "../../domain/instant.ts";
import type { DeletionRow, ErasureRow, NoticeRow, ObjectionRow, RequesterRow } from "../../ports/rights.ts";
import type { Transaction } from "../../ports/store.ts";
import type { Immediate } from "./deferred.ts";
import { entryRow } from "./lists.ts";
import type { Session } from "./session.ts";
import { byNumber, byText, firstBroken, OWN, type Parties, partnerRow, type Table } from "./table.ts";

const numbered = {
  key: ({ partner, number }: { readonly partner: string; readonly number: number }) => `${partner} ${number}`,
  ...OWN,
  refersTo: ({ partner }: { readonly partner: string }) => [partnerRow(partner)],
};
const ERASURE: Table<ErasureRow> = { name: "erasure", ...numbered };
const OBJECTION: Table<ObjectionRow> = {
  name: "objection",
  ...numbered,
  defers: ({ entry }) => entryRow(entry),
};

const inOrder = byNumber<{ readonly number: number }>(({ number }) => number);

export function erasures(db: Session): Immediate<Transaction["erasures"]> {
  const of = (partner: string) => db.rows(ERASURE, (row) => row.partner === partner).sort(inOrder);
  return {
    list: of,
    count: (partner) => of(partner).length,
    add: ({ partner, number, sealed }) => db.insert(ERASURE, { partner, number, sealed }),
    reseal: ({ partner, number, sealed }) => {
      const isIt = (row: ErasureRow) => row.partner === partner && row.number === number;
      if (db.update(ERASURE, isIt, (row) => ({ ...row, sealed })).length !== 1)
        throw new Error("an erasure that is not there was sealed anew");
    },
  };
}

export function objections(db: Session): Immediate<Transaction["objections"]> {
  const of = (partner: string) => db.rows(OBJECTION, (row) => row.partner === partner).sort(inOrder);
  return {
    list: of,
    count: (partner) => of(partner).length,
    counts: (partners) => partners.map((partner) => of(partner).length),
    add: ({ partner, number, kind, scope, sealed, entry }) =>
      db.insert(OBJECTION, { partner, number, kind, scope, sealed, entry }),
    reseal: ({ partner, number, sealed }) => {
      const isIt = (row: ObjectionRow) => row.partner === partner && row.number === number;
      if (db.update(OBJECTION, isIt, (row) => ({ ...row, sealed })).length !== 1)
        throw new Error("an objection that is not there was sealed anew");
    },
  };
}

type KeptNotice = Omit<NoticeRow, "sealed"> & {
  readonly number: number;
  readonly sealed: Uint8Array | null;
  readonly isFetched: boolean;
  readonly isAcknowledged: boolean;
};

const itsRecipient = ({ recipient }: KeptNotice, parties: Parties) => parties.has(recipient);
const NOTICE: Table<KeptNotice> = {
  name: "removal_notice",
  key: ({ recipient, number }) => `${recipient} ${number}`,
  sees: itsRecipient,
  mayWrite: itsRecipient,
  unique: {
    removal_notice_id: ({ recipient, id }) => `${recipient} ${id}`,
    removal_notice_of_whole: ({ recipient, release, isWhole }) => (isWhole ? `${recipient} ${release}` : null),
  },
  broken: ({ sealed, isFetched, isAcknowledged }) =>
    firstBroken({
      notice_sealed: (sealed === null) === isAcknowledged,
      notice_fetched: !isAcknowledged || isFetched,
    }),
  refersTo: ({ recipient }) => [partnerRow(recipient)],
};

export function notices(db: Session): Immediate<Transaction["notices"]> {
  const among = (recipient: string, ids: readonly string[]) => (row: KeptNotice) =>
    row.recipient === recipient && ids.includes(row.id);
  const all = (recipient: string) => db.rows(NOTICE, (row) => row.recipient === recipient).sort(inOrder);
  return {
    add: ({ recipient, id, release, isWhole, sealed }) => {
      const known = all(recipient);
      if (isWhole && known.some((row) => row.isWhole && row.release === release)) return;
      const number = 1 + known.length;
      db.insert(NOTICE, { recipient, id, release, isWhole, sealed, number, isFetched: false, isAcknowledged: false });
    },
    waiting: (recipient, { after, limit }) => {
      const rows = all(recipient);
      const last = rows.find(({ id }) => id === after);
      if (after !== null && last === undefined) return [];
      return rows
        .filter(({ isAcknowledged, number }) => !isAcknowledged && number > (last?.number ?? 0))
        .slice(0, limit)
        .flatMap(({ id, release, isWhole, sealed, ...row }) =>
          sealed === null ? [] : [{ recipient: row.recipient, id, release, isWhole, sealed }],
        );
    },
    reseal: ({ recipient, id, sealed }) => {
      const isIt = (row: KeptNotice) => among(recipient, [id])(row) && !row.isAcknowledged;
      if (db.update(NOTICE, isIt, (row) => ({ ...row, sealed })).length !== 1)
        throw new Error("a notice that does not wait was sealed anew");
    },
    fetch: (recipient, ids) => void db.update(NOTICE, among(recipient, ids), (row) => ({ ...row, isFetched: true })),
    countFetched: (recipient, ids) => db.rows(NOTICE, (row) => among(recipient, ids)(row) && row.isFetched).length,
    acknowledge: (recipient, ids) =>
      void db.update(
        NOTICE,
        (row) => among(recipient, ids)(row) && !row.isAcknowledged,
        (row) => ({ ...row, isAcknowledged: true, sealed: null }),
      ),
  };
}

const REQUESTER: Table<RequesterRow> = {
  name: "deletion_requester",
  key: ({ partner, issuer }) => `${partner} ${issuer}`,
  ...OWN,
  refersTo: ({ partner }) => [partnerRow(partner)],
};

export function requesters(db: Session): Immediate<Transaction["requesters"]> {
  const isIt = (partner: string, issuer: string) => (row: RequesterRow) =>
    row.partner === partner && row.issuer === issuer;
  return {
    find: (partner, issuer) => db.find(REQUESTER, `${partner} ${issuer}`),
    list: (partner) => db.rows(REQUESTER, (row) => row.partner === partner).sort(byText(({ issuer }) => issuer)),
    put: (partner, requester) => {
      db.remove(REQUESTER, isIt(partner, requester.issuer));
      db.insert(REQUESTER, { ...requester, partner, registeredAt: db.now, retiredAt: null });
    },
    retire: (partner, issuer) =>
      void db.update(
        REQUESTER,
        (row) => isIt(partner, issuer)(row) && row.retiredAt === null,
        (row) => ({ ...row, retiredAt: db.now }),
      ),
  };
}

type Received = { readonly partner: string; readonly request: DeletionRow; readonly at: UnixMillis };

const DELETION: Table<Received> = {
  name: "deletion_request",
  key: ({ request: { partner, id } }) => `${partner} ${id}`,
  ...OWN,
  refersTo: ({ partner }) => [partnerRow(partner)],
};

export function deletionRequests(db: Session): Immediate<Transaction["deletionRequests"]> {
  return {
    add: ({ partner, id, issuer, sealed }) =>
      db.insert(DELETION, { partner, request: { partner, id, issuer, sealed }, at: db.now }),
    count: (partner) => db.rows(DELETION, (row) => row.partner === partner).length,
    waiting: (limit) =>
      db
        .rows(DELETION)
        .sort(
          byNumber(
            ({ at }) => at,
            ({ request }) => request.id,
          ),
        )
        .slice(0, limit)
        .map(({ request }) => request),
    forget: (partner, ids) =>
      db.remove(DELETION, (row) => row.partner === partner && ids.includes(row.request.id)).length,
    reseal: ({ partner, id, sealed }) => {
      const isIt = (row: Received) => row.partner === partner && row.request.id === id;
      const anew = (row: Received) => ({ ...row, request: { ...row.request, sealed } });
      if (db.update(DELETION, isIt, anew).length !== 1)
        throw new Error("a request for deletion that is not there was sealed anew");
    },
  };
}
