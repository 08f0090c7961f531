// What a room remembers of erasures beside its database, so that people who were erased after a backup was made do not
// come back with it.

import type { ErasureRow } from "./rights.ts";

/** An erasure, and a checkpoint of the room's log that covers its entry. */
export type RememberedErasure = ErasureRow & { readonly checkpoint: string };

export type ErasureMemory = {
  readonly knows: (erasure: ErasureRow) => boolean;
  /** Adds to what is remembered. Safe on disk when the promise is kept. */
  readonly remember: (erasures: readonly RememberedErasure[]) => Promise<void>;
  /** Puts others in the place of all that is remembered, in one step: the same erasures, sealed anew. */
  readonly replace: (erasures: readonly RememberedErasure[]) => Promise<void>;
  /** All of them, the oldest first. What they say of people lies sealed under the partner's data key. */
  readonly recall: () => Promise<readonly RememberedErasure[]>;
};
