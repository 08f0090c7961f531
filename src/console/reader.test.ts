import { describe, expect, test } from "vitest";
import { unixMillis } from "../domain/instant.ts";
import { ANY_READER, readerOf, setAnew } from "../domain/languages.ts";
import { decimal, figure } from "../domain/policy/words.ts";
import { useReader } from "./reader.ts";

// Spaces of every width read alike.
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");
const AT = unixMillis(Date.UTC(2026, 10, 22, 10, 14));

describe("a reader", () => {
  test.each([
    ["de-DE", "1.234.567", "-1.234,50", "12,3 %", "22.11.2026", /^22\.11\.2026, 10:14 UTC$/],
    ["fr-FR,fr;q=0.9,en;q=0.8", "1 234 567", "-1 234,50", "12,3 %", "22 nov. 2026", /^22 nov. 2026, 10:14 UTC$/],
    ["en-US,en;q=0.5", "1,234,567", "-1,234.50", "12.3%", "Nov 22, 2026", /^Nov 22, 2026, 10:14 AM UTC$/],
    ["hi-IN", "12,34,567", "-1,234.50", "12.3%", /2026/, /2026.*10:14.*UTC$/],
    ["ar-EG", "1,234,567", "-1,234.50", /12\.3/, /22.*2026/, /2026/],
    ["es-ES", "1.234.567", "-1234,50", "12,3 %", "22 nov 2026", /^22 nov 2026, 10:14 UTC$/],
  ])(
    "who asks for %s has figures, shares and dates of that country",
    (accepted, count, number, share, date, instant) => {
      const reader = readerOf(accepted);
      expect(plain(figure(1_234_567, reader.notation))).toBe(count);
      expect(plain(decimal(-123_450, 2, reader.notation))).toBe(number);
      expect(plain(reader.percent(0.123, 1))).toMatch(share);
      expect(plain(reader.date("2026-11-22"))).toMatch(date);
      expect(plain(reader.instant(AT))).toMatch(instant);
      expect(reader.month("2026-11")).toContain("2026");
      expect(reader.day("2026-11-22")).not.toContain("2026");
    },
  );

  test("is asked for by weight, and what no locale is called is passed over", () => {
    const noted = (accepted: string) => figure(1_234, readerOf(accepted).notation);
    expect(noted("en-US;q=0.4, de-DE;q=0.9")).toBe("1.234");
    expect(noted("de-DE;q=0, en-US")).toBe("1,234");
    expect(noted("x-klingon, de-de-de-de, *, de")).toBe("1.234");
    for (const nothing of [undefined, "", "*", "q=1", ";;;,,,", "de_DE", `${"z,".repeat(50)}de`])
      expect(readerOf(nothing)).toBe(ANY_READER);
  });

  test("of whom nothing is known has the notation of documents", () => {
    expect([ANY_READER.percent(0.5, 0), ANY_READER.date("2026-11-22"), ANY_READER.month("2026-11")]).toEqual([
      ...["50 %", "22 Nov 2026", "Nov 2026"],
    ]);
    expect([ANY_READER.day("2026-11-22"), ANY_READER.instant(AT)]).toEqual(["22 Nov", "22 Nov 2026, 10:14 UTC"]);
  });

  test("reads the sentences of the rules in their own notation, and quotes and names as they stand", () => {
    const german = (text: string) => setAnew(text, readerOf("de-DE"), ["Harbour", "Studio 1,000 (2.5)"]);
    expect(german("a list names at most 1,234,567 people")).toBe("a list names at most 1.234.567 people");
    expect(german("it costs 0.5 units, clamped to -1,000.25 to 12.5.")).toBe(
      "it costs 0,5 units, clamped to -1.000,25 to 12,5.",
    );
    expect(german("from 2026-11-22 to 2027-01-01, version 1.2.3, at 10:14")).toBe(
      "from 22.11.2026 to 01.01.2027, version 1.2.3, at 10:14",
    );
    expect(german("Studio 1,000 (2.5) asks for “1,000 days” of `2026-11-22` and 1,000 days")).toBe(
      "Studio 1,000 (2.5) asks for “1,000 days” of `2026-11-22` and 1.000 days",
    );
    expect(setAnew("that is 1 % of it, or 2.5 % and 100 %", readerOf("en-US"), [])).toBe(
      "that is 1% of it, or 2.5% and 100%",
    );
    expect(setAnew("that is 2.5 % of it", ANY_READER, [])).toBe("that is 2.5 % of it");
    expect(setAnew("1,234 of 12,345.5", readerOf("es-ES"), [])).toBe("1234 of 12.345,5");
    expect(setAnew("1,234 on 2026-11-22", ANY_READER, [])).toBe("1,234 on 22 Nov 2026");
  });

  test("is there while a page is rendered, and never guessed elsewhere", () => {
    expect(() => useReader()).toThrow(/no page is being rendered/);
  });
});
