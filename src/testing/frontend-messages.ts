// The messages of a Postgres client as they stand on the wire (PostgreSQL 18, §54.7): told apart by their lengths, so
// that who relays them may look for one of them, and let it go first or last.

export type FrontendMessage = {
  readonly bytes: Buffer;
  /** The text of a simple query; null for every other message. */
  readonly query: string | null;
};

const SIMPLE_QUERY = 0x51;
/** Asks for TLS, in place of the startup message that follows its answer. */
const SSL_REQUEST = 80_877_103;

/** Takes the bytes of one connection as they come; gives each message once it is whole. */
export function frontendMessages(): (chunk: Buffer) => FrontendMessage[] {
  let rest: Buffer = Buffer.alloc(0);
  let isStarting = true;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: FrontendMessage[] = [];
    for (let length = lengthOf(rest, isStarting); length !== null; length = lengthOf(rest, isStarting)) {
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(length);
      messages.push({ bytes, query: isStarting ? null : queryIn(bytes) });
      if (isStarting) isStarting = bytes.readInt32BE(4) === SSL_REQUEST;
    }
    return messages;
  };
}

// A startup message has no letter before its length, which counts itself and what follows.
function lengthOf(bytes: Buffer, isStarting: boolean): number | null {
  const letter = isStarting ? 0 : 1;
  if (bytes.length < letter + 4) return null;
  const length = letter + bytes.readInt32BE(letter);
  return bytes.length < length ? null : length;
}

function queryIn(bytes: Buffer): string | null {
  return bytes[0] === SIMPLE_QUERY ? bytes.subarray(5, -1).toString("utf8") : null;
}
