// Uploads that the room gives up: into which nobody has sent a part for days, and those that are open when the room key
// is rotated, as their parts hold tokens of before. Their parts are deleted, and the log tells of each.

import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { UploadRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { type DropPorts, endDropped, findUpload, logDrop } from "./open-upload.ts";

/** Drops uploads of these partners into which no part has come for days. Safe to repeat. */
export function dropIdleUploads(ports: DropPorts, parties: readonly PartnerId[]): Promise<void> {
  const find = (tx: Transaction) => tx.uploads.idle(LIMITS.uploadDays);
  return drop(ports, { parties, because: "idle", find });
}

/** Drops every open upload. The act is for every partner. Safe to repeat. */
export function dropOpenUploads(ports: DropPorts, everybody: readonly PartnerId[]): Promise<void> {
  const find = async (tx: Transaction) => {
    const files = await Promise.all((await tx.uploads.openIds()).map((id) => findUpload(tx, id)));
    return files.flatMap((file) => (file.ok ? [file.value.upload] : []));
  };
  return drop(ports, { parties: everybody, because: "room-key-rotated", find });
}

type Dropping = {
  readonly parties: readonly PartnerId[];
  readonly because: "idle" | "room-key-rotated";
  readonly find: (tx: Transaction) => Promise<readonly UploadRow[]>;
};

async function drop(ports: DropPorts, { parties, because, find }: Dropping): Promise<void> {
  const act = { name: "drop uploads", parties };
  if ((await ports.store.read(act, find)).length === 0) return;
  const dropped = await ports.store.write(act, async (tx) => {
    const uploads = await find(tx);
    for (const upload of uploads) {
      await tx.uploads.close(upload.id, "dropped", null);
      await logDrop(ports, tx, { caller: null, because, file: { upload, parts: await tx.uploads.parts(upload.id) } });
    }
    return uploads;
  });
  for (const { id } of dropped) await endDropped(ports, id);
}
