// The wrapped keys under which partners' lists are sealed, one after the other: the database refuses a second one while
// the first is there. A destroyed one leaves what became unreadable with it, and its certificate's place in the log.

import type { DataKeyRow, DestroyedKeyRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function dataKeys(tx: Statements): Transaction["dataKeys"] {
  return {
    find: async (partner) => {
      const [row] = await tx<DataKeyRow[]>`
        select number, wrapped, concordat.millis(put_at) as "putAt" from concordat.data_key
        where partner = ${partner} and destroyed_at is null`;
      return row === undefined ? null : { ...row, wrapped: new Uint8Array(row.wrapped) };
    },
    nextNumber: async (partner) => {
      const [row] = await tx<{ next: number }[]>`
        select coalesce(max(number), 0) + 1 as next from concordat.data_key where partner = ${partner}`;
      return row?.next ?? 1;
    },
    put: async (partner, number, wrapped) => {
      await tx`
        insert into concordat.data_key (partner, number, wrapped) values (${partner}, ${number}, ${wrapped})`;
    },
    destroy: async ({ partner, number, taken }) => {
      const { count } = await tx`
        update concordat.data_key set wrapped = null, destroyed_at = now(), taken = ${taken}
        where partner = ${partner} and number = ${number} and destroyed_at is null`;
      if (count !== 1) throw new Error("a data key that is not there was destroyed");
    },
    uncertified: async () => [
      ...(await tx<DestroyedKeyRow[]>`
        select partner, number, taken from concordat.data_key
        where destroyed_at is not null and entry is null order by destroyed_at, partner`),
    ],
    certify: async (partner, number, entry) => {
      const { count } = await tx`
        update concordat.data_key set entry = ${entry}
        where partner = ${partner} and number = ${number} and destroyed_at is not null and entry is null`;
      return count === 1;
    },
  };
}
