// Questions that wait for people, with what was said to each.
// One ends once; whether it waits is read off what was said and the time.

import { personIdSchema } from "../../domain/person/person.ts";
import type { Page, RequestFile } from "../../ports/rows.ts";
import type { Transaction } from "../../ports/store.ts";
import { seenMembers } from "./agreements.ts";
import type { Immediate } from "./deferred.ts";
import { personRow } from "./people.ts";
import type { Session } from "./session.ts";
import { byNumber, firstBroken, meets, type Parties, partnerRow, type Table } from "./table.ts";

type Asked = Omit<RequestFile, "events"> & { readonly members: readonly string[] };

const REQUEST: Table<Asked> = {
  name: "approval_request",
  key: ({ recipient, id }) => `${recipient} ${id}`,
  sees: ({ members }, parties) => meets(members, parties),
  mayWrite: ({ recipient }, parties) => parties.has(recipient),
  broken: ({ members, recipient, approvers }) =>
    firstBroken({
      request_recipient: members.includes(recipient),
      request_approvers: approvers.length > 0 && approvers.every((one) => members.includes(one)),
    }),
  refersTo: ({ recipient, askedWith }) => [
    partnerRow(recipient),
    personIdSchema.safeParse(askedWith).success ? personRow(recipient, askedWith) : ["partner_key", askedWith],
  ],
};

type Said = {
  readonly recipient: string;
  readonly request: string;
  readonly number: number;
  readonly members: readonly string[];
  readonly event: RequestFile["events"][number];
};

const mayTell = ({ members, event: { partner } }: Said, parties: Parties): boolean =>
  meets(members, parties) && (partner === null || parties.has(partner));
const nameOf = ({ recipient, request }: Said): string => `${recipient} ${request}`;

const SAID: Table<Said> = {
  name: "approval_event",
  key: (row) => `${nameOf(row)} ${row.number}`,
  sees: ({ members }, parties) => meets(members, parties),
  mayWrite: mayTell,
  unique: {
    approval_event_once: (row) => (row.event.kind === "approved" ? `${nameOf(row)} ${row.event.partner}` : null),
    approval_event_end: (row) => (row.event.kind === "approved" ? null : nameOf(row)),
  },
  broken: ({ members, event: { partner, kind, release } }) =>
    firstBroken({
      event_of_member: partner === null || members.includes(partner),
      event_release: (kind === "released") === (release !== null),
    }),
  refersTo: (row) => [["approval_request", nameOf(row)]],
};

export function requests(db: Session): Immediate<Transaction["requests"]> {
  return { ...looked(db), ...said(db) };
}

type Found = "find" | "openOf" | "waiting" | "listOpen" | "listEnded" | "unended";

function looked(db: Session): Pick<Immediate<Transaction["requests"]>, Found> {
  const files = (isAsked: (row: RequestFile) => boolean) =>
    db
      .rows(REQUEST)
      .map((row) => fileOf(db, row))
      .filter(isAsked);
  const hasEnded = ({ events }: RequestFile) => events.some(({ kind }) => kind !== "approved");
  const isOpen = (file: RequestFile) => !hasEnded(file) && file.expiresAt > db.now;
  const openOf = ({ contract, recipient }: Pick<RequestFile, "contract" | "recipient">) =>
    files((file) => file.contract === contract && file.recipient === recipient && isOpen(file)).sort(newestFirst);
  const isOfPartner = (partner: string, file: RequestFile) =>
    file.recipient === partner || file.approvers.some((one) => one === partner);
  return {
    find: (id) => files((file) => file.id === id)[0] ?? null,
    openOf: (asked) => openOf(asked).find(({ questionDigest }) => questionDigest === asked.questionDigest) ?? null,
    waiting: (asked) => openOf(asked).length,
    listOpen: (partner, page) => {
      const open = files((file) => isOfPartner(partner, file) && isOpen(file));
      return paged(db, open, page);
    },
    listEnded: (partner, page) => {
      const ended = files((file) => file.recipient === partner && !isOpen(file));
      return paged(db, ended, page);
    },
    unended: () =>
      files((file) => !hasEnded(file))
        .sort(newestFirst)
        .reverse(),
  };
}

function said(db: Session): Omit<Immediate<Transaction["requests"]>, Found> {
  return {
    add: (request) => {
      const members = seenMembers(db, request.contract);
      if (members === null) throw new Error("a request names a contract that its transaction cannot see");
      db.insert(REQUEST, { ...request, askedAt: db.now, members });
    },
    addApprovers: ({ id }, added) =>
      void db.update(
        REQUEST,
        (row) => row.id === id,
        (row) => ({ ...row, approvers: [...new Set([...row.approvers, ...added])].sort() }),
      ),
    note: ({ id }, { kind, partner, because, release }) => {
      const [row] = db.rows(REQUEST, (one) => one.id === id);
      if (row === undefined) throw new Error("an event names a request that its transaction cannot see");
      const { recipient, members } = row;
      const number = 1 + fileOf(db, row).events.length;
      const event = { kind, partner, because, release, at: db.now };
      db.insert(SAID, { recipient, request: id, number, members, event });
    },
    forget: (contract) => {
      const gone = db.remove(REQUEST, (row) => row.contract === contract).map(({ id }) => id);
      db.remove(SAID, ({ request }) => gone.includes(request));
      return gone.sort();
    },
  };
}

/** How many requests have not ended. */
export function countUnended(db: Session): number {
  return requests(db).unended().length;
}

const byAsking = byNumber<RequestFile>(
  ({ askedAt }) => askedAt,
  ({ id }) => id,
);
const newestFirst = (left: RequestFile, right: RequestFile): number => byAsking(right, left);

function paged(db: Session, files: readonly RequestFile[], { after, limit }: Page): RequestFile[] {
  const last = db.rows(REQUEST, ({ id }) => id === after)[0];
  if (after !== null && last === undefined) return [];
  const isFurther = (file: RequestFile) => last === undefined || newestFirst({ ...last, events: [] }, file) < 0;
  return files.filter(isFurther).sort(newestFirst).slice(0, limit);
}

function fileOf(db: Session, { members: _, ...row }: Asked): RequestFile {
  const said = db.rows(SAID, ({ recipient, request }) => recipient === row.recipient && request === row.id);
  return { ...row, events: said.sort(byNumber(({ number }) => number)).map(({ event }) => event) };
}
