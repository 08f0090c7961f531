// Reading one's own datasets and their versions.

import { datasetRef } from "../domain/dataset/schema.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { DatasetRow, Page, VersionRow } from "../ports/rows.ts";
import type { UploadFile } from "./open-upload.ts";
import type { Caller, Ports } from "./ports.ts";

/** The caller's datasets. */
export function listDatasets(
  ports: Pick<Ports, "store">,
  { caller }: { readonly caller: Caller },
): Promise<readonly DatasetRow[]> {
  const act = { name: "list datasets", parties: [caller.partner] };
  return ports.store.read(act, (tx) => tx.datasets.list(caller.partner));
}

/** A page of the versions of one of the caller's datasets, newest first. */
export function listVersions(
  ports: Pick<Ports, "store">,
  { caller, dataset, page }: { readonly caller: Caller; readonly dataset: string; readonly page: Page },
): Promise<Result<{ readonly rows: readonly VersionRow[]; readonly page: Page }, Problem>> {
  return ports.store.read({ name: "list versions", parties: [caller.partner] }, async (tx) => {
    const row = await tx.datasets.find(caller.partner, dataset);
    if (row === null) return err(problem("not-found", `you have no dataset \`${dataset}\``));
    return ok({ rows: await tx.versions.list(datasetRef(caller.partner, dataset), page), page });
  });
}

/** What is on its way into one of the caller's datasets, newest first: uploads that nobody has ended. */
export function listUploads(
  ports: Pick<Ports, "store">,
  { caller, dataset }: { readonly caller: Caller; readonly dataset: string },
): Promise<readonly UploadFile[]> {
  return ports.store.read({ name: "list uploads", parties: [caller.partner] }, async (tx) => {
    const uploads = await tx.uploads.listOpen(caller.partner, dataset);
    return Promise.all(uploads.map(async (upload) => ({ upload, parts: await tx.uploads.parts(upload.id) })));
  });
}
