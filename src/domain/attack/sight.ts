// What an attacker makes of the figures that it sees: it knows what each would be with the person and without.

import type { Reply } from "./model-room.ts";
import type { Expected, Told } from "./told.ts";

/** The sum of what the figures say. */
export type Sight = {
  /** Log likelihood ratio under Laplace noise, which is the best use of such figures. */
  lean: number;
  /** By how many persons the figures that were shown are too large. */
  excess: number;
  /** How many were shown. */
  shown: number;
};

/** Nothing seen yet. */
export function newSight(): Sight {
  return { lean: 0, excess: 0, shown: 0 };
}

/** The numbers to look at. */
export function numbersOf({ lean, excess, shown }: Sight): readonly number[] {
  return [lean, excess, shown];
}

/** Takes in the figures of an answer. False when there is none; one told again tells nothing more. */
export function seeReply(sight: Sight, reply: Reply, expected: readonly Expected[]): boolean {
  if (reply.kind === "refused") return false;
  if (reply.isRepeated) return true;
  for (const [index, figure] of expected.entries()) see(sight, reply.told[index] ?? null, { figure, ...reply });
  return true;
}

/** Takes in by how much the figures of one answer pass those of another, where both are shown. */
export function seeBetween(
  sight: Sight,
  more: { readonly reply: Reply; readonly expected: readonly Expected[] },
  less: { readonly reply: Reply; readonly expected: readonly Expected[] },
): void {
  if (more.reply.kind === "refused" || less.reply.kind === "refused") return;
  const { scale } = more.reply;
  for (const [index, one] of more.expected.entries()) {
    const other = less.expected[index];
    const [large, small] = [more.reply.told[index] ?? null, less.reply.told[index] ?? null];
    if (other === undefined || large === null || small === null) continue;
    const figure = { unit: one.unit, absent: one.absent - other.absent, there: one.there - other.there };
    see(sight, large - small, { figure, scale });
  }
}

// A figure that is withheld speaks against the person where the person makes it larger.
function see(
  sight: Sight,
  value: Told,
  { figure, scale }: { readonly figure: Expected; readonly scale: number },
): void {
  const { absent, there, unit } = figure;
  const step = there - absent;
  if (step === 0) return;
  if (value === null) {
    sight.lean -= step / unit / scale;
    return;
  }
  sight.lean += (Math.abs(value - absent) - Math.abs(value - there)) / unit / scale;
  sight.excess += (value - absent) / step;
  sight.shown += 1;
}
