// What a room remembers of its own log beside its database, so that a database that was put back does not pass unseen.

/** One checkpoint, the greatest that the room knows to have shown, or the one that contradicts its log. */
export type LogMemory = {
  /** A note that the room's key has signed; null in a new room. */
  readonly recall: () => string | null;
  /** Replaces it. Safe on disk when the promise is kept. */
  readonly remember: (checkpoint: string) => Promise<void>;
};
