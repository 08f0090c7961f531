// The form of a backup file: a line that says what it is, a line of JSON in the clear, and sealed frames, each one
// record behind its length. The line of JSON is bound to every frame, so neither can be changed or moved elsewhere.

import { createHash } from "node:crypto";
import { z } from "zod";
import { type FileKey, fileKeyOf, newSalt, TAG_BYTES } from "../../crypto/sealed-frames.ts";
import { toHex, utf8 } from "../../domain/bytes.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { BackupKeys } from "./keys.ts";

/** How a backup file begins; the number is that of its form. */
export const OPENING = /^concordat backup (\d{1,9})$/;
export const FORM = 1;

/** What stands in the clear: whose it is and which key opens it. */
export const headerSchema = z.strictObject({
  /** The room, as its checkpoints name it. */
  room: z.string(),
  /** Which of the room's keys it was sealed under. */
  key: z.string(),
  madeAt: z.string(),
  /** The release that made it. */
  release: z.string(),
  salt: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Header = z.infer<typeof headerSchema>;

/** Bytes of the two lines in the clear, at the most. */
export const CLEAR_BYTES = 4_096;

/** What a frame's record is: its first byte. */
export const RECORD = { plan: 1, rows: 2, file: 3, bytes: 4, end: 5 } as const;
export type RecordKind = keyof typeof RECORD;

/** Bytes in front of a frame: its length, big-endian. */
export const LENGTH_BYTES = 4;
/** Bytes of a sealed frame, at the most: a batch of rows whose answers are all large. */
export const FRAME_BYTES = 512 * 1_048_576 + TAG_BYTES;

/** The two lines in the clear. */
export function clearLines(header: Header): Uint8Array {
  return utf8(`concordat backup ${FORM}\n${canonicalJson(header)}\n`);
}

/** The key of one backup's frames. */
export function backupFileKey({ secret }: BackupKeys, header: Header): FileKey {
  const label = `backup ${createHash("sha256").update(clearLines(header)).digest("hex")}`;
  return fileKeyOf(secret, Buffer.from(header.salt, "hex"), label);
}

/** By what name the log knows a backup. */
export function backupName({ salt }: Header): string {
  return `backup_${salt.slice(0, 32)}`;
}

/** The header of a new backup. */
export function newHeader(of: Omit<Header, "salt">): Header {
  return { ...of, salt: toHex(newSalt()) };
}

const tableSchema = z.strictObject({ name: z.string(), columns: z.array(z.string()) });

/** What the file holds, before it: the schema's migrations and the tables in the order in which they can be filled. */
export const planSchema = z.strictObject({
  migrations: z.array(z.strictObject({ number: z.int(), name: z.string(), digest: z.string() })),
  tables: z.array(tableSchema),
  partners: z.array(z.string()),
  /** The log as the snapshot has it: its entries and its last checkpoint. */
  log: z.strictObject({ size: z.int().nonnegative(), checkpoint: z.string() }),
});
export type Plan = z.infer<typeof planSchema>;
export type Table = z.infer<typeof tableSchema>;

/** Announces a sealed file, whose bytes follow. */
export const fileSchema = z.strictObject({ name: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().positive() });

/** What was written, behind it all. */
export const endSchema = z.strictObject({
  rows: z.record(z.string(), z.int().nonnegative()),
  files: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
});
export type End = z.infer<typeof endSchema>;
