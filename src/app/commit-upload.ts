// The parts become a version: sealed on disk first, then made visible together with its log entry. A list with too
// many refused rows is refused whole; either way the version before stays in force until the new one is.

import { toBase64Url } from "../domain/bytes.ts";
import { hasTooManyRejects, type RowReport, totalReport } from "../domain/dataset/row-report.ts";
import { datasetRef } from "../domain/dataset/schema.ts";
import { NORMALISER_VERSION } from "../domain/identifier/canonical.ts";
import { DAY_MILLIS, durationDays, isoInstant, unixMillis } from "../domain/instant.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { SealedVersion } from "../ports/matcher.ts";
import type { UploadRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { closedFault, findUpload, type UploadFile } from "./open-upload.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";

type CommitPorts = Pick<Ports, "store" | "matcher" | "random" | "room" | "progress" | "inTurn"> & Keeping<VersionRow>;
type Committing = { readonly caller: Caller; readonly id: string; readonly digests: readonly string[] };

/**
 * Commits an upload whose parts are exactly those named, in order, each by the SHA-256 it was sent with.
 * Costs one sort of the list; progress is told while it runs. Safe to repeat: the second finds the upload closed.
 */
export function commitUpload(ports: CommitPorts, request: Committing): Promise<Result<VersionRow, Problem>> {
  return ports.inTurn(request.id, () => commit(ports, request));
}

async function commit(ports: CommitPorts, request: Committing): Promise<Result<VersionRow, Problem>> {
  const { caller, id } = request;
  const parties = [caller.partner];
  const ready = await ports.store.read({ name: "check upload", parties }, (tx) => check(tx, request));
  if (!ready.ok) return refuseUpload(ports, request, ready.error);
  const { file, report } = ready.value;
  const sealed = await seal(ports, request, file);
  const outcome = await settle(ports, { name: "commit upload", parties }, async (tx) => {
    const again = await check(tx, request);
    return again.ok ? publish(ports, tx, { caller, upload: file.upload, sealed, report }) : again;
  });
  if (outcome.ok) await ports.matcher.dropStaging(id);
  ports.progress.tell(id, null);
  return outcome;
}

async function check(
  tx: Transaction,
  { id, digests }: Committing,
): Promise<Result<{ file: UploadFile; report: RowReport }, Problem>> {
  const file = await findUpload(tx, id);
  if (!file.ok) return file;
  const { upload, parts } = file.value;
  const closed = closedFault(upload);
  if (closed !== null) return err(closed);
  if (digests.join() !== parts.map((part) => part.digest).join()) {
    const received = parts.length;
    return err(
      problem("parts-mismatch", `${received} parts were received, and not as the commit names them`, { received }),
    );
  }
  const dataset = await tx.datasets.find(upload.partner, upload.dataset);
  if (dataset === null) throw new Error("an upload's dataset is not there");
  const report = totalReport(parts.map((part) => part.report));
  const fault = reportFault(report, dataset.schema.rejects) ?? (await capFault(tx, upload));
  return fault === null ? ok({ file: file.value, report }) : err(fault);
}

function reportFault(report: RowReport, share: string): Problem | null {
  if (hasTooManyRejects(report, share)) {
    const says = `${report.rejected} of ${report.read} rows are refused, more than the declared share of ${share}`;
    return problem("list-too-many-rejects", says, { report });
  }
  return report.accepted > 0 ? null : problem("list-empty", "no row has a usable identifier", { report });
}

async function capFault(tx: Transaction, upload: UploadRow): Promise<Problem | null> {
  const policy = await tx.policies.current(upload.partner);
  if (policy === null) return null;
  const { count, period } = policy.policy.defaults.versionsPerPeriod;
  const days = durationDays(period);
  if (!days.ok) throw new Error("a policy in force has a period that is none");
  const sealed = await tx.versions.sealedWithin(datasetRef(upload.partner, upload.dataset), days.value);
  const oldest = sealed[count - 1];
  if (oldest === undefined) return null;
  const next = isoInstant(unixMillis(oldest + days.value * DAY_MILLIS));
  return problem("version-cap-reached", `your policy takes ${count} versions in ${period}; the next from ${next}`, {
    next,
  });
}

/** A list refused for its rows is closed as refused, in the log; any other refusal leaves the upload as it is. */
function refuseUpload(ports: CommitPorts, request: Committing, fault: Problem): Promise<Result<VersionRow, Problem>> {
  const { caller, id } = request;
  const isOfList = fault.kind === "list-too-many-rejects" || fault.kind === "list-empty";
  return settle(ports, { name: "refuse upload", parties: [caller.partner] }, async (tx) => {
    const file = await findUpload(tx, id);
    if (!file.ok || !isOfList || file.value.upload.state !== "open") return err(fault);
    await tx.uploads.close(id, "refused", null);
    const report = totalReport(file.value.parts.map((part) => part.report));
    const subject = { upload: id, dataset: datasetRef(caller.partner, file.value.upload.dataset) };
    const detail = { reason: fault.kind, read: report.read, rejected: report.rejected, blank: report.blank };
    await appendEntry(ports, tx, { act: "upload-refused", actor: caller, parties: [caller.partner], subject, detail });
    return err(fault);
  });
}

async function seal(ports: CommitPorts, { caller, id }: Committing, file: UploadFile): Promise<SealedVersion> {
  const parties = [caller.partner];
  const { dataset, dataKey } = await ports.store.read({ name: "open data key", parties }, async (tx) => ({
    dataset: await tx.datasets.find(caller.partner, file.upload.dataset),
    dataKey: await unwrapDataKey(tx, ports.room.wrappingKey, caller.partner),
  }));
  if (dataset === null) throw new Error("an upload's dataset is not there");
  const bytes = file.parts.reduce((total, part) => total + part.bytes, 0);
  return ports.matcher.seal({
    staging: id,
    parts: file.parts.length,
    schema: dataset.schema,
    dataKey,
    onProgress: ({ rowsSealed, rowsTotal }) =>
      ports.progress.tell(id, { phase: "sealing", rows: rowsSealed, rowsTotal, bytes }),
  });
}

async function publish(
  ports: CommitPorts,
  tx: Transaction,
  made: { caller: Caller; upload: UploadRow; sealed: SealedVersion; report: RowReport },
): Promise<Result<VersionRow, Problem>> {
  const { caller, upload, sealed, report } = made;
  const id = `ver_${toBase64Url(ports.random(16))}`;
  const { partner, dataset } = upload;
  const version = { ...sealed, id, partner, dataset, normaliser: NORMALISER_VERSION, report };
  const sequence = await tx.versions.add(version);
  await tx.uploads.close(upload.id, "committed", id);
  const subject = { version: id, upload: upload.id, dataset: datasetRef(partner, dataset) };
  const { read, accepted, blank, rejected } = report;
  const detail = { sequence, read, accepted, blank, rejected, people: sealed.people, duplicates: sealed.duplicates };
  await appendEntry(ports, tx, { act: "upload-committed", actor: caller, parties: [partner], subject, detail });
  return ok({ ...version, sequence, sealedAt: tx.now });
}
