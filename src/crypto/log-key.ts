// The keys of a log, one after the other: each hands over to the next by a signed note (C2SP signed-note) that names
// it, and signs no checkpoint that is larger afterwards. Who trusts the first follows the notes and needs no room.

import { fromBase64, toBase64, utf8 } from "../domain/bytes.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { PublicKey, SigningKey } from "./jwk.ts";
import { parseVerifierKey, rawPublicKey, signNote, type VerifierKey, verifierKey, verifyNote } from "./signed-note.ts";

/** A key of a log that is trusted, with those that it led to. */
export type LogKey = VerifierKey & {
  /** Absent while this key signs. `index` is that of the hand-over's entry, the last that this key signed for. */
  readonly handOver?: { readonly note: string; readonly index: number; readonly next: LogKey };
};

const HEADING = "concordat log key hand-over 1";
const INDEX = /^(?:0|[1-9][0-9]{0,15})$/;

/** The note with which a key hands the log over, at the entry of this index. */
export function signHandOver(
  origin: string,
  index: number,
  { signer, next }: { readonly signer: SigningKey; readonly next: PublicKey },
): string {
  const keys = [signer.publicKey, next].map((key) => verifierKey(origin, rawPublicKey(key)));
  return signNote(`${[HEADING, origin, String(index), ...keys].join("\n")}\n`, [{ name: origin, key: signer }]);
}

/** The key that signs now, of those that a trusted one led to. */
export function lastOf(key: LogKey): LogKey {
  return key.handOver === undefined ? key : lastOf(key.handOver.next);
}

/** Every key that a trusted one led to, the first among them. */
export function everyKey(key: LogKey): readonly LogKey[] {
  return key.handOver === undefined ? [key] : [key, ...everyKey(key.handOver.next)];
}

/** The notes by which a trusted key led on, the oldest first. */
export function handOverNotes(key: LogKey): readonly string[] {
  return everyKey(key).flatMap(({ handOver }) => (handOver === undefined ? [] : [handOver.note]));
}

/** How many of the hand-overs that a trusted key led on by stand in the log before an entry. */
export function handOversBefore(key: LogKey, index: number): number {
  return everyKey(key).filter(({ handOver }) => handOver !== undefined && handOver.index < index).length;
}

/**
 * Follows notes from a trusted key, oldest first; those that it has followed already are passed over.
 * @returns a refusal where a note is not signed by the key before it, or contradicts one that was followed
 */
export function followKeys(key: LogKey, notes: readonly string[]): Result<LogKey, "not-handed-over"> {
  const [note, ...later] = notes;
  if (note === undefined) return ok(key);
  const { handOver } = key;
  if (handOver !== undefined && handOver.note !== note) return err("not-handed-over");
  const opened = handOver ?? openHandOver(key, note);
  if (opened === undefined) return err("not-handed-over");
  const next = followKeys(opened.next, later);
  return next.ok ? ok({ ...key, handOver: { ...opened, next: next.value } }) : next;
}

/** The first key that notes name, which nothing vouches for; null where there are none. */
export function firstKeyIn(notes: readonly string[]): VerifierKey | null {
  const key = parseVerifierKey(notes[0]?.split("\n")[3] ?? "");
  return key.ok ? key.value : null;
}

/** A trusted key as text: its text form (C2SP), and below it each note that was followed, base64, a line each. */
export function formatLogKey(key: LogKey): string {
  const notes = handOverNotes(key).map((note) => toBase64(utf8(note)));
  return [verifierKey(key.name, rawPublicKey(key.key)), ...notes].join("\n");
}

/** Reads a trusted key with the notes below it, and follows them. */
export function parseLogKey(text: string): Result<LogKey, "not-a-log-key"> {
  const [first = "", ...lines] = text.trim().split("\n");
  const key = parseVerifierKey(first);
  if (!key.ok) return err("not-a-log-key");
  const notes: string[] = [];
  for (const line of lines) {
    const bytes = fromBase64(line);
    if (!bytes.ok) return err("not-a-log-key");
    notes.push(new TextDecoder().decode(bytes.value));
  }
  const followed = followKeys(key.value, notes);
  return followed.ok ? followed : err("not-a-log-key");
}

function openHandOver(key: VerifierKey, note: string): LogKey["handOver"] {
  const opened = verifyNote(utf8(note), [key]);
  if (!opened.ok) return undefined;
  const [heading, origin, index = "", from, to = "", ...rest] = opened.value.text.split("\n");
  const next = parseVerifierKey(to);
  const isOwn = heading === HEADING && origin === key.name && from === verifierKey(key.name, rawPublicKey(key.key));
  if (!isOwn || !INDEX.test(index) || !Number.isSafeInteger(Number(index)) || rest.join() !== "") return undefined;
  if (!next.ok || next.value.name !== key.name) return undefined;
  return { note, index: Number(index), next: next.value };
}
