// Datasets, uploads and versions as they look over the API. Reports speak of the uploader's own file alone.

import { z } from "zod";
import { datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { slugSchema } from "../../domain/partner/manifest.ts";
import { digestSchema, instantSchema, listOf } from "./shared.ts";

export const newDatasetSchema = datasetSchemaSchema.meta({ id: "DatasetSchema" });

export const datasetReplySchema = z
  .strictObject({
    name: z.string(),
    createdAt: instantSchema,
    schema: z.looseObject({}).describe("the dataset's schema (schema `dataset`)"),
  })
  .meta({ id: "Dataset" });

export const datasetListSchema = listOf(datasetReplySchema).meta({ id: "DatasetList" });

const rowReportSchema = z
  .strictObject({
    read: z.int(),
    accepted: z.int(),
    blank: z.int().describe("rows without any identifier: left out, not refused"),
    cleared: z.int().describe("of these, rows of an upsert with a record reference: whatever rows had it are gone"),
    rejected: z.int(),
    byReason: z.record(z.string(), z.int()),
    rejects: z.array(
      z.strictObject({ part: z.int(), line: z.int(), reason: z.string(), column: z.string().optional() }),
    ),
  })
  .meta({ id: "RowReport" });

const changeSchema = z.enum(["replace", "upsert", "delete"]).meta({
  id: "Change",
  description:
    "`replace`: the rows are the list; `upsert`: they take the place of rows with their record references; `delete`: " +
    "rows with their record references go, and only the record column is read",
});

export const newUploadSchema = z.strictObject({ change: changeSchema.default("replace") }).meta({ id: "NewUpload" });

export const uploadReplySchema = z
  .strictObject({
    id: z.string(),
    dataset: z.string(),
    change: changeSchema,
    state: z.enum(["open", "committed", "refused", "dropped"]),
    openedAt: instantSchema,
    version: z.string().nullable(),
    parts: z.array(z.strictObject({ number: z.int(), digest: digestSchema, bytes: z.int(), rows: z.int() })),
    nextPart: z.int().describe("the part to send next: a client that was cut off goes on here"),
    report: rowReportSchema,
    progress: z
      .strictObject({
        phase: z.enum(["receiving", "sealing"]),
        rows: z.int().describe("rows of the parts that have arrived, or rows sealed"),
        rowsTotal: z.int().nullable().describe("rows to seal, those of an increment's base among them"),
        bytes: z.int().describe("bytes that have arrived, those of a part on its way among them"),
      })
      .nullable()
      .describe("null once the upload is closed"),
  })
  .meta({ id: "Upload" });

const incrementSchema = z
  .strictObject({
    rowsRemoved: z.int().describe("rows of the version before that are not in this one"),
    rowsAdded: z.int().describe("rows of the increment that are in this one"),
    referencesUnknown: z.int().describe("record references that the version before did not have"),
  })
  .meta({ id: "Increment" });

export const versionReplySchema = z
  .strictObject({
    id: z.string(),
    dataset: z.string(),
    sequence: z.int(),
    people: z.int().describe("rows that share an identifier or a record reference are one person"),
    duplicates: z.int(),
    leftOut: z.int().describe("people of the upload whom you had erased before: they are not in the version"),
    change: changeSchema,
    increment: incrementSchema.nullable().describe("what it did to the version before; null for a full list"),
    sealedAt: instantSchema,
    endsAt: instantSchema.describe("from then on no question is asked on it, and it is deleted"),
    isEndStated: z
      .boolean()
      .describe("whether the list's schema or your policy said how long it is kept; if not, your first policy will"),
    normaliser: z.string(),
    report: rowReportSchema,
  })
  .meta({ id: "Version" });

export const versionListSchema = listOf(versionReplySchema).meta({ id: "VersionList" });

export const commitSchema = z
  .strictObject({
    parts: z.array(digestSchema).min(1).max(LIMITS.uploadParts).describe("the parts' SHA-256 digests, in order"),
  })
  .meta({ id: "Commit" });

export const datasetPathSchema = z.strictObject({ dataset: slugSchema });
export const uploadPathSchema = z.strictObject({ upload: z.string().regex(/^upl_[A-Za-z0-9_-]{22}$/) });
export const partPathSchema = z.strictObject({
  upload: z.string().regex(/^upl_[A-Za-z0-9_-]{22}$/),
  part: z.coerce.number().int().min(1).max(1_000_000),
});
