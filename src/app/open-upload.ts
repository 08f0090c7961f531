// An upload begins, or is given up. Until it is committed it changes nothing: the earlier version stays in force.

import { toBase64Url } from "../domain/bytes.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { PartRow, UploadRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Caller, Keeping, Ports } from "./ports.ts";

/** An upload and the parts that have arrived. */
export type UploadFile = { readonly upload: UploadRow; readonly parts: readonly PartRow[] };

/** Opens an upload into one of the caller's datasets. */
export function openUpload(
  ports: Pick<Ports, "store" | "random"> & Keeping<UploadFile>,
  request: { readonly caller: Caller; readonly dataset: string },
): Promise<Result<UploadFile, Problem>> {
  const { caller, dataset } = request;
  return ports.store.note({ name: "open upload", parties: [caller.partner] }, async (tx) => {
    const outcome = await open(ports, tx, { partner: caller.partner, dataset });
    await ports.keep(tx, outcome);
    return outcome;
  });
}

/** The caller's upload with its parts. */
export function readUpload(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly id: string },
): Promise<Result<UploadFile, Problem>> {
  const act = { name: "read upload", parties: [request.caller.partner] };
  return ports.store.read(act, (tx) => findUpload(tx, request.id));
}

/** Gives an upload up: its parts are deleted. One that is closed stays as it is. */
export function dropUpload(
  ports: Pick<Ports, "store" | "matcher" | "progress" | "inTurn">,
  request: { readonly caller: Caller; readonly id: string },
): Promise<Result<UploadFile, Problem>> {
  return ports.inTurn(request.id, () => drop(ports, request));
}

async function drop(
  ports: Pick<Ports, "store" | "matcher" | "progress">,
  request: { readonly caller: Caller; readonly id: string },
): Promise<Result<UploadFile, Problem>> {
  const act = { name: "drop upload", parties: [request.caller.partner] };
  const dropped = await ports.store.note(act, async (tx) => {
    const found = await findUpload(tx, request.id);
    if (found.ok && found.value.upload.state === "open") await tx.uploads.close(request.id, "dropped", null);
    return found.ok ? findUpload(tx, request.id) : found;
  });
  if (dropped.ok) {
    await ports.matcher.dropStaging(request.id);
    ports.progress.tell(request.id, null);
  }
  return dropped;
}

/** The upload of a party of the transaction, with its parts. */
export async function findUpload(tx: Transaction, id: string): Promise<Result<UploadFile, Problem>> {
  const upload = await tx.uploads.find(id);
  if (upload === null) return err(problem("not-found", "you have no such upload"));
  return ok({ upload, parts: await tx.uploads.parts(id) });
}

/** Why an upload takes nothing more. */
export function closedFault(upload: UploadRow): Problem | null {
  return upload.state === "open" ? null : problem("upload-closed", `the upload is ${upload.state}`);
}

async function open(
  ports: Pick<Ports, "random">,
  tx: Transaction,
  wanted: { readonly partner: Caller["partner"]; readonly dataset: string },
): Promise<Result<UploadFile, Problem>> {
  const dataset = await tx.datasets.find(wanted.partner, wanted.dataset);
  if (dataset === null) return err(problem("not-found", `you have no dataset \`${wanted.dataset}\``));
  const id = `upl_${toBase64Url(ports.random(16))}`;
  await tx.uploads.open({ id, partner: wanted.partner, dataset: wanted.dataset });
  return findUpload(tx, id);
}
