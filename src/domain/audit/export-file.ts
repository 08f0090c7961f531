// The exported log: the entries that a partner may see, each with its proof, under one signed checkpoint.
// One canonical JSON document (RFC 8785) that anyone verifies offline with the room's public key and nothing else
// (RFC 9162 §2.1.3, §2.1.4). How the checkpoint's signature is opened is an argument: no key is known here.

import * as z from "zod/mini";
import { equalBytes, fromBase64, toBase64, utf8 } from "../bytes.ts";
import { canonicalJson, parseStrictJson } from "../canonical-json.ts";
import { err, ok, type Result } from "../result.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type AuditEntry, decodeEntry } from "./entry.ts";
import { leafHash } from "./merkle.ts";
import { inclusionVerifier, verifyConsistency } from "./proof.ts";

/** An entry of an export with its proof; `entry` is its stored text. */
export type ExportedEntry = { readonly index: number; readonly entry: string; readonly proof: readonly Uint8Array[] };

/** What an export file is about: the signed note, and the proof that the log only grew since an earlier tree. */
export type ExportFrame = {
  readonly checkpoint: string;
  readonly consistency?: {
    readonly from: { readonly size: number; readonly root: Uint8Array };
    readonly proof: readonly Uint8Array[];
  };
};

/** What goes into an export file. */
export type AuditExport = ExportFrame & { readonly entries: readonly ExportedEntry[] };

/** What a verified export says: these entries stand in the log of this origin, size and root. */
export type VerifiedExport = {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly entries: readonly AuditEntry[];
};

export type ExportRefusal = {
  readonly kind: "not-an-export" | "checkpoint" | "another-log" | "inconsistent" | "order" | "entry" | "inclusion";
  /** The entry at fault, where one is. */
  readonly index?: number;
  readonly says: string;
};

/** What a verifier brings along: how to open the signed note, and the checkpoint it kept from last time, if any. */
export type Verifier = {
  readonly openCheckpoint: (note: string) => Result<Checkpoint, string>;
  readonly earlier?: Checkpoint | undefined;
};

const hash = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const bytes = fromBase64(text);
    if (bytes.ok && bytes.value.length === 32) return bytes.value;
    context.issues.push({ code: "custom", message: "not 32 bytes of base64", input: text });
    return z.NEVER;
  }),
);
const size = z.int().check(z.nonnegative());

/** The document `audit-export/1`; parsing turns its base64 into bytes. */
const auditExportSchema = z.strictObject({
  concordat: z.literal("audit-export/1"),
  checkpoint: z.string(),
  /** Read one by one. */
  entries: z.tuple([]),
  consistency: z.optional(z.strictObject({ from: z.strictObject({ size, root: hash }), proof: z.array(hash) })),
});

type Parsed = z.infer<typeof auditExportSchema>;

/** The text of an export file, with a final newline. Entries are taken in the order given; it should rise by index. */
export function formatExport(content: AuditExport): string {
  return `${exportOpening(content)}${content.entries.map(exportEntry).join(",")}${EXPORT_CLOSING}`;
}

/** The text of an export file up to its first entry, so that one of any length can be written entry by entry. */
export function exportOpening({ checkpoint, consistency }: ExportFrame): string {
  const document = { concordat: "audit-export/1", checkpoint };
  const grown = consistency === undefined ? {} : { consistency: growth(consistency) };
  // INVARIANT: `entries` sorts after every other name, so the canonical form of the rest stands before it whole.
  return `${canonicalJson({ ...document, ...grown }).slice(0, -1)},"entries":[`;
}

/** One entry as it stands in an export file; a comma goes between two. */
export function exportEntry({ index, entry, proof }: ExportedEntry): string {
  return canonicalJson({ index, entry, proof: proof.map(toBase64) });
}

/** What stands in an export file after its last entry. */
export const EXPORT_CLOSING = "]}\n";

function growth({ from, proof }: NonNullable<ExportFrame["consistency"]>) {
  return { from: { size: from.size, root: toBase64(from.root) }, proof: proof.map(toBase64) };
}

/**
 * Verifies an export file: its form, the checkpoint's signature, that the log only grew since `earlier`, and that each
 * entry stands where it says. The file must be byte for byte its own canonical form; one final newline may follow.
 * It cannot know what the file leaves out: an export has the entries of one reader.
 */
export function verifyExport(text: string, verifier: Verifier): Result<VerifiedExport, ExportRefusal> {
  const entries: AuditEntry[] = [];
  const verified = verifyExportPieces([text], verifier, (entry) => entries.push(entry));
  return verified.ok ? ok({ ...verified.value, entries }) : verified;
}

/**
 * The same for a file of any length, piece by piece: one entry at a time is in memory. Of a file that is refused,
 * entries may have been taken before the fault was met.
 * Time: O(1) hashes an entry where a file has them all, O(log size) for each that stands alone.
 * @param pieces  the file's text, cut anywhere
 * @param take  is given each entry that stands in the log, in order
 */
export function verifyExportPieces(
  pieces: Iterable<string>,
  verifier: Verifier,
  take: (entry: AuditEntry) => void,
): Result<Checkpoint, ExportRefusal> {
  let tree: { readonly now: Checkpoint; readonly check: EntryCheck } | null = null;
  for (const cut of cutExport(pieces)) {
    if (cut.kind === "entry") {
      const entry = tree?.check(cut.text);
      if (entry === undefined) return refuse("not-an-export", "the file is not JSON: it has no beginning");
      if (!entry.ok) return entry;
      take(entry.value);
    } else {
      const opened = openFrame(cut.text, verifier);
      if (!opened.ok) return opened;
      tree = { now: opened.value, check: entryCheck(opened.value) };
    }
  }
  return tree === null ? refuse("not-an-export", "the file is empty") : ok(tree.now);
}

type Cut = { readonly kind: "frame" | "entry"; readonly text: string };

const BEFORE_ENTRIES = ',"entries":[';
const BETWEEN_ENTRIES = '},{"entry":';
const AFTER_ENTRIES = "]}";

// Quotes within texts are escaped, so these marks stand between members alone. What stands before the entries is told
// as a file of its own without any; an end that is not as it should be becomes an entry that does not read.
function* cutExport(pieces: Iterable<string>): Generator<Cut> {
  let rest = "";
  let isOpen = false;
  for (const piece of pieces) {
    rest += piece;
    if (!isOpen) {
      const at = rest.indexOf(BEFORE_ENTRIES);
      if (at < 0) continue;
      isOpen = true;
      yield { kind: "frame", text: `${rest.slice(0, at)}${BEFORE_ENTRIES}${AFTER_ENTRIES}` };
      rest = rest.slice(at + BEFORE_ENTRIES.length);
    }
    let start = 0;
    for (let at = rest.indexOf(BETWEEN_ENTRIES); at >= 0; at = rest.indexOf(BETWEEN_ENTRIES, start)) {
      yield { kind: "entry", text: rest.slice(start, at + 1) };
      start = at + 2;
    }
    rest = rest.slice(start);
  }
  const text = rest.endsWith("\n") ? rest.slice(0, -1) : rest;
  if (!isOpen) yield { kind: "frame", text };
  else if (text !== AFTER_ENTRIES)
    yield { kind: "entry", text: text.endsWith(AFTER_ENTRIES) ? text.slice(0, -AFTER_ENTRIES.length) : "" };
}

function openFrame(text: string, verifier: Verifier): Result<Checkpoint, ExportRefusal> {
  const document = parseExport(text);
  if (!document.ok) return document;
  const opened = verifier.openCheckpoint(document.value.checkpoint);
  if (!opened.ok) return refuse("checkpoint", opened.error);
  const grown = checkGrowth(document.value, opened.value, verifier.earlier);
  return grown.ok ? opened : grown;
}

function parseExport(text: string): Result<Parsed, ExportRefusal> {
  const json = parseStrictJson(text);
  if (!json.ok) return refuse("not-an-export", `the file is not JSON: ${json.error.kind} at ${json.error.at}`);
  if (canonicalJson(json.value) !== text) return refuse("not-an-export", "the file is not in canonical form");
  const document = auditExportSchema.safeParse(json.value);
  if (document.success) return ok(document.data);
  return refuse("not-an-export", `the file does not fit its schema at \`${document.error.issues[0]?.path.join(".")}\``);
}

// A consistency proof is checked whoever brought it; an earlier checkpoint makes one necessary.
function checkGrowth(document: Parsed, now: Checkpoint, earlier: Checkpoint | undefined): Result<null, ExportRefusal> {
  const { consistency } = document;
  if (earlier !== undefined) {
    const anchored = checkEarlier(consistency?.from, now, earlier);
    if (!anchored.ok) return anchored;
  }
  if (consistency === undefined) return ok(null);
  const holds = verifyConsistency({
    first: consistency.from.size,
    second: now.size,
    firstRoot: consistency.from.root,
    secondRoot: now.root,
    proof: consistency.proof,
  });
  return holds ? ok(null) : refuse("inconsistent", "the log did not grow from the tree that the file names");
}

type Tree = { readonly size: number; readonly root: Uint8Array };

function checkEarlier(from: Tree | undefined, now: Checkpoint, earlier: Checkpoint): Result<null, ExportRefusal> {
  if (earlier.origin !== now.origin) {
    return refuse(
      "another-log",
      `the file is of log \`${now.origin}\`, the checkpoint kept is of \`${earlier.origin}\``,
    );
  }
  if (from === undefined && earlier.size === now.size) {
    return equalBytes(earlier.root, now.root) ? ok(null) : refuse("inconsistent", "two roots for one size of the log");
  }
  if (from === undefined) return refuse("inconsistent", "the file has no proof from the checkpoint kept");
  return from.size === earlier.size && equalBytes(from.root, earlier.root)
    ? ok(null)
    : refuse("inconsistent", "the file's proof is not from the checkpoint kept");
}

// One entry as `exportEntry` writes it: its text as a JSON text, its index, its proof.
const ENTRY = /^\{"entry":("(?:[^"\\]|\\.)*"),"index":(0|[1-9]\d{0,15}),"proof":\[(.*)\]\}$/s;

type EntryCheck = (text: string) => Result<AuditEntry, ExportRefusal>;

// Checks entry after entry of one file.
function entryCheck(now: Checkpoint): EntryCheck {
  const stands = inclusionVerifier(now);
  let previous = -1;
  return (text) => {
    const found = ENTRY.exec(text);
    const [quoted, digits, hashes] = [found?.[1], found?.[2], found?.[3]];
    const entry = quoted === undefined ? err("no-entry") : parseStrictJson(quoted);
    if (!entry.ok || typeof entry.value !== "string" || canonicalJson(entry.value) !== quoted || hashes === undefined)
      return refuse("not-an-export", "the file is not in canonical form");
    const index = Number(digits);
    if (index <= previous) return refuse("order", "entries do not rise by index", index);
    previous = index;
    const decoded = decodeEntry(entry.value);
    if (!decoded.ok) return refuse("entry", `the entry is refused: ${decoded.error}`, index);
    if (decoded.value.index !== index) return refuse("entry", "the entry names another index", index);
    const proof = hashes === "" ? [] : hashes.split(",").map(unquoted);
    return stands({ leafHash: leafHash(utf8(entry.value)), index, proof })
      ? decoded
      : refuse("inclusion", "the entry does not stand there in the log", index);
  };
}

// What is no text in quotes becomes no hash.
function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : "";
}

function refuse(kind: ExportRefusal["kind"], says: string, index?: number): Result<never, ExportRefusal> {
  return err(index === undefined ? { kind, says } : { kind, says, index });
}
