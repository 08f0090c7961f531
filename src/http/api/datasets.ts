// Datasets, their versions, and the uploads that make them.

import { commitUpload } from "../../app/commit-upload.ts";
import { createDataset } from "../../app/create-dataset.ts";
import { dropUpload, openUpload, progressOfParts, readUpload, type UploadFile } from "../../app/open-upload.ts";
import { listDatasets, listVersions } from "../../app/read-datasets.ts";
import { receivePart } from "../../app/receive-part.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { type RowReport, totalReport } from "../../domain/dataset/row-report.ts";
import { isoInstant } from "../../domain/instant.ts";
import { ok } from "../../domain/result.ts";
import type { DatasetRow, VersionRow } from "../../ports/rows.ts";
import type { ProgressState } from "../../ports/servers.ts";
import {
  commitSchema,
  datasetListSchema,
  datasetPathSchema,
  datasetReplySchema,
  newDatasetSchema,
  newUploadSchema,
  partPathSchema,
  uploadPathSchema,
  uploadReplySchema,
  versionListSchema,
  versionReplySchema,
} from "../../wire/api/dataset.ts";
import { pageQuerySchema } from "../../wire/api/shared.ts";
import { nextOf, pageOf } from "../page.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";
import { uploadEvents } from "./upload-events.ts";

const UPLOAD = { says: "the upload and what has arrived", schema: uploadReplySchema };

export const DATASET_ROUTES: readonly Route[] = [
  route({
    method: "post",
    path: "/v1/datasets",
    tag: "datasets",
    summary: "Declare a list and its columns; the same declaration again changes nothing",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newDatasetSchema,
    replies: { 201: { says: "the dataset", schema: datasetReplySchema } },
    problems: ["partner-only", "dataset-exists"],
    run: ({ caller, body }, ports) => createDataset(ports, { caller, schema: body }),
    present: (row) => ({ status: 201, json: presentDataset(row) }),
  }),
  route({
    method: "get",
    path: "/v1/datasets",
    tag: "datasets",
    summary: "Your datasets",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "all of them", schema: datasetListSchema } },
    problems: [],
    run: async ({ caller }, ports) => ok(await listDatasets(ports, { caller })),
    present: (rows) => ({ status: 200, json: { items: rows.map(presentDataset), next: null } }),
  }),
  route({
    method: "get",
    path: "/v1/datasets/{dataset}/versions",
    tag: "datasets",
    summary: "Versions of a dataset, newest first; the first of all is in force",
    audience: "partner",
    params: datasetPathSchema,
    query: pageQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "a page of versions", schema: versionListSchema } },
    problems: ["not-found"],
    run: ({ caller, params, query }, ports) => listVersions(ports, { caller, ...params, page: pageOf(query) }),
    present: ({ rows, page }) => ({
      status: 200,
      json: { items: rows.map(presentVersion), next: nextOf(rows, page, (row) => row.id) },
    }),
  }),
  route({
    method: "post",
    path: "/v1/datasets/{dataset}/uploads",
    tag: "uploads",
    summary:
      "Open an upload: a full list, or an increment to the version in force; nothing changes until it is committed",
    audience: "partner",
    params: datasetPathSchema,
    query: NOTHING,
    body: newUploadSchema,
    replies: { 201: UPLOAD },
    problems: ["not-found", "no-version"],
    run: ({ caller, params, body }, ports) => openUpload(ports, { caller, ...params, ...body }),
    present: (file) => ({ status: 201, json: presentUpload(file, null) }),
  }),
  route({
    method: "put",
    path: "/v1/uploads/{upload}/parts/{part}",
    tag: "uploads",
    summary:
      "Send the next part: whole rows of CSV or NDJSON, plain or gzip, at most 8 MiB; CSV begins with its header row",
    audience: "partner",
    takesStream: true,
    params: partPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: UPLOAD },
    problems: [
      "not-found",
      "upload-closed",
      "part-out-of-order",
      "part-mismatch",
      "digest-mismatch",
      "body-too-large",
      "list-unreadable",
      "list-column-missing",
      "list-wrong-convention",
    ],
    run: ({ caller, params, stream }, ports) => {
      if (stream === null) throw new Error("a part came without a stream");
      return receivePart(ports, { caller, id: params.upload, number: params.part, body: stream });
    },
    present: (file) => ({ status: 200, json: presentUpload(file, null) }),
  }),
  route({
    method: "post",
    path: "/v1/uploads/{upload}/commit",
    tag: "uploads",
    summary: "Make the parts a version; answers when it is sealed and in force",
    audience: "partner",
    params: uploadPathSchema,
    query: NOTHING,
    body: commitSchema,
    replies: { 201: { says: "the version, in force from now on", schema: versionReplySchema } },
    problems: [
      "not-found",
      "upload-closed",
      "parts-mismatch",
      "list-too-many-rejects",
      "list-empty",
      "version-cap-reached",
      "no-version",
      "unavailable",
    ],
    run: ({ caller, params, body }, ports) => commitUpload(ports, { caller, id: params.upload, digests: body.parts }),
    present: (row) => ({ status: 201, json: presentVersion(row) }),
  }),
  route({
    method: "get",
    path: "/v1/uploads/{upload}",
    tag: "uploads",
    summary: "How far an upload has come: a client that was cut off goes on at `nextPart`",
    audience: "partner",
    params: uploadPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: UPLOAD },
    problems: ["not-found"],
    run: async ({ caller, params }, ports) => {
      const file = await readUpload(ports, { caller, id: params.upload });
      return file.ok ? ok({ file: file.value, progress: ports.progress.of(params.upload) }) : file;
    },
    present: ({ file, progress }) => ({ status: 200, json: presentUpload(file, progress) }),
  }),
  route({
    method: "get",
    path: "/v1/uploads/{upload}/events",
    tag: "uploads",
    summary: "Progress of an upload as server-sent events, until it is closed",
    audience: "partner",
    params: uploadPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "events `progress` and, last, `closed`", contentType: "text/event-stream" } },
    problems: ["not-found"],
    run: async ({ caller, params }, ports) => {
      const file = await readUpload(ports, { caller, id: params.upload });
      return file.ok ? ok(uploadEvents(ports, { caller, id: params.upload })) : file;
    },
    present: (events) => ({ status: 200, contentType: "text/event-stream", text: events }),
  }),
  route({
    method: "delete",
    path: "/v1/uploads/{upload}",
    tag: "uploads",
    summary: "Give an open upload up, whatever it is at: its parts are deleted, and a commit that is sealing ends",
    audience: "partner",
    params: uploadPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: UPLOAD },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => dropUpload(ports, { caller, id: params.upload }),
    present: (file) => ({ status: 200, json: presentUpload(file, null) }),
  }),
];

function presentDataset({ name, createdAt, schema }: DatasetRow) {
  return { name, createdAt: isoInstant(createdAt), schema: JSON.parse(canonicalJson(schema)) };
}

function presentReport({ read, accepted, blank, cleared, rejected, byReason, rejects }: RowReport) {
  return { read, accepted, blank, cleared, rejected, byReason, rejects };
}

function presentVersion({ sealedAt, endsAt, report, ...version }: VersionRow) {
  const { id, dataset, sequence, people, duplicates, leftOut, change, increment, normaliser, isEndStated } = version;
  const told = { id, dataset, sequence, people, duplicates, leftOut, change, increment, normaliser, isEndStated };
  return { ...told, sealedAt: isoInstant(sealedAt), endsAt: isoInstant(endsAt), report: presentReport(report) };
}

function presentUpload({ upload, parts }: UploadFile, progress: ProgressState | null) {
  return {
    id: upload.id,
    dataset: upload.dataset,
    change: upload.change,
    state: upload.state,
    openedAt: isoInstant(upload.openedAt),
    version: upload.version,
    parts: parts.map(({ number, digest, bytes, report }) => ({ number, digest, bytes, rows: report.read })),
    nextPart: parts.length + 1,
    report: presentReport(totalReport(parts.map((part) => part.report))),
    progress: upload.state === "open" ? (progress ?? progressOfParts(parts)) : null,
  };
}
