import { describe, expect, it } from "vitest";
import { contractId } from "../domain/contract/document.ts";
import { questionSchema } from "../domain/question/question.ts";
import { HARBOUR, MERIDIAN, SUNLINE, tableContract } from "../testing/documents.ts";
import { affinityQuestion, crosstabQuestion, listQuestion, questionOptions, trendQuestion } from "./ask.ts";

const contract = tableContract();
const frame = { id: contractId(contract), contract, partner: SUNLINE };
const [SUN, HARB, BANK] = [SUNLINE, HARBOUR, MERIDIAN].map((partner) => `${partner}/customers`);

type Build = typeof crosstabQuestion;

function built(build: Build, options: { readonly [name: string]: unknown }): unknown {
  const question = build(frame, questionOptions.parse({ contract: "summer", ...options }));
  if (!question.ok) return question.error.lines[0]?.replace("error: ", "");
  expect(questionSchema.safeParse(question.value).success).toBe(true);
  return question.value;
}

describe("a question from a command line", () => {
  it("is a cross-tab by attributes of the lists between which it is asked, with a measure", () => {
    const asked = { between: "sunline,harbour", by: "harbour.tier, sunline.region", measure: "mean(harbour.spend)" };
    expect(built(crosstabQuestion, asked)).toMatchObject({
      analysis: "crosstab",
      purpose: "insight",
      between: [SUN, HARB],
      by: [
        { dataset: HARB, attribute: "tier" },
        { dataset: SUN, attribute: "region" },
      ],
      measure: { dataset: HARB, measure: "spend", aggregate: "mean" },
    });
  });

  it.each([
    [{ between: "sunline,harbour" }, "by which attributes?"],
    [{ by: "tier" }, /may be that of any of/],
    [{ by: "harbour.tier", measure: "spend" }, /is no measure/],
    [{ by: "harbour.tier", measure: "max(harbour.spend)" }, /is no measure/],
    [{ by: "harbour.tier,nobody.tier" }, /no list is/],
  ])("%j is wrong usage of a cross-tab", (asked, says) => {
    expect(built(crosstabQuestion, asked)).toEqual(typeof says === "string" ? says : expect.stringMatching(says));
  });

  it("is an affinity of another's segments among one's own list, unless another is named", () => {
    const segments = { dataset: BANK, attribute: "tier" };
    expect(built(affinityQuestion, { segments: "meridian.tier" })).toMatchObject({ among: SUN, segments });
    expect(built(affinityQuestion, { segments: "meridian.tier", among: "harbour" })).toMatchObject({ among: HARB });
    expect(built(affinityQuestion, {})).toBe("which segments?");
    expect(built(affinityQuestion, { segments: "sunline.tier" })).toMatch(/no list is/);
  });

  it("is a trend of a table where attributes are named", () => {
    const asked = { between: "sunline,harbour", by: "harbour.tier", measure: "sum(harbour.spend)" };
    expect(built(trendQuestion, asked)).toMatchObject({
      analysis: "trend",
      by: [{ dataset: HARB, attribute: "tier" }],
      measure: { dataset: HARB, measure: "spend", aggregate: "sum" },
    });
    expect(built(trendQuestion, { ...asked, by: undefined })).toBe("by which attributes?");
  });

  it("is a trend of an overlap, and a list to leave out beside one to reach", () => {
    expect(built(trendQuestion, { between: "sunline,harbour" })).toMatchObject({
      analysis: "trend",
      between: [SUN, HARB],
    });
    const lists = ["audience", "suppression"] as const;
    for (const analysis of lists) {
      expect(built(listQuestion(analysis), { matching: "harbour" })).toMatchObject({
        analysis,
        from: SUN,
        matching: HARB,
        channel: "email",
      });
    }
  });
});
