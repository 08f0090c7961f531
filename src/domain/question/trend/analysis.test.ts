import { describe, expect, it } from "vitest";
import { DIRECTORY, HARBOUR, questionOf, SUNLINE, tableContract } from "../../../testing/documents.ts";
import { seededRandom } from "../../../testing/seeded-random.ts";
import { contractId } from "../../contract/document.ts";
import { TOP } from "../../policy/terms.ts";
import { parseEpsilon } from "../../privacy/epsilon.ts";
import { attributesOf, canonicalQuestion, questionDigest, questionSchema } from "../question.ts";
import { rulesOf } from "../registry.ts";

const CONTRACT = tableContract();
const [SUN, HARB] = [SUNLINE, HARBOUR].map((partner) => `${partner}/customers`);
const tier = { dataset: HARB, attribute: "tier" };
const region = { dataset: SUN, attribute: "region" };
const spend = { dataset: HARB, measure: "spend", aggregate: "mean" };
const FRAME = { purpose: "insight", between: [SUN, HARB] };
const TREND = { analysis: "trend", ...FRAME };
const TABLE = { analysis: "crosstab", ...FRAME, by: [tier] };

const PRICE = parseEpsilon("0.5");
if (!PRICE.ok) throw new Error(PRICE.error);
const epsilon = PRICE.value;
const terms = { ...TOP, mode: "noise", mechanism: "discrete-laplace", k: 20 } as const;

type Json = { readonly [member: string]: unknown };

function paths(json: Json): string[] {
  const question = canonicalQuestion(CONTRACT, questionSchema.parse({ ...json, contract: contractId(CONTRACT) }));
  return question.ok ? [] : question.error.map(({ path }) => path);
}

function twinDigest(json: Json): string {
  const question = questionOf(CONTRACT, json);
  const twin = rulesOf(question.analysis).twin(question);
  if (twin === null) throw new Error("it has no twin");
  return questionDigest(twin);
}

describe("a trend", () => {
  it("and the question that it follows are each other's draw, of an overlap and of a table", () => {
    for (const [followed, trend] of [
      [{ ...TREND, analysis: "overlap" }, TREND],
      [TABLE, { ...TABLE, analysis: "trend" }],
      [
        { ...TABLE, measure: spend },
        { ...TABLE, analysis: "trend", measure: spend },
      ],
    ] as const) {
      expect(twinDigest(trend)).toBe(questionDigest(questionOf(CONTRACT, followed)));
      expect(twinDigest(followed)).toBe(questionDigest(questionOf(CONTRACT, trend)));
    }
  });

  it("is one question whatever the order of its lists and attributes, and another with a table than without", () => {
    const digest = (json: Json) => questionDigest(questionOf(CONTRACT, { ...TREND, identifiers: ["email"], ...json }));
    const turned = digest({ between: [HARB, SUN], by: [region, tier] });
    expect(turned).toBe(digest({ by: [tier, region] }));
    expect(new Set([turned, digest({}), digest({ by: [tier] })]).size).toBe(3);
  });

  it("of a table uses attributes and measures as the table does, and is held to the same rules", () => {
    const table = { ...TABLE, measure: spend };
    const used = (json: Json) => attributesOf(questionOf(CONTRACT, json));
    expect(used({ ...table, analysis: "trend" })).toEqual(used(table));
    expect(used({ ...table, analysis: "trend" })).toHaveLength(2);
    expect(paths({ ...TREND, by: [tier, region] })).toEqual(["/identifiers"]);
    expect(paths({ ...TREND, by: [{ ...tier, attribute: "colour" }] })).toEqual(["/by/0"]);
    expect(paths({ ...TREND, measure: spend })).toEqual(["/measure"]);
  });

  it("can be asked with less in it, as a trend", () => {
    const narrower = rulesOf("trend").narrower(
      questionOf(CONTRACT, { ...TABLE, analysis: "trend", measure: spend }),
      CONTRACT,
    );
    expect(narrower.map(({ says }) => says)).toEqual(["without the mean of “spend”"]);
    expect(narrower.map(({ question }) => question.analysis)).toEqual(["trend"]);
  });

  it("draws, prices and tells what the table does, and says that earlier points tell nothing new", () => {
    const truth = { kind: "table", people: [300, 0, 25, 40], holders: [], sums: [] } as const;
    const [table, trend] = [TABLE, { ...TABLE, analysis: "trend" }].map((json) => {
      const question = questionOf(CONTRACT, json);
      const rules = rulesOf(question.analysis);
      const priced = { contract: CONTRACT, question, terms, epsilon };
      const telling = { recipient: SUNLINE, directory: DIRECTORY, terms: null, margins: [] };
      return {
        answer: rules.answer(priced, [truth], seededRandom("trend")),
        margins: rules.margins(priced),
        measurements: rules.measurements(CONTRACT, question),
        tells: rules.tells(question, telling),
      };
    });
    const last = "the earlier points of the series are answers that it was given before, and tell nothing new";
    expect(table === undefined ? null : { ...table, tells: [...table.tells, last] }).toEqual(trend);
  });
});
