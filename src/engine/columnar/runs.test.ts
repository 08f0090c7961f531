import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settleRuns } from "./runs.ts";

// Few values, so that keys, tokens and rows repeat; both ends of the range, so that signs would show.
const word = fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff);
const token = fc.tuple(word, word, word, word);
const rows = fc.array(fc.record({ token, row: fc.nat(3) }), { maxLength: 40, size: "max" });

type Row = { readonly token: readonly [number, number, number, number]; readonly row: number };

function compareTokens(left: Row, right: Row): number {
  const at = left.token.findIndex((one, index) => one !== right.token[index]);
  return at < 0 ? 0 : (left.token[at] ?? 0) - (right.token[at] ?? 0);
}

function settled(list: readonly Row[]) {
  const byKey = list.map((_, place) => place).sort((a, b) => (list[a]?.token[0] ?? 0) - (list[b]?.token[0] ?? 0));
  const order = Uint32Array.from(byKey);
  const keys = Uint32Array.from(byKey.map((place) => list[place]?.token[0] ?? 0));
  const rest = Uint32Array.from(list.flatMap((one) => one.token.slice(1)));
  const compareRows = (left: number, right: number) => (list[left]?.row ?? 0) - (list[right]?.row ?? 0);
  const firstRepeat = (from: number) => {
    const place = keys.findIndex((key, at) => at >= Math.max(1, from) && key === keys[at - 1]);
    return place < 0 ? keys.length : place;
  };
  return { repeated: [...settleRuns({ order, keys, firstRepeat, rest, compareRows })], order: [...order] };
}

describe("runs of equal keys", () => {
  it("are put in the order of tokens, then of rows, then of places, and tell which tokens are repeated", () => {
    fc.assert(
      fc.property(rows, (list) => {
        const expected = list
          .map((_, place) => place)
          .sort((a, b) => {
            const [left, right] = [list[a], list[b]];
            if (left === undefined || right === undefined) throw new Error("a place of the list");
            return compareTokens(left, right) || left.row - right.row || a - b;
          });
        const { order, repeated } = settled(list);
        expect(order).toEqual(expected);
        const isRepeated = (at: number) => {
          const [left, right] = [list[expected[at - 1] ?? -1], list[expected[at] ?? -1]];
          return left !== undefined && right !== undefined && compareTokens(left, right) === 0;
        };
        expect(repeated).toEqual(expected.map((_, at) => at).filter(isRepeated));
      }),
      { numRuns: 400 },
    );
  });

  it("settle a row repeated a hundred thousand times, and none at all", () => {
    const list = Array.from({ length: 100_000 }, (): Row => ({ token: [1, 2, 3, 4], row: 0 }));
    const { order, repeated } = settled(list);
    expect(order.every((place, at) => place === at)).toBe(true);
    expect(repeated.length).toBe(99_999);
    expect(settled([])).toEqual({ repeated: [], order: [] });
  });
});
