import { describe, expect, it } from "vitest";
import { type FrameNumbers, formOfAll } from "./numbers-form.ts";
import { readFrameEntries, writeFrameEntries } from "./staged-part.ts";

const form = (prefix: string, more: Partial<FrameNumbers> = {}): FrameNumbers => ({
  prefix: new Uint8Array(Buffer.from(prefix)),
  digits: 0,
  longest: 3,
  isPlain: true,
  least: 5,
  most: 700,
  ...more,
});
const fourPadded = { digits: 4, longest: 4, isPlain: false };

describe("the form of all references", () => {
  it("is that of every frame, or none", () => {
    const plain = form("c");
    expect(formOfAll([plain, form("c", { least: 2, most: 9 })])).toEqual({
      prefix: plain.prefix,
      fixed: 0,
      least: 2,
      most: 700,
    });
    expect(formOfAll([form("c", fourPadded), form("c", { digits: 4, longest: 4 })])?.fixed).toBe(4);
    expect(formOfAll([form("c", { digits: 4, longest: 4 }), form("c", { digits: 5, longest: 5 })])?.fixed).toBe(0);
    expect(formOfAll([])).toBeNull();
    expect(formOfAll([plain, null])).toBeNull();
    expect(formOfAll([null, plain])).toBeNull();
    expect(formOfAll([plain, form("C")])).toBeNull();
    expect(formOfAll([plain, form("c", fourPadded)])).toBeNull();
    expect(formOfAll([form("c", fourPadded), form("c", { ...fourPadded, digits: 5, longest: 5 })])).toBeNull();
  });

  it("comes back from a part as it was written", () => {
    // Planes that are all zero, and which they are, differ from frame to frame.
    const counts = (frame: number) =>
      new Uint32Array(6 * 256).map((_, index) => (((frame * 37) >>> (index >>> 8)) & 1) * index);
    const entries = [form(""), form("x".repeat(16), fourPadded), null].map((numbers, index) => ({
      spot: { number: index, offset: 2 ** 33 + index, bytes: 10 },
      rows: 7,
      recordBytes: 30,
      numbers,
      counts: counts(index),
      isBlank: index === 1,
    }));
    expect(readFrameEntries(writeFrameEntries(entries), 1)).toEqual(entries);
  });
});
