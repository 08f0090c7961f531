// The key ring in memory: the second implementation of the port, which the file's is held to.

import { randomBytes } from "node:crypto";
import type { RandomBytes } from "../domain/privacy/random.ts";
import { err, ok } from "../domain/result.ts";
import type { KeptHandOver, KeyRing, WrappingRotation } from "../ports/key-ring.ts";

/** An empty ring. `nexts` are the ids of wrapping keys that it may rotate to, one after the other. */
export function memoryKeyRing(nexts: readonly string[] = [], random: RandomBytes = randomBytes): KeyRing {
  const keys = new Map<string, Uint8Array>();
  const destroyed = new Set<string>();
  const waiting = [...nexts];
  let wrapping = "first";
  let unlogged: WrappingRotation | null = null;
  let kept: readonly KeptHandOver[] = [];
  return {
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
    handOvers: () => kept,
    keepHandOvers: async (handOvers) => {
      kept = handOvers;
    },
  };
}
