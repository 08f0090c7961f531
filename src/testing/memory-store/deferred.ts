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
  return new Proxy(part, {
    get: (from, name) => {
      const member: unknown = Reflect.get(from, name);
      if (typeof member !== "function") throw new Error(`\`${String(name)}\` of an aggregate is no function`);
      return (...given: unknown[]) => call(() => Reflect.apply(member, from, given));
    },
  });
}
