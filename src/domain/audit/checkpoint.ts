// The body of a checkpoint: origin, size and root of the log, one a line (C2SP tlog-checkpoint).
// The signatures around it are a signed note's, which is another file's business; this one knows no key.

import { fromBase64, toBase64 } from "../bytes.ts";
import { err, ok, type Result } from "../result.ts";

/** What a log says of itself: its name, how many entries it has, and the 32-byte root over them. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array };

const ROOT_BYTES = 32;
const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: C2SP signed-note forbids exactly these in a note's text.
const LINE = /^[^\u0000-\u001f]+$/;

/**
 * The text that is signed, ending in a newline.
 * @throws RangeError for a checkpoint that `parseCheckpoint` would refuse, which is a bug of the caller
 */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const text = `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
  const read = parseCheckpoint(text);
  if (!read.ok || read.value.origin !== checkpoint.origin) throw new RangeError("not a checkpoint");
  return text;
}

/**
 * Reads a checkpoint body. Strict: a size is a decimal without leading zeros and below 2^53, a root is 32 bytes of
 * padded base64, every line ends in a newline. Extension lines are allowed, not empty, and say nothing to us.
 */
export function parseCheckpoint(text: string): Result<Checkpoint, "not-a-checkpoint"> {
  if (!text.isWellFormed() || !text.endsWith("\n")) return err("not-a-checkpoint");
  const lines = text.slice(0, -1).split("\n");
  const [origin, size, rootText] = lines;
  if (origin === undefined || size === undefined || rootText === undefined) return err("not-a-checkpoint");
  if (!lines.every((line) => LINE.test(line)) || !SIZE.test(size)) return err("not-a-checkpoint");
  const root = fromBase64(rootText);
  if (!root.ok || root.value.length !== ROOT_BYTES) return err("not-a-checkpoint");
  if (!Number.isSafeInteger(Number(size))) return err("not-a-checkpoint");
  return ok({ origin, size: Number(size), root: root.value });
}
