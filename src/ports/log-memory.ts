// What a room remembers of its own log beside its database, so that a database that was put back does not pass unseen.

/** One checkpoint, the greatest that the room knows to have shown, or the one that contradicts its log. */
export type LogMemory = {
  /** A note that the room's key has signed, as any of its servers remembered it last; null in a new room. */
  readonly recall: () => Promise<string | null>;
  /** Replaces it. Safe on disk when the promise is kept. */
  readonly remember: (checkpoint: string) => Promise<void>;
  /** The same if `from` is still what is remembered; otherwise nothing changes, and it says so. */
  readonly advance: (from: string | null, to: string) => Promise<boolean>;
};
