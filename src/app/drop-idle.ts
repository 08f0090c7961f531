// Uploads that nobody goes on with are given up after some days: their parts are deleted, and the log tells of each.

import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Transaction } from "../ports/store.ts";
import { type DropPorts, endDropped, logDrop } from "./open-upload.ts";

/** Drops uploads of these partners into which no part has come for days. Safe to repeat. */
export async function dropIdleUploads(ports: DropPorts, parties: readonly PartnerId[]): Promise<void> {
  const act = { name: "drop idle uploads", parties };
  const idle = (tx: Transaction) => tx.uploads.idle(LIMITS.uploadDays);
  if ((await ports.store.read(act, idle)).length === 0) return;
  const dropped = await ports.store.write(act, async (tx) => {
    const uploads = await idle(tx);
    for (const upload of uploads) {
      await tx.uploads.close(upload.id, "dropped", null);
      const file = { upload, parts: await tx.uploads.parts(upload.id) };
      await logDrop(ports, tx, { caller: null, file });
    }
    return uploads;
  });
  for (const { id } of dropped) await endDropped(ports, id);
}
