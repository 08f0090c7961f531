// An aggregate is written as functions that answer at once; here it becomes one whose calls wait their turn.

import type { Call } from "./transaction.ts";

/** A part of a transaction that answers at once. */
export type Immediate<Part> = {
  readonly [Name in keyof Part]: Part[Name] extends (...given: infer Given) => Promise<infer Value>
    ? (...given: Given) => Value
    : never;
};

/** The same part, each call of it made through `call`. */
export function deferred(part: object, call: Call): object {
  const made: { [name: string]: unknown } = {};
  for (const name of Object.keys(part)) {
    const member: unknown = Reflect.get(part, name);
    if (typeof member !== "function") throw new Error(`\`${name}\` of an aggregate is no function`);
    made[name] = (...given: unknown[]) => call(() => Reflect.apply(member, part, given));
  }
  return made;
}
