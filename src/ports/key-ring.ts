// The key ring: one key a holder, outside the database and outside every backup of it. What the database holds wrapped
// opens with these alone, so that a key destroyed here ends whatever lies under it, in old copies of the database too.

import type { Result } from "../domain/result.ts";

/**
 * A hand-over of the log to another key: the note (C2SP signed-note) by which the former key names it, and the
 * checkpoint over its entry, the last that the former signed. Public.
 */
export type KeptHandOver = { readonly note: string; readonly checkpoint: string };

/** A rotation of the key that the ring itself is sealed under: which keys, by their ids, and how many it holds. */
export type WrappingRotation = { readonly from: string; readonly to: string; readonly holders: number };

/**
 * A rotation of the room key: the last key that tokens were made with, the one behind it, by their ids, and how many
 * keys tokens are made with from then on. `isTold` once the log tells that it began.
 */
export type RoomKeyRotation = {
  readonly from: string;
  readonly to: string;
  readonly keys: number;
  readonly isTold: boolean;
};

export type KeyRing = {
  /** Reads the ring again if another server has changed it, and says whether. What is found is as of then. */
  readonly refresh: () => Promise<boolean>;
  /** The holder's key, 32 bytes; null where it has none, or has none any more. Secret. */
  readonly find: (holder: string) => Uint8Array | null;
  readonly isDestroyed: (holder: string) => boolean;
  /** The holder's key, made and kept where it had none. @throws for a holder whose key was destroyed */
  readonly make: (holder: string) => Promise<Uint8Array>;
  /** Destroys the holder's key for good; nothing happens the second time. */
  readonly destroy: (holder: string) => Promise<void>;
  /**
   * Seals the whole ring under the wrapping key that comes next, in one write: it is sealed under one of the two at any
   * moment. A source that the room can write gets a fresh key first, and forgets the former afterwards.
   * @returns a sentence where there is no next key, or the source cannot be read
   */
  readonly rotate: () => Promise<Result<WrappingRotation, string>>;
  /** The rotation that the log does not tell of yet, across restarts. */
  readonly unlogged: () => WrappingRotation | null;
  /** Notes that the log tells of it. */
  readonly logged: () => Promise<void>;
  /** Keys that make tokens anew behind the room key, the first first, that of a rotation that goes on too. Secret. */
  readonly roomLinks: () => readonly Uint8Array[];
  /** The rotation of the room key that goes on, across restarts: lists may be of two schemes. Null where none does. */
  readonly rekeying: () => RoomKeyRotation | null;
  /**
   * Puts the key that comes next behind the others, in one write. A source that the room can write gets a fresh key.
   * @returns a sentence where there is no next key, or the source cannot be read
   * @throws while another rotation goes on
   */
  readonly beginRekeying: () => Promise<Result<RoomKeyRotation, string>>;
  /** Notes of the rotation that goes on that the log tells that it began, or that it is over. */
  readonly noteRekeying: (how: "told" | "over") => Promise<void>;
  /** Hand-overs of the log, oldest first: a database put back from before them is told by these. */
  readonly handOvers: () => readonly KeptHandOver[];
  /** Keeps hand-overs, all of them and oldest first. */
  readonly keepHandOvers: (handOvers: readonly KeptHandOver[]) => Promise<void>;
};
