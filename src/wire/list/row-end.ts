// Where a block of CSV may be cut in two: behind a row, as the scanner of `csv.ts` cuts rows. Blocks can then be read
// apart from each other, in any order.

const LINE_FEED = 10;
const QUOTE = 34;
const COMMA = 44;

/**
 * The offset just behind the last complete row of a block that begins with a row (and not with a byte order mark);
 * -1 when there is none. A block without a quote takes two searches, another one look at every byte from the first row
 * that has one. A row that the scanner refuses ends at its next line feed outside quotes.
 */
export function lastRowEnd(bytes: Uint8Array): number {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const quote = block.indexOf(QUOTE);
  const last = block.lastIndexOf(LINE_FEED);
  if (quote < 0 || last < quote) return last < 0 ? -1 : last + 1;
  const before = quote === 0 ? -1 : block.lastIndexOf(LINE_FEED, quote - 1);
  return lastEndIn(block, before + 1);
}

// HOT: one state machine over every byte; a quote opens a cell only where the cell begins.
function lastEndIn(block: Buffer, from: number): number {
  let end = from === 0 ? -1 : from;
  let isStart = true;
  for (let at = from; at < block.length; at++) {
    const byte = block[at];
    if (byte === QUOTE && isStart) {
      at = closingQuote(block, at + 1);
      isStart = false;
      continue;
    }
    isStart = byte === COMMA || byte === LINE_FEED;
    if (byte === LINE_FEED) end = at + 1;
  }
  return end;
}

/** The quote that closes a cell, which is not one of two; the block's length where there is none. */
function closingQuote(block: Buffer, from: number): number {
  for (let at = from; at < block.length; at++) {
    if (block[at] !== QUOTE) continue;
    if (block[at + 1] !== QUOTE) return at;
    at++;
  }
  return block.length;
}
