// An explanation as it leaves: the same for whoever would ask and for whoever is to approve.

import type { Explanation } from "../../app/explain-question.ts";

/** An explanation as JSON. */
export function presentExplanation({ isPermitted, question, words, reasons, instead, price }: Explanation) {
  const { verdict, because, tells, costs, next } = words;
  return { isPermitted, question, words: { verdict, because, tells, costs, next }, reasons, instead, price };
}
