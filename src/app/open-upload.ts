// An upload begins, or is given up. Until it is committed it changes nothing: the earlier version stays in force.

import { toBase64Url } from "../domain/bytes.ts";
import { datasetRef } from "../domain/dataset/schema.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Change } from "../ports/matcher.ts";
import type { PartRow, UploadRow, VersionRow } from "../ports/rows.ts";
import type { ProgressState } from "../ports/servers.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import type { Caller, Keeping, Ports } from "./ports.ts";

/** An upload and the parts that have arrived. */
export type UploadFile = { readonly upload: UploadRow; readonly parts: readonly PartRow[] };

/**
 * Opens an upload into one of the caller's datasets. An increment needs a version in force, which need not be the one
 * that it is laid over in the end.
 */
export function openUpload(
  ports: Pick<Ports, "store" | "random"> & Keeping<UploadFile>,
  request: { readonly caller: Caller; readonly dataset: string; readonly change: Change },
): Promise<Result<UploadFile, Problem>> {
  const { caller, dataset, change } = request;
  return ports.store.note({ name: "open upload", parties: [caller.partner] }, async (tx) => {
    const outcome = await open(ports, tx, { partner: caller.partner, dataset, change });
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

export type DropPorts = Pick<Ports, "store" | "random" | "room" | "matcher" | "progress" | "inTurn" | "running">;

/**
 * Gives an upload up: its parts are deleted, and a part on its way or a commit that is sealing ends. It is dropped the
 * moment its row says so, whatever still runs; the answer comes when nothing runs any more. One that is closed stays as
 * it is.
 */
export async function dropUpload(
  ports: DropPorts,
  request: { readonly caller: Caller; readonly id: string },
): Promise<Result<UploadFile, Problem>> {
  const act = { name: "drop upload", parties: [request.caller.partner] };
  const dropped = await ports.store.write(act, async (tx) => {
    const found = await findUpload(tx, request.id);
    if (!found.ok || found.value.upload.state !== "open") return found;
    await tx.uploads.close(request.id, "dropped", null);
    await logDrop(ports, tx, { caller: request.caller, file: found.value });
    return findUpload(tx, request.id);
  });
  if (!dropped.ok) return dropped;
  await endDropped(ports, request.id);
  return dropped;
}

/** Ends what is at work on an upload that was dropped, and deletes what it staged. */
export async function endDropped(ports: DropPorts, id: string): Promise<void> {
  ports.running.cancel(id);
  await ports.inTurn(id, () => forgetUpload(ports, id));
}

/** Who gives an upload up: its partner, or the room, because nobody went on with it or its room key is rotated. */
type Dropped = { readonly file: UploadFile } & (
  | { readonly caller: Caller }
  | { readonly caller: null; readonly because: "idle" | "room-key-rotated" }
);

/** Writes the entry of an upload that is given up. */
export async function logDrop(ports: Pick<Ports, "random" | "room">, tx: Transaction, dropped: Dropped): Promise<void> {
  const { caller, file } = dropped;
  const { upload, parts } = file;
  const subject = { upload: upload.id, dataset: datasetRef(upload.partner, upload.dataset) };
  const because = dropped.caller === null ? { because: dropped.because } : {};
  const detail = { change: upload.change, parts: parts.length, read: progressOfParts(parts).rows, ...because };
  await appendEntry(ports, tx, { act: "upload-dropped", actor: caller, parties: [upload.partner], subject, detail });
}

/** Deletes what a closed upload staged. Only in the upload's turn, so that nothing reads or adds to it meanwhile. */
export async function forgetUpload(ports: Pick<Ports, "matcher" | "progress">, id: string): Promise<void> {
  await ports.matcher.dropStaging(id);
  ports.progress.tell(id, null);
}

/** The upload of a party of the transaction, with its parts. */
export async function findUpload(tx: Transaction, id: string): Promise<Result<UploadFile, Problem>> {
  const upload = await tx.uploads.find(id);
  if (upload === null) return err(problem("not-found", "you have no such upload"));
  return ok({ upload, parts: await tx.uploads.parts(id) });
}

/** How far an upload has come by the parts that have arrived. */
export function progressOfParts(parts: readonly PartRow[]): ProgressState {
  const rows = parts.reduce((total, part) => total + part.report.read, 0);
  const bytes = parts.reduce((total, part) => total + part.bytes, 0);
  return { phase: "receiving", rows, rowsTotal: null, bytes };
}

/** What an increment is laid over: the version in force. Null for a full list, which is laid over nothing. */
export async function versionUnder(
  tx: Transaction,
  upload: Pick<UploadRow, "partner" | "dataset" | "change">,
): Promise<Result<VersionRow | null, Problem>> {
  if (upload.change === "replace") return ok(null);
  const list = datasetRef(upload.partner, upload.dataset);
  const inForce = await tx.versions.current(list);
  if (inForce !== null) return ok(inForce);
  const says = `\`${list}\` has no version in force, so there is nothing to ${upload.change}: bring it in whole first`;
  return err(problem("no-version", says, { dataset: list }));
}

/** Why an upload takes nothing more. */
export function closedFault(upload: UploadRow): Problem | null {
  return upload.state === "open" ? null : problem("upload-closed", `the upload is ${upload.state}`);
}

async function open(
  ports: Pick<Ports, "random">,
  tx: Transaction,
  wanted: Pick<UploadRow, "partner" | "dataset" | "change">,
): Promise<Result<UploadFile, Problem>> {
  const dataset = await tx.datasets.find(wanted.partner, wanted.dataset);
  if (dataset === null) return err(problem("not-found", `you have no dataset \`${wanted.dataset}\``));
  const under = await versionUnder(tx, wanted);
  if (!under.ok) return under;
  const id = `upl_${toBase64Url(ports.random(16))}`;
  await tx.uploads.open({ id, ...wanted });
  return findUpload(tx, id);
}
