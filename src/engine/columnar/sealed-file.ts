// Files of sealed frames: a salt, frames in any order, and a last frame that tells where each of them lies. Written
// under a temporary name, synced, renamed, and the directory synced, so that a name either stands for a whole file or
// does not exist. Behind the last frame stand, in the clear, the names of other files that are read with this one, so
// that whoever sweeps knows of them without a key.

import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import {
  type FileKey,
  fileKeyOf,
  newSalt,
  openFrame,
  SALT_BYTES,
  sealFrame,
  TAG_BYTES,
} from "../../crypto/sealed-frames.ts";
import { addPieces, type FrameSink } from "./frame-sink.ts";

/** What a file is called while it is written. `sweep` deletes whatever bears this ending. */
export const UNFINISHED = ".unfinished";

export type SealedFileWriter = {
  readonly sink: FrameSink;
  /** Where the file lies while it is written. */
  readonly temporary: string;
  /** Begins to sync what is written so far, if that is much: then little is left to wait for at the end. */
  syncSoon(): void;
  /**
   * Seals the last frame, writes and syncs what is left, and answers the SHA-256 of salt, last frame and dependencies,
   * in lowercase hex: whoever has the data key can make no other file of it.
   */
  close(
    last: Uint8Array,
    dependencies: readonly string[],
  ): Promise<{ readonly digest: string; readonly bytes: number }>;
  /** Gives a closed file its name, for good. */
  publish(path: string): Promise<void>;
  /** Deletes what was written. */
  abandon(): Promise<void>;
};

type NewFile = {
  readonly directory: string;
  readonly dataKey: Uint8Array;
  /** What the file is and where it belongs; only the same label opens it. */
  readonly label: string;
};

/** Bytes worth a sync of their own while others are made. */
const SYNCED_AT_ONCE_BYTES = 8 * 1_048_576;
const LAST_NUMBER = 0xffffffff;
/** The last frame's bytes and the count of dependencies, at the very end. */
const TAIL_BYTES = 8;
const DIGEST_BYTES = 32;

export async function createSealedFile({ directory, dataKey, label }: NewFile): Promise<SealedFileWriter> {
  const temporary = `${directory}/${randomBytes(12).toString("hex")}${UNFINISHED}`;
  const salt = newSalt();
  const fileKey = fileKeyOf(dataKey, salt, label);
  const file = await open(temporary, "wx", 0o600);
  const end = new BigInt64Array(new SharedArrayBuffer(8));
  const sink = { fileKey, descriptor: file.fd, end };
  let isOpen = true;
  const closeFile = async () => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  const early = earlySyncs(file, end);
  const abandon = async () => {
    await early.settled();
    await closeFile();
    await rm(temporary, { force: true });
  };
  try {
    addPieces(sink, [salt]);
  } catch (error) {
    await abandon();
    throw error;
  }
  return {
    sink,
    temporary,
    syncSoon: early.begin,
    close: async (last, dependencies) => {
      const frame = sealFrame(sink.fileKey, { number: LAST_NUMBER, isLast: true }, [last]);
      const tail = [...frame, ...tailOf(last.length, dependencies)];
      addPieces(sink, tail);
      await early.settled();
      early.check();
      await file.sync();
      await closeFile();
      const hash = createHash("sha256").update(salt);
      for (const piece of tail) hash.update(piece);
      return { digest: hash.digest("hex"), bytes: Number(end[0]) };
    },
    publish: async (path) => {
      await rename(temporary, path);
      await syncDirectory(dirname(path));
    },
    abandon,
  };
}

/** Syncs of a file that still grows, one at a time, each once there is much to sync. */
function earlySyncs(file: FileHandle, end: FrameSink["end"]) {
  let syncedBytes = 0;
  let syncing: Promise<void> | null = null;
  let failure: { readonly reason: unknown } | null = null;
  return {
    begin: () => {
      const bytes = Number(Atomics.load(end, 0));
      if (syncing !== null || bytes - syncedBytes < SYNCED_AT_ONCE_BYTES) return;
      syncedBytes = bytes;
      syncing = file
        .datasync()
        .catch((reason: unknown) => {
          failure = { reason };
        })
        .finally(() => {
          syncing = null;
        });
    },
    settled: async () => {
      await syncing;
    },
    /** Fails as a sync failed: the system tells of bytes that it could not write once, and then no more. */
    check: () => {
      if (failure !== null) throw failure.reason;
    },
  };
}

function tailOf(lastBytes: number, dependencies: readonly string[]): Uint8Array[] {
  const tail = new DataView(new ArrayBuffer(TAIL_BYTES));
  tail.setUint32(0, lastBytes + TAG_BYTES, true);
  tail.setUint32(4, dependencies.length, true);
  return [...dependencies.map((name) => Buffer.from(name, "hex")), new Uint8Array(tail.buffer)];
}

/** Makes renames and deletions in a directory last. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

type Sealed = { readonly path: string; readonly dataKey: Uint8Array; readonly label: string };

/** A sealed file's key, its last frame opened, and the digest that its writer gave. */
export type OpenedFile = { readonly fileKey: FileKey; readonly last: Uint8Array; readonly digest: string };

/**
 * Opens the last frame of a file.
 * @throws an error that says damaged when it is not what was sealed under this key and label
 */
export async function openSealedFile({ path, dataKey, label }: Sealed): Promise<OpenedFile> {
  const file = await open(path, "r");
  try {
    const tail = await readTail(file);
    const fileKey = fileKeyOf(dataKey, tail.salt, label);
    const last = openFrame(fileKey, { number: LAST_NUMBER, isLast: true }, tail.lastFrame);
    return { fileKey, last, digest: digestOfTail(tail) };
  } catch (error) {
    throw new Error(`the sealed file ${path} is damaged, or sealed under another key`, { cause: error });
  } finally {
    await file.close();
  }
}

/** The digest that the writer of a file gave; null where its end is lost. Needs no key. */
export async function digestOf(path: string): Promise<string | null> {
  const tail = await tailIfAny(path);
  return tail === null ? null : digestOfTail(tail);
}

class EndsTooSoon extends Error {}

/** The names of the files that are read with this one; null where its end is lost. Needs no key, and proves nothing. */
export async function dependenciesOf(path: string): Promise<readonly string[] | null> {
  const tail = await tailIfAny(path);
  if (tail === null) return null;
  const { dependencies } = tail;
  const names = Array.from({ length: dependencies.length / DIGEST_BYTES }, (_, index) =>
    dependencies.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES),
  );
  return names.map((name) => Buffer.from(name).toString("hex"));
}

type Tail = Awaited<ReturnType<typeof readTail>>;

async function tailIfAny(path: string): Promise<Tail | null> {
  const file = await open(path, "r");
  try {
    return await readTail(file);
  } catch (error) {
    if (error instanceof EndsTooSoon) return null;
    throw error;
  } finally {
    await file.close();
  }
}

function digestOfTail({ salt, lastFrame, dependencies, tail }: Tail): string {
  return createHash("sha256").update(salt).update(lastFrame).update(dependencies).update(tail).digest("hex");
}

async function readTail(file: FileHandle) {
  const { size } = await file.stat();
  const salt = await readAt(file, 0, SALT_BYTES);
  const tail = await readAt(file, size - TAIL_BYTES, TAIL_BYTES);
  const view = new DataView(tail.buffer, tail.byteOffset);
  const lastBytes = view.getUint32(0, true);
  const dependencyBytes = view.getUint32(4, true) * DIGEST_BYTES;
  const from = size - TAIL_BYTES - dependencyBytes - lastBytes;
  if (from < SALT_BYTES) throw new EndsTooSoon("the file ends too soon");
  const lastFrame = await readAt(file, from, lastBytes);
  const dependencies = await readAt(file, from + lastBytes, dependencyBytes);
  return { salt, lastFrame, dependencies, tail };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  if (position < 0) throw new EndsTooSoon("the file ends too soon");
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) throw new EndsTooSoon("the file ends too soon");
  return bytes;
}
