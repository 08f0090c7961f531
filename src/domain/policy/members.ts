// A member of a clause as it is told and compared.

import { type Direction, directionOf } from "./effect.ts";

/** One member of a clause. Members of one kind of clause always come in one order, so two versions pair up by place. */
export type Member = {
  /** What it is, before its value: `for`, `people behind any figure`. */
  readonly says: string;
  readonly text: string;
  readonly value: unknown;
  /** The direction from the value of the same member in an earlier version. */
  readonly directionFrom: (earlier: unknown) => Direction;
};

/** A member whose values have an order of strictness. */
export function member<Value>(
  told: { readonly says: string; readonly text: string; readonly value: Value },
  isInside: (inner: Value, outer: Value) => boolean,
): Member {
  return {
    ...told,
    // SAFETY: members are paired by their place in one kind of clause, where the value always has this type.
    directionFrom: (earlier) => directionOf(isInside, { before: earlier as Value, after: told.value }),
  };
}
