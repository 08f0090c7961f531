// The files of people as files: copied for a backup while the room goes on deleting and adding, and put where a room
// finds them. What stands in them is sealed, and nobody here opens it.

/** Names one staged upload: letters, digits, `_` and `-`. */
export type StagingId = string;

/** The files of people that rows name: segments of versions, and stagings of uploads that are open. */
export type NamedFiles = { readonly segments: ReadonlySet<string>; readonly stagings: ReadonlySet<StagingId> };

/** A sealed file that stays readable whatever becomes of its name. */
export type HeldFile = {
  /** The segment that it is: SHA-256 in hex. */
  readonly name: string;
  readonly bytes: number;
  /** Its bytes in order, from the first, each time it is called. Memory is bounded. */
  readonly read: () => AsyncIterable<Uint8Array>;
};

export type HeldFiles = { readonly files: readonly HeldFile[]; readonly release: () => Promise<void> };

export type SealedFiles = {
  /**
   * Holds the files of segments, and every file that these are read with, each once. Null when one is not there (any
   * more): nothing is held then. A file whose end is not what its name says fails.
   */
  readonly hold: (segments: readonly string[]) => Promise<HeldFiles | null>;
  /** Writes a segment's file under its name, synced. Fails when what comes is not what the name says. */
  readonly place: (name: string, content: AsyncIterable<Uint8Array>) => Promise<void>;
};
