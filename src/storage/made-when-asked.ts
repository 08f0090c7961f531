// A whole whose parts are made where each is first asked for, and then kept: of thirty aggregates a transaction uses a
// few.

/** `own`, and by name the parts that `make` answers; null is none. */
export function madeWhenAsked<Whole extends object>(own: Partial<Whole>, make: (name: string) => object | null): Whole {
  const members: { [name: string]: unknown } = { ...own };
  const whole = new Proxy(members, {
    get: (kept, name) => {
      if (typeof name !== "string" || Object.hasOwn(kept, name)) return Reflect.get(kept, name);
      const part = make(name);
      if (part === null) return Reflect.get(kept, name);
      kept[name] = part;
      return part;
    },
  });
  // SAFETY: the caller says what the parts are.
  return whole as Whole;
}
