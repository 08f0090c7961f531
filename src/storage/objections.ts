// Objections and consents taken back: tokens of people, sealed under the partner's data key. Rows are added, and sealed
// anew when another data key follows.

import type { PartnerId } from "../domain/partner/manifest.ts";
import type { ObjectionRow } from "../ports/rights.ts";
import type { Transaction } from "../ports/store.ts";
import { askedTexts } from "./asked-rows.ts";
import type { Statements } from "./pool.ts";

export function objections(tx: Statements): Transaction["objections"] {
  return {
    list: async (partner) => {
      const rows = await tx<ObjectionRow[]>`
        select partner, number, kind, scope, sealed, entry from concordat.objection
        where partner = ${partner} order by number`;
      return rows.map((row) => ({ ...row, sealed: new Uint8Array(row.sealed) }));
    },
    count: async (partner) => (await counts(tx, [partner]))[0] ?? 0,
    counts: (partners) => counts(tx, partners),
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

async function counts(tx: Statements, partners: readonly PartnerId[]): Promise<readonly number[]> {
  const rows = await tx<{ count: number }[]>`
    select (select count(*)::int8 from concordat.objection where objection.partner = asked.text) as count
    from ${askedTexts(tx, partners)} with ordinality as asked (text, place)
    order by place`;
  return rows.map(({ count }) => count);
}
