// Partners, their keys and the codes they enrol with, nonces and idempotency records.

import { DAY_MILLIS, type UnixMillis, unixMillis } from "../../domain/instant.ts";
import { LIMITS } from "../../domain/limits.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import type { KeyRow, PartnerRow, Reply } from "../../ports/rows.ts";
import type { Transaction } from "../../ports/store.ts";
import type { Immediate } from "./deferred.ts";
import type { Session } from "./session.ts";
import { anybody, byNumber, byText, firstBroken, OWN, partnerOrOperator, partnerRow, type Table } from "./table.ts";

const PARTNER: Table<PartnerRow> = {
  name: "partner",
  key: ({ id }) => id,
  sees: anybody,
  mayWrite: ({ id }, parties) => partnerOrOperator({ partner: id }, parties),
  broken: ({ id, manifest }) => firstBroken({ partner_manifest: (manifest === null) === (id === OPERATOR) }),
};

export function partners(db: Session): Immediate<Transaction["partners"]> {
  return {
    find: (id) => db.find(PARTNER, id),
    named: (ids) => ids.flatMap((id) => db.find(PARTNER, id) ?? []),
    list: ({ after, limit }) =>
      db
        .rows(PARTNER, ({ id }) => after === null || id > after)
        .sort(byText(({ id }) => id))
        .slice(0, limit),
    add: (id, manifest) => db.insert(PARTNER, { id, manifest, addedAt: db.now, leftAt: null }),
    leave: (id) =>
      void db.update(
        PARTNER,
        (row) => row.id === id && row.leftAt === null,
        (row) => ({ ...row, leftAt: db.now }),
      ),
  };
}

const KEY: Table<KeyRow> = {
  name: "partner_key",
  key: ({ thumbprint }) => thumbprint,
  sees: anybody,
  mayWrite: partnerOrOperator,
  broken: ({ thumbprint }) => firstBroken({ key_thumbprint: /^[A-Za-z0-9_-]{43}$/.test(thumbprint) }),
  refersTo: ({ partner }) => [partnerRow(partner)],
};

export function keys(db: Session): Immediate<Transaction["keys"]> {
  return {
    find: (thumbprint) => db.find(KEY, thumbprint),
    ofPartner: (partner) =>
      db
        .rows(KEY, (row) => row.partner === partner)
        .sort(
          byNumber(
            (row) => row.registeredAt,
            (row) => row.thumbprint,
          ),
        ),
    register: (key) => db.insert(KEY, { ...key, registeredAt: db.now, revokedAt: null }),
    revoke: (thumbprint) =>
      void db.update(
        KEY,
        (row) => row.thumbprint === thumbprint && row.revokedAt === null,
        (row) => ({ ...row, revokedAt: db.now }),
      ),
  };
}

type EnrolmentRow = {
  readonly partner: string;
  readonly codeDigest: string;
  readonly expiresAt: UnixMillis;
  readonly isUsed: boolean;
};

const ENROLMENT: Table<EnrolmentRow> = {
  name: "enrolment",
  key: ({ partner }) => partner,
  sees: partnerOrOperator,
  mayWrite: partnerOrOperator,
  refersTo: ({ partner }) => [partnerRow(partner)],
};

export function enrolments(db: Session): Immediate<Transaction["enrolments"]> {
  const isOpen = ({ isUsed, expiresAt }: EnrolmentRow) => !isUsed && expiresAt > db.now;
  return {
    issue: (partner, codeDigest, days) => {
      db.remove(ENROLMENT, (row) => row.partner === partner);
      const expiresAt = unixMillis(db.now + days * DAY_MILLIS);
      db.insert(ENROLMENT, { partner, codeDigest, expiresAt, isUsed: false });
    },
    redeem: (partner, codeDigest) => {
      const isIt = (row: EnrolmentRow) => row.partner === partner && row.codeDigest === codeDigest && isOpen(row);
      return db.update(ENROLMENT, isIt, (row) => ({ ...row, isUsed: true })).length === 1;
    },
    open: () =>
      db
        .rows(ENROLMENT, isOpen)
        .sort(byText(({ partner }) => partner))
        .flatMap(({ partner, expiresAt }) => {
          const row = db.find(PARTNER, partner);
          return row === null ? [] : [{ partner: row.id, expiresAt }];
        }),
    end: (partner) => {
      const ended = (row: EnrolmentRow) => ({ ...row, expiresAt: db.now });
      return db.update(ENROLMENT, (row) => row.partner === partner && isOpen(row), ended).length === 1;
    },
  };
}

type NonceRow = { readonly partner: string; readonly nonce: string; readonly expiresAt: UnixMillis };

const NONCE: Table<NonceRow> = { name: "nonce", key: ({ partner, nonce }) => `${partner} ${nonce}`, ...OWN };

export function nonces(db: Session): Immediate<Transaction["nonces"]> {
  return {
    claim: (partner, nonce, seconds) => {
      const known = db.find(NONCE, `${partner} ${nonce}`);
      if (known !== null && known.expiresAt > db.now) return false;
      db.remove(NONCE, (row) => row === known);
      db.insert(NONCE, { partner, nonce, expiresAt: unixMillis(db.now + seconds * 1_000) });
      return true;
    },
    purge: () => void db.remove(NONCE, ({ expiresAt }) => expiresAt <= db.now),
  };
}

type IdempotencyRow = {
  readonly partner: string;
  readonly key: string;
  readonly requestDigest: string;
  readonly attempt: number;
  readonly startedAt: UnixMillis;
  readonly leaseUntil: UnixMillis;
  readonly reply: Reply | null;
};

const IDEMPOTENCY: Table<IdempotencyRow> = {
  name: "idempotency",
  key: ({ partner, key }) => `${partner} ${key}`,
  ...OWN,
};

export function idempotency(db: Session): Immediate<Transaction["idempotency"]> {
  const leaseUntil = unixMillis(db.now + LIMITS.idempotencyLeaseSeconds * 1_000);
  type Attempt = Pick<IdempotencyRow, "partner" | "key" | "attempt">;
  const isRunning = (of: Attempt) => (row: IdempotencyRow) =>
    row.partner === of.partner && row.key === of.key && row.attempt === of.attempt && row.reply === null;
  return {
    start: (partner, key, requestDigest) => {
      const known = db.find(IDEMPOTENCY, `${partner} ${key}`);
      if (known === null) {
        const startedAt = db.now;
        db.insert(IDEMPOTENCY, { partner, key, requestDigest, attempt: 1, startedAt, leaseUntil, reply: null });
        return { kind: "fresh", attempt: 1 };
      }
      if (known.requestDigest !== requestDigest) return { kind: "reused" };
      if (known.reply !== null) return { kind: "finished", reply: known.reply };
      if (known.leaseUntil > db.now) return { kind: "in-flight" };
      const attempt = known.attempt + 1;
      db.update(IDEMPOTENCY, isRunning(known), (row) => ({ ...row, attempt, leaseUntil }));
      return { kind: "fresh", attempt };
    },
    finish: (attempt, reply) => db.update(IDEMPOTENCY, isRunning(attempt), (row) => ({ ...row, reply })).length === 1,
    abandon: ({ begunAt, ...attempt }) => {
      const ends = begunAt === undefined ? null : begunAt + LIMITS.idempotencyLeaseSeconds * 1_000;
      const isOne = isRunning(attempt);
      db.remove(IDEMPOTENCY, (row) => isOne(row) && (ends === null || row.leaseUntil === ends));
    },
    endLeases: () =>
      void db.update(
        IDEMPOTENCY,
        ({ reply }) => reply === null,
        (row) => ({ ...row, leaseUntil: db.now }),
      ),
    purge: () => {
      const since = db.now - LIMITS.idempotencyDays * DAY_MILLIS;
      db.remove(IDEMPOTENCY, ({ startedAt }) => startedAt < since);
    },
  };
}
