// The whole log of a room checked by a reader, step by step: its key, its newest checkpoint, every leaf, the reader's
// own entries, the growth since last time, and who has cosigned it (RFC 9162, C2SP tlog-checkpoint). An export is
// verified as `audit verify` does it; the leaves of everybody, which are hashes and tell nothing, stand beside it.

import * as z from "zod/mini";
import { verifyCosignatures } from "../crypto/cosignature.ts";
import { followKeys, formatLogKey, handOverNotes, type LogKey, parseLogKey } from "../crypto/log-key.ts";
import { readNote, type VerifierKey } from "../crypto/signed-note.ts";
import { type Checkpoint, parseCheckpoint } from "../domain/audit/checkpoint.ts";
import { append, EMPTY_FRONTIER, type Frontier, rootOf } from "../domain/audit/merkle.ts";
import { equalBytes, toHex, utf8 } from "../domain/bytes.ts";
import { parseStrictJson } from "../domain/canonical-json.ts";
import { isoInstant, type UnixMillis } from "../domain/instant.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { openCheckpoint, verifyAuditPieces } from "./verify.ts";
import { compareNotes, formatEvidence } from "./witness.ts";

/** What a room says of its log, none of it believed. */
export type RoomLog = {
  /** The log's first key and the notes by which others followed it, as `formatLogKey` writes them. */
  readonly key: string;
  /** Entries that it has. */
  readonly size: number;
  /** The checkpoint that witnesses cosign, with their lines; null where none is published. */
  readonly published: string | null;
  readonly witnesses: readonly Witness[];
};

/** A witness by its company's name, with its key. */
export type Witness = { readonly company: string; readonly key: VerifierKey };

/** Where a log is read from. */
export type LogSource = {
  readonly room: () => Promise<RoomLog>;
  /** The export of the reader's entries, cut anywhere, with the proof that the log grew from an earlier tree. */
  readonly entries: (earlier: Checkpoint | null) => Promise<readonly string[]>;
  /** Leaf hashes of the log from an index on, 32 bytes each: at least one, and none past `until`. */
  readonly leaves: (from: number, until: number) => Promise<Uint8Array>;
};

/** What a reader keeps of a log from one time to the next. */
export type KeptLog = { readonly key: string; readonly checkpoint: string; readonly at: UnixMillis };

/** What is looked at, in this order. */
type Step = "key" | "fetched" | "signed" | "entries" | "root" | "grown" | "cosigned";

/**
 * What was found at a step. `first`: there is nothing to hold it against yet, which is no fault.
 * `says` is in the manner of the room's sentences: lower case, no full stop.
 */
type Found = { readonly step: Step; readonly state: "good" | "first" | "bad"; readonly says: string };

type Told = Found | { readonly step: Step; readonly state: "at-work"; readonly done: number; readonly of: number };

/** What came of it. `kept` is null unless all held; `evidence` is a file that convicts the room, where there is one. */
export type VerifiedLog = {
  readonly kept: KeptLog | null;
  readonly evidence: string | null;
  readonly key: LogKey;
  readonly size: number;
  readonly rootAt: (size: number) => Uint8Array | null;
};

type Verifying = {
  readonly source: LogSource;
  readonly kept: KeptLog | null;
  readonly now: UnixMillis;
  readonly tell: (told: Told) => void;
};

/**
 * Verifies a room's log. Every step is told of once, in the order of `Step`.
 * Time: two hashes for each entry of the log, and what `verifyAuditPieces` takes for each of the reader's.
 * @returns a sentence where the room's answers could not be read at all
 */
export async function verifyRoomLog(verifying: Verifying): Promise<Result<VerifiedLog, string>> {
  const { source, kept, now } = verifying;
  let isSound = true;
  const found = (step: Step, { state, says }: Omit<Found, "step">) => {
    isSound &&= state !== "bad";
    verifying.tell({ step, state, says });
  };
  const room = await source.room();
  const trusted = trustedKey(room.key, kept);
  if (!trusted.ok) return trusted;
  const { key } = trusted.value;
  found("key", trusted.value);
  const earlier = kept === null ? null : openCheckpoint(kept.checkpoint, key);
  if (earlier?.ok === false) return err(`what was kept of this log does not open: ${earlier.error}`);
  const before = earlier === null ? null : earlier.value;
  const isBehind = before !== null && room.size < before.size;
  const pieces = await source.entries(isBehind ? null : before);
  const frame = frameOf(pieces, key.name);
  if (!frame.ok) return frame;
  const { note, checkpoint, proof } = frame.value;
  found("fetched", good(`a checkpoint of ${entries(checkpoint.size)} with root ${short(checkpoint.root)}`));
  found("signed", signedBy(note, key));
  found("entries", ownEntries(pieces, key, verifying.tell));
  const tree = await recompute(source, checkpoint.size, verifying.tell);
  found("root", sameRoot(tree.rootAt(checkpoint.size), checkpoint));
  const grown = grownFrom({ kept, before, note, proof, now, key });
  found("grown", grown);
  found("cosigned", cosignedBy(room, key, tree.rootAt));
  const keeps = isSound ? { key: formatLogKey(key), checkpoint: note, at: now } : null;
  return ok({ kept: keeps, evidence: grown.evidence, key, size: checkpoint.size, rootAt: tree.rootAt });
}

type Frame = { readonly note: string; readonly checkpoint: Checkpoint; readonly proof: readonly string[] | null };

const frameSchema = z.object({
  checkpoint: z.string(),
  consistency: z.optional(z.object({ proof: z.array(z.string()) })),
});

// What stands before the entries: the checkpoint with its note, and the proof that was asked for. Held to nothing here.
function frameOf(pieces: readonly string[], origin: string): Result<Frame, string> {
  const unread = err("the room's answer is no export of a log");
  const head = headOf(pieces);
  const json = parseStrictJson(`${head}}`);
  const document = json.ok ? frameSchema.safeParse(json.value) : null;
  if (document?.success !== true) return unread;
  const { checkpoint: note, consistency } = document.data;
  const read = readNote(utf8(note));
  const checkpoint = read.ok ? parseCheckpoint(read.value.text) : read;
  if (!checkpoint.ok || checkpoint.value.origin !== origin) return unread;
  return ok({ note, checkpoint: checkpoint.value, proof: consistency?.proof ?? null });
}

function headOf(pieces: readonly string[]): string {
  let head = "";
  for (const piece of pieces) {
    head += piece;
    const at = head.indexOf(',"entries":[');
    if (at >= 0) return head.slice(0, at);
  }
  return head;
}

const figure = (number: number) => number.toLocaleString("en");
const entries = (number: number) => (number === 1 ? "one entry" : `${figure(number)} entries`);
const short = (hash: Uint8Array) => toHex(hash).slice(0, 8);
const good = (says: string) => ({ state: "good", says }) as const;
const bad = (says: string) => ({ state: "bad", says }) as const;
const first = (says: string) => ({ state: "first", says }) as const;

// The key that was kept stays the one that is trusted, and leads on by notes that it or its followers have signed.
function trustedKey(shown: string, kept: KeptLog | null): Result<Omit<Found, "step"> & { key: LogKey }, string> {
  const offered = parseLogKey(shown);
  if (kept === null) {
    if (!offered.ok) return err("the room names no key of a log");
    const { thumbprint } = offered.value.key;
    return ok({
      ...first(`the log's first key is ${thumbprint}, seen in this browser for the first time`),
      key: offered.value,
    });
  }
  const own = parseLogKey(kept.key);
  if (!own.ok) return err("what was kept of this log has no key");
  const notes = offered.ok ? handOverNotes(offered.value) : [];
  const isSame = offered.ok && offered.value.key.thumbprint === own.value.key.thumbprint;
  const followed = followKeys(own.value, notes);
  if (!isSame || !followed.ok)
    return ok({ ...bad("the room names another key than the one that was kept"), key: own.value });
  const later = notes.length - handOverNotes(own.value).length;
  const times = later === 1 ? "once" : `${later} times`;
  const says = later > 0 ? `, which has handed over ${times} since, each by a note that the one before signed` : "";
  return ok({ ...good(`the log's key is the one kept on ${day(kept)}${says}`), key: followed.value });
}

const day = ({ at }: KeptLog) => isoInstant(at).slice(0, 10);

function signedBy(note: string, key: LogKey): Omit<Found, "step"> {
  const opened = openCheckpoint(note, key);
  return opened.ok ? good("signed by the log's key") : bad(opened.error);
}

function ownEntries(pieces: readonly string[], key: LogKey, tell: (told: Told) => void): Omit<Found, "step"> {
  const verified = verifyAuditPieces(watched(pieces, tell), key);
  if (verified.ok) {
    return good(`${figure(verified.value.entries)} of its entries concern you, and each stands where it says`);
  }
  const { index, says } = verified.error;
  return bad(index === undefined ? says : `entry ${figure(index)}: ${says}`);
}

function* watched(pieces: readonly string[], tell: (told: Told) => void): Generator<string> {
  for (const [done, piece] of pieces.entries()) {
    tell({ step: "entries", state: "at-work", done, of: pieces.length });
    yield piece;
  }
}

type RootAt = VerifiedLog["rootAt"];

// Every leaf of the log, and the root over as many of them as is asked for.
async function recompute(source: LogSource, size: number, tell: (told: Told) => void): Promise<{ rootAt: RootAt }> {
  const leaves = new Uint8Array(size * HASH_BYTES);
  for (let done = 0; done < size; ) {
    const some = await source.leaves(done, size);
    const hashes = Math.min(Math.floor(some.length / HASH_BYTES), size - done);
    if (hashes === 0) break;
    leaves.set(some.subarray(0, hashes * HASH_BYTES), done * HASH_BYTES);
    done += hashes;
    tell({ step: "root", state: "at-work", done, of: size });
  }
  const known = new Map<number, Uint8Array>();
  const rootAt = (wanted: number) => {
    if (wanted > size) return null;
    const root = known.get(wanted) ?? rootOver(leaves, wanted);
    known.set(wanted, root);
    return root;
  };
  return { rootAt };
}

const HASH_BYTES = 32;

function rootOver(leaves: Uint8Array, size: number): Uint8Array {
  let frontier: Frontier = EMPTY_FRONTIER;
  for (let at = 0; at < size; at++) {
    frontier = append(frontier, leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)).frontier;
  }
  return rootOf(frontier);
}

function sameRoot(root: Uint8Array | null, { size, root: claimed }: Checkpoint): Omit<Found, "step"> {
  if (root === null) return bad("the room gives no leaves");
  return equalBytes(root, claimed)
    ? good(`recomputed over all ${figure(size)} entries: ${short(root)}, as signed`)
    : bad(`over all ${figure(size)} entries the root is ${short(root)}, and the checkpoint says ${short(claimed)}`);
}

type Growth = {
  readonly kept: KeptLog | null;
  readonly before: Checkpoint | null;
  readonly note: string;
  readonly proof: readonly string[] | null;
  readonly now: UnixMillis;
  readonly key: LogKey;
};

function grownFrom(growth: Growth): Omit<Found, "step"> & { readonly evidence: string | null } {
  const { kept, before, note, proof, key } = growth;
  if (kept === null || before === null) {
    return { ...first("this browser has seen no earlier checkpoint of this log, and keeps this one"), evidence: null };
  }
  const compared = compareNotes(key, [kept.checkpoint, note], proof);
  if (!compared.ok) return { ...bad(`nothing can be compared: ${compared.error}`), evidence: null };
  const { kind, shown } = compared.value;
  const since = `the checkpoint of ${entries(before.size)} that this browser saw on ${day(kept)}`;
  if (kind === "same" || kind === "grown") return { ...good(`consistent with ${since}`), evidence: null };
  const convicts = (kind: "behind" | "not-grown" | "two-roots") => evidenceOf(kind, growth, kept);
  if (shown.size < before.size) return { ...bad(`the log is shorter than ${since}`), evidence: convicts("behind") };
  if (kind === "two-roots") {
    return { ...bad(`the room has signed two histories: this one, and ${since}`), evidence: convicts(kind) };
  }
  return { ...bad(`the log did not grow from ${since}`), evidence: kind === "not-grown" ? convicts(kind) : null };
}

function evidenceOf(kind: "behind" | "not-grown" | "two-roots", growth: Growth, kept: KeptLog): string {
  const { note, proof, key, now } = growth;
  return formatEvidence({
    kind,
    key: formatLogKey(key),
    at: isoInstant(now),
    kept: kept.checkpoint,
    shown: note,
    proof,
  });
}

// Witnesses' keys are those that the room names, so this tells who says that they saw it; a partner who is asked can
// tell whether the key is its own.
function cosignedBy({ published, witnesses }: RoomLog, key: LogKey, rootAt: RootAt): Omit<Found, "step"> {
  if (published === null) return first("no checkpoint has been published for witnesses yet");
  const opened = openCheckpoint(published, key);
  if (!opened.ok) return bad(`the published checkpoint: ${opened.error}`);
  const { size, root } = opened.value;
  const own = rootAt(size);
  if (own === null || !equalBytes(own, root)) {
    return bad(`the log does not begin with the published checkpoint of ${entries(size)}`);
  }
  const lines = verifyCosignatures(
    utf8(published),
    witnesses.map((one) => one.key),
  );
  if (!lines.ok) return bad("a cosignature does not verify under its witness's key");
  const names = new Set(lines.value.cosignatures.map((line) => witnesses.find((one) => one.key === line.key)?.company));
  if (names.size === 0) return first(`no witness has cosigned the checkpoint of ${entries(size)} yet`);
  return good(`the first ${figure(size)} entries are cosigned by ${[...names].join(", ")}`);
}
