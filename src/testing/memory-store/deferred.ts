// An aggregate is written as functions that answer at once; here it becomes one whose calls wait their turn.

import type { Call } from "./transaction.ts";

/** A part of a transaction that answers at once. */
export type Immediate<Part> = {
  readonly [Name in keyof Part]: Part[Name] extends (...given: infer Given) => Promise<infer Value>
    ? (...given: Given) => Value
    : never;
};

/** The same part, each call of it made through `call`. */
export function deferred<Part extends object>(part: Immediate<Part>, call: Call): Part {
  const names = Object.entries<unknown>({ ...part });
  const made = names.map(([name, member]) => {
    if (typeof member !== "function") throw new Error(`\`${name}\` of an aggregate is no function`);
    return [name, (...given: unknown[]) => call(() => Reflect.apply(member, part, given))];
  });
  // SAFETY: every member of `Part` is a function that promises what the one of its name here answers.
  return Object.fromEntries(made) as Part;
}
