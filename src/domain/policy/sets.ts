// Sets of names as terms hold them: sorted by code units, each value once; null stands for everything.

/** Values of a set, sorted by code units, each once; null is everything, since no document speaks of it. */
export type Allowed<Value extends string> = readonly Value[] | null;

/** The values of either list, in the form of a set. O(n log n). */
export function united<Value extends string>(left: readonly Value[], right: readonly Value[]): readonly Value[] {
  return [...new Set([...left, ...right])].sort();
}

/** The values that both sets have. */
export function shared<Value extends string>(left: readonly Value[], right: readonly Value[]): readonly Value[] {
  return left.filter((value) => right.includes(value));
}

/** The values that both sets have, where either may be everything. */
export function narrowed<Value extends string>(left: Allowed<Value>, right: Allowed<Value>): Allowed<Value> {
  if (left === null) return right;
  return right === null ? left : shared(left, right);
}

/** Values by name put together: a name that stands on one side only is kept, one on both sides is combined. */
export function merged<Value>(
  left: { readonly [name: string]: Value },
  right: { readonly [name: string]: Value },
  combine: (left: Value, right: Value) => Value,
): { readonly [name: string]: Value } {
  const sets = { ...left, ...right };
  for (const [name, values] of Object.entries(left)) {
    const other = right[name];
    if (other !== undefined) sets[name] = combine(values, other);
  }
  return sets;
}

/** Whether every value asked for is in the set; an absent set has none. */
export function includesAll(values: readonly string[] | undefined, asked: readonly string[]): boolean {
  return asked.every((value) => values?.includes(value));
}

/** Whether the inner set has no value that the outer lacks. */
export function isNarrower(inner: Allowed<string>, outer: Allowed<string>): boolean {
  return outer === null || (inner !== null && includesAll(outer, inner));
}
