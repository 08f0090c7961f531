// Choices that a seed determines, and nothing else does.

import type { RandomBytes } from "../../domain/privacy/random.ts";
import { seededRandom } from "../seeded-random.ts";

export type Chance = {
  /** A whole number from 0 up to `count`, which is not among them. */
  readonly below: (count: number) => number;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  /** Whether something happens that does so this often in a hundred. */
  readonly happens: (percent: number) => boolean;
  /** Each of these with this chance, in their order. */
  readonly some: <Item>(items: readonly Item[], percent: number) => Item[];
  /** So many of these, in any order. */
  readonly someOf: <Item>(items: readonly Item[], count: number) => Item[];
  readonly bytes: RandomBytes;
};

/** The same choices for the same seed. */
export function chanceOf(seed: string): Chance {
  const bytes = seededRandom(seed);
  const below = (count: number) => Math.floor((Buffer.from(bytes(4)).readUInt32LE() / 2 ** 32) * count);
  const happens = (percent: number) => below(100) < percent;
  return {
    below,
    happens,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
    some: (items, percent) => items.filter(() => happens(percent)),
    someOf: (items, count) => {
      const left = [...items];
      return Array.from({ length: count }, () => left.splice(below(left.length), 1)).flat();
    },
    bytes: (count) => new Uint8Array(bytes(count)),
  };
}
