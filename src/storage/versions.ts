// Versions of datasets: each a sealed file, the last one in force.
// None is changed; who uploads again adds one.

import { canonicalJson } from "../domain/canonical-json.ts";
import { type DatasetRef, ownerOf } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { readDocument, rowReportSchema } from "./documents.ts";
import { assertActsForEverybody } from "./everybody.ts";
import type { Statements } from "./pool.ts";

type Row = Omit<VersionRow, "report"> & { readonly report: string };

export function versions(tx: Statements): Transaction["versions"] {
  const columns = tx`
    id, partner, dataset, sequence, segment, people, duplicates, bytes, scheme, normaliser, report,
    concordat.millis(sealed_at) as "sealedAt"`;
  return {
    current: async (dataset) => {
      const [row] = await tx<Row[]>`
        select ${columns} from concordat.version where ${isOf(tx, dataset)} order by sequence desc limit 1`;
      return row === undefined ? null : toVersion(row);
    },
    find: async (id) => {
      const [row] = await tx<Row[]>`select ${columns} from concordat.version where id = ${id}`;
      return row === undefined ? null : toVersion(row);
    },
    list: async (dataset) => {
      const rows = await tx<Row[]>`
        select ${columns} from concordat.version where ${isOf(tx, dataset)} order by sequence desc`;
      return rows.map(toVersion);
    },
    add: (version) => add(tx, version),
    sealedWithin: async (dataset, days) => {
      const rows = await tx<{ at: UnixMillis }[]>`
        select concordat.millis(sealed_at) as at from concordat.version
        where ${isOf(tx, dataset)} and sealed_at > now() - make_interval(days => ${days})
        order by sequence desc`;
      return rows.map((row) => row.at);
    },
    segments: async () => {
      await assertActsForEverybody(tx);
      const rows = await tx<{ segment: string }[]>`select segment from concordat.version`;
      return rows.map((row) => row.segment);
    },
  };
}

async function add(tx: Statements, version: Omit<VersionRow, "sequence" | "sealedAt">): Promise<number> {
  const { id, partner, dataset, segment, people, duplicates, bytes, scheme, normaliser } = version;
  const [row] = await tx<{ sequence: number }[]>`
    insert into concordat.version
      (partner, dataset, sequence, id, segment, people, duplicates, bytes, scheme, normaliser, report)
    select ${partner}, ${dataset}, coalesce(max(sequence), 0) + 1, ${id}, ${segment}, ${people}, ${duplicates},
      ${bytes}, ${scheme}, ${normaliser}, ${canonicalJson(version.report)}
    from concordat.version where partner = ${partner} and dataset = ${dataset}
    returning sequence`;
  if (row === undefined) throw new Error("a version was added and has no sequence number");
  return row.sequence;
}

function isOf(tx: Statements, dataset: DatasetRef) {
  const owner = ownerOf(dataset);
  return tx`partner = ${owner} and dataset = ${dataset.slice(owner.length + 1)}`;
}

function toVersion({ report, ...row }: Row): VersionRow {
  return { ...row, report: readDocument(rowReportSchema, report) };
}
