// People whom partners have erased: their tokens, sealed under the partner's data key. Rows are only added.

import type { ErasureRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function erasures(tx: Statements): Transaction["erasures"] {
  return {
    list: async (partner) => {
      const rows = await tx<ErasureRow[]>`
        select partner, number, sealed from concordat.erasure where partner = ${partner} order by number`;
      return rows.map((row) => ({ ...row, sealed: new Uint8Array(row.sealed) }));
    },
    count: async (partner) => {
      const [row] = await tx<{ count: number }[]>`
        select count(*)::int8 as count from concordat.erasure where partner = ${partner}`;
      return row?.count ?? 0;
    },
    reseal: async ({ partner, number, sealed }) => {
      const { count } = await tx`
        update concordat.erasure set sealed = ${sealed} where partner = ${partner} and number = ${number}`;
      if (count !== 1) throw new Error("an erasure that is not there was sealed anew");
    },
    add: async ({ partner, number, sealed }) => {
      await tx`insert into concordat.erasure (partner, number, sealed) values (${partner}, ${number}, ${sealed})`;
    },
  };
}
