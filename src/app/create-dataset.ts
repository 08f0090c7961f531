// A partner declares a list: its name, for ever the name of the lineage, and the schema of its columns.

import { canonicalDigest, canonicalJson } from "../domain/canonical-json.ts";
import type { DatasetSchema } from "../domain/dataset/schema.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { DatasetRow } from "../ports/rows.ts";
import { appendEntry } from "./append-entry.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";

/** Creates a dataset. Declaring the same schema again gives the dataset that is there. */
export function createDataset(
  ports: Pick<Ports, "store" | "random" | "room"> & Keeping<DatasetRow>,
  request: { readonly caller: Caller; readonly schema: DatasetSchema },
): Promise<Result<DatasetRow, Problem>> {
  const { caller, schema } = request;
  if (caller.partner === OPERATOR) return Promise.resolve(err(problem("partner-only", "the operator owns no list")));
  return settle(ports, { name: "create dataset", parties: [caller.partner] }, async (tx) => {
    const before = await tx.datasets.find(caller.partner, schema.dataset);
    if (before !== null) {
      if (canonicalJson(before.schema) === canonicalJson(schema)) return ok(before);
      return err(problem("dataset-exists", `\`${schema.dataset}\` was declared with another schema`));
    }
    await tx.datasets.create(caller.partner, schema);
    const subject = { dataset: `${caller.partner}/${schema.dataset}`, schemaDigest: canonicalDigest(schema) };
    const detail = {};
    await appendEntry(ports, tx, { act: "dataset-created", actor: caller, parties: [caller.partner], subject, detail });
    return ok({ partner: caller.partner, name: schema.dataset, schema, createdAt: tx.now });
  });
}
