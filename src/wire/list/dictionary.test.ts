import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dictionary } from "./dictionary.ts";
import { viewOf } from "./workspace.ts";

describe("a dictionary", () => {
  it("knows the place of every declared value and no other", () => {
    const value = fc.string({ unit: fc.constantFrom("a", "b", "\0", "é"), minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(fc.uniqueArray(value, { minLength: 1, maxLength: 40 }), fc.array(value), (declared, others) => {
        const codeOf = dictionary(declared);
        for (const text of [...declared, ...others]) {
          const bytes = Buffer.from(`<${text}>!?+`);
          expect(codeOf(viewOf(bytes), 1, bytes.length - 4)).toBe(declared.indexOf(text) + 1);
        }
      }),
    );
  });

  it("holds as many values as an attribute may have", () => {
    const declared = Array.from({ length: 65_000 }, (_, index) => `value ${index}`);
    const codeOf = dictionary(declared);
    for (const index of [0, 1, 255, 256, 64_999]) {
      const bytes = Buffer.from(`value ${index},,,,`);
      expect(codeOf(viewOf(bytes), 0, bytes.length - 4)).toBe(index + 1);
    }
  });
});
