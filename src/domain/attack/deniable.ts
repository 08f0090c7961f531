// Deniable lists of a made-up world: who is named after the coin. Whoever attacks is taken to know how the coin fell
// for everybody of whom it knows all, as a list that is given shows it by name, so only people who are a crowd of their
// own have tosses here.

import { coinEpsilon } from "../privacy/deniability.ts";
import type { EpsilonMicros } from "../privacy/epsilon.ts";
import { isForList } from "../question/question.ts";
import type { Assessed } from "./assessing.ts";
import type { CrowdList } from "./crowds.ts";
import type { Expected, Told } from "./told.ts";

/** The coin of a question for a list; null where entries are certain, and of figures. */
export function coinAt({
  question,
  terms,
  priced,
}: Extract<Assessed, { readonly kind: "permitted" }>): EpsilonMicros | null {
  return isForList(question) ? coinEpsilon(terms.deniability, priced.epsilon) : null;
}

/** A list after the coin: what it leaves of the asker's own people, who match as `named` says. */
export function tossed(own: CrowdList, named: CrowdList, turns: () => boolean): CrowdList {
  return new Map([...own].filter(([name, { size }]) => (size === 1 && turns() ? !named.has(name) : named.has(name))));
}

/** Whether each single person of the asker's own stands on a list, 1 or 0; withheld with the list. */
export function entriesOf(own: CrowdList, given: CrowdList | null): readonly Told[] {
  return singlesOf(own).map((name) => (given === null ? null : Number(given.has(name))));
}

/** The same before the coin, in either world, in the order of `entriesOf`. */
export function expectedEntries(
  own: CrowdList,
  named: { readonly absent: CrowdList; readonly there: CrowdList },
): readonly Expected[] {
  return singlesOf(own).map((name) => ({
    absent: Number(named.absent.has(name)),
    there: Number(named.there.has(name)),
    unit: 1,
  }));
}

function singlesOf(own: CrowdList): readonly string[] {
  return [...own].flatMap(([name, { size }]) => (size === 1 ? [name] : []));
}
