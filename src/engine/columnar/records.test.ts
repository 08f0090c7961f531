import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forest, numberPeople } from "../../domain/matching/people.ts";
import { WORD_SLACK } from "../../wire/list/words.ts";
import { joinSameRecords } from "./records.ts";

describe("rows with the same record reference", () => {
  it("are one person, and no others are", async () => {
    const reference = fc.string({ unit: fc.constantFrom("a", "b", "\0", "é"), minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(fc.array(reference, { maxLength: 200, size: "max" }), async (references) => {
        const first = references.map((one) => references.indexOf(one));
        const people = [...new Set(first)];
        expect(await personOf(references)).toEqual(first.map((row) => people.indexOf(row)));
      }),
    );
  });

  it("are found among many, and many times", async () => {
    const references = Array.from({ length: 200_000 }, (_, row) => `c${row % 2 === 0 ? row : row % 50_000}`);
    const people = await personOf(references);
    expect(new Set(people).size).toBe(new Set(references).size);
  });
});

async function personOf(references: readonly string[]): Promise<number[]> {
  const texts = references.map((one) => Buffer.from(one));
  // What lies behind the last reference must not count.
  const whole = Buffer.concat([...texts, Buffer.alloc(WORD_SLACK, "x")]);
  const recordBytes = whole.subarray(0, whole.length - WORD_SLACK);
  const rows = forest(references.length);
  await joinSameRecords({ recordLengths: Uint8Array.from(texts, (text) => text.length), recordBytes }, rows);
  return [...numberPeople(rows).personOf];
}
