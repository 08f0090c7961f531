// Documents in text columns: written as canonical JSON (RFC 8785), read back through the schema they came in by, so
// that what does not fit it, by another hand or another release, is refused instead of believed. What was read once is
// kept under its whole text, so a text that was changed in its row is another document and is read anew.

import { z } from "zod";
import { canonicalDigest, type Json } from "../domain/canonical-json.ts";
import { contractSchema } from "../domain/contract/document.ts";
import { REJECT_REASONS, type RejectReason } from "../domain/dataset/row-report.ts";
import { datasetSchemaSchema } from "../domain/dataset/schema.ts";
import { LIMITS } from "../domain/limits.ts";
import { manifestSchema } from "../domain/partner/manifest.ts";
import { policySchema } from "../domain/policy/document.ts";

/**
 * A document of a text column.
 * @throws when the text does not fit the schema, which means that the row was not written by this store
 */
export function readDocument<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  return schema.parse(JSON.parse(text));
}

/** Readers of the documents that questions need, for one store. What they throw is what `readDocument` throws. */
export function documentReaders() {
  const keep = <Value extends object>(read: (text: string) => Value) => keptByText(LIMITS.keptDocumentCharacters, read);
  return {
    contract: keep((text) => digested(readDocument(contractSchema, text))),
    policy: keep((text) => digested(readDocument(policySchema, text))),
    manifest: keep((text) => readDocument(manifestSchema, text)),
    datasetSchema: keep((text) => readDocument(datasetSchemaSchema, text)),
    rowReport: keep((text) => readDocument(rowReportSchema, text)),
  };
}

export type DocumentReaders = ReturnType<typeof documentReaders>;

/**
 * Reads each text once and keeps what was last read of it, frozen since every reader gets the same value. The key is
 * the whole text: who changes a row's text gets it read, and who has the text has its value already.
 * @param characters  the most that the texts kept may have together
 */
export function keptByText<Value extends object>(
  characters: number,
  read: (text: string) => Value,
): (text: string) => Value {
  const kept = new Map<string, Value>();
  let held = 0;
  return (text) => {
    const known = kept.get(text);
    const value = known ?? frozen(read(text));
    if (known === undefined) held += text.length;
    // A key that is set anew goes to the end of the map, so the first one is the one least recently read.
    else kept.delete(text);
    kept.set(text, value);
    for (const oldest of kept.keys()) {
      if (held <= characters) break;
      kept.delete(oldest);
      held -= oldest.length;
    }
    return value;
  };
}

function digested<Value extends Json>(document: Value): { readonly document: Value; readonly digest: string } {
  return { document, digest: canonicalDigest(document) };
}

function frozen<Value extends object>(value: Value): Value {
  for (const member of Object.values(value)) if (typeof member === "object" && member !== null) frozen(member);
  return Object.freeze(value);
}

export const columnNamesSchema = z.array(z.string());

const count = z.int().nonnegative();
// SAFETY: the keys of a constant object are those of its type.
const reasonSchema = z.enum(Object.keys(REJECT_REASONS) as RejectReason[]);

export const rowReportSchema = z.strictObject({
  read: count,
  accepted: count,
  blank: count,
  cleared: count.default(0),
  rejected: count,
  byReason: z.partialRecord(reasonSchema, count),
  rejects: z.array(
    z.strictObject({ part: count, line: count, reason: reasonSchema, column: z.string().exactOptional() }),
  ),
});
