import { describe, expect, it } from "vitest";
import { empty } from "./emptying.ts";

describe("what is left of a work that ended", () => {
  it("has no byte of its keys, however deep they lie, and keeps its shape", () => {
    const key = Uint8Array.of(1, 2, 3);
    const words = Uint32Array.of(7, 8, 9);
    const settings = { sink: { fileKey: { key, label: "part" } }, keys: [Uint8Array.of(4)], words, none: null };
    empty(settings);
    expect(settings).toEqual({
      sink: { fileKey: { key: new Uint8Array(3), label: "part" } },
      keys: [new Uint8Array(1)],
      words: new Uint32Array(3),
      none: null,
    });
  });

  it("may have given bytes away, which are whoever's they are now", () => {
    const words = Uint32Array.of(7, 8, 9);
    const given = structuredClone(words.buffer, { transfer: [words.buffer] });
    empty({ words });
    expect([...new Uint32Array(given)]).toEqual([7, 8, 9]);
  });

  it("leaves alone what threads share", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(5);
    empty({ shared });
    expect([...shared]).toEqual([5, 5]);
  });
});
