// The messages of a Postgres client as they stand on the wire (PostgreSQL 18, §54.7): told apart by their lengths, so
// that who relays them may look for one of them, and let it go first or last.

export type FrontendMessage = {
  readonly bytes: Buffer;
  /** The text of a simple query; null for every other message. */
  readonly query: string | null;
  /** The text of the prepared statement that is bound; null for every other message. */
  readonly bound: string | null;
  /** Whether it ends what was bound, and so the transaction of a statement by itself. */
  readonly isSync: boolean;
};

const SIMPLE_QUERY = 0x51;
const PARSE = 0x50;
const BIND = 0x42;
const SYNC = 0x53;
/** Asks for TLS, in place of the startup message that follows its answer. */
const SSL_REQUEST = 80_877_103;

/** Takes the bytes of one connection as they come; gives each message once it is whole. */
export function frontendMessages(): (chunk: Buffer) => FrontendMessage[] {
  let rest: Buffer = Buffer.alloc(0);
  const prepared = new Map<string, string>();
  let isStarting = true;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: FrontendMessage[] = [];
    for (let length = lengthOf(rest, isStarting); length !== null; length = lengthOf(rest, isStarting)) {
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(length);
      messages.push({ bytes, ...(isStarting ? OTHER : readIn(bytes, prepared)) });
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

const OTHER = { query: null, bound: null, isSync: false };

// A statement is parsed under a name, and bound by that name after the name of a portal.
function readIn(bytes: Buffer, prepared: Map<string, string>): Omit<FrontendMessage, "bytes"> {
  const [letter] = bytes;
  if (letter === SIMPLE_QUERY) return { ...OTHER, query: bytes.subarray(5, -1).toString("utf8") };
  if (letter === SYNC) return { ...OTHER, isSync: true };
  if (letter !== PARSE && letter !== BIND) return OTHER;
  const [first = "", second = ""] = bytes.subarray(5).toString("latin1").split("\0", 2);
  if (letter === BIND) return { ...OTHER, bound: prepared.get(second) ?? null };
  prepared.set(first, second);
  return OTHER;
}
