// Documents in text columns: written as canonical JSON (RFC 8785), read back through the schema they came in by, so
// that what does not fit it, by another hand or another release, is refused instead of believed.

import { z } from "zod";
import { REJECT_REASONS, type RejectReason } from "../domain/dataset/row-report.ts";

/**
 * A document of a text column.
 * @throws when the text does not fit the schema, which means that the row was not written by this store
 */
export function readDocument<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  return schema.parse(JSON.parse(text));
}

export const columnNamesSchema = z.array(z.string());

const count = z.int().nonnegative();
// SAFETY: the keys of a constant object are those of its type.
const reasonSchema = z.enum(Object.keys(REJECT_REASONS) as RejectReason[]);

export const rowReportSchema = z.strictObject({
  read: count,
  accepted: count,
  blank: count,
  rejected: count,
  byReason: z.partialRecord(reasonSchema, count),
  rejects: z.array(
    z.strictObject({ part: count, line: count, reason: reasonSchema, column: z.string().exactOptional() }),
  ),
});
