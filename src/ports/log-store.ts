// The log as the store keeps it, and whom it has as witnesses.

import type { UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { KeptHandOver } from "./key-ring.ts";
import type {
  CosignatureRow,
  EntryRow,
  HandOverRow,
  LogHead,
  LogNode,
  PublishedRow,
  WitnessFile,
  WitnessRow,
} from "./rows.ts";

/**
 * How many entries the log has, and whether one from an index on concerns a party. Where there are more than
 * `LIMITS.entriesLookedThrough` from there on, or the log is shorter, one is taken to.
 */
export type LogNews = { readonly size: number; readonly isOurs: boolean };

export type LogStore = {
  readonly log: {
    readonly head: () => Promise<LogHead>;
    /** How many entries there are. */
    readonly size: () => Promise<number>;
    /**
     * Adds one entry, the tree's new nodes and the new head, and publishes its checkpoint where `head.published` says
     * so by being its size.
     */
    readonly append: (addition: {
      readonly entry: EntryRow;
      readonly parties: readonly PartnerId[];
      readonly nodes: readonly LogNode[];
      readonly head: LogHead;
    }) => Promise<void>;
    /** Entries that concern a party of the transaction, from index `from` on. */
    readonly entries: (from: number, limit: number) => Promise<readonly EntryRow[]>;
    /** The last entries before index `before` that concern a party of the transaction, newest first. */
    readonly entriesBefore: (before: number, limit: number) => Promise<readonly EntryRow[]>;
    /** The last entry of an act that concerns a party of the transaction. Cost: a look at each entry after it. */
    readonly last: (act: string) => Promise<EntryRow | null>;
    readonly nodes: (
      places: readonly { readonly level: number; readonly index: number }[],
    ) => Promise<readonly LogNode[]>;
    /** When the entry at `index` was appended, if it concerns a party of the transaction. */
    readonly appendedAt: (index: number) => Promise<UnixMillis | null>;
    /** Notes that the key that signs hands over to another. */
    readonly handOver: (to: HandOverRow) => Promise<void>;
    /** How the log's keys followed each other, oldest first. */
    readonly handOvers: () => Promise<readonly KeptHandOver[]>;
    /** Publishes the checkpoint of the head. */
    readonly publish: (head: LogHead) => Promise<void>;
    /** The published checkpoint of at least `size` entries that is the smallest. */
    readonly published: (size: number) => Promise<PublishedRow | null>;
  };
  readonly witnesses: {
    readonly find: (thumbprint: string) => Promise<WitnessRow | null>;
    /** All of the room, retired ones too, by partner and time. */
    readonly list: () => Promise<readonly WitnessFile[]>;
    /** False when another witness of the room has this key or this name. */
    readonly register: (witness: Omit<WitnessRow, "registeredAt" | "retiredAt">) => Promise<boolean>;
    readonly retire: (thumbprint: string) => Promise<void>;
    /** Keeps a cosignature of a published checkpoint; the witness's first one of it stays. */
    readonly cosign: (cosignature: CosignatureRow) => Promise<void>;
    /** The smallest size from `size` on whose published checkpoint so many witnesses have cosigned. */
    readonly cosignedFrom: (size: number, witnesses: number) => Promise<number | null>;
    /** The cosignatures of a published checkpoint, by witness. */
    readonly cosignatures: (size: number, limit: number) => Promise<readonly CosignatureRow[]>;
  };
};
