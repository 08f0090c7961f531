// CSV or NDJSON: told from the first bytes of a list or of a part of one, by the room and by the partner's tools alike.

/** Newline-delimited JSON: one object a line (RFC 8259). */
export type ListFormat = "csv" | "ndjson";

const BLANKS: ReadonlySet<number | undefined> = new Set([32, 9, 10, 13]);
const BRACE = 123;
const QUOTE = 34;

/**
 * NDJSON exactly when the first bytes that are not blank are a brace, blanks or none, and a quote. No ordinary CSV
 * begins so: a cell that holds a quote begins with one itself (RFC 4180 §2), and nobody calls a column `{"`.
 * @param head  the first bytes, without a byte-order mark
 * @returns null when more bytes are needed; a list that ends there is CSV
 */
export function listFormatOf(head: Uint8Array): ListFormat | null {
  const brace = afterBlanks(head, 0);
  if (brace === head.length) return null;
  if (head[brace] !== BRACE) return "csv";
  const quote = afterBlanks(head, brace + 1);
  if (quote === head.length) return null;
  return head[quote] === QUOTE ? "ndjson" : "csv";
}

const MARK = [0xef, 0xbb, 0xbf];

/** Bytes of the byte-order mark in front of a list; null while it may still come. */
export function byteOrderMarkLength(head: Uint8Array): number | null {
  if (!MARK.every((byte, index) => index >= head.length || head[index] === byte)) return 0;
  return head.length < MARK.length ? null : MARK.length;
}

function afterBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && BLANKS.has(bytes[at])) at++;
  return at;
}
