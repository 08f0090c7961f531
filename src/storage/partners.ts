// Partners of the room: a directory that every party may read.
// The operator stands in it too, without a manifest.

import { canonicalJson } from "../domain/canonical-json.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { PartnerRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { askedTexts } from "./asked-rows.ts";
import type { DocumentReaders } from "./documents.ts";
import type { Statements } from "./pool.ts";

type Row = Omit<PartnerRow, "manifest"> & { readonly manifest: string | null };

export function partners(tx: Statements, read: DocumentReaders): Transaction["partners"] {
  const columns = tx`id, manifest, concordat.millis(added_at) as "addedAt", concordat.millis(left_at) as "leftAt"`;
  const named = async (ids: readonly PartnerId[]) => {
    const rows = await tx<Row[]>`
      select ${columns} from ${askedTexts(tx, ids)} as asked (text) join concordat.partner on id = asked.text`;
    return rows.map((row) => toPartner(row, read));
  };
  return {
    named,
    find: async (id) => (await named([id]))[0] ?? null,
    list: async ({ after, limit }) => {
      const rows = await tx<Row[]>`
        select ${columns} from concordat.partner
        where ${after}::text is null or id > ${after}
        order by id limit ${limit}`;
      return rows.map((row) => toPartner(row, read));
    },
    leave: async (id) => {
      await tx`update concordat.partner set left_at = now() where id = ${id} and left_at is null`;
    },
    add: async (id, manifest) => {
      await tx`insert into concordat.partner (id, manifest) values (${id}, ${manifest && canonicalJson(manifest)})`;
    },
  };
}

function toPartner(row: Row, read: DocumentReaders): PartnerRow {
  return { ...row, manifest: row.manifest === null ? null : read.manifest(row.manifest) };
}
