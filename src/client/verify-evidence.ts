// An evidence file verified on a machine without the room: that its bytes are those which the room's log has the digest
// of, every signature and proof in it, and that its page says what the evidence says and nothing else.

import { parseCosignerKey, verifyCosignatures } from "../crypto/cosignature.ts";
import type { LogKey } from "../crypto/log-key.ts";
import { parseVerifierKey, type VerifierKey } from "../crypto/signed-note.ts";
import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { decodeEntry } from "../domain/audit/entry.ts";
import { leafHash } from "../domain/audit/merkle.ts";
import { verifyConsistency, verifyInclusion } from "../domain/audit/proof.ts";
import { equalBytes, utf8 } from "../domain/bytes.ts";
import { type Evidence, type Part, type PartOf, partName } from "../domain/evidence/document.ts";
import { partsOf } from "../domain/evidence/reading.ts";
import { evidenceFile } from "../domain/evidence/story.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { faultOfContract, faultOfKeys, faultOfPolicy } from "./evidence-documents.ts";
import { type EvidenceFault, hashesOf, type OpenedEvidence, openEvidence } from "./open-evidence.ts";
import { openCheckpoint } from "./verify.ts";
import { verifyReceipt } from "./verify-receipt.ts";

/** What a verifier brings along: keys from places that it trusts, and the checkpoint that it kept, if any. */
export type EvidenceVerifier = {
  readonly room: LogKey;
  readonly witnesses: readonly VerifierKey[];
  readonly earlier: Checkpoint | null;
};

/** What a verified file says. */
export type VerifiedEvidence = {
  readonly evidence: Evidence;
  /** The log under which every entry is proven. */
  readonly tree: Checkpoint;
  /** Who cosigned the published checkpoint that the file has; `isTrusted` where the verifier brought the key. */
  readonly cosignedBy: readonly { readonly name: string; readonly isTrusted: boolean }[];
  readonly hasPage: boolean;
};

/**
 * Verifies an evidence file. It cannot know what the file leaves out.
 * Cost: O(entries × log size) hashes, a signature for each of the documents, and the page written once more.
 * @param bytes  the file as it is on disk
 * @returns every fault, each with the name of the part that it is in
 */
export function verifyEvidence(
  bytes: Uint8Array,
  verifier: EvidenceVerifier,
): Result<VerifiedEvidence, readonly EvidenceFault[]> {
  const opened = openEvidence(bytes, verifier.room);
  if (!opened.ok) return opened;
  const { evidence, page, isExact } = opened.value;
  const { room } = opened.value;
  const tree = treeOf(opened.value, { ...verifier, room });
  if (!tree.ok) return err([tree.error]);
  const faults = evidence.parts.flatMap((part) => {
    const says = faultOf(part, { ...verifier, room, tree: tree.value, evidence });
    return says === null ? [] : [{ part: partName(part), says }];
  });
  const missing = faults.length > 0 ? [] : faultsOfWhole(opened.value);
  if (faults.length + missing.length > 0) return err([...faults, ...missing]);
  const pageFault = page === null ? null : faultOfPage(page, evidence);
  if (pageFault !== null) return err([pageFault]);
  if (!isExact) return err([{ part: "file", says: "it has bytes that are no part of it" }]);
  const cosignedBy = partsOf(evidence.parts, "watched").flatMap((part) => cosigners(part, verifier.witnesses));
  return ok({ evidence, tree: tree.value, cosignedBy, hasPage: page !== null });
}

function treeOf(
  { evidence: { parts, seal, contents }, sealedIn }: OpenedEvidence,
  { room, earlier }: EvidenceVerifier,
): Result<Checkpoint, EvidenceFault> {
  const [part] = partsOf(parts, "tree");
  const tree = part === undefined ? err("there is none") : openCheckpoint(part.checkpoint, room);
  if (part === undefined || !tree.ok) return err({ part: "tree", says: tree.ok ? "there is none" : tree.error });
  if (contents.origin !== room.name) return err({ part: "contents", says: "it is of another room than the key" });
  if (!isGrown(tree.value, sealedIn, seal.grown))
    return err({ part: "seal", says: "the log did not grow from the tree of the evidence" });
  const says = earlier === null ? null : faultSince(part, tree.value, earlier);
  return says === null ? ok(tree.value) : err({ part: "tree", says });
}

function faultSince({ grown }: PartOf<"tree">, tree: Checkpoint, earlier: Checkpoint): string | null {
  if (earlier.origin !== tree.origin) return "it is of another log than the checkpoint kept";
  if (earlier.size === tree.size)
    return equalBytes(earlier.root, tree.root) ? null : "the checkpoint kept has another root for the same size";
  if (grown === undefined || grown.size !== earlier.size) return "the file has no proof from the checkpoint kept";
  return isGrown(earlier, tree, grown.proof) ? null : "the log did not grow from the checkpoint kept";
}

function isGrown(from: Pick<Checkpoint, "size" | "root">, to: Checkpoint, proof: readonly string[]): boolean {
  const claim = { first: from.size, second: to.size, firstRoot: from.root, secondRoot: to.root };
  return verifyConsistency({ ...claim, proof: hashesOf(proof) });
}

type Known = EvidenceVerifier & { readonly tree: Checkpoint; readonly evidence: Evidence };

function faultOf(part: Part, known: Known): string | null {
  switch (part.part) {
    case "room":
      return faultOfRoom(part, known);
    case "keys":
      return faultOfKeys(part);
    case "contract":
      return faultOfContract(part, known.evidence.parts);
    case "policy":
      return faultOfPolicy(part, known.evidence);
    case "watched":
      return faultOfWatched(part, known);
    case "entry":
      return faultOfEntry(part, known);
    case "receipt":
      return faultOfReceipt(part, known);
    case "tree":
    case "partners":
    case "report":
      return null;
  }
}

function faultOfRoom({ key }: PartOf<"room">, { room }: Known): string | null {
  const shown = parseVerifierKey(key);
  const isSame = shown.ok && shown.value.name === room.name && shown.value.key.thumbprint === room.key.thumbprint;
  return isSame ? null : "the key is not the room's that you verify with";
}

function faultOfWatched(part: PartOf<"watched">, { room, tree }: Known): string | null {
  const checkpoint = openCheckpoint(part.checkpoint, room);
  if (!checkpoint.ok) return checkpoint.error;
  if (!isGrown(checkpoint.value, tree, part.proof)) return "the log did not grow from the checkpoint that is cosigned";
  const names = new Set(cosigners(part, []).map(({ name }) => name));
  return names.size === part.witnesses.length ? null : "a cosignature does not verify under its witness's key";
}

// By the keys that the file names; those that the verifier brought are told apart.
function cosigners({ checkpoint, witnesses }: PartOf<"watched">, trusted: readonly VerifierKey[]) {
  const keys = witnesses.flatMap(({ key }) => {
    const parsed = parseCosignerKey(key);
    return parsed.ok ? [parsed.value] : [];
  });
  const found = verifyCosignatures(utf8(checkpoint), keys);
  const isTrusted = (key: VerifierKey) =>
    trusted.some((one) => one.name === key.name && one.key.thumbprint === key.key.thumbprint);
  const good = found.ok ? found.value.cosignatures : [];
  return [...new Map(good.map(({ key }) => [key.name, { name: key.name, isTrusted: isTrusted(key) }])).values()];
}

function faultOfEntry({ index, entry, proof }: PartOf<"entry">, { tree }: Known): string | null {
  const decoded = decodeEntry(entry);
  if (!decoded.ok) return "it is not an entry of a log";
  if (decoded.value.index !== index) return "it names another index";
  const { size, root } = tree;
  const claim = { leafHash: leafHash(utf8(entry)), index, size, proof: hashesOf(proof), root };
  return verifyInclusion(claim) ? null : "it does not stand there in the log that the room signed";
}

function faultOfReceipt({ release, receipt, answer }: PartOf<"receipt">, { room }: Known): string | null {
  const verified = verifyReceipt(`${answer.slice(0, -1)},"receipt":${JSON.stringify(receipt)}}`, room);
  if (!verified.ok) return verified.error;
  return verified.value.receipt.release === release ? null : "it is the receipt of another answer";
}

// What must be there whatever the evidence is about.
function faultsOfWhole({ evidence }: OpenedEvidence): readonly EvidenceFault[] {
  const { contents, parts } = evidence;
  const indexes = partsOf(parts, "entry").map(({ index }) => index);
  const isRising = indexes.every((index, at) => at === 0 || index > (indexes[at - 1] ?? index));
  const isAsNamed = partsOf(parts, "report").length === (contents.about.kind === "log" ? 0 : 1);
  const hasRoom = partsOf(parts, "room").length === 1 && partsOf(parts, "partners").length === 1;
  return isRising && isAsNamed && hasRoom
    ? []
    : [{ part: "contents", says: "its parts are not those of such evidence" }];
}

// The page is made again: where it differs, the line is named, as whoever opens it would see it.
function faultOfPage(page: string, evidence: Evidence): EvidenceFault | null {
  const made = evidenceFile(evidence);
  if (made === page) return null;
  const [shown, told] = [page.split("\n"), made.split("\n")];
  const at = told.findIndex((line, index) => line !== shown[index]);
  const line = at < 0 ? told.length : at;
  const stands = plain(shown[line]);
  const should = plain(told[line]);
  return { part: "page", says: `line ${line + 1} says \`${stands}\`, and the evidence makes it \`${should}\`` };
}

const SHOWN_CHARACTERS = 120;

function plain(line: string | undefined): string {
  const text = line === undefined ? "nothing" : line.replaceAll(/<[^>]*>/g, " ").trim();
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
