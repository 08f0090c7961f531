// Texts and numbers of JSON (RFC 8259 §6 and §7) over the bytes of one line. A text with escapes is written over itself
// without them, which never takes more room; one without is left where it lies.

/** Where the text that was read last stands, or what was wrong with it. */
export type Text = { bytes: Uint8Array; from: number; to: number; fault: string };

const QUOTE = 34;
const BACKSLASH = 92;
const FIRST_PRINTABLE = 32;
const LETTER_U = 117;
/** By the letter behind a backslash: the byte that is meant. */
const ESCAPES: ReadonlyMap<number | undefined, number> = new Map(
  Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }).map(
    ([letter, meant]) => [letter.charCodeAt(0), meant.charCodeAt(0)],
  ),
);

const UNCLOSED = "a text is not closed on its line, or has a control character in it";
const BAD_ESCAPE = "a text has an escape that JSON does not know";
const HALF_A_PAIR = "a text has half of a surrogate pair, which is no character";

/** Reads the text behind an opening quote; answers where its closing quote ends, or -1 for a fault. */
export function readJsonText(text: Text, start: number): number {
  const { bytes } = text;
  let at = start;
  for (; isPlain(bytes[at]); at++);
  text.from = start;
  text.to = at;
  return bytes[at] === QUOTE ? at + 1 : readEscaped(text, at);
}

function readEscaped(text: Text, start: number): number {
  const { bytes } = text;
  let at = start;
  for (; bytes[at] !== QUOTE; ) {
    if (bytes[at] === BACKSLASH) {
      at = writeEscaped(text, at + 1);
      if (at < 0) return at;
    } else if (isPlain(bytes[at])) bytes[text.to++] = bytes[at++] ?? 0;
    else return faulty(text, UNCLOSED);
  }
  return at + 1;
}

/** Writes what an escape stands for; answers where the escape ends, or -1. */
function writeEscaped(text: Text, at: number): number {
  const { bytes } = text;
  if (bytes[at] !== LETTER_U) {
    const meant = ESCAPES.get(bytes[at]);
    if (meant === undefined) return faulty(text, BAD_ESCAPE);
    bytes[text.to++] = meant;
    return at + 1;
  }
  const unit = unitAt(bytes, at + 1);
  if (unit < 0) return faulty(text, BAD_ESCAPE);
  if (unit < 0xd800 || unit > 0xdfff) {
    writeUtf8(text, unit);
    return at + 5;
  }
  const isPaired = bytes[at + 5] === BACKSLASH && bytes[at + 6] === LETTER_U;
  const low = unit < 0xdc00 && isPaired ? unitAt(bytes, at + 7) : 0;
  if (low < 0) return faulty(text, BAD_ESCAPE);
  if (low < 0xdc00 || low > 0xdfff) return faulty(text, HALF_A_PAIR);
  writeUtf8(text, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  return at + 11;
}

/** Four hex digits as a number; -1 when they are none. */
function unitAt(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let place = at; place < at + 4; place++) {
    const digit = digitOf(bytes[place] ?? 0);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

function digitOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** The marks of a first byte, by the bytes that follow it. */
const LEADS = [0, 0xc0, 0xe0, 0xf0];

/** UTF-8 of one character (RFC 3629 §3). */
function writeUtf8(text: Text, point: number): void {
  const { bytes } = text;
  if (point < 0x80) {
    bytes[text.to++] = point;
    return;
  }
  const more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  bytes[text.to++] = (LEADS[more] ?? 0) | (point >> (6 * more));
  for (let left = more - 1; left >= 0; left--) bytes[text.to++] = 0x80 | ((point >> (6 * left)) & 0x3f);
}

/** Where the number that begins at a place ends; -1 where none begins. */
export function readJsonNumber(bytes: Uint8Array, at: number): number {
  const whole = bytes[at] === 45 ? at + 1 : at;
  let end = bytes[whole] === 48 ? whole + 1 : afterDigits(bytes, whole);
  if (bytes[end] === 46) end = afterDigits(bytes, end + 1);
  if (end > 0 && ((bytes[end] ?? 0) | 32) === 101) {
    const isSigned = bytes[end + 1] === 43 || bytes[end + 1] === 45;
    end = afterDigits(bytes, isSigned ? end + 2 : end + 1);
  }
  return end;
}

/** Where a run of one digit or more ends; -1 where there is none. */
function afterDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; digitOf(bytes[at] ?? 0) >= 0 && (bytes[at] ?? 0) <= 57; at++);
  return at > from ? at : -1;
}

function isPlain(byte: number | undefined): boolean {
  return byte !== undefined && byte >= FIRST_PRINTABLE && byte !== QUOTE && byte !== BACKSLASH;
}

function faulty(text: Text, says: string): number {
  text.fault = says;
  return -1;
}
