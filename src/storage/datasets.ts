// Partners' datasets: their names, and how their columns are read.
// A dataset is never renamed or removed, since its name is the lineage that the ledger counts by.

import { canonicalJson } from "../domain/canonical-json.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import type { DatasetRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { askedDatasets } from "./asked-rows.ts";
import type { DocumentReaders } from "./documents.ts";
import type { Statements } from "./pool.ts";

type Row = Omit<DatasetRow, "schema"> & { readonly document: string };

export function datasets(tx: Statements, read: DocumentReaders): Transaction["datasets"] {
  const columns = tx`dataset.partner, name, document, concordat.millis(created_at) as "createdAt"`;
  const named = async (datasets: readonly DatasetRef[]) => {
    const rows = await tx<Row[]>`
      select ${columns} from ${askedDatasets(tx, datasets)}
      join concordat.dataset on dataset.partner = asked.partner and dataset.name = asked.dataset`;
    return rows.map((row) => toDataset(row, read));
  };
  return {
    named,
    find: async (partner, name) => (await named([datasetRef(partner, name)]))[0] ?? null,
    list: async (partner) => {
      const rows = await tx<Row[]>`select ${columns} from concordat.dataset where partner = ${partner} order by name`;
      return rows.map((row) => toDataset(row, read));
    },
    create: async (partner, schema) => {
      await tx`
        insert into concordat.dataset (partner, name, document)
        values (${partner}, ${schema.dataset}, ${canonicalJson(schema)})`;
    },
  };
}

function toDataset({ document, ...row }: Row, read: DocumentReaders): DatasetRow {
  return { ...row, schema: read.datasetSchema(document) };
}
