// A hashed list goes up: cut into parts, each packed while the one before is sent, and named by its digest at the end.
// A connection that breaks is taken up where the room stands; an upload that was begun by a client now gone is finished
// by another.

import { createHash } from "node:crypto";
import { gzip } from "node:zlib";
import { PROBLEMS, type Problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { components } from "./api-types.gen.ts";
import { CUT_BYTES, cutList, listFormatIn } from "./cut-list.ts";
import { type FileForm, listBytes } from "./local/list-bytes.ts";
import { PATIENCE, type Patience, pause } from "./patient-fetch.ts";
import { isNetworkFailure, localProblem, noAnswer, type ProblemReply, problemFrom } from "./problem-reply.ts";
import type { RoomClient } from "./room-client.ts";

type Upload = components["schemas"]["Upload"];
/** What an upload does to the version in force. */
export type Change = components["schemas"]["Change"];
export type Version = components["schemas"]["Version"];

/** How far an upload has come. `rows` are those that the room has read or sealed, `bytes` those of the source. */
export type UploadProgress = {
  readonly phase: "sending" | "sealing";
  readonly rows: number;
  /** Rows to seal, an increment's base among them; null until the room knows. */
  readonly rowsTotal: number | null;
  readonly bytes: number;
};

/** A hashed list and where it goes. */
export type ListUpload = {
  readonly client: RoomClient;
  /** The name of one of the caller's datasets. */
  readonly dataset: string;
  /** `replace` when absent. */
  readonly change?: Change;
  /**
   * The hashed list, CSV or NDJSON, plain or gzip. Of a `delete` only the record column is read, and it alone should be
   * there.
   */
  readonly source: AsyncIterable<Uint8Array>;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** An upload that an earlier try of the same list and change began; one that is gone or closed is begun anew. */
  readonly resume?: string | undefined;
  /** Told the upload's id before the first part is sent, so that it can be kept for a resumption. */
  readonly onOpen?: ((uploadId: string) => Promise<void>) | undefined;
  readonly cutBytes?: number | undefined;
  readonly patience?: Patience | undefined;
};

/**
 * Sends a list and makes of it the dataset's version in force. Until the answer is in, the earlier version stays.
 * A resumed upload skips the parts that the room has. Memory: about five parts.
 * @throws whatever the source throws
 */
export async function uploadList(list: ListUpload): Promise<Result<Version, ProblemReply>> {
  const opened = await openUpload(list);
  if (!opened.ok) return opened;
  if (opened.value.version !== null) return sealedVersion(list, opened.value.version);
  await list.onOpen?.(opened.value.id);
  const digests = await sendParts(list, opened.value);
  if (!digests.ok) return digests;
  const params = { path: { upload: opened.value.id } };
  const body = { parts: digests.value };
  const answer = list.client.call((api) => api.POST("/v1/uploads/{upload}/commit", { params, body }));
  return watched(list, opened.value.id, answer);
}

// A look that fails is no matter: the answer tells whether the room is there.
async function watched<Answer>(list: ListUpload, upload: string, answer: Promise<Answer>): Promise<Answer> {
  const { onProgress, client, patience = PATIENCE } = list;
  if (onProgress === undefined) return answer;
  while (!(await isSettledWithin(answer, patience.pauseMillis))) {
    const seen = await readUpload(client, upload);
    const progress = seen.ok ? seen.value.progress : null;
    if (progress?.phase === "sealing") onProgress({ ...progress, phase: "sealing" });
  }
  return answer;
}

function isSettledWithin(work: Promise<unknown>, millis: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), millis);
    const settled = () => {
      clearTimeout(timer);
      resolve(true);
    };
    work.then(settled, settled);
  });
}

async function openUpload({
  client,
  dataset,
  change = "replace",
  resume,
}: ListUpload): Promise<Result<Upload, ProblemReply>> {
  if (resume !== undefined) {
    const begun = await readUpload(client, resume);
    if (!begun.ok && begun.error.kind !== "not-found") return begun;
    const isWanted = begun.ok && begun.value.change === change;
    if (isWanted && (begun.value.state === "open" || begun.value.version !== null)) return begun;
  }
  const params = { path: { dataset } };
  return client.call((api) => api.POST("/v1/datasets/{dataset}/uploads", { params, body: { change } }));
}

// The earlier client was cut off after its commit: the version that it made is the answer.
async function sealedVersion({ client, dataset }: ListUpload, id: string): Promise<Result<Version, ProblemReply>> {
  const versions = await client.call((api) =>
    api.GET("/v1/datasets/{dataset}/versions", { params: { path: { dataset } } }),
  );
  if (!versions.ok) return versions;
  const version = versions.value.items.find((one) => one.id === id);
  if (version !== undefined) return ok(version);
  return err(localProblem("not-found", `version \`${id}\` of the upload is not there`, "start a new upload"));
}

type Packed = {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly contentType: "text/csv" | "application/x-ndjson";
  /** Bytes of the source that were read when it was cut. */
  readonly read: number;
};

async function sendParts(list: ListUpload, upload: Upload): Promise<Result<string[], ProblemReply>> {
  const form: FileForm = { bytes: 0, isGzip: false, hasByteOrderMark: false };
  const digests: string[] = [];
  let rows = 0;
  for await (const packed of packedParts(list, form)) {
    if (!packed.ok) return packed;
    const part = packed.value;
    const known = upload.parts[digests.length];
    if (known !== undefined && known.digest !== part.digest) return err(anotherList(part.number));
    const arrived = known !== undefined ? ok(known) : await sendPart(list, upload.id, part);
    if (!arrived.ok) return arrived;
    digests.push(part.digest);
    rows += arrived.value.rows;
    list.onProgress?.({ phase: "sending", rows, rowsTotal: null, bytes: part.read });
  }
  list.onProgress?.({ phase: "sealing", rows: 0, rowsTotal: null, bytes: form.bytes });
  return ok(digests);
}

// One part ahead: the next is read and packed on another thread while its receiver sends the one before.
async function* packedParts(list: ListUpload, form: FileForm): AsyncGenerator<Result<Packed, ProblemReply>> {
  let ahead: Promise<Packed> | null = null;
  let number = 1;
  for await (const cut of cutList(listBytes(list.source, form), list.cutBytes ?? CUT_BYTES)) {
    const next = cut.ok ? packed(number++, cut.value, form.bytes) : null;
    if (ahead !== null) yield ok(await ahead);
    if (!cut.ok) return yield err(fromProblem(cut.error));
    ahead = next;
  }
  if (ahead !== null) yield ok(await ahead);
}

function gzipped(plain: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gzip(plain, { level: 1 }, (failure, small) => (failure === null ? resolve(small) : reject(failure)));
  });
}

async function packed(number: number, plain: Uint8Array, read: number): Promise<Packed> {
  const small = await gzipped(plain);
  const bytes = small.length < plain.length ? small : plain;
  const contentType = listFormatIn(plain) === "ndjson" ? "application/x-ndjson" : "text/csv";
  return { number, bytes, contentType, read, digest: createHash("sha256").update(bytes).digest("hex") };
}

type Part = Upload["parts"][number];

// A part whose fate is unknown is looked up before it is sent again: it may have arrived.
async function sendPart(list: ListUpload, upload: string, part: Packed): Promise<Result<Part, ProblemReply>> {
  const { tries, pauseMillis } = list.patience ?? PATIENCE;
  for (let count = 1; ; count++) {
    const sent = await putPart(list.client, upload, part);
    if (sent.ok || !isPassing(sent.error) || count > 2 * tries) return partOf(sent, part);
    await pause(pauseMillis * count);
    const seen = await readUpload(list.client, upload);
    if (seen.ok && seen.value.nextPart > part.number) return partOf(seen, part);
  }
}

async function putPart(client: RoomClient, upload: string, part: Packed): Promise<Result<Upload, ProblemReply>> {
  const url = `${client.url}/v1/uploads/${upload}/parts/${part.number}`;
  const headers = { "content-type": part.contentType };
  try {
    const response = await client.send(new Request(url, { method: "PUT", headers, body: part.bytes }));
    if (!response.ok) return err(problemFrom(response.status, JSON.parse(await response.text())));
    // SAFETY: a reply of 200 to this route is an upload by the room's own schema.
    return ok(JSON.parse(await response.text()) as Upload);
  } catch (failure) {
    if (failure instanceof SyntaxError) return err(problemFrom(502, null));
    if (isNetworkFailure(failure)) return err(noAnswer(client.url, failure));
    throw failure;
  }
}

function isPassing({ status, kind }: ProblemReply): boolean {
  return kind === "unreachable" || kind === "digest-mismatch" || status >= 500 || status === 429;
}

function partOf(seen: Result<Upload, ProblemReply>, part: Packed): Result<Part, ProblemReply> {
  if (!seen.ok) return seen;
  const arrived = seen.value.parts.find(({ number }) => number === part.number);
  return arrived?.digest === part.digest ? ok(arrived) : err(anotherList(part.number));
}

function readUpload(client: RoomClient, upload: string): Promise<Result<Upload, ProblemReply>> {
  return client.call((api) => api.GET("/v1/uploads/{upload}", { params: { path: { upload } } }));
}

function anotherList(number: number): ProblemReply {
  const detail = `part ${number} of the upload is not the one of this list`;
  return localProblem("part-mismatch", detail, "start a new upload");
}

function fromProblem({ kind, detail }: Problem): ProblemReply {
  return localProblem(kind, detail, PROBLEMS[kind].next);
}
