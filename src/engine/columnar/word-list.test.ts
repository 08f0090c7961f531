import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordList } from "./word-list.ts";

describe("a list of words", () => {
  it("keeps what is pushed, in order, whenever it is read", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffff_ffff }), { maxLength: 100, size: "max" }), fc.nat(100), (all, read) => {
        const list = wordList();
        for (const [at, word] of all.entries()) {
          if (at === read) expect([...list.words()]).toEqual(all.slice(0, at));
          list.push(word);
        }
        expect([...list.words()]).toEqual(all);
      }),
    );
  });
});
