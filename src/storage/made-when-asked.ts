// A whole whose parts are made where each is first asked for, and then kept: of thirty aggregates a transaction uses a
// few.

const OVER: unique symbol = Symbol("over");
type Over<Given> = { readonly [OVER]: Given };

/** What makes such a whole out of what it is made over; each of `makers` makes one part. */
export function madeWhenAsked<Given, Whole extends object>(
  makers: {
    readonly [Name in keyof Whole]: (given: Given) => Whole[Name];
  },
): (given: Given) => Whole {
  const prototype = {};
  for (const [name, make] of Object.entries<(given: Given) => unknown>(makers)) {
    Object.defineProperty(prototype, name, {
      get(this: Over<Given>) {
        const value = make(this[OVER]);
        Object.defineProperty(this, name, { value });
        return value;
      },
    });
  }
  return (given) => Object.create(prototype, { [OVER]: { value: given } });
}
