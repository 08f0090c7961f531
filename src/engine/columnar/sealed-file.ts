// Files of sealed frames: written under a temporary name, synced, renamed, and the directory synced, so that a name
// either stands for a whole file or does not exist. Read back frame by frame; whatever does not fit is called damaged.

import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { frameOpener, frameSealer, HEAD_BYTES, PREFIX_BYTES, readHead } from "./sealed-frames.ts";

/** What a file is called while it is written. `sweep` deletes whatever bears this ending. */
export const UNFINISHED = ".unfinished";

/** Bytes worth a write of their own. */
const WRITE_BYTES = 1_048_576;

export type SealedFileWriter = {
  /** Seals a frame at once and keeps it for the next `flush`. */
  add(plain: Uint8Array, isLast: boolean): void;
  /**
   * Begins to write what waits if it is much, once what was begun before is written: memory holds two writes at most,
   * and the disk is troubled seldom.
   */
  flush(): Promise<void>;
  /** Writes and syncs what is left. */
  close(): Promise<void>;
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
  /** Sees every byte of the file in order. */
  readonly onBytes?: (bytes: Uint8Array) => void;
};

export async function createSealedFile({ directory, dataKey, label, onBytes }: NewFile): Promise<SealedFileWriter> {
  const temporary = `${directory}/${randomBytes(12).toString("hex")}${UNFINISHED}`;
  const file = await open(temporary, "wx", 0o600);
  const sealer = frameSealer(dataKey, label);
  let waiting: Uint8Array[] = [sealer.prefix];
  let isOpen = true;
  const closeFile = async () => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  let writing: Promise<PromiseSettledResult<void>[]> = Promise.resolve([]);
  const settle = async () => {
    const failed = (await writing).find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };
  const write = async () => {
    await settle();
    for (const piece of waiting) onBytes?.(piece);
    writing = Promise.allSettled([writeAll(file, waiting)]);
    waiting = [];
  };
  return {
    add: (plain, isLast) => void waiting.push(...sealer.seal(plain, isLast)),
    flush: async () => {
      if (bytesOf(waiting) >= WRITE_BYTES) await write();
    },
    close: async () => {
      await write();
      await settle();
      await file.sync();
      await closeFile();
    },
    publish: async (path) => {
      await rename(temporary, path);
      await syncDirectory(dirname(path));
    },
    abandon: async () => {
      await writing;
      await closeFile();
      await rm(temporary, { force: true });
    },
  };
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  const { bytesWritten } = await file.writev(pieces);
  if (bytesWritten !== bytesOf(pieces)) throw new Error("the disk took only part of what was written");
}

function bytesOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
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

/**
 * The frames of a file in order, each with whether it is the last. With a digest, the whole file must have it.
 * @throws an error that says damaged when the file is not, byte for byte, what was sealed under this key and label
 */
export async function* framesOf({ path, dataKey, label }: Sealed, digest?: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const hash = digest === undefined ? null : createHash("sha256");
    const read = exactReader(file, size, (bytes) => hash?.update(bytes));
    const opener = frameOpener(dataKey, label, await read.take(PREFIX_BYTES));
    for (let number = 0; read.left() > 0; number++) {
      const head = readHead(await read.take(HEAD_BYTES));
      const sealed = await read.take(head.sealedBytes);
      yield opener.open(number, sealed, read.left() === 0);
    }
    if (hash !== null && hash.digest("hex") !== digest) throw new Error("its digest is not its name");
  } catch (error) {
    throw new Error(`the sealed file ${path} is damaged, or sealed under another key`, { cause: error });
  } finally {
    await file.close();
  }
}

/** The last frame of a file, whose plaintext has the length given. */
export async function lastFrameOf({ path, dataKey, label }: Sealed, plainBytes: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const prefix = await readAt(file, 0, PREFIX_BYTES);
    const tail = await readAt(file, size - plainBytes - 16 - HEAD_BYTES, plainBytes + 16 + HEAD_BYTES);
    const head = readHead(tail);
    return frameOpener(dataKey, label, prefix).open(head.number, tail.subarray(HEAD_BYTES), true);
  } catch (error) {
    throw new Error(`the sealed file ${path} is damaged, or sealed under another key`, { cause: error });
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await readInto(file, bytes, position);
  return bytes;
}

async function readInto(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  const { bytesRead } = await file.read(bytes, 0, bytes.length, position);
  if (bytesRead !== bytes.length) throw new Error("the file ends too soon");
}

const READ_BYTES = 4 * 1_048_576;

/**
 * Reads a file from its start in exact lengths, in large pieces underneath, into memory that is used again: what `take`
 * gave is gone with the next.
 */
function exactReader(file: FileHandle, size: number, seen: (bytes: Uint8Array) => void) {
  let memory = new Uint8Array(Math.min(size, READ_BYTES));
  let held = memory.subarray(0, 0);
  let taken = 0;
  const fill = async (length: number) => {
    if (length > memory.length) memory = new Uint8Array(length + READ_BYTES);
    memory.set(held);
    const more = memory.subarray(held.length, Math.min(memory.length, size - taken));
    await readInto(file, more, taken + held.length);
    seen(more);
    held = memory.subarray(0, held.length + more.length);
  };
  return {
    left: () => size - taken,
    take: async (length: number): Promise<Uint8Array> => {
      if (length > size - taken) throw new Error("the file ends too soon");
      if (held.length < length) await fill(length);
      const piece = held.subarray(0, length);
      held = held.subarray(length);
      taken += length;
      return piece;
    },
  };
}
