import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keptByText } from "./documents.ts";

const parsed = (text: string) => ({ text, nested: { list: [text] } });

/** A reader that notes what it is made to read. */
function noting(characters: number) {
  const reads: string[] = [];
  const read = keptByText(characters, (text) => {
    reads.push(text);
    if (text.startsWith("!")) throw new Error("refused");
    return parsed(text);
  });
  return { read, reads };
}

describe("documents kept by their text", () => {
  test("are read once, and anew when a single character differs", () => {
    const { read, reads } = noting(100);
    const first = read("k:50");
    expect(read("k:50")).toBe(first);
    expect(read("k:51")).toEqual(parsed("k:51"));
    expect(read("k:50")).toBe(first);
    expect(reads).toEqual(["k:50", "k:51"]);
  });

  test("are not kept when they are refused", () => {
    const { read, reads } = noting(100);
    expect(() => read("!a")).toThrow("refused");
    expect(() => read("!a")).toThrow("refused");
    expect(reads).toEqual(["!a", "!a"]);
  });

  test("cannot be changed by a reader for the others", () => {
    const { read } = noting(100);
    expect(() => read("a").nested.list.push("more")).toThrow(TypeError);
    expect(() => Object.assign(read("a").nested, { list: [] })).toThrow(TypeError);
    expect(read("a")).toEqual(parsed("a"));
  });

  test("are those last read that fit the bound together", () => {
    const text = fc.constantFrom("", "a", "b", "cc", "dd", "eee", "fffff", "gggggggggg");
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
        const { read, reads } = noting(6);
        const missed = texts.filter((one) => {
          const before = reads.length;
          expect(read(one)).toEqual(parsed(one));
          return reads.length > before;
        });
        expect(missed).toEqual(missedBySlow(texts, 6));
      }),
      // What was read again stays, though it came first.
      { examples: [[["a", "cc", "eee", "a", "b", "a"]]] },
    );
  });
});

/** The obvious keeper: a list, the one last read at its end, cut from its front until it fits. */
function missedBySlow(texts: readonly string[], bound: number): string[] {
  let kept: string[] = [];
  return texts.filter((text) => {
    const isMissed = !kept.includes(text);
    kept = [...kept.filter((one) => one !== text), text];
    while (kept.join("").length > bound) kept.shift();
    return isMissed;
  });
}
