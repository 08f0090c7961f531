// The parts become a version: sealed on disk first, then made visible together with its log entry. A list with too
// many refused rows is refused whole; either way the version before stays in force until the new one is. An increment
// is laid over the version in force; when another has come into force by the time it is sealed, it is sealed anew.
// What was sealed and came to nothing is dropped; whatever a version's row names is kept, since lists given out and
// questions answered on old versions are worked out on them again.

import { toBase64Url } from "../domain/bytes.ts";
import { hasTooManyRejects, type RowReport, totalReport } from "../domain/dataset/row-report.ts";
import { datasetRef } from "../domain/dataset/schema.ts";
import { NORMALISER_VERSION } from "../domain/identifier/canonical.ts";
import { DAY_MILLIS, isoInstant, unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Change, DataKey, SealedVersion } from "../ports/matcher.ts";
import type { DatasetRow, UploadRow, VersionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { keepingIn } from "./end-versions.ts";
import { type Forgotten, forgottenBy, withoutForgotten } from "./forgotten-people.ts";
import {
  closedFault,
  findUpload,
  forgetUpload,
  progressOfParts,
  type UploadFile,
  versionUnder,
} from "./open-upload.ts";
import { type Caller, type Keeping, type Ports, settle, storeInTurn, unlessAborted } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";
import { capFault } from "./version-cap.ts";
import { askedVersion, driftFromAsked } from "./version-drift.ts";

type Working = "progress" | "running" | "sealingTurns";
type CommitPorts = Pick<Ports, "store" | "matcher" | "random" | "room" | Working> & Keeping<VersionRow>;
type Committing = { readonly caller: Caller; readonly id: string; readonly digests: readonly string[] };

/**
 * Commits an upload whose parts are exactly those named, in order, each by the SHA-256 it was sent with.
 * Costs one sort of the list, of the whole version for an increment; progress is told while it runs. An upload that is
 * dropped meanwhile ends it. Safe to repeat: the second finds the upload closed.
 */
export function commitUpload(
  ports: CommitPorts & Pick<Ports, "inTurn" | "makingFiles">,
  request: Committing,
): Promise<Result<VersionRow, Problem>> {
  const { running, inTurn, makingFiles } = ports;
  return inTurn(request.id, (turn) =>
    makingFiles((files) => {
      const inTheirTurn = { ...ports, store: storeInTurn(ports.store, turn, files) };
      return running.during(request.id, (signal) => commit(inTheirTurn, request, signal));
    }),
  );
}

async function commit(
  ports: CommitPorts,
  request: Committing,
  signal: AbortSignal,
): Promise<Result<VersionRow, Problem>> {
  try {
    for (let tries = 1; tries <= LIMITS.sealingTries; tries++) {
      const attempt = () => sealAndPublish(ports, request, signal);
      const outcome = await ports.sealingTurns.take(request.caller.partner, attempt);
      if (outcome !== "overtaken") return outcome;
    }
  } finally {
    ports.progress.tell(request.id, null);
  }
  return err(problem("unavailable", "other versions came into force each time that this one was sealed"));
}

type Committed = Result<VersionRow, Problem>;

/** One try. `overtaken`: the version that it was laid over is not the last one any more, and nothing has changed. */
async function sealAndPublish(
  ports: CommitPorts,
  request: Committing,
  signal: AbortSignal,
): Promise<Committed | "overtaken"> {
  const { caller, id } = request;
  const parties = [caller.partner];
  const ready = await ports.store.read({ name: "check upload", parties }, (tx) => open(ports, tx, request));
  if (!ready.ok) return refuseUpload(ports, request, ready.error);
  const sealing = seal(ports, request, { ...ready.value, signal });
  const made = await unlessAborted(signal, sealing).then(ok, err<unknown>);
  if (!made.ok) {
    if (await isOvertaken(ports, request, ready.value)) return "overtaken";
    throw made.error;
  }
  const { sealed, leftOut } = made.value === null ? { sealed: null, leftOut: 0 } : made.value;
  const outcome = await publishSealed(ports, { request, ready: ready.value, sealed, leftOut });
  const isInForce = outcome !== "overtaken" && outcome.ok;
  // Where the transaction broke off nobody knows whether the version is named, and the sweep at start decides.
  if (sealed !== null && !isInForce) await ports.matcher.dropSegment(sealed.segment);
  if (isInForce) await forgetUpload(ports, id);
  return outcome;
}

// What an increment is laid over may be gone by the time that it is read, as when somebody was erased from it.
function isOvertaken(ports: CommitPorts, request: Committing, ready: Ready): Promise<boolean> {
  const act = { name: "check upload", parties: [request.caller.partner] };
  return ports.store.read(act, async (tx) => {
    const again = await check(tx, request);
    return again.ok && again.value.base?.segment !== ready.base?.segment;
  });
}

// How far the version lies from the one last asked about is worked out before the transaction, and again where a
// question came in between.
async function publishSealed(
  ports: CommitPorts,
  made: Omit<Sealed, "drift">,
): Promise<Result<VersionRow, Problem> | "overtaken"> {
  const { upload } = made.ready.file;
  const act = { name: "commit upload", parties: [upload.partner] };
  for (let tries = 1; tries <= LIMITS.sealingTries; tries++) {
    const drift = made.sealed === null ? null : await driftFromAsked(ports, upload, made.sealed);
    if (drift === "gone") return "overtaken";
    const outcome = await ports.store.write(act, async (tx) => {
      const { sealed } = made;
      const isAskedAsThen = sealed === null || (await askedVersion(tx, upload, sealed))?.id === drift?.from;
      if (!isAskedAsThen) return "asked-meanwhile";
      const result = await conclude(ports, tx, { ...made, drift });
      if (result !== "overtaken") await ports.keep(tx, result);
      return result;
    });
    if (outcome !== "asked-meanwhile") return outcome;
  }
  return "overtaken";
}

type Sealed = {
  readonly request: Committing;
  readonly ready: Ready;
  /** Null when the sealing was told to end. */
  readonly sealed: SealedVersion | null;
  /** People of the upload who were erased before, and are not in it. */
  readonly leftOut: number;
  readonly drift: VersionRow["drift"];
};

// The same transaction that finds the base still in force puts the new version in its place.
async function conclude(
  ports: CommitPorts,
  tx: Transaction,
  { request, ready, sealed, leftOut, drift }: Sealed,
): Promise<Result<VersionRow, Problem> | "overtaken"> {
  const again = await check(tx, request);
  if (!again.ok) return again;
  if (sealed === null) throw new Error("the sealing of an open upload was told to end");
  if (again.value.base?.segment !== ready.base?.segment) return "overtaken";
  if ((await tx.erasures.count(request.caller.partner)) !== ready.forgotten.erasures) return "overtaken";
  const { file, report } = again.value;
  return publish(ports, tx, { caller: request.caller, upload: file.upload, sealed, leftOut, drift, report });
}

type Checked = {
  readonly file: UploadFile;
  readonly dataset: DatasetRow;
  readonly report: RowReport;
  readonly base: VersionRow | null;
};

/** An upload that may be sealed, with what that takes. */
type Ready = Checked & {
  readonly dataKey: DataKey;
  /** Who may not be in it. */
  readonly forgotten: Forgotten;
};

async function open(ports: CommitPorts, tx: Transaction, request: Committing): Promise<Result<Ready, Problem>> {
  const checked = await check(tx, request);
  if (!checked.ok) return checked;
  const { partner } = checked.value.file.upload;
  const dataKey = await unwrapDataKey(tx, ports.room.keyRing, partner);
  return ok({ ...checked.value, dataKey, forgotten: await forgottenBy(ports, tx, { partner, dataKey }) });
}

async function check(tx: Transaction, { id, digests }: Committing): Promise<Result<Checked, Problem>> {
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
  const fault = reportFault(report, dataset.schema.rejects, upload.change) ?? (await capFault(tx, upload));
  if (fault !== null) return err(fault);
  const base = await versionUnder(tx, upload);
  return base.ok ? ok({ file: file.value, dataset, report, base: base.value }) : base;
}

function reportFault(report: RowReport, share: string, change: Change): Problem | null {
  if (hasTooManyRejects(report, share)) {
    const says = `${report.rejected} of ${report.read} rows are refused, more than the declared share of ${share}`;
    return problem("list-too-many-rejects", says, { report });
  }
  const wanted = change === "delete" ? "record reference" : "identifier";
  return report.accepted + report.cleared > 0
    ? null
    : problem("list-empty", `no row has a usable ${wanted}`, { report });
}

/** A list refused for its rows is closed, in the log, and its parts go; any other refusal leaves the upload alone. */
async function refuseUpload(ports: CommitPorts, request: Committing, fault: Problem): Promise<Committed> {
  const { caller, id } = request;
  const isOfList = fault.kind === "list-too-many-rejects" || fault.kind === "list-empty";
  const refused = await settle(ports, { name: "refuse upload", parties: [caller.partner] }, async (tx) => {
    const file = await findUpload(tx, id);
    if (!file.ok || !isOfList || file.value.upload.state !== "open") return err(fault);
    await tx.uploads.close(id, "refused", null);
    const report = totalReport(file.value.parts.map((part) => part.report));
    const subject = { upload: id, dataset: datasetRef(caller.partner, file.value.upload.dataset) };
    const detail = { reason: fault.kind, read: report.read, rejected: report.rejected, blank: report.blank };
    await appendEntry(ports, tx, { act: "upload-refused", actor: caller, parties: [caller.partner], subject, detail });
    return err(fault);
  });
  if (isOfList) await forgetUpload(ports, id);
  return refused;
}

async function seal(
  ports: CommitPorts,
  { id }: Committing,
  { file, dataset, base, dataKey, forgotten, signal }: Ready & { readonly signal: AbortSignal },
): ReturnType<typeof withoutForgotten> {
  const { bytes } = progressOfParts(file.parts);
  ports.progress.tell(id, { phase: "sealing", rows: 0, rowsTotal: null, bytes });
  const sealed = await ports.matcher.seal({
    staging: id,
    parts: file.parts.length,
    change: file.upload.change,
    ...(base === null ? {} : { base: { segment: base.segment } }),
    schema: dataset.schema,
    dataKey,
    signal,
    onProgress: ({ rowsSealed, rowsTotal }) =>
      ports.progress.tell(id, { phase: "sealing", rows: rowsSealed, rowsTotal, bytes }),
  });
  return withoutForgotten(ports, sealed, { schema: dataset.schema, dataKey, forgotten });
}

async function publish(
  ports: CommitPorts,
  tx: Transaction,
  made: {
    caller: Caller;
    upload: UploadRow;
    sealed: SealedVersion;
    leftOut: number;
    drift: VersionRow["drift"];
    report: RowReport;
  },
): Promise<Result<VersionRow, Problem>> {
  const { caller, upload, sealed, leftOut, drift, report } = made;
  const id = `ver_${toBase64Url(ports.random(16))}`;
  const { partner, dataset, change } = upload;
  const { days, isStated } = await keepingIn(tx, upload);
  const end = { endsAt: unixMillis(tx.now + days * DAY_MILLIS), isEndStated: isStated };
  const about = { id, partner, dataset, change, normaliser: NORMALISER_VERSION, report, leftOut, drift };
  const version = { ...sealed, ...about, ...end };
  const sequence = await tx.versions.add(version);
  await tx.uploads.close(upload.id, "committed", id);
  const subject = { version: id, upload: upload.id, dataset: datasetRef(partner, dataset) };
  const { read, accepted, blank, cleared, rejected } = report;
  const { people, duplicates, increment } = sealed;
  const rows = { read, accepted, blank, cleared, rejected };
  const counts = { ...rows, people, duplicates, leftOut, ...increment };
  const detail = { change, sequence, ...counts, endsAt: isoInstant(end.endsAt) };
  await appendEntry(ports, tx, { act: "upload-committed", actor: caller, parties: [partner], subject, detail });
  return ok({ ...version, sequence, sealedAt: tx.now });
}
