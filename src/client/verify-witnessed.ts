// What completes a receipt: the proof that its entry stands under a checkpoint that witnesses have cosigned. A receipt
// is made with its answer and older than every cosignature, so they come beside it and not in it.

import { z } from "zod";
import { verifyCosignatures } from "../crypto/cosignature.ts";
import type { LogKey } from "../crypto/log-key.ts";
import type { VerifierKey } from "../crypto/signed-note.ts";
import { leafHash } from "../domain/audit/merkle.ts";
import { verifyInclusion } from "../domain/audit/proof.ts";
import { fromBase64, utf8 } from "../domain/bytes.ts";
import { parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { openCheckpoint } from "./verify.ts";
import type { Receipt } from "./verify-receipt.ts";

/** Who vouches for the log in which a receipt's entry stands. */
export type VerifiedWitnessed = {
  /** Entries of the log that was cosigned. */
  readonly size: number;
  /** Each known witness once, with its own clock's time in seconds. */
  readonly cosignedBy: readonly { readonly name: string; readonly atSeconds: number }[];
};

const witnessedSchema = z.strictObject({ checkpoint: z.string(), proof: z.array(z.string()).max(64) });

/**
 * Verifies that a receipt's entry stands under a cosigned checkpoint, offline.
 * @param text  as the room gives it for the entry: `{ checkpoint, proof }`
 * @param known.room  the room's key; `known.witnesses` those that the reader trusts, from a place other than the room
 */
export function verifyWitnessed(
  receipt: Pick<Receipt, "entry" | "index">,
  text: string,
  known: { readonly room: LogKey; readonly witnesses: readonly VerifierKey[] },
): Result<VerifiedWitnessed, string> {
  const json = parseStrictJson(text.trim());
  const document = json.ok ? witnessedSchema.safeParse(json.value) : null;
  if (document?.success !== true) return err("the file does not say where the entry stands");
  const { checkpoint: note } = document.data;
  const checkpoint = openCheckpoint(note, known.room);
  if (!checkpoint.ok) return checkpoint;
  const proof = document.data.proof.map(fromBase64).flatMap((hash) => (hash.ok ? [hash.value] : []));
  if (proof.length !== document.data.proof.length) return err("the proof is not base64");
  const { size, root } = checkpoint.value;
  const claim = { leafHash: leafHash(utf8(receipt.entry)), index: receipt.index, size, proof, root };
  if (!verifyInclusion(claim)) return err(`entry ${receipt.index} does not stand in the log that was cosigned`);
  const found = verifyCosignatures(utf8(note), known.witnesses);
  if (!found.ok) return err("a cosignature does not verify under its witness's key");
  const times = new Map(found.value.cosignatures.map(({ key, atSeconds }) => [key.name, atSeconds]));
  return ok({ size, cosignedBy: [...times].map(([name, atSeconds]) => ({ name, atSeconds })) });
}
