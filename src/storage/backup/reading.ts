// Reads a backup file. Nothing of a frame is given out before its tag is checked; a file that is cut short, changed,
// of another room, key or form is told by what is wrong with it.

import { type FileHandle, open } from "node:fs/promises";
import { type FileKey, openFrame } from "../../crypto/sealed-frames.ts";
import { parseStrictJson } from "../../domain/canonical-json.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { hasCode } from "../error-code.ts";
import {
  backupFileKey,
  CLEAR_BYTES,
  clearLines,
  FORM,
  FRAME_BYTES,
  type Header,
  headerSchema,
  LENGTH_BYTES,
  OPENING,
  RECORD,
  type RecordKind,
} from "./format.ts";
import type { BackupKeys } from "./keys.ts";

export type BackupRecord = { readonly kind: RecordKind; readonly bytes: Uint8Array };

export type OpenBackup = {
  readonly header: Header;
  /** Every record from the first, each time it is called. @throws BackupDamaged */
  readonly records: () => AsyncGenerator<BackupRecord>;
  readonly close: () => Promise<void>;
};

/** What is wrong with a file, as the end of a sentence that begins with its name. */
export class BackupDamaged extends Error {
  override readonly name = "BackupDamaged";
}

// The key tells whose it is; the name, by which only words are chosen, may be that of before a hand-over of the log.
type Own = { readonly room: string; readonly keys: BackupKeys };

/** Opens a backup of this room. A refusal is the end of a sentence that begins with the file's name. */
export async function openBackup(path: string, own: Own): Promise<Result<OpenBackup, string>> {
  const file = await openIfAny(path);
  if (file === null) return err("cannot be read: there is no such file");
  const header = await headerOf(file, own).catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
  if (!header.ok) {
    await file.close();
    return header;
  }
  const key = backupFileKey(own.keys, header.value);
  const start = clearLines(header.value).length;
  return ok({ header: header.value, records: () => recordsOf(file, key, start), close: () => file.close() });
}

async function openIfAny(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

async function headerOf(file: FileHandle, { room, keys }: Own): Promise<Result<Header, string>> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(CLEAR_BYTES), 0, CLEAR_BYTES, 0);
  const [opening = "", clear = ""] = Buffer.from(buffer.subarray(0, bytesRead)).toString("latin1").split("\n", 2);
  const form = OPENING.exec(opening)?.[1];
  if (form === undefined) return err("is no backup of a room");
  if (Number(form) !== FORM) return err(`is a backup of form ${form}, and this release reads form ${FORM}`);
  const json = parseStrictJson(clear);
  const header = headerSchema.safeParse(json.ok ? json.value : null);
  if (!header.success) return err("was altered or damaged: what stands at its beginning does not read");
  if (header.data.key !== keys.name) {
    if (header.data.room !== room) return err(`is a backup of another room: ${header.data.room}`);
    return err(`was sealed under other keys of this room: bring the keys of ${header.data.madeAt.slice(0, 10)}`);
  }
  return ok(header.data);
}

async function* recordsOf(file: FileHandle, key: FileKey, start: number): AsyncGenerator<BackupRecord> {
  const { size } = await file.stat();
  let at = start;
  for (let number = 0; ; number++) {
    const sealed = await frameAt(file, at, size);
    const next = at + LENGTH_BYTES + sealed.length;
    const record = opened(key, { number, sealed, at });
    if (record.kind === "end" && next !== size) throw damagedAt(next);
    yield record;
    if (record.kind === "end") return;
    at = next;
  }
}

async function frameAt(file: FileHandle, at: number, size: number): Promise<Uint8Array> {
  const head = await bytesAt(file, { at, length: LENGTH_BYTES, size });
  const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
  if (length > FRAME_BYTES) throw damagedAt(at);
  return bytesAt(file, { at: at + LENGTH_BYTES, length, size });
}

type Span = { readonly at: number; readonly length: number; readonly size: number };

async function bytesAt(file: FileHandle, { at, length, size }: Span): Promise<Uint8Array> {
  if (at + length > size) throw new BackupDamaged(`is cut short or altered: byte ${at} and what follows is not whole`);
  const bytes = new Uint8Array(length);
  for (let got = 0; got < length; ) {
    const { bytesRead } = await file.read(bytes, got, length - got, at + got);
    if (bytesRead === 0) throw new BackupDamaged("is cut short while it is read");
    got += bytesRead;
  }
  return bytes;
}

type Frame = { readonly number: number; readonly sealed: Uint8Array; readonly at: number };

function opened(key: FileKey, { number, sealed, at }: Frame): BackupRecord {
  for (const isLast of [false, true]) {
    const plain = openedAs(key, { number, isLast }, sealed);
    if (plain === null) continue;
    const kind = KINDS.get(plain[0] ?? 0);
    if (kind === undefined || (kind === "end") !== isLast) throw damagedAt(at);
    return { kind, bytes: plain.subarray(1) };
  }
  throw damagedAt(at);
}

function openedAs(key: FileKey, place: Parameters<typeof openFrame>[1], sealed: Uint8Array): Uint8Array | null {
  try {
    return openFrame(key, place, sealed);
  } catch (error) {
    // A tag that does not fit, or no room for one: the only things for which opening fails.
    if (error instanceof Error) return null;
    throw error;
  }
}

function damagedAt(byte: number): BackupDamaged {
  return new BackupDamaged(`was altered or damaged at byte ${byte} or behind it`);
}

const KINDS = new Map<number, RecordKind>([
  [RECORD.plan, "plan"],
  [RECORD.rows, "rows"],
  [RECORD.file, "file"],
  [RECORD.bytes, "bytes"],
  [RECORD.end, "end"],
]);
