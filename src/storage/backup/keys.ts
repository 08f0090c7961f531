// The key of backups follows from one in the room's key ring: whoever restores must have the ring anyway, since it
// opens the lists, and a rotation of the wrapping key leaves older backups as they are. The file names the key by a
// digest, so that the wrong one is told from damage.

import { createHash } from "node:crypto";
import { derive } from "../../crypto/sealed-box.ts";

export type BackupKeys = {
  /** Names the key in the file. */
  readonly name: string;
  /** 32 bytes. Secret. */
  readonly secret: Uint8Array;
};

/** @param key  the ring's key for backups, 32 bytes */
export function backupKeys(key: Uint8Array): BackupKeys {
  const name = createHash("sha256")
    .update(derive(key, "concordat name of the backup key", 32))
    .digest("hex");
  return { name: name.slice(0, 16), secret: derive(key, "concordat backup key", 32) };
}
