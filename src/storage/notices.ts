// Notices to recipients of lists: each is its recipient's alone. What one says is deleted when it is acknowledged.

import type { NoticeRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import type { Statements } from "./pool.ts";

export function notices(tx: Statements): Transaction["notices"] {
  const among = (ids: readonly string[]) => tx`id = any (${tx.array([...ids], TEXT_ARRAY)})`;
  return {
    add: ({ recipient, id, release, isWhole, sealed }) =>
      tx`
        insert into concordat.removal_notice (recipient, number, id, release, is_whole, sealed)
        select ${recipient}, coalesce(max(number), 0) + 1, ${id}, ${release}, ${isWhole}, ${sealed}
        from concordat.removal_notice where recipient = ${recipient}
        on conflict (recipient, release) where is_whole do nothing`.then(() => undefined),
    waiting: async (recipient, { after, limit }) => {
      const rows = await tx<NoticeRow[]>`
        select recipient, id, release, is_whole as "isWhole", sealed from concordat.removal_notice
        where recipient = ${recipient} and acknowledged_at is null and (${after}::text is null or number > (
          select last.number from concordat.removal_notice last
          where last.recipient = ${recipient} and last.id = ${after}))
        order by number limit ${limit}`;
      return rows.map((row) => ({ ...row, sealed: new Uint8Array(row.sealed) }));
    },
    reseal: async ({ recipient, id, sealed }) => {
      const { count } = await tx`
        update concordat.removal_notice set sealed = ${sealed}
        where recipient = ${recipient} and id = ${id} and acknowledged_at is null`;
      if (count !== 1) throw new Error("a notice that does not wait was sealed anew");
    },
    fetch: async (recipient, ids) => {
      await tx`
        update concordat.removal_notice set fetched_at = now()
        where recipient = ${recipient} and ${among(ids)} and fetched_at is null`;
    },
    countFetched: async (recipient, ids) => {
      const [row] = await tx<{ count: number }[]>`
        select count(*)::int8 as count from concordat.removal_notice
        where recipient = ${recipient} and ${among(ids)} and fetched_at is not null`;
      return row?.count ?? 0;
    },
    acknowledge: async (recipient, ids) => {
      await tx`
        update concordat.removal_notice set acknowledged_at = now(), sealed = null
        where recipient = ${recipient} and ${among(ids)} and acknowledged_at is null`;
    },
  };
}
