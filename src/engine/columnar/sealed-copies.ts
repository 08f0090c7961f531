// Sealed files as a backup takes and a restore places them. A held file is an open one: its bytes stay until it is
// closed, though its name may go meanwhile with an erasure, and a crash leaves nothing behind.

import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import type { HeldFile, SealedFiles } from "../../ports/sealed-files.ts";
import { type Layout, layoutOf, makeFolders } from "./layout.ts";
import { dependenciesOf, digestOf, syncDirectory, UNFINISHED } from "./sealed-file.ts";

const READ_BYTES = 1_048_576;

/** The sealed files under a matcher's directory. */
export function sealedFilesIn(directory: string): SealedFiles {
  const layout = layoutOf(directory);
  makeFolders(layout);
  return {
    hold: (segments) => hold(layout, segments),
    place: (name, content) => place(layout, name, content),
  };
}

type Held = { readonly name: string; readonly handle: FileHandle; readonly bytes: number };

async function hold(layout: Layout, segments: readonly string[]) {
  const held: Held[] = [];
  const release = async () => {
    for (const { handle } of held.splice(0)) await handle.close();
  };
  try {
    const asked = new Set(segments);
    // A set that grows while it is walked: what a file is read with is held as well.
    for (const name of asked) {
      const handle = await open(layout.segment(name), "r");
      held.push({ name, handle, bytes: (await handle.stat()).size });
      const others = await dependenciesOf(layout.segment(name));
      if (others === null || (await digestOf(layout.segment(name))) !== name) throw damaged(name);
      for (const other of others) asked.add(other);
    }
    return { files: held.map(fileOf), release };
  } catch (error) {
    await release();
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function fileOf(held: Held): HeldFile {
  return { name: held.name, bytes: held.bytes, read: () => piecesOf(held) };
}

async function* piecesOf({ name, handle, bytes }: Held): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; ) {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(READ_BYTES), 0, READ_BYTES, at);
    if (bytesRead === 0) throw damaged(name);
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

async function place(layout: Layout, name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const aside = `${layout.segments}/${randomBytes(12).toString("hex")}${UNFINISHED}`;
  const file = await open(aside, "wx", 0o600);
  try {
    for await (const bytes of content) await file.writeFile(bytes);
    await file.sync();
    await file.close();
    if ((await digestOf(aside)) !== name) throw damaged(name);
    await rename(aside, layout.segment(name));
    await syncDirectory(layout.segments);
  } catch (error) {
    await file.close();
    await rm(aside, { force: true });
    throw error;
  }
}

function damaged(name: string): Error {
  return new Error(`the sealed file ${name} is damaged: its digest is not its name`);
}
