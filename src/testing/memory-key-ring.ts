// The key ring in memory: the second implementation of the port, which the file's is held to.

import { randomBytes } from "node:crypto";
import type { RandomBytes } from "../domain/privacy/random.ts";
import { err, ok } from "../domain/result.ts";
import type { KeptHandOver, KeyRing, RoomKeyRotation, WrappingRotation } from "../ports/key-ring.ts";

/** An empty ring. `nexts` are the ids of wrapping keys that it may rotate to, one after the other. */
export function memoryKeyRing(nexts: readonly string[] = [], random: RandomBytes = randomBytes): KeyRing {
  const keys = new Map<string, Uint8Array>();
  const destroyed = new Set<string>();
  const waiting = [...nexts];
  let wrapping = "first";
  let unlogged: WrappingRotation | null = null;
  let kept: readonly KeptHandOver[] = [];
  return {
    refresh: async () => false,
    find: (holder) => keys.get(holder) ?? null,
    isDestroyed: (holder) => destroyed.has(holder),
    make: async (holder) => {
      if (destroyed.has(holder)) throw new Error(`the key of \`${holder}\` was destroyed`);
      const key = keys.get(holder) ?? new Uint8Array(random(32));
      keys.set(holder, key);
      return key;
    },
    destroy: async (holder) => {
      keys.delete(holder);
      destroyed.add(holder);
    },
    rotate: async () => {
      const next = waiting.shift();
      if (next === undefined) return err("there is no next wrapping key");
      unlogged = { from: wrapping, to: next, holders: keys.size };
      wrapping = next;
      return ok(unlogged);
    },
    unlogged: () => unlogged,
    logged: async () => {
      unlogged = null;
    },
    ...roomKeyLinks(),
    handOvers: () => kept,
    keepHandOvers: async (handOvers) => {
      kept = handOvers;
    },
  };
}

function roomKeyLinks(): Pick<KeyRing, "roomLinks" | "rekeying" | "beginRekeying" | "noteRekeying"> {
  const links: Uint8Array[] = [];
  let rekeying: RoomKeyRotation | null = null;
  return {
    roomLinks: () => links,
    rekeying: () => rekeying,
    beginRekeying: async () => {
      if (rekeying !== null) throw new Error("lists are being keyed again already");
      links.push(new Uint8Array(randomBytes(32)));
      const { length } = links;
      rekeying = { from: `room ${length}`, to: `room ${length + 1}`, keys: length + 1, isTold: false };
      return ok(rekeying);
    },
    noteRekeying: async (how) => {
      rekeying = rekeying === null || how === "over" ? null : { ...rekeying, isTold: true };
    },
  };
}
