// Where something lies in the one memory.

/** A byte offset into the memory, 0 to 2^32 - 1. */
export type Offset = number;
