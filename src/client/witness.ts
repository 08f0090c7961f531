// A witness's judgement: whether the checkpoint that a room shows now follows from the one that the witness keeps. Only
// what follows is ever cosigned; what does not is kept, both sides of it, as evidence that needs no room to be read.

import * as z from "zod/mini";
import type { LogKey } from "../crypto/log-key.ts";
import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { type Comparison, compareCheckpoints } from "../domain/audit/comparison.ts";
import { fromBase64 } from "../domain/bytes.ts";
import { canonicalJson, parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { openCheckpoint } from "./verify.ts";

/**
 * Two checkpoints of one log that do not go together, as they were signed.
 * - `two-roots`: one size, two roots
 * - `not-grown`: the room's own proof does not lead from the smaller to the larger
 * - `behind`: the room says that its log is shorter than a checkpoint that it signed before
 */
export type Evidence = {
  readonly kind: "two-roots" | "not-grown" | "behind";
  /** The room's verifier key. */
  readonly key: string;
  /** When they were seen together: RFC 3339, by the clock of whoever saw it. */
  readonly at: string;
  readonly kept: string;
  readonly shown: string;
  /** The proof that the room gave, base64; null where it gave none. */
  readonly proof: readonly string[] | null;
};

const evidenceSchema = z.strictObject({
  concordat: z.literal("audit-evidence/1"),
  kind: z.enum(["two-roots", "not-grown", "behind"]),
  key: z.string(),
  at: z.string(),
  kept: z.string(),
  shown: z.string(),
  proof: z.nullable(z.array(z.string()).check(z.maxLength(64))),
});

/** The text of an evidence file, with a final newline. */
export function formatEvidence(evidence: Evidence): string {
  return `${canonicalJson({ concordat: "audit-evidence/1", ...evidence })}\n`;
}

/** Reads an evidence file; nothing of it is verified. */
export function parseEvidence(text: string): Result<Evidence, "not-evidence"> {
  const json = parseStrictJson(text);
  const parsed = json.ok ? evidenceSchema.safeParse(json.value) : null;
  if (parsed?.success !== true) return err("not-evidence");
  const { concordat: _, ...evidence } = parsed.data;
  return ok(evidence);
}

/** What two checkpoints say of each other, once both are opened with the room's key. */
export type Compared = Comparison & { readonly kept: Checkpoint; readonly shown: Checkpoint };

/**
 * Compares two signed checkpoints of a room, offline.
 * @param pair  the one kept from earlier and the one shown, as signed notes
 * @param proof  a consistency proof between their sizes, base64, or null where none is at hand
 */
export function compareNotes(
  key: LogKey,
  [keptNote, shownNote]: readonly [string, string],
  proof: readonly string[] | null,
): Result<Compared, string> {
  const kept = openCheckpoint(keptNote, key);
  const shown = openCheckpoint(shownNote, key);
  if (!kept.ok) return err(`the first: ${kept.error}`);
  if (!shown.ok) return err(`the second: ${shown.error}`);
  const hashes = proof === null ? null : hashesOf(proof);
  if (hashes !== null && !hashes.ok) return err("the proof is not base64");
  const compared = compareCheckpoints([kept.value, shown.value], hashes === null ? null : hashes.value);
  return ok({ ...compared, kept: kept.value, shown: shown.value });
}

function hashesOf(proof: readonly string[]): Result<readonly Uint8Array[], "not-base64"> {
  const hashes: Uint8Array[] = [];
  for (const text of proof) {
    const hash = fromBase64(text);
    if (!hash.ok) return hash;
    hashes.push(hash.value);
  }
  return ok(hashes);
}
