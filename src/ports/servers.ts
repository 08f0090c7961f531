// The other servers that work on the same database and the same data directory: taking turns with them, and telling
// them what only memory knows.

import type { Contradiction } from "../domain/audit/comparison.ts";

/** Work that must not conclude once others may have begun the like. */
export type Turn = {
  /** @throws TurnLost once it is known that it may be another's */
  readonly check: () => void;
  /**
   * Asks the database. What was done before the call was done in the turn, whatever is not known here yet: a server
   * that was frozen wakes in a turn that is another's by now. One round trip.
   * @throws once it may be another's
   */
  readonly confirm: () => Promise<void>;
};

/**
 * Does work about one thing when whatever else was begun about it, here or by another server, has ended. A server that
 * is killed or ended in its turn leaves it to the next one.
 */
export type InTurn = <Value>(thing: string, work: (turn: Turn) => Promise<Value>) => Promise<Value>;

/** How far an upload is. */
export type ProgressState = {
  readonly phase: "receiving" | "sealing";
  readonly rows: number;
  readonly rowsTotal: number | null;
  readonly bytes: number;
};

/** What a server tells the others. Whoever is away does not hear it, and finds out by looking, some seconds later. */
export type Message =
  | { readonly kind: "cancel"; readonly upload: string }
  | { readonly kind: "progress"; readonly upload: string; readonly state: ProgressState | null }
  | { readonly kind: "dropped"; readonly segment: string }
  | { readonly kind: "keys" }
  | { readonly kind: "fallen"; readonly contradiction: Contradiction };

export type Servers = {
  readonly inTurn: InTurn;
  /** Does work that makes files before a row names them; nobody sweeps meanwhile. */
  readonly makingFiles: <Value>(work: (turn: Turn) => Promise<Value>) => Promise<Value>;
  /** Does work that deletes files which no row names, unless somebody makes some: then null, and nothing is done. */
  readonly sweeping: <Value>(work: (turn: Turn) => Promise<Value>) => Promise<Value | null>;
  readonly tell: (message: Message) => void;
  /** What to do with what others tell, from now on. */
  readonly hear: (listener: (message: Message) => void) => void;
};
