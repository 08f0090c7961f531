// Deniability: each record of the asker's own that is in the room is told as it is, or the other way round, by the toss
// of one coin (randomised response, Warner 1965). README.md argues what it gives.

import type { EpsilonMicros } from "./epsilon.ts";
import { bernoulli, bernoulliExpMinus, type RandomBytes, type Rational } from "./random.ts";

const FAIR: Rational = { numerator: 1n, denominator: 2n };

/**
 * The epsilon of a list's coin: what terms ask for, and never more than half of what the list costs, so that the coin
 * and the noise on the list's size are both paid. Null where entries are certain.
 * @param price  epsilon of the whole answer
 */
export function coinEpsilon(deniability: EpsilonMicros | null, price: EpsilonMicros): EpsilonMicros | null {
  if (deniability === null) return null;
  // SAFETY: at least 1 for a price of 1 or more, and below the price.
  return Math.min(deniability, Math.max(1, Math.floor(price / 2))) as EpsilonMicros;
}

/** What is left of a list's price for the noise on its size; at least a millionth. */
export function gateEpsilon(deniability: EpsilonMicros | null, price: EpsilonMicros): EpsilonMicros {
  const coin = coinEpsilon(deniability, price);
  // SAFETY: the coin has at most half of the price, or all of a single millionth.
  return (coin === null ? price : Math.max(1, price - coin)) as EpsilonMicros;
}

/**
 * True with probability exactly 1 / (1 + e^epsilon): whether one membership is told the other way round. Of the tosses
 * of a fair coin the first tail ends it with no; each head ends it with yes in e^-epsilon of all cases.
 */
export function isTurned(epsilon: EpsilonMicros, random: RandomBytes): boolean {
  const gamma: Rational = { numerator: BigInt(epsilon), denominator: 1_000_000n };
  while (bernoulli(FAIR, random)) if (bernoulliExpMinus(gamma, random)) return true;
  return false;
}

/** The share of memberships that a coin turns, for people to read. */
export function turnedShare(epsilon: EpsilonMicros): number {
  return 1 / (1 + Math.exp(epsilon / 1_000_000));
}

/**
 * What share of a list's entries is false, as far as its size tells: an estimate from what leaves anyway and from the
 * asker's own list, in hundredths.
 * @param size  how many entries the list reads to have
 * @param room  records of the asker's own that might have been on it
 */
export function falseShare(epsilon: EpsilonMicros, { size, room }: { readonly size: number; readonly room: number }) {
  const turned = turnedShare(epsilon);
  const matched = Math.min(room, Math.max(0, (size - room * turned) / (1 - 2 * turned)));
  const isFalse = (room - matched) * turned;
  const entries = Math.max(1, isFalse + matched * (1 - turned));
  return Math.round((100 * isFalse) / entries) / 100;
}
