// Uploads of a session: opened, sent part by part, put in force or given up, by the same use cases as over the signed
// API. What a page's script calls is answered in JSON.

import { commitUpload } from "../app/commit-upload.ts";
import { dropUpload, openUpload, progressOfParts, readUpload, type UploadFile } from "../app/open-upload.ts";
import { receivePart } from "../app/receive-part.ts";
import { totalReport } from "../domain/dataset/row-report.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { commitSchema, newUploadSchema, partPathSchema } from "../wire/api/dataset.ts";
import { type Shown, UNKEPT, type Visit } from "./visit.ts";

/** Opens an upload into a list. */
export async function postUpload({ ports, caller, params, form }: Visit): Promise<Result<Shown, Problem>> {
  const wanted = newUploadSchema.safeParse({ change: form.get("change") ?? "replace" });
  if (!wanted.success) return err(problem("invalid-parameter", "an upload replaces a list, or adds to it"));
  const request = { caller, dataset: params["dataset"] ?? "", ...wanted.data };
  return told(await openUpload({ ...ports, ...UNKEPT }, request), null);
}

/** How far an upload has come. */
export async function showUpload({ ports, caller, params }: Visit): Promise<Result<Shown, Problem>> {
  const id = params["upload"] ?? "";
  return told(await readUpload(ports, { caller, id }), ports.progress.of(id));
}

/** Takes in one part. */
export async function putPart({ ports, caller, params, part }: Visit): Promise<Result<Shown, Problem>> {
  const place = partPathSchema.safeParse(params);
  if (!place.success || part === null) return err(problem("invalid-parameter", "a part has a number from 1 on"));
  const { upload: id, part: number } = place.data;
  return told(await receivePart(ports, { caller, id, number, body: part }), null);
}

/** Makes the parts the version in force. */
export async function postCommit({ ports, caller, params, form }: Visit): Promise<Result<Shown, Problem>> {
  const named = commitSchema.safeParse({ parts: form.getAll("part") });
  if (!named.success) return err(problem("invalid-parameter", "the parts are named by their digests, one at least"));
  const request = { caller, id: params["upload"] ?? "", digests: named.data.parts };
  const committed = await commitUpload({ ...ports, ...UNKEPT }, request);
  if (!committed.ok) return committed;
  const { dataset, sequence, people } = committed.value;
  return ok({ kind: "json", json: { sequence, people, href: `/console/lists/${dataset}` } });
}

/** Gives an upload up: a plain form, so that it can be done without a script. */
export async function postDrop({ ports, caller, params }: Visit): Promise<Result<Shown, Problem>> {
  const dropped = await dropUpload(ports, { caller, id: params["upload"] ?? "" });
  return dropped.ok ? ok({ kind: "go", to: `/console/lists/${dropped.value.upload.dataset}` }) : dropped;
}

type Progress = ReturnType<Visit["ports"]["progress"]["of"]>;

function told(file: Result<UploadFile, Problem>, progress: Progress): Result<Shown, Problem> {
  if (!file.ok) return file;
  const { upload, parts } = file.value;
  const { read, rejected } = totalReport(parts.map(({ report }) => report));
  const json = {
    ...{ id: upload.id, state: upload.state, change: upload.change, rows: read, rejected },
    parts: parts.map(({ digest }) => digest),
    progress: progress ?? progressOfParts(parts),
  };
  return ok({ kind: "json", json });
}
