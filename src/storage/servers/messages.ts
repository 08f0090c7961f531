// What servers tell each other, as texts of Postgres's notifications: who says it, and what. What does not read is
// passed over, since another release may say more.

import { z } from "zod";
import { fromBase64, toBase64 } from "../../domain/bytes.ts";
import { type Json, parseStrictJson } from "../../domain/canonical-json.ts";
import type { Message } from "../../ports/servers.ts";

const progressSchema = z.strictObject({
  phase: z.enum(["receiving", "sealing"]),
  rows: z.number(),
  rowsTotal: z.number().nullable(),
  bytes: z.number(),
});
const bytesSchema = z.string().transform((text, context) => {
  const bytes = fromBase64(text);
  if (bytes.ok) return bytes.value;
  context.addIssue({ code: "custom", message: "not base64" });
  return z.NEVER;
});
const shownSchema = z.strictObject({ origin: z.string(), size: z.int(), root: bytesSchema });
const contradictionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("behind"), shown: shownSchema, size: z.int() }),
  z.strictObject({ kind: z.literal("forked"), shown: shownSchema, size: z.int() }),
  z.strictObject({ kind: z.literal("torn"), size: z.int() }),
]);
const messageSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("cancel"), upload: z.string() }),
  z.strictObject({ kind: z.literal("progress"), upload: z.string(), state: progressSchema.nullable() }),
  z.strictObject({ kind: z.literal("dropped"), segment: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ kind: z.literal("keys") }),
  z.strictObject({ kind: z.literal("fallen"), contradiction: contradictionSchema }),
]);
const envelopeSchema = z.strictObject({ from: z.int(), says: messageSchema });

/** A message as it is sent. */
export function writeMessage(from: number, says: Message): string {
  return JSON.stringify({ from, says }, (_, value: unknown) => (value instanceof Uint8Array ? toBase64(value) : value));
}

/** A message of another server; null for one's own, and for what says nothing to this release. */
export function readMessage(own: number, text: string): Message | null {
  const json = parseStrictJson(text);
  const parsed = envelopeSchema.safeParse(json.ok ? (json.value satisfies Json) : null);
  return parsed.success && parsed.data.from !== own ? parsed.data.says : null;
}
