// Whether a list is likely to reach its minimum, said before it is asked for. It rests on nothing but what the company
// has anyway: the terms, the size of its own list, and answers that it was given and has paid for. So it costs nothing,
// and whoever sees it learns nothing that they could not work out alone (post-processing).

import type { ListSizes } from "../app/explain-question.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { Notation } from "../domain/notation.ts";
import { figure } from "../domain/policy/words.ts";
import type { Clause } from "../domain/question/asked.ts";

/** People whom an earlier answer counted, and between which figures they lie. */
export type Counted = {
  readonly identifiers: readonly string[];
  readonly where: readonly Clause[];
  readonly low: number;
  readonly high: number;
  readonly release: string;
  readonly at: UnixMillis;
};

/** The list in hand: by what its people are matched, and who they are. */
type Wanted = { readonly identifiers: readonly string[]; readonly where: readonly Clause[] };

/** `unsaid`: what the company has tells nothing, or lies on both sides of the minimum. */
export type Reach = {
  readonly kind: "likely" | "unlikely" | "unsaid";
  readonly says: string;
  /** The answer that it rests on, if one. */
  readonly rests: Pick<Counted, "release" | "at"> | null;
};

type Known = {
  readonly wanted: Wanted;
  readonly sizes: ListSizes;
  /** People on the company's own list; null where it has none in force. */
  readonly own: number | null;
  /** Answers about the same two lists under the same contract, newest first. */
  readonly counted: readonly Counted[];
  readonly notation: Notation;
};

/** What can be said of a list's size. O(answers × clauses). */
export function outlookOf({ wanted, sizes, own, counted, notation }: Known): Reach {
  const { minimum, maximum } = sizes;
  if (own !== null && own < minimum) {
    return unlikely(
      `your own list names ${figure(own, notation)} people, and a list needs ${figure(minimum, notation)}`,
      null,
    );
  }
  const above = counted.find((one) => isWider(one, wanted) && one.high < minimum);
  if (above !== undefined) {
    const says = `by an answer that you have there are at most ${figure(above.high, notation)}, and a list needs`;
    return unlikely(`${says} ${figure(minimum, notation)}`, above);
  }
  const below = counted.filter((one) => isWider(wanted, one));
  const beyond = below.find(({ low }) => low > maximum);
  if (beyond !== undefined) {
    const says = `by an answer that you have there are at least ${figure(beyond.low, notation)}`;
    return unlikely(`${says}, and a list names at most ${figure(maximum, notation)}`, beyond);
  }
  const enough = below.find(({ low }) => low >= minimum);
  if (enough !== undefined) {
    const says = `by an answer that you have there are at least ${figure(enough.low, notation)}, and a list needs`;
    const less = "whoever lacks a consent for the channel is left out";
    return { kind: "likely", says: `${says} ${figure(minimum, notation)}; ${less}`, rests: enough };
  }
  return { kind: "unsaid", says: unsaid({ wanted, counted, notation }, minimum), rests: null };
}

function unlikely(says: string, rests: Counted | null): Reach {
  return { kind: "unlikely", says, rests };
}

function unsaid(
  { wanted, counted, notation }: Pick<Known, "wanted" | "counted" | "notation">,
  minimum: number,
): string {
  const isCounted = counted.some((one) => isWider(one, wanted) && isWider(wanted, one));
  const needed = figure(minimum, notation);
  return isCounted
    ? `the answer that you have about these people lies on both sides of the ${needed} that a list needs`
    : `a list needs ${needed} people, and no answer that you have tells how many these are`;
}

/**
 * Whether everybody of the narrower is among the wider: matched by no identifier that the wider lacks, and chosen at
 * least as strictly by each attribute that the wider chooses by.
 */
function isWider(wider: Wanted, narrower: Wanted): boolean {
  const isMatched = narrower.identifiers.every((kind) => wider.identifiers.includes(kind));
  return isMatched && wider.where.every((clause) => narrower.where.some((other) => isStricter(other, clause)));
}

function isStricter(strict: Clause, loose: Clause): boolean {
  const isSame = strict.dataset === loose.dataset && strict.attribute === loose.attribute;
  return isSame && strict.in.every((value) => loose.in.includes(value));
}
