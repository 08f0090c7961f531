import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bumpBytes, bumpFrom } from "./bump.ts";

describe("a thread's room", () => {
  it("holds pieces of any size, past 2 GiB as well, each with 64 bytes behind it and none over another", () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(2 ** 32 - 1)), { maxLength: 9 });
    fc.assert(
      fc.property(sizes, (list) => {
        const bump = bumpFrom(128);
        let end = 128;
        for (const size of list) {
          const at = bump.take(size);
          expect(at).toBe(end);
          expect(at % 64).toBe(0);
          end = 128 + bump.used();
          expect(end).toBeGreaterThanOrEqual(at + size + 64);
          expect(end).toBeLessThan(at + size + 128);
        }
        expect(bumpBytes(list)).toBe(bump.used());
      }),
    );
  });
});
