// Turns: every item has one, in order, and those that come last are small.

import { expect, it } from "vitest";
import { tapering } from "./turns.ts";

it("gives every item a turn, in order, so many at a time and fewer towards the end", () => {
  for (const count of [0, 1, 7, 9, 32, 33, 256]) {
    const items = Array.from({ length: count }, (_, index) => index);
    const turns = [...tapering(items, 4)];
    expect(turns.flat()).toEqual(items);
    const sizes = turns.map(({ length }) => length);
    expect(sizes).toEqual(sizes.toSorted((left, right) => right - left));
    if (count > 0) expect(sizes.at(-1)).toBe(1);
    if (count > 32) expect(sizes[0]).toBe(4);
  }
  expect([...tapering([1, 2, 3], 1)]).toEqual([[1], [2], [3]]);
});
