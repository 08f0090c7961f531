// One part of a list arrives: whole rows, at most 8 MiB as sent, in order. Its hashes become tokens as it streams by;
// only when its digest proves right does the part count. The same part sent again is the same part.

import { open as openBox } from "../crypto/sealed-box.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { tooMany } from "../domain/rates.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import type { DataKey, ListRefusal, ReadPart } from "../ports/matcher.ts";
import type { DataKeyRow, DatasetRow, PartRow } from "../ports/rows.ts";
import type { ProgressState } from "../ports/servers.ts";
import type { Transaction } from "../ports/store.ts";
import { dataKeyHolder, dataKeyLabel } from "./add-partner.ts";
import { closedFault, findUpload, forgetUpload, progressOfParts, type UploadFile } from "./open-upload.ts";
import { type Caller, type Ports, storeInTurn, unlessAborted } from "./ports.ts";

/** A body on its way in. `isIntact` may be asked once the bytes have all been read. */
export type IncomingPart = {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** SHA-256 that the signed request states for it, lowercase hex. */
  readonly digest: string;
  readonly isIntact: () => boolean;
  readonly size: () => number;
};

type Receiving = { readonly caller: Caller; readonly id: string; readonly number: number; readonly body: IncomingPart };

type ReceivePorts = Pick<
  Ports,
  "store" | "matcher" | "room" | "progress" | "inTurn" | "makingFiles" | "running" | "receiving"
>;

/**
 * Takes in the next part of an upload. Several may be on their way at once, as when a client that lost its connection
 * tries again; the first to arrive whole is the part, and nothing of the others stays. A part of an upload that is
 * dropped meanwhile is read no further.
 */
export function receivePart(ports: ReceivePorts, request: Receiving): Promise<Result<UploadFile, Problem>> {
  const { running, receiving, makingFiles } = ports;
  const work = () =>
    makingFiles((files) =>
      running.during(request.id, (signal) =>
        receive({ ...ports, store: storeInTurn(ports.store, files) }, request, signal),
      ),
    );
  return receiving(request.caller.partner, work) ?? Promise.resolve(err(tooMany(["parts"], 1)));
}

async function receive(
  ports: ReceivePorts,
  request: Receiving,
  signal: AbortSignal,
): Promise<Result<UploadFile, Problem>> {
  const act = { name: "receive part", parties: [request.caller.partner] };
  const ready = await ports.store.read(act, (tx) => prepare(tx, ports.room.keyRing, request));
  if (!ready.ok) return ready;
  const { file, dataset, dataKey } = ready.value;
  const known = file.parts[request.number - 1];
  if (known !== undefined) return repeated(request, known, file);
  const { id, number, body } = request;
  const columns = file.parts[0]?.columns;
  const { change } = file.upload;
  const telling = tellingOf(ports, request, file);
  const told = toldBytes(telling, request, signal);
  const wanted = { staging: id, number, change, schema: dataset.schema, dataKey, body: told };
  try {
    const staging = ports.matcher.stagePart(columns === undefined ? wanted : { ...wanted, columns });
    const staged = await unlessAborted(signal, staging);
    if (staged === null || signal.aborted) return await endedPart(ports, request, staged);
    const fault = bodyFault(body);
    if (!staged.ok) return err(body.size() > LIMITS.partBytes ? tooLarge() : refusedList(staged.error, request));
    if (fault === null) {
      return await ports.inTurn(id, (turn) =>
        settlePart({ ...ports, store: storeInTurn(ports.store, turn) }, request, staged.value),
      );
    }
    await staged.value.drop();
    return err(fault);
  } finally {
    telling.takeBack();
  }
}

type Telling = { readonly arrived: () => void; readonly takeBack: () => void };

// Tells how far the part is while it streams by; its rows are known when it was read. What was told of a part that came
// to nothing is taken back, unless something else was told since.
function tellingOf({ progress }: Pick<Ports, "progress">, { id, body }: Receiving, { parts }: UploadFile): Telling {
  const before = progressOfParts(parts);
  let told: ProgressState | null = null;
  return {
    arrived: () => {
      if (progress.of(id)?.phase === "sealing") return;
      told = { ...before, bytes: before.bytes + body.size() };
      progress.tell(id, told);
    },
    takeBack: () => {
      if (told !== null && progress.of(id) === told) progress.tell(id, before);
    },
  };
}

async function* toldBytes(telling: Telling, { body }: Receiving, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of body.bytes) {
    if (signal.aborted) return;
    telling.arrived();
    yield chunk;
  }
}

type Staged = Result<ReadPart, ListRefusal>;

// What a part has staged may be deleted under it, so that it fails; and what it staged since is deleted here.
function endedPart(
  ports: ReceivePorts,
  request: Receiving,
  staged: Staged | null,
): Promise<Result<UploadFile, Problem>> {
  return ports.inTurn(request.id, async () => {
    if (staged?.ok) await staged.value.drop();
    await forgetUpload(ports, request.id);
    const act = { name: "receive part", parties: [request.caller.partner] };
    const file = await ports.store.read(act, (tx) => findUpload(tx, request.id));
    const closed = file.ok ? closedFault(file.value.upload) : file.error;
    if (closed === null) throw new Error("work on an open upload was told to end");
    return err(closed);
  });
}

/** A partner's data key, unwrapped. Secret; kept in memory while it is used. */
export async function unwrapDataKey(tx: Transaction, keyRing: KeyRing, partner: PartnerId): Promise<DataKey> {
  return openDataKey(keyRing, partner, await tx.dataKeys.find(partner));
}

/** The same, of the row that was read. */
export function openDataKey(keyRing: KeyRing, partner: PartnerId, row: DataKeyRow | null): DataKey {
  const key = heldKeyIn(keyRing, partner, row);
  if (key === null) throw new Error("a partner has no data key, or the key ring has its key no more");
  return key;
}

/** The same, or null where the partner has no data key that still opens. */
export async function heldDataKey(tx: Transaction, keyRing: KeyRing, partner: PartnerId): Promise<DataKey | null> {
  return heldKeyIn(keyRing, partner, await tx.dataKeys.find(partner));
}

function heldKeyIn(keyRing: KeyRing, partner: PartnerId, row: DataKeyRow | null): DataKey | null {
  const wrapping = row === null ? null : keyRing.find(dataKeyHolder(partner, row.number));
  if (row === null || wrapping === null) return null;
  const key = openBox(wrapping, row.wrapped, dataKeyLabel(partner));
  if (!key.ok) throw new Error("a data key does not open: is this the room's key ring?");
  return key.value;
}

const DAMAGED = "the bytes received do not have the digest that was signed";

function tooLarge(): Problem {
  return problem("body-too-large", `a part may have ${LIMITS.partBytes} bytes`, { bound: LIMITS.partBytes });
}

function bodyFault(body: IncomingPart): Problem | null {
  if (body.size() > LIMITS.partBytes) return tooLarge();
  return body.isIntact() ? null : problem("digest-mismatch", DAMAGED);
}

// Its file takes its place before its row says so: what the row names is always there.
async function settlePart(
  ports: ReceivePorts,
  request: Receiving,
  read: ReadPart,
): Promise<Result<UploadFile, Problem>> {
  const act = { name: "receive part", parties: [request.caller.partner] };
  const file = await ports.store.read(act, (tx) => findUpload(tx, request.id));
  const late = file.ok ? lateOutcome(request, file.value) : file;
  if (late !== null) {
    await read.drop();
    if (file.ok && file.value.upload.state !== "open") await forgetUpload(ports, request.id);
    return late;
  }
  await read.keep();
  const part = { ...read.part, digest: request.body.digest, bytes: request.body.size() };
  return ports.store.note(act, (tx) => keepPart(ports, tx, { request, part }));
}

/** What becomes of a part when another of its number was settled, or the upload closed, while it was on its way. */
function lateOutcome({ number, body }: Receiving, file: UploadFile): Result<UploadFile, Problem> | null {
  const closed = closedFault(file.upload);
  if (closed !== null) return err(closed);
  const known = file.parts[number - 1];
  if (known === undefined) return null;
  return known.digest === body.digest ? ok(file) : err(problem("part-mismatch", arrivedTwice(number)));
}

function arrivedTwice(number: number): string {
  return `part ${number} arrived twice at once, with two contents`;
}

/** A refusal of the list's content as the problem that the uploader reads; the line counts within the part. */
function refusedList(refusal: ListRefusal, { number }: Receiving): Problem {
  const place = refusal.line === undefined ? {} : { line: refusal.line };
  const where = refusal.line === undefined ? `part ${number}` : `part ${number}, line ${refusal.line}`;
  return problem(refusal.kind, `${where}: ${refusal.says}`, { part: number, ...place });
}

async function prepare(
  tx: Transaction,
  keyRing: KeyRing,
  { id, number, caller }: Receiving,
): Promise<Result<{ file: UploadFile; dataset: DatasetRow; dataKey: DataKey }, Problem>> {
  const file = await findUpload(tx, id);
  if (!file.ok) return file;
  const { upload, parts } = file.value;
  const fault = closedFault(upload) ?? orderFault(number, parts.length);
  if (fault !== null) return err(fault);
  const dataset = await tx.datasets.find(upload.partner, upload.dataset);
  if (dataset === null) throw new Error("an upload's dataset is not there");
  return ok({ file: file.value, dataset, dataKey: await unwrapDataKey(tx, keyRing, caller.partner) });
}

function orderFault(number: number, received: number): Problem | null {
  const expected = received + 1;
  if (number > LIMITS.uploadParts)
    return problem("body-too-large", `an upload has at most ${LIMITS.uploadParts} parts`);
  if (number <= expected) return null;
  return problem("part-out-of-order", `part ${number} came before part ${expected}`, { expected });
}

async function repeated(request: Receiving, known: PartRow, file: UploadFile): Promise<Result<UploadFile, Problem>> {
  for await (const _ of request.body.bytes);
  const isSame = known.digest === request.body.digest && request.body.isIntact();
  return isSame ? ok(file) : err(problem("part-mismatch", `part ${request.number} was received with another digest`));
}

async function keepPart(
  ports: Pick<Ports, "progress">,
  tx: Transaction,
  kept: { readonly request: Receiving; readonly part: PartRow },
): Promise<Result<UploadFile, Problem>> {
  const { request, part } = kept;
  const file = await findUpload(tx, request.id);
  if (!file.ok) return file;
  const { upload, parts } = file.value;
  const late = lateOutcome(request, file.value);
  if (late !== null) return late;
  await tx.uploads.addPart(upload, part);
  const all = [...parts, part];
  ports.progress.tell(upload.id, progressOfParts(all));
  return ok({ upload, parts: all });
}
