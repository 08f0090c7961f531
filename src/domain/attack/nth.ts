// Places in a list that are known to be there.

/** The item at a place. @throws where there is none, which is a bug of the caller */
export function nth<Item>(items: readonly Item[], place: number): Item {
  const item = items[place];
  if (item === undefined) throw new RangeError(`there is no item at ${place}`);
  return item;
}
