// `concordat audit verify`: an exported log, or a file of evidence, verified without the room.

import type { Command } from "commander";
import { z } from "zod";
import type { EvidenceFault } from "../client/open-evidence.ts";
import { openCheckpoint, verifyAuditPieces } from "../client/verify.ts";
import { type VerifiedEvidence, verifyEvidence } from "../client/verify-evidence.ts";
import { parseCosignerKey } from "../crypto/cosignature.ts";
import type { LogKey } from "../crypto/log-key.ts";
import type { VerifierKey } from "../crypto/signed-note.ts";
import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { toBase64Url } from "../domain/bytes.ts";
import { partsOf } from "../domain/evidence/reading.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { grouped } from "./figures.ts";
import { beginsWith, readBytes, readText, reasonOf, textPieces } from "./files.ts";
import { KEY_OPTION, trustedKey } from "./room-key.ts";
import { act, type Call, EXIT, misused, type Outcome, type Refusal, type Terminal, unverified } from "./terminal.ts";

const optionsSchema = z.object({ checkpoint: z.string().optional(), witness: z.array(z.string()).optional() });

/** Adds the verification of files. */
export function addVerify(audit: Command, terminal: Terminal): void {
  const command = describe(audit.command("verify <file>"), "verify an exported log, or evidence, offline", [
    "concordat audit verify log.json --checkpoint kept.txt",
    "concordat audit verify evidence.html --key KEY --witness harbour-yachts/witness+…",
  ])
    .option("--checkpoint <file>", "a checkpoint kept from earlier, which the log must extend")
    .option("--witness <key...>", "keys of witnesses that you trust; evidence must be cosigned by each")
    .option(...KEY_OPTION);
  act(terminal, command, (call) => verify(terminal, call));
}

/** A checkpoint in a file, opened with the room's key. */
export async function keptCheckpoint(file: string, key: Result<LogKey, Refusal>): Promise<Result<Checkpoint, Refusal>> {
  if (!key.ok) return key;
  const note = await readText(file);
  if (!note.ok) return note;
  const opened = openCheckpoint(note.value, key.value);
  return opened.ok ? opened : err(unverified(`\`${file}\`: ${opened.error}`));
}

async function verify(terminal: Terminal, { operands, options }: Call): Promise<Outcome> {
  const key = await trustedKey(terminal, options);
  if (!key.ok) return key;
  const [path = ""] = operands;
  const { checkpoint, witness = [] } = optionsSchema.parse(options);
  const earlier = checkpoint === undefined ? ok(null) : await keptCheckpoint(checkpoint, key);
  if (!earlier.ok) return earlier;
  const isLog = await beginsWith(path, LOG_BEGINS);
  if (!isLog.ok) return isLog;
  if (isLog.value) return verifyLog(path, key.value, earlier.value);
  const witnesses: VerifierKey[] = [];
  for (const given of witness) {
    const parsed = parseCosignerKey(given);
    if (!parsed.ok)
      return err(misused(`\`${given}\` is no key of a witness`, "as `concordat audit witnesses` shows them"));
    witnesses.push(parsed.value);
  }
  const bytes = await readBytes(path);
  if (!bytes.ok) return bytes;
  return verifyFile(bytes.value, { room: key.value, witnesses, earlier: earlier.value });
}

const LOG_BEGINS = '{"checkpoint"';

function verifyLog(path: string, key: LogKey, earlier: Checkpoint | null): Outcome {
  const verified = verifyPieces(path, key, earlier);
  if (!verified.ok) {
    const { index, says, kind } = verified.error;
    const refusal = unverified(index === undefined ? says : `entry ${index}: ${says}`);
    return err({ ...refusal, json: { isVerified: false, kind, says, ...(index === undefined ? {} : { index }) } });
  }
  const { origin, size, entries, root } = verified.value;
  const lines = [
    `verified: ${grouped(entries)} entries stand in the log ${origin}`,
    `the log has ${grouped(size)} entries${sinceWhen(earlier)}`,
  ];
  const json = { isVerified: true, origin, size, root: toBase64Url(root), entries };
  return ok({ json, lines });
}

// A log of a million entries is a file of more than a gigabyte, so it is never held whole.
function verifyPieces(path: string, key: LogKey, earlier: Checkpoint | null): ReturnType<typeof verifyAuditPieces> {
  try {
    return verifyAuditPieces(textPieces(path), key, earlier ?? undefined);
  } catch (error) {
    return err({ kind: "not-an-export", says: `the file cannot be read: ${reasonOf(error)}` });
  }
}

function sinceWhen(earlier: Checkpoint | null): string {
  return earlier === null ? "" : `; it only grew since it had ${grouped(earlier.size)}`;
}

type Verifier = Parameters<typeof verifyEvidence>[1];

function verifyFile(bytes: Uint8Array, verifier: Verifier): Outcome {
  const verified = verifyEvidence(bytes, verifier);
  if (!verified.ok) return err(altered(verified.error));
  const { evidence, tree, cosignedBy, hasPage } = verified.value;
  const missing = verifier.witnesses.find(({ name }) => !cosignedBy.some((one) => one.name === name && one.isTrusted));
  if (missing !== undefined) return err(unverified(`\`${missing.name}\` has not cosigned the log of this file`));
  const json = {
    isVerified: true,
    about: evidence.contents.about,
    for: evidence.contents.for,
    asOf: evidence.contents.asOf,
    origin: tree.origin,
    size: tree.size,
    parts: evidence.parts.length,
    cosignedBy,
    hasPage,
  };
  return ok({ json, lines: [...partLines(verified.value), ...witnessLines(cosignedBy), logLine(tree, verifier)] });
}

function altered(faults: readonly EvidenceFault[]): Refusal {
  const lines = faults.map(({ part, says }) => `error: ${part}: ${says}`);
  return { exit: EXIT.unverified, lines, json: { isVerified: false, faults } };
}

function partLines({ evidence: { contents, parts }, hasPage }: VerifiedEvidence): string[] {
  const count = (kind: Parameters<typeof partsOf>[1]) => partsOf(parts, kind).length;
  const made = `verified: evidence for ${contents.for}, made at ${contents.asOf} by the room ${contents.origin}`;
  const documents = `${count("contract")} contracts, ${count("policy")} policies, ${count("receipt")} receipts`;
  const held = `${count("entry")} entries, ${documents}`;
  return [made, held, ...(hasPage ? ["the page says what the evidence under it says"] : [])];
}

function witnessLines(cosignedBy: VerifiedEvidence["cosignedBy"]): string[] {
  return cosignedBy.map(({ name, isTrusted }) =>
    isTrusted
      ? `cosigned by ${name}, by the key that you trust`
      : `cosigned by ${name}, by the key that the room shows`,
  );
}

function logLine({ size }: Checkpoint, { earlier }: Verifier): string {
  return `the log had ${grouped(size)} entries${sinceWhen(earlier)}`;
}
