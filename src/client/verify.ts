// What anyone can check of a log without the room: an export of it and its checkpoints, against the room's key. Every
// refusal is a sentence about the first thing that is wrong.

import { everyKey, followKeys, handOverNotes, type LogKey } from "../crypto/log-key.ts";
import { readNote, verifyNote } from "../crypto/signed-note.ts";
import { type Checkpoint, parseCheckpoint } from "../domain/audit/checkpoint.ts";
import type { AuditEntry } from "../domain/audit/entry.ts";
import { type ExportRefusal, type VerifiedExport, verifyExportPieces } from "../domain/audit/export-file.ts";
import { utf8 } from "../domain/bytes.ts";
import { err, ok, type Result } from "../domain/result.ts";

/**
 * Verifies an exported log, and that it extends a checkpoint kept from earlier, if one is given.
 * @see ../domain/audit/export-file.ts for what is checked and what cannot be
 */
export function verifyAuditExport(
  text: string,
  key: LogKey,
  earlier?: Checkpoint,
): Result<VerifiedExport, ExportRefusal> {
  const entries: AuditEntry[] = [];
  const verified = verifyFollowing([text], { key, earlier }, (entry) => entries.push(entry));
  return verified.ok ? ok({ ...verified.value, entries }) : verified;
}

/**
 * The same for a file of any length, read piece by piece.
 * @param pieces  the file's text, cut anywhere
 * @returns the log as its checkpoint has it, and how many entries stand in it
 */
export function verifyAuditPieces(
  pieces: Iterable<string>,
  key: LogKey,
  earlier?: Checkpoint,
): Result<Checkpoint & { readonly entries: number }, ExportRefusal> {
  let entries = 0;
  const verified = verifyFollowing(pieces, { key, earlier }, () => {
    entries += 1;
  });
  return verified.ok ? ok({ ...verified.value, entries }) : verified;
}

type Trusted = { readonly key: LogKey; readonly earlier: Checkpoint | undefined };

// The checkpoint stands before the entries, and hand-overs of the log's key among them: what it claims is held to the
// entries first, and its signature to the keys that these led to, each by a note that the one before it has signed.
function verifyFollowing(
  pieces: Iterable<string>,
  { key, earlier }: Trusted,
  take: (entry: AuditEntry) => void,
): Result<Checkpoint, ExportRefusal> {
  const signed: string[] = [];
  const notes = [...handOverNotes(key)];
  const openLater = (note: string) => {
    signed.push(note);
    return claimedCheckpoint(note, key);
  };
  const verified = verifyExportPieces(pieces, { openCheckpoint: openLater, earlier }, (entry) => {
    const note = entry.act === "log-key-handed-over" ? entry.detail["handOver"] : null;
    if (typeof note === "string" && !notes.includes(note)) notes.push(note);
    take(entry);
  });
  if (!verified.ok) return verified;
  const followed = followKeys(key, notes);
  const opened = openCheckpoint(signed[0] ?? "", followed.ok ? followed.value : key);
  return opened.ok ? opened : err({ kind: "checkpoint", says: opened.error });
}

// A checkpoint of the trusted key's log as it stands there, by whichever key: nothing vouches for it yet.
function claimedCheckpoint(note: string, key: LogKey): Result<Checkpoint, string> {
  const opened = openCheckpoint(note, key);
  const verified = verifyNote(utf8(note), everyKey(key));
  if (verified.ok || verified.error !== "no-known-signature") return opened;
  const read = readNote(utf8(note));
  const claimed = read.ok ? parseCheckpoint(read.value.text) : read;
  return claimed.ok && claimed.value.origin === key.name ? claimed : opened;
}

/**
 * Opens a signed checkpoint: the room's line must verify, the log must bear the name of the room's key, and the key
 * that signed must have been the log's at that size.
 */
export function openCheckpoint(note: string, key: LogKey): Result<Checkpoint, string> {
  const keys = everyKey(key);
  const opened = verifyNote(utf8(note), keys);
  if (!opened.ok) return err(NOTE_REFUSALS[opened.error]);
  const checkpoint = parseCheckpoint(opened.value.text);
  if (!checkpoint.ok) return err("the signed note is not a checkpoint");
  if (checkpoint.value.origin !== key.name) return err("the checkpoint is of another log than the key");
  const isSigner = (key: LogKey) => opened.value.signedBy.some((one) => one.key.thumbprint === key.key.thumbprint);
  return keys.some((one, at) => isSigner(one) && isAtWork(keys, at, checkpoint.value.size))
    ? checkpoint
    : err("the checkpoint is signed by a key of the log that did not sign at its size");
}

// The entry of a hand-over is the last that the former key signs for, and stands at its index.
function isAtWork(keys: readonly LogKey[], at: number, size: number): boolean {
  const [before, own] = [keys[at - 1]?.handOver, keys[at]?.handOver];
  return (before === undefined || size > before.index + 1) && (own === undefined || size <= own.index + 1);
}

const NOTE_REFUSALS = {
  "note-malformed": "the checkpoint is not a signed note",
  "too-many-signatures": "the checkpoint has too many signature lines",
  "signature-of-known-key-invalid": "the checkpoint's signature does not verify under the room's key",
  "no-known-signature":
    "the checkpoint is not signed by the room's key; where it was handed over, `concordat audit key` follows it",
} as const;
