import { describe, expect, it } from "vitest";
import { DIRECTORY, HARBOUR, MERIDIAN, SUNLINE, tableContract } from "../../../testing/documents.ts";
import { contractId } from "../../contract/document.ts";
import { attributesOf, canonicalQuestion, questionDigest, questionSchema } from "../question.ts";
import { rulesOf } from "../registry.ts";

const CONTRACT = tableContract();
const [SUN, HARB, BANK] = [SUNLINE, HARBOUR, MERIDIAN].map((partner) => `${partner}/customers`);
const tier = { dataset: BANK, attribute: "tier" };
const region = { dataset: SUN, attribute: "region" };
const spend = { dataset: BANK, measure: "spend", aggregate: "mean" };
const TABLE = { analysis: "crosstab", purpose: "insight", between: [SUN, BANK], by: [tier] };

type Json = { readonly [member: string]: unknown };

function canonical(json: Json, contract = CONTRACT) {
  return canonicalQuestion(contract, questionSchema.parse({ ...json, contract: contractId(contract) }));
}

function questionFrom(json: Json) {
  const question = canonical(json);
  if (!question.ok) throw new Error(JSON.stringify(question.error));
  return question.value;
}

function issues(json: Json, contract = CONTRACT): string[] {
  const question = canonical(json, contract);
  return question.ok ? [] : question.error.map((issue) => issue.path);
}

describe("a cross-tab's question", () => {
  it("is one question whatever the order of its lists and attributes", () => {
    const both = { ...TABLE, identifiers: ["email"] };
    const one = questionFrom({ ...both, by: [tier, region] });
    const other = questionFrom({ ...both, between: [BANK, SUN], by: [region, tier] });
    expect(questionDigest(one)).toBe(questionDigest(other));
    expect(questionDigest(questionFrom({ ...both, by: [tier] }))).not.toBe(questionDigest(one));
    expect(questionDigest(questionFrom({ ...both, by: [tier, region], measure: spend }))).not.toBe(questionDigest(one));
  });

  it("says how it uses each attribute and the measure", () => {
    const where = [{ dataset: SUN, attribute: "tier", in: ["gold"] }];
    expect(attributesOf(questionFrom({ ...TABLE, where, measure: spend }))).toEqual([
      { dataset: SUN, attribute: "tier", use: "filter" },
      { ...tier, use: "group" },
      { dataset: BANK, attribute: "spend", use: "measure", aggregate: "mean" },
    ]);
  });

  it("does not fit with attributes, lists or measures that the contract lacks, or one twice", () => {
    expect(issues({ ...TABLE, by: [tier, { ...tier, attribute: "colour" }] })).toEqual(["/by/1"]);
    expect(issues({ ...TABLE, by: [{ ...tier, dataset: HARB }] })).toEqual(["/by/0"]);
    expect(issues({ ...TABLE, by: [tier, tier] })).toEqual(["/by"]);
    expect(issues({ ...TABLE, measure: { ...spend, measure: "age" } })).toEqual(["/measure"]);
    expect(issues({ ...TABLE, measure: { ...spend, dataset: HARB }, identifiers: ["email"] })).toEqual(["/measure"]);
  });

  it("is matched by several identifiers only where all that it tells stands in one of two lists", () => {
    expect(issues(TABLE)).toEqual([]);
    expect(issues({ ...TABLE, measure: spend })).toEqual([]);
    expect(issues({ ...TABLE, by: [tier, region] })).toEqual(["/identifiers"]);
    expect(issues({ ...TABLE, measure: { ...spend, dataset: SUN } })).toEqual(["/identifiers"]);
    expect(issues({ ...TABLE, by: [tier, region], identifiers: ["phone"] })).toEqual([]);
    expect(issues({ ...TABLE, between: [SUN, HARB, BANK] })).toEqual(["/identifiers"]);
  });

  it("has at most so many cells", () => {
    const wide = (values: number) => {
      const attribute = {
        type: "category",
        uses: ["group"],
        values: Array.from({ length: values }, (_, at) => `v${at}`),
      };
      const datasets = CONTRACT.datasets.map((dataset) => ({ ...dataset, attributes: { a: attribute, b: attribute } }));
      const by = ["a", "b"].map((name) => ({ dataset: BANK, attribute: name }));
      return issues({ ...TABLE, by }, tableContract({ datasets }));
    };
    expect(wide(49)).toEqual([]);
    expect(wide(50)).toEqual(["/by"]);
  });

  it("can be asked with less in it", () => {
    const question = questionFrom({ ...TABLE, identifiers: ["email"], by: [tier, region], measure: spend });
    expect(
      rulesOf("crosstab")
        .narrower(question, CONTRACT)
        .map(({ says }) => says),
    ).toEqual([
      "without the mean of “spend”",
      "without grouping people by “tier”",
      "without grouping people by “region”",
    ]);
  });

  it("says in words what it tells", () => {
    const question = questionFrom({ ...TABLE, measure: spend });
    const telling = { recipient: SUNLINE, directory: DIRECTORY, terms: null, margins: [] };
    expect(rulesOf("crosstab").tells(question, telling)).toEqual([
      "Sunline Holidays would learn how many customers Meridian Bank and Sunline Holidays share, in a table by " +
        "“tier” at Meridian Bank",
      "for each group, the mean of Meridian Bank's “spend”, each person's kept to the bounds of the contract, where " +
        "enough people have a value",
    ]);
  });
});
