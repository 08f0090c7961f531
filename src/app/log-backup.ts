// The entries of backups: each that was made, with the digest by which its file is known, and each that was put back,
// which every partner may read.

import { OPERATOR } from "../domain/partner/manifest.ts";
import { appendEntry } from "./append-entry.ts";
import type { Ports } from "./ports.ts";
import { everybody } from "./start-room.ts";

/** A backup as the log tells of it: its name, the file's SHA-256 in hex, and what it holds. */
export type LoggedBackup = {
  readonly name: string;
  readonly digest: string;
  readonly bytes: number;
  /** Entries of the log that it holds. */
  readonly entries: number;
  readonly rows: number;
  readonly files: number;
};

/** Logs that a backup was made. It stands before the file bears its name, so that none is made unseen. */
export async function logBackup(
  ports: Pick<Ports, "store" | "random" | "room">,
  { name, digest, bytes, entries, rows, files }: LoggedBackup,
): Promise<void> {
  await ports.store.write({ name: "log backup", parties: [OPERATOR] }, async (tx) => {
    const detail = { backupDigest: digest, bytes, entries, rows, files };
    const subject = { backup: name };
    await appendEntry(ports, tx, { act: "backup-made", actor: null, parties: [OPERATOR], subject, detail });
  });
}

/** A restore as the log tells of it. */
export type LoggedRestore = {
  /** The backup's name. */
  readonly name: string;
  readonly madeAt: string;
  readonly entries: number;
  /** Entries of the largest checkpoint that it was compared with; null where there was nothing to compare with. */
  readonly compared: number | null;
};

/** Logs, for every partner to read, that the room was put back, and with what it was compared. */
export async function logRestore(
  ports: Pick<Ports, "store" | "random" | "room">,
  { name, madeAt, entries, compared }: LoggedRestore,
): Promise<void> {
  const parties = await everybody(ports);
  await ports.store.write({ name: "log restore", parties }, async (tx) => {
    const detail = { madeAt, entries, compared };
    await appendEntry(ports, tx, { act: "room-restored", actor: null, parties, subject: { backup: name }, detail });
  });
}
