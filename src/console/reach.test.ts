// What may be said of a list's size: by what the company has alone, and only where everybody counted is on the list or
// everybody on the list was counted.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { datasetRefSchema } from "../domain/dataset/schema.ts";
import { unixMillis } from "../domain/instant.ts";
import { OF_DOCUMENTS } from "../domain/notation.ts";
import type { Clause } from "../domain/question/asked.ts";
import { type Counted, outlookOf } from "./reach.ts";

const LIST = datasetRefSchema.parse("harbour-yachts/customers");
const SIZES = { minimum: 300, maximum: 1_000 };
const by = (attribute: string, ...values: string[]): Clause => ({ dataset: LIST, attribute, in: values });
const counted = (low: number, high: number, where: readonly Clause[] = [], identifiers = ["email"]): Counted => ({
  ...{ low, high, where, identifiers },
  ...{ release: "rel_a", at: unixMillis(1) },
});
const kindOf = (answers: readonly Counted[], where: readonly Clause[] = [], own: number | null = 5_000) =>
  outlookOf({
    ...{ sizes: SIZES, own, counted: answers },
    wanted: { identifiers: ["email"], where },
    notation: OF_DOCUMENTS,
  }).kind;

describe("a list", () => {
  test("is likely by an answer about these very people, or about some of them, that is surely large enough", () => {
    expect(kindOf([counted(300, 400)])).toBe("likely");
    expect(kindOf([counted(320, 400, [by("tier", "gold")])], [by("tier", "gold", "silver")])).toBe("likely");
    expect(kindOf([counted(299, 400)])).toBe("unsaid");
    expect(kindOf([counted(900, 990)], [by("tier", "gold")])).toBe("unsaid");
  });

  test("is unlikely by an answer about more people that is surely too small, or about fewer that is too large", () => {
    expect(kindOf([counted(200, 299)], [by("tier", "gold")])).toBe("unlikely");
    expect(kindOf([counted(200, 300)], [by("tier", "gold")])).toBe("unsaid");
    expect(kindOf([counted(200, 299, [by("tier", "gold")])])).toBe("unsaid");
    expect(kindOf([counted(1_001, 1_100, [by("tier", "gold")])])).toBe("unlikely");
  });

  test("is told apart by its identifiers: who matches by one of two is only some of them", () => {
    expect(kindOf([counted(200, 299, [], ["email", "phone"])])).toBe("unlikely");
    expect(kindOf([counted(300, 400, [], ["email", "phone"])])).toBe("unsaid");
    expect(kindOf([counted(300, 400, [], ["phone"])])).toBe("unsaid");
  });

  test("is unlikely where the company's own list is smaller than the minimum, and nothing else is asked", () => {
    expect(kindOf([counted(300, 400)], [], 299)).toBe("unlikely");
    expect(kindOf([], [], 300)).toBe("unsaid");
    expect(kindOf([], [], null)).toBe("unsaid");
  });

  test("is judged by nothing but what is given: the same answers say the same, whatever else was answered", () => {
    const clause = fc.constantFrom(by("tier", "gold"), by("tier", "gold", "silver"), by("region", "north"));
    const answer = fc.tuple(fc.nat(2_000), fc.nat(500), fc.array(clause, { maxLength: 2 }));
    fc.assert(
      fc.property(fc.array(answer), fc.array(clause, { maxLength: 2 }), (answers, where) => {
        const all = answers.map(([low, more, chosen]) => counted(low, low + more, chosen));
        const elsewhere = [...all, counted(0, 1, [by("other", "value")])];
        expect(kindOf(elsewhere, where)).toBe(kindOf(all, where));
      }),
    );
  });
});
