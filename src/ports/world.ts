// What the rules need from the world beside the store and the matcher: time, chance and the room's own keys.

import type { UnixMillis } from "../domain/instant.ts";

/** The machine's clock. Rules that outlive a request use the database's. */
export type Clock = () => UnixMillis;

/** The keys that lie outside the database. Secret, all but the names. */
export type RoomKeys = {
  /** Wraps the partners' data keys. 32 bytes. */
  readonly wrapping: Uint8Array;
  /** Makes tokens. 32 bytes; the matcher alone uses it. */
  readonly room: Uint8Array;
  /** Ed25519 seed with which receipts and checkpoints are signed. 32 bytes. */
  readonly log: Uint8Array;
};
