// Uploads and their parts.
// What a part held is staged in files; here stands what must be known of it.

import { canonicalJson } from "../domain/canonical-json.ts";
import type { PartRow, UploadRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { columnNamesSchema, readDocument, rowReportSchema } from "./documents.ts";
import { assertActsForEverybody } from "./everybody.ts";
import type { Statements } from "./pool.ts";

type StoredPart = Omit<PartRow, "columns" | "report"> & { readonly columns: string; readonly report: string };

export function uploads(tx: Statements): Transaction["uploads"] {
  const columns = uploadColumns(tx);
  return {
    open: async ({ id, partner, dataset, change }) => {
      await tx`
        insert into concordat.upload (partner, id, dataset, change) values (${partner}, ${id}, ${dataset}, ${change})`;
    },
    find: async (id) => {
      const [row] = await tx<UploadRow[]>`
        select ${columns} from concordat.upload where id = ${id}`;
      return row ?? null;
    },
    listOpen: (partner, dataset) => listOpen(tx, { partner, dataset }),
    parts: async (id) => {
      const rows = await tx<StoredPart[]>`
        select number, digest, bytes, columns, report from concordat.upload_part where upload = ${id} order by number`;
      return rows.map(toPart);
    },
    addPart: (upload, part) => addPart(tx, upload, part),
    close: async (id, state, version) => {
      const { count } = await tx`
        update concordat.upload set state = ${state}, version = ${version}, closed_at = now()
        where id = ${id} and state = 'open'`;
      if (count !== 1) throw new Error("an upload was closed that is not open");
    },
    dropAll: async (partner) => {
      const rows = await tx<{ id: string }[]>`
        update concordat.upload set state = 'dropped', closed_at = now()
        where partner = ${partner} and state = 'open' returning id`;
      return rows.map((row) => row.id).sort();
    },
    // An upload is as old as its last part.
    idle: async (days) => [
      ...(await tx<UploadRow[]>`
        select ${columns} from concordat.upload
        where state = 'open' and opened_at < now() - make_interval(days => ${days}) and not exists (
          select from concordat.upload_part part
          where part.partner = upload.partner and part.upload = upload.id
            and part.received_at >= now() - make_interval(days => ${days}))
        order by opened_at, id`),
    ],
    openIds: async () => {
      await assertActsForEverybody(tx);
      const rows = await tx<{ id: string }[]>`
        select id from concordat.upload where state = 'open' order by opened_at, id`;
      return rows.map((row) => row.id);
    },
  };
}

function uploadColumns(tx: Statements) {
  return tx`
    id, partner, dataset, change, state, version,
    concordat.millis(opened_at) as "openedAt", concordat.millis(closed_at) as "closedAt"`;
}

async function listOpen(tx: Statements, { partner, dataset }: Pick<UploadRow, "partner" | "dataset">) {
  const rows = await tx<UploadRow[]>`
    select ${uploadColumns(tx)} from concordat.upload
    where partner = ${partner} and dataset = ${dataset} and state = 'open' order by opened_at desc, id desc`;
  return [...rows];
}

async function addPart(tx: Statements, { partner, id }: UploadRow, part: PartRow): Promise<void> {
  const { count } = await tx`
    insert into concordat.upload_part (partner, upload, number, digest, bytes, columns, report)
    select partner, id, ${part.number}, ${part.digest}, ${part.bytes},
      ${canonicalJson(part.columns)}, ${canonicalJson(part.report)}
    from concordat.upload where partner = ${partner} and id = ${id} and state = 'open'`;
  if (count !== 1) throw new Error("a part was added to an upload that is not open");
}

function toPart({ columns, report, ...row }: StoredPart): PartRow {
  return {
    ...row,
    columns: readDocument(columnNamesSchema, columns),
    report: readDocument(rowReportSchema, report),
  };
}
