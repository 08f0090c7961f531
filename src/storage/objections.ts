// Objections and consents taken back: tokens of people, sealed under the partner's data key. Rows are added, and sealed
// anew when another data key follows.

import type { ObjectionRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function objections(tx: Statements): Transaction["objections"] {
  return {
    list: async (partner) => {
      const rows = await tx<ObjectionRow[]>`
        select partner, number, kind, scope, sealed, entry from concordat.objection
        where partner = ${partner} order by number`;
      return rows.map((row) => ({ ...row, sealed: new Uint8Array(row.sealed) }));
    },
    count: async (partner) => {
      const [row] = await tx<{ count: number }[]>`
        select count(*)::int8 as count from concordat.objection where partner = ${partner}`;
      return row?.count ?? 0;
    },
    reseal: async ({ partner, number, sealed }) => {
      const { count } = await tx`
        update concordat.objection set sealed = ${sealed} where partner = ${partner} and number = ${number}`;
      if (count !== 1) throw new Error("an objection that is not there was sealed anew");
    },
    add: async ({ partner, number, kind, scope, sealed, entry }) => {
      await tx`
        insert into concordat.objection (partner, number, kind, scope, sealed, entry)
        values (${partner}, ${number}, ${kind}, ${scope}, ${sealed}, ${entry})`;
    },
  };
}
