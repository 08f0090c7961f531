// The coin of a deniable list. Its seed is drawn once, when the list is released, and kept sealed under a key of the
// key ring: with it the same list is made again at any time, and without it nobody can tell a true entry from a
// false one. It stands in no log, receipt or answer.

import { keyedBytes } from "../crypto/keyed-bytes.ts";
import { open, seal } from "../crypto/sealed-box.ts";
import { concatBytes, textDigest, utf8 } from "../domain/bytes.ts";
import { isTurned } from "../domain/privacy/deniability.ts";
import type { EpsilonMicros } from "../domain/privacy/epsilon.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import type { Coin } from "../ports/matcher.ts";

/** What a coin's tosses follow from. Secret. */
export type CoinSeed = { readonly seed: Uint8Array; readonly epsilon: EpsilonMicros };

/** A coin that was kept: with what it was tossed over, since over anything else it makes another list. */
export type KeptCoin = { readonly coin: Coin; readonly isMadeFrom: (files: string) => boolean };

const SEED_BYTES = 32;

/** A fresh seed. */
export function drawCoin(random: (count: number) => Uint8Array, epsilon: EpsilonMicros): CoinSeed {
  return { seed: random(SEED_BYTES), epsilon };
}

/** The coin: each record has tosses of its own, which do not depend on who else is there. */
export function coinOf({ seed, epsilon }: CoinSeed): Coin {
  return { turns: (record) => isTurned(epsilon, keyedBytes(seed, record)) };
}

/** Who holds the key of the key ring that coins are sealed under. */
export const COIN_HOLDER = "list coins";

/** The key that coins are sealed under. Secret. */
export function coinKey(keyRing: KeyRing): Uint8Array {
  const key = keyRing.find(COIN_HOLDER);
  if (key === null) throw new Error("the key ring has no key for coins");
  return key;
}

/** A seed as it is kept with its release, and the sealed files that the list was made from, as `filesOf` names them. */
export function sealCoin(
  key: Uint8Array,
  release: string,
  { seed, epsilon, files }: CoinSeed & { readonly files: string },
): Uint8Array {
  return seal(key, concatBytes(seed, utf8(`${epsilon} ${textDigest(files)}`)), labelOf(release));
}

/** The coin of a release, and whether the list was made from exactly these files. */
export function openCoin(key: Uint8Array, release: string, box: Uint8Array): KeptCoin {
  const opened = open(key, box, labelOf(release));
  if (!opened.ok) throw new Error("a list's coin does not open: is this the room's key ring?");
  const [epsilon, digest] = new TextDecoder().decode(opened.value.subarray(SEED_BYTES)).split(" ");
  // SAFETY: `sealCoin` wrote it.
  const coin = coinOf({ seed: opened.value.slice(0, SEED_BYTES), epsilon: Number(epsilon) as EpsilonMicros });
  return { coin, isMadeFrom: (files) => textDigest(files) === digest };
}

function labelOf(release: string): Uint8Array {
  return utf8(`concordat list coin 1 ${release}`);
}
