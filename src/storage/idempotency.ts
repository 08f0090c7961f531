// Idempotency records: one key, one request, one reply. The attempt is a fencing number: a server that was taken for
// gone and comes back cannot finish what another has taken over. An attempt bears the number of its server, which
// each session states (`servers/registration.ts`): once that has ended, nobody waits for its lease.

import { LIMITS } from "../domain/limits.ts";
import type { IdempotencyStart, Reply } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

type Row = {
  readonly requestDigest: string;
  readonly attempt: number;
  readonly isLeaseOver: boolean;
  readonly reply: Reply | null;
};

export function idempotency(tx: Statements): Transaction["idempotency"] {
  const lease = tx`now() + make_interval(secs => ${LIMITS.idempotencyLeaseSeconds})`;

  async function takeUp(partner: string, key: string, { attempt }: Row): Promise<IdempotencyStart> {
    await tx`
      update concordat.idempotency set attempt = ${attempt + 1}, lease_until = ${lease}, server = default
      where partner = ${partner} and key = ${key}`;
    return { kind: "fresh", attempt: attempt + 1 };
  }

  return {
    start: async (partner, key, requestDigest) => {
      const { count } = await tx`
        insert into concordat.idempotency (partner, key, request_digest, lease_until)
        values (${partner}, ${key}, ${requestDigest}, ${lease})
        on conflict (partner, key) do nothing`;
      if (count === 1) return { kind: "fresh", attempt: 1 };
      const row = await find(tx, partner, key);
      if (row.requestDigest !== requestDigest) return { kind: "reused" };
      if (row.reply !== null) return { kind: "finished", reply: row.reply };
      return row.isLeaseOver ? takeUp(partner, key, row) : { kind: "in-flight" };
    },
    finish: async ({ partner, key, attempt }, reply) => {
      const { count } = await tx`
        update concordat.idempotency
        set reply_status = ${reply.status}, reply_content_type = ${reply.contentType}, reply_body = ${reply.body}
        where partner = ${partner} and key = ${key} and attempt = ${attempt} and reply_status is null`;
      return count === 1;
    },
    abandon: async ({ partner, key, attempt, begunAt }) => {
      const ends = begunAt === undefined ? null : begunAt + LIMITS.idempotencyLeaseSeconds * 1_000;
      await tx`
        delete from concordat.idempotency
        where partner = ${partner} and key = ${key} and attempt = ${attempt} and reply_status is null
          and (${ends}::float8 is null or floor(extract(epoch from lease_until) * 1000) = ${ends}::float8)`;
    },
    endLeases: async () => {
      await tx`update concordat.idempotency set lease_until = now() where reply_status is null and ${hasNoServer(tx)}`;
    },
    purge: async () => {
      await tx`
        delete from concordat.idempotency
        where started_at < now() - make_interval(days => ${LIMITS.idempotencyDays})`;
    },
  };
}

// None is known, or it has ended.
function hasNoServer(tx: Statements) {
  return tx`not exists (
    select from concordat.server as working where working.number = server and working.ended_at is null)`;
}

async function find(tx: Statements, partner: string, key: string): Promise<Row> {
  const [row] = await tx<Row[]>`
    select request_digest as "requestDigest", attempt,
      lease_until <= now() or (server is not null and ${hasNoServer(tx)}) as "isLeaseOver",
      case when reply_status is not null then
        json_build_object('status', reply_status, 'contentType', reply_content_type, 'body', reply_body)
      end as reply
    from concordat.idempotency where partner = ${partner} and key = ${key} for update`;
  if (row === undefined) throw new Error("an idempotency record is there and cannot be seen");
  return row;
}
