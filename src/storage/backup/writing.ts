// Writes a backup file: aside, synced, and under its name only when whoever asked for it says so. A crash leaves a file
// whose name says that it is unfinished, and whose last frame is missing.

import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type FileKey, sealFrame } from "../../crypto/sealed-frames.ts";
import { toHex, utf8 } from "../../domain/bytes.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { backupFileKey, clearLines, type End, type Header, LENGTH_BYTES, RECORD, type RecordKind } from "./format.ts";
import type { BackupKeys } from "./keys.ts";

export type BackupWriter = {
  readonly add: (kind: Exclude<RecordKind, "end">, pieces: readonly Uint8Array[]) => Promise<void>;
  /** Seals the last frame and syncs the file. */
  readonly close: (end: End) => Promise<Written>;
  /** Gives the closed file its name, for good. */
  readonly publish: () => Promise<void>;
  /** Deletes what was written. */
  readonly abandon: () => Promise<void>;
};

/** A file that is whole: its bytes and their SHA-256 in hex. */
export type Written = { readonly digest: string; readonly bytes: number };

type New = { readonly path: string; readonly header: Header; readonly keys: BackupKeys };

/** Begins a backup file that nobody else may read. */
export async function createBackup({ path, header, keys }: New): Promise<BackupWriter> {
  const aside = `${path}.unfinished-${toHex(randomBytes(6))}`;
  const file = await open(aside, "wx", 0o600);
  const output = outputTo(file);
  const key = backupFileKey(keys, header);
  let number = 0;
  const frame = async (kind: RecordKind, pieces: readonly Uint8Array[]) => {
    const sealed = sealedRecord(key, { number, kind }, pieces);
    number += 1;
    await output.write(sealed);
  };
  const abandon = async () => {
    await file.close();
    await rm(aside, { force: true });
  };
  try {
    await output.write([clearLines(header)]);
  } catch (error) {
    await abandon();
    throw error;
  }
  return {
    add: frame,
    close: async (end) => {
      await frame("end", [utf8(canonicalJson(end))]);
      await file.sync();
      await file.close();
      return output.written();
    },
    publish: async () => {
      await rename(aside, path);
      const folder = await open(dirname(path), "r");
      await folder.sync().finally(() => folder.close());
    },
    abandon,
  };
}

function outputTo(file: FileHandle) {
  const hash = createHash("sha256");
  let bytes = 0;
  return {
    write: async (pieces: readonly Uint8Array[]) => {
      for (const piece of pieces) {
        hash.update(piece);
        bytes += piece.length;
        await file.writeFile(piece);
      }
    },
    written: (): Written => ({ digest: hash.digest("hex"), bytes }),
  };
}

type Place = { readonly number: number; readonly kind: RecordKind };

function sealedRecord(key: FileKey, { number, kind }: Place, pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const plain = [new Uint8Array([RECORD[kind]]), ...pieces];
  const sealed = sealFrame(key, { number, isLast: kind === "end" }, plain);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(
    0,
    sealed.reduce((sum, piece) => sum + piece.length, 0),
  );
  return [length, ...sealed];
}
