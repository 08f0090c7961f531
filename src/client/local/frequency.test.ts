import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { countOccurrence, frequencyFindings, newFrequency } from "./frequency.ts";

function digest(of: number): Uint8Array {
  return createHash("sha256").update(String(of)).digest();
}

test("counts as a map of all digests would, below the bound", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (people) => {
      const frequency = newFrequency(1_000);
      const reference = new Map<number, number>();
      for (const person of people) {
        countOccurrence(frequency, digest(person));
        reference.set(person, (reference.get(person) ?? 0) + 1);
      }
      const counts = [...reference.values()].sort((left, right) => right - left);
      expect(frequencyFindings(frequency)).toEqual({
        distinct: counts.length,
        onSeveralRows: counts.filter((count) => count > 1).length,
        mostFrequent: counts.slice(0, 10),
        isExact: true,
      });
    }),
  );
});

test("beyond the bound, stays within it and estimates within a few percent", () => {
  const frequency = newFrequency(2_000);
  for (let person = 0; person < 30_000; person++) {
    for (let row = 0; row <= person % 2; row++) countOccurrence(frequency, digest(person));
    expect(frequency.size).toBeLessThanOrEqual(2_000);
  }
  const found = frequencyFindings(frequency);
  expect(found.isExact).toBe(false);
  expect(Math.abs(found.distinct / 30_000 - 1)).toBeLessThan(0.1);
  expect(Math.abs(found.onSeveralRows / 15_000 - 1)).toBeLessThan(0.15);
  expect(found.mostFrequent.every((count) => count === 2)).toBe(true);
});
