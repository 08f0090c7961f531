// Partners of the room: a directory that every party may read.
// The operator stands in it too, without a manifest.

import { canonicalJson } from "../domain/canonical-json.ts";
import type { UnixMillis } from "../domain/instant.ts";
import { manifestSchema, type PartnerId } from "../domain/partner/manifest.ts";
import type { PartnerRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { readDocument } from "./documents.ts";
import type { Statements } from "./pool.ts";

type Row = { readonly id: PartnerId; readonly manifest: string | null; readonly addedAt: UnixMillis };

export function partners(tx: Statements): Transaction["partners"] {
  const columns = tx`id, manifest, concordat.millis(added_at) as "addedAt"`;
  return {
    find: async (id) => {
      const [row] = await tx<Row[]>`select ${columns} from concordat.partner where id = ${id}`;
      return row === undefined ? null : toPartner(row);
    },
    list: async ({ after, limit }) => {
      const rows = await tx<Row[]>`
        select ${columns} from concordat.partner
        where ${after}::text is null or id > ${after}
        order by id limit ${limit}`;
      return rows.map(toPartner);
    },
    add: async (id, manifest) => {
      await tx`insert into concordat.partner (id, manifest) values (${id}, ${manifest && canonicalJson(manifest)})`;
    },
  };
}

function toPartner(row: Row): PartnerRow {
  return { ...row, manifest: row.manifest === null ? null : readDocument(manifestSchema, row.manifest) };
}
