// A receipt checked on the reader's machine: the room signed it, it is about this very answer, and the log that the
// room vouches for in it records that answer. Nothing but the room's public key is needed.

import * as z from "zod/mini";
import { RECEIPT_TYP } from "../crypto/document-types.ts";
import { SIGNATURE_REFUSALS, verifyCompact } from "../crypto/jws.ts";
import { everyKey, type LogKey } from "../crypto/log-key.ts";
import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { type AuditEntry, decodeEntry } from "../domain/audit/entry.ts";
import { leafHash } from "../domain/audit/merkle.ts";
import { verifyInclusion } from "../domain/audit/proof.ts";
import { fromBase64, utf8 } from "../domain/bytes.ts";
import { canonicalDigest, type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { openCheckpoint } from "./verify.ts";

/** What a receipt that holds says. */
export type VerifiedReceipt = {
  readonly receipt: Receipt;
  readonly entry: AuditEntry;
  readonly checkpoint: Checkpoint;
  /** Whether the answer itself was at hand and is the one of the receipt. */
  readonly coversAnswer: boolean;
};

const receiptSchema = z.strictObject({
  concordat: z.literal("receipt/1"),
  release: z.string(),
  recipient: z.string(),
  contract: z.string(),
  answerDigest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  entry: z.string(),
  index: z.int().check(z.nonnegative()),
  proof: z.array(z.string()).check(z.maxLength(64)),
  checkpoint: z.string(),
});

export type Receipt = z.output<typeof receiptSchema>;

/**
 * Verifies a receipt.
 * @param text  a release as JSON, which holds its receipt; `{"receipt": …}`; or the receipt alone (compact JWS)
 * @param key  the room's key as checkpoints are verified with; receipts are signed by the same one
 */
export function verifyReceipt(text: string, key: LogKey): Result<VerifiedReceipt, string> {
  const given = readGiven(text.trim());
  if (!given.ok) return given;
  const { answer, compact } = given.value;
  const verdicts = everyKey(key).map((one) => verifyCompact(one.key, compact, RECEIPT_TYP));
  const signed = verdicts.find((verdict) => verdict.ok) ?? verifyCompact(key.key, compact, RECEIPT_TYP);
  if (!signed.ok) return err(signatureInWords(signed.error));
  const receipt = receiptSchema.safeParse(signed.value);
  if (!receipt.success) return err("what is signed is not a receipt of this product");
  const fault = answer === null ? null : faultOfAnswer(answer, receipt.data);
  if (fault !== null) return err(fault);
  const checkpoint = openCheckpoint(receipt.data.checkpoint, key);
  if (!checkpoint.ok) return checkpoint;
  const entry = recordedEntry(receipt.data, checkpoint.value);
  if (!entry.ok) return entry;
  return ok({
    receipt: receipt.data,
    entry: entry.value,
    checkpoint: checkpoint.value,
    coversAnswer: answer !== null,
  });
}

type Members = { readonly [name: string]: Json | undefined };
type Given = { readonly compact: string; readonly answer: Members | null };

function readGiven(text: string): Result<Given, string> {
  if (!text.startsWith("{")) return ok({ compact: text, answer: null });
  const json = parseStrictJson(text);
  if (!json.ok) return err("the file is neither a release nor a receipt");
  if (!isMembers(json.value)) return err("the file is neither a release nor a receipt");
  const { receipt, ...answer } = json.value;
  if (typeof receipt !== "string") return err("the file has no `receipt`");
  return ok({ compact: receipt, answer: Object.keys(answer).length === 0 ? null : answer });
}

function isMembers(value: Json): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function signatureInWords(refusal: Exclude<ReturnType<typeof verifyCompact>, { ok: true }>["error"]): string {
  if (refusal === "not-compact") return "the receipt is not a compact JWS";
  if (refusal === "payload-not-base64url") return "the receipt's payload is not base64url";
  if (refusal === "payload-not-canonical") return "the receipt's payload is not canonical JSON (RFC 8785)";
  return `the receipt's signature is refused: ${SIGNATURE_REFUSALS[refusal]}`;
}

function faultOfAnswer(answer: Members, receipt: Receipt): string | null {
  const isOfAnswer = answer["id"] === receipt.release && answer["contract"] === receipt.contract;
  if (!isOfAnswer || answer["recipient"] !== receipt.recipient) return "the receipt is of another release";
  return canonicalDigest(answer) === receipt.answerDigest
    ? null
    : "the answer is not the one that was released: its digest differs from the receipt's";
}

function recordedEntry(receipt: Receipt, checkpoint: Checkpoint): Result<AuditEntry, string> {
  const proof = receipt.proof.map(fromBase64).flatMap((hash) => (hash.ok ? [hash.value] : []));
  if (proof.length !== receipt.proof.length) return err("the receipt's proof is not base64");
  const { index } = receipt;
  const claim = { leafHash: leafHash(utf8(receipt.entry)), index, size: checkpoint.size, proof, root: checkpoint.root };
  if (!verifyInclusion(claim)) return err(`entry ${index} does not stand in the log that the room signed`);
  const entry = decodeEntry(receipt.entry);
  if (!entry.ok) return err(`entry ${index} is not an entry of a log`);
  const { act, subject, detail } = entry.value;
  const isAct = act === "question-permitted" || act === "question-withheld";
  const isPlace = entry.value.index === index && subject["release"] === receipt.release;
  const isContract = subject["contract"] === receipt.contract && detail["recipient"] === receipt.recipient;
  if (!isAct || !isPlace || !isContract) return err(`entry ${index} of the log is about something else`);
  return detail["answerDigest"] === receipt.answerDigest
    ? entry
    : err(`entry ${index} of the log records another answer`);
}
