// People of partners, the ways in which they come in, and their sessions.

import { type UnixMillis, unixMillis } from "../../domain/instant.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import type { PersonRow } from "../../ports/rows.ts";
import type { SignInAttempt, SignInProviderRow } from "../../ports/sign-in.ts";
import type { Transaction } from "../../ports/store.ts";
import type { Immediate } from "./deferred.ts";
import type { Session } from "./session.ts";
import { byNumber, firstBroken, OWN, partnerRow, type Reference, type Table } from "./table.ts";

const PERSON: Table<PersonRow> = {
  name: "person",
  key: ({ partner, id }) => `${partner} ${id}`,
  ...OWN,
  broken: ({ name, role, partner, removedAt }) =>
    firstBroken({
      person_name: (removedAt === null) === (name !== null),
      person_role_check: (role === "operator") === (partner === OPERATOR),
    }),
  refersTo: ({ partner }) => [partnerRow(partner)],
};

/** The row of a partner's person. */
export const personRow = (partner: string, id: string): Reference => ["person", `${partner} ${id}`];

type Digested = { readonly partner: string; readonly digest: string; readonly person: string };
type LinkRow = Digested & { readonly expiresAt: UnixMillis };
type SessionRow = Digested & { readonly seenAt: UnixMillis; readonly endsAt: UnixMillis };

const keyOf = ({ partner, digest }: Pick<Digested, "partner" | "digest">) => `${partner} ${digest}`;
const ofPerson = { key: keyOf, ...OWN, refersTo: (row: Digested) => [personRow(row.partner, row.person)] };

const LINK: Table<LinkRow> = { name: "sign_in_link", ...ofPerson };
const SESSION: Table<SessionRow> = { name: "console_session", ...ofPerson };
const ACCOUNT: Table<Digested> = {
  name: "person_account",
  ...ofPerson,
  unique: { person_account_person: ({ partner, person }) => `${partner} ${person}` },
};

export function people(db: Session): Immediate<Transaction["people"]> {
  const isOf = (partner: string, id: string) => (row: Digested) => row.partner === partner && row.person === id;
  const stayed = (partner: string) =>
    db
      .rows(PERSON, (row) => row.partner === partner && row.removedAt === null)
      .sort(
        byNumber(
          (row) => row.invitedAt,
          (row) => row.id,
        ),
      );
  return {
    find: (partner, id) => db.find(PERSON, `${partner} ${id}`),
    list: (partner, { after, limit }) => {
      const all = stayed(partner);
      return all.slice(after === null ? 0 : all.findIndex(({ id }) => id === after) + 1).slice(0, limit);
    },
    count: (partner) => stayed(partner).length,
    add: ({ partner, id, name, role }) =>
      db.insert(PERSON, { partner, id, name, role, invitedAt: db.now, removedAt: null }),
    remove: (partner, id) => {
      db.remove(LINK, isOf(partner, id));
      db.remove(SESSION, isOf(partner, id));
      db.remove(ACCOUNT, isOf(partner, id));
      const isIt = (row: PersonRow) => row.partner === partner && row.id === id && row.removedAt === null;
      return db.update(PERSON, isIt, (row) => ({ ...row, name: null, removedAt: db.now })).length === 1;
    },
    issueLink: ({ partner, id }, digest, hours) => {
      db.remove(LINK, isOf(partner, id));
      db.insert(LINK, { partner, digest, person: id, expiresAt: unixMillis(db.now + hours * HOUR) });
    },
    linked: (partner, digest) => {
      const link = db.find(LINK, keyOf({ partner, digest }));
      return link === null || link.expiresAt <= db.now ? null : db.find(PERSON, `${partner} ${link.person}`);
    },
    redeem: (partner, digest) => {
      const isIt = (row: LinkRow) => row.partner === partner && row.digest === digest && row.expiresAt > db.now;
      return db.remove(LINK, isIt).length === 1;
    },
  };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function sessions(db: Session): Immediate<Transaction["sessions"]> {
  const isIdle = ({ seenAt, endsAt }: SessionRow, minutes: number) =>
    endsAt <= db.now || seenAt <= db.now - minutes * MINUTE;
  const isIt = (partner: string, digest: string) => (row: SessionRow) =>
    row.partner === partner && row.digest === digest;
  return {
    open: ({ partner, id }, digest, hours) => {
      const endsAt = unixMillis(db.now + hours * HOUR);
      db.insert(SESSION, { partner, digest, person: id, seenAt: db.now, endsAt });
    },
    find: (partner, digest, idleMinutes) => {
      const row = db.find(SESSION, keyOf({ partner, digest }));
      if (row === null || isIdle(row, idleMinutes)) return null;
      const person = db.find(PERSON, `${partner} ${row.person}`);
      return person === null || person.removedAt !== null ? null : { person, seenAt: row.seenAt };
    },
    touch: (partner, digest) => void db.update(SESSION, isIt(partner, digest), (row) => ({ ...row, seenAt: db.now })),
    close: (partner, digest) => db.remove(SESSION, isIt(partner, digest)).length === 1,
    purge: (idleMinutes) => {
      db.remove(SESSION, (row) => isIdle(row, idleMinutes));
      db.remove(LINK, ({ expiresAt }) => expiresAt <= db.now);
      db.remove(ATTEMPT, ({ expiresAt }) => expiresAt <= db.now);
    },
  };
}

/** How many sessions go on. */
export function countSessions(db: Session): number {
  return db.rows(SESSION, ({ endsAt }) => endsAt > db.now).length;
}

const PROVIDER: Table<SignInProviderRow> = {
  name: "sign_in_provider",
  key: ({ partner }) => partner,
  ...OWN,
  refersTo: ({ partner }) => [partnerRow(partner)],
};

export function signInProviders(db: Session): Immediate<Transaction["signInProviders"]> {
  return {
    find: (partner) => db.find(PROVIDER, partner),
    put: (provider) => {
      const isIt = ({ partner }: SignInProviderRow) => partner === provider.partner;
      const changed = db.update(PROVIDER, isIt, ({ entrance }) => ({ ...provider, entrance }));
      if (changed.length === 0) db.insert(PROVIDER, provider);
    },
    remove: (partner) => {
      const bound = db.rows(ACCOUNT, (row) => row.partner === partner).map(({ person }) => person);
      db.remove(ATTEMPT, (row) => row.partner === partner);
      db.remove(SESSION, (row) => row.partner === partner && bound.includes(row.person));
      db.remove(ACCOUNT, (row) => row.partner === partner);
      return db.remove(PROVIDER, (row) => row.partner === partner).length === 1;
    },
  };
}

type AttemptRow = SignInAttempt & { readonly partner: string; readonly expiresAt: UnixMillis };

const ATTEMPT: Table<AttemptRow> = {
  name: "sign_in_attempt",
  key: ({ partner, cookieDigest }) => `${partner} ${cookieDigest}`,
  ...OWN,
  refersTo: ({ partner }) => [partnerRow(partner)],
};

export function signInAttempts(db: Session): Immediate<Transaction["signInAttempts"]> {
  return {
    open: (partner, attempt, minutes) =>
      db.insert(ATTEMPT, { ...attempt, partner, expiresAt: unixMillis(db.now + minutes * MINUTE) }),
    count: (partner) => {
      db.remove(ATTEMPT, (row) => row.partner === partner && row.expiresAt <= db.now);
      return db.rows(ATTEMPT, (row) => row.partner === partner).length;
    },
    claim: (partner, digest) => {
      const [row] = db.remove(ATTEMPT, (one) => one.partner === partner && one.cookieDigest === digest);
      if (row === undefined || row.expiresAt <= db.now) return null;
      const { issuer, cookieDigest, codeDigest } = row;
      return { issuer, cookieDigest, codeDigest };
    },
  };
}

export function accounts(db: Session): Immediate<Transaction["accounts"]> {
  return {
    personOf: (partner, digest) => db.find(ACCOUNT, keyOf({ partner, digest }))?.person ?? null,
    bind: ({ partner, id }, digest) => {
      db.remove(ACCOUNT, (row) => row.partner === partner && row.person === id);
      db.insert(ACCOUNT, { partner, digest, person: id });
    },
  };
}
