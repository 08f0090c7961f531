// An evidence file taken apart: its seal, its contents and its parts, each held to the digest that the room's log has.
// What does not fit is named, before anything in it is believed.

import { followKeys, handOversBefore, type LogKey } from "../crypto/log-key.ts";
import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { decodeEntry } from "../domain/audit/entry.ts";
import { leafHash } from "../domain/audit/merkle.ts";
import { verifyInclusion } from "../domain/audit/proof.ts";
import { fromBase64, textDigest, utf8 } from "../domain/bytes.ts";
import {
  type Contents,
  type Evidence,
  type Part,
  partName,
  readContents,
  readPart,
  readSeal,
  type Seal,
} from "../domain/evidence/document.ts";
import { linesInPage } from "../domain/evidence/page.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { openCheckpoint } from "./verify.ts";

/** Something that is not as it was when the room made the file; `part` is its name, as people are told. */
export type EvidenceFault = { readonly part: string; readonly says: string };

/** An evidence file whose bytes are those that the room's log has the digest of. */
export type OpenedEvidence = {
  readonly evidence: Evidence;
  /** The log with the file's own entry in it. */
  readonly sealedIn: Checkpoint;
  /** The room's key as it was given, with those that it led to until the file was sealed. */
  readonly room: LogKey;
  /** The text of the page, or null where the file has the lines alone. */
  readonly page: string | null;
  /** Whether the file is UTF-8 and has nothing between its lines; what stands around them in a page is not asked. */
  readonly isExact: boolean;
};

type Opened<Value> = Result<Value, readonly EvidenceFault[]>;

/** Takes a file apart. Whoever altered a byte of a part, the contents or the seal is told by that name. */
export function openEvidence(bytes: Uint8Array, room: LogKey): Opened<OpenedEvidence> {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const inPage = linesInPage(text);
  if (inPage === null && text.includes("</html>")) return fault("page", "the place of the evidence is not there");
  const lines = inPage ?? text.split("\n").slice(0, -1);
  const opened = openLines(lines, room);
  if (!opened.ok) return opened;
  const isExact = utf8(text).length === bytes.length && (inPage !== null || `${lines.join("\n")}\n` === text);
  return ok({ ...opened.value, page: inPage === null ? null : text, isExact });
}

function openLines(
  lines: readonly string[],
  room: LogKey,
): Opened<Pick<OpenedEvidence, "evidence" | "sealedIn" | "room">> {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined || lines.length < 3) return fault("file", "it is no evidence file");
  const seal = readSeal(last);
  if (!seal.ok) return fault("seal", `the last line does not read: ${seal.error.replaceAll("-", " ")}`);
  const known = keysOfSeal(seal.value, room);
  if (!known.ok) return known;
  const sealed = sealedDigest(seal.value, known.value);
  if (!sealed.ok) return sealed;
  if (textDigest(first) !== sealed.value.contentsDigest)
    return fault("contents", "the first line is not the one that the room's log has the digest of");
  const contents = readContents(first);
  if (!contents.ok) return fault("contents", `the first line does not read: ${contents.error.replaceAll("-", " ")}`);
  const parts = openParts(lines.slice(1, -1), contents.value);
  if (!parts.ok) return parts;
  return ok({
    evidence: { contents: contents.value, parts: parts.value, seal: seal.value },
    sealedIn: sealed.value.checkpoint,
    room: known.value,
  });
}

// The notes must be those of every hand-over before the seal, so that none is added or taken away unseen.
function keysOfSeal({ handOvers = [], index }: Seal, room: LogKey): Opened<LogKey> {
  const known = followKeys(room, handOvers);
  if (!known.ok) return fault("seal", "its notes of keys that followed each other do not hold");
  return handOversBefore(known.value, index) === handOvers.length
    ? known
    : fault("seal", "its notes are not those of the keys that followed each other before it");
}

type Sealed = { readonly contentsDigest: string; readonly checkpoint: Checkpoint };

function sealedDigest(seal: Seal, room: LogKey): Opened<Sealed> {
  const checkpoint = openCheckpoint(seal.checkpoint, room);
  if (!checkpoint.ok) return fault("seal", checkpoint.error);
  const { size, root } = checkpoint.value;
  const proof = hashesOf(seal.proof);
  const claim = { leafHash: leafHash(utf8(seal.entry)), index: seal.index, size, proof, root };
  if (!verifyInclusion(claim))
    return fault("seal", `entry ${seal.index} does not stand in the log that the room signed`);
  const entry = decodeEntry(seal.entry);
  const contentsDigest = entry.ok ? entry.value.subject["contentsDigest"] : undefined;
  if (!entry.ok || entry.value.act !== "log-exported" || contentsDigest === undefined)
    return fault("seal", `entry ${seal.index} of the log is not about an evidence file`);
  return entry.value.index === seal.index
    ? ok({ contentsDigest, checkpoint: checkpoint.value })
    : fault("seal", "the entry names another index");
}

// Each part is looked for by its digest behind the one before it, so that a line too many or too few spoils no other.
function openParts(lines: readonly string[], { parts: named }: Contents): Opened<readonly Part[]> {
  const digests = lines.map(textDigest);
  const faults: EvidenceFault[] = [];
  const parts: Part[] = [];
  let next = 0;
  for (const { name, digest } of named) {
    const at = digests.indexOf(digest, next);
    const part = at < 0 ? null : readPart(lines[at] ?? "");
    if (part === null) faults.push({ part: name, says: "it is not there as it was: altered, moved or taken out" });
    else if (!part.ok || partName(part.value) !== name) faults.push({ part: name, says: "it is not such a part" });
    else parts.push(part.value);
    if (at >= 0) next = at + 1;
  }
  if (faults.length === 0 && lines.length > named.length)
    faults.push({ part: "file", says: "it has lines that its contents do not name" });
  return faults.length > 0 ? err(faults) : ok(parts);
}

/** Hashes of a proof; one that does not read becomes one that fits nothing. */
export function hashesOf(proof: readonly string[]): readonly Uint8Array[] {
  return proof.map((text) => {
    const hash = fromBase64(text);
    return hash.ok ? hash.value : new Uint8Array(0);
  });
}

function fault(part: string, says: string): Opened<never> {
  return err([{ part, says }]);
}
