import { describe, expect, test } from "vitest";
import { contractSchema } from "../domain/contract/document.ts";
import { datasetRef } from "../domain/dataset/schema.ts";
import { contractJson, HARBOUR, MERIDIAN, SUNLINE } from "../testing/documents.ts";
import { nearest, readAxis, readClause } from "./where.ts";

const contract = contractSchema.parse(contractJson([SUNLINE, HARBOUR, MERIDIAN]));
const lists = contract.datasets.map(({ partner, dataset }) => datasetRef(partner, dataset));
const two = lists.slice(0, 2);

function read(text: string, among = lists): unknown {
  const clause = readClause(text, contract, among);
  return clause.ok ? clause.value : clause.error.exit;
}

describe("a condition on the command line", () => {
  test.each([
    ["harbour-yachts.tier in (gold,silver)", ["gold", "silver"]],
    ["harbour.tier in ( gold , silver )", ["gold", "silver"]],
    ["harbour-yachts/customers.tier IN (gold)", ["gold"]],
    ["harbour.tier = gold", ["gold"]],
    ['harbour.tier in ("gold, old",silver)', ["gold, old", "silver"]],
    ["harbour.tier in ('a b')", ["a b"]],
  ])("reads %s", (text, values) => {
    expect(read(text)).toEqual({ dataset: "harbour-yachts/customers", attribute: "tier", in: values });
  });

  test("finds the list by itself where one alone has the attribute", () => {
    const only = lists.slice(0, 1);
    expect(read("tier = gold", only)).toMatchObject({ dataset: "sunline-holidays/customers" });
  });

  test.each(["tier = gold", "nobody.tier = gold", "age = 3", "harbour.tier in ()", "harbour.tier", "tier > 3", ""])(
    "is wrong usage when it is %j",
    (text) => {
      expect(read(text, two)).toBe(2);
    },
  );

  test("names a list by its owner although another owner's name begins alike", () => {
    const alike = [datasetRef(SUNLINE, "customers"), datasetRef(SUNLINE, "customers-old")];
    expect(nearest(alike, "sunline-holidays/customers")).toEqual([alike[0]]);
    expect(nearest(alike, "sunline")).toEqual(alike);
  });
});

describe("an attribute of a table on the command line", () => {
  test.each([
    ["harbour.region", { attribute: "region" }],
    ["harbour.region:country", { attribute: "region", grouping: "country" }],
    [" harbour.region : country ", { attribute: "region", grouping: "country" }],
  ])("is read from %j, with the groups after a colon", (text, axis) => {
    expect(readAxis(text, contract, lists)).toEqual({
      ok: true,
      value: { dataset: "harbour-yachts/customers", ...axis },
    });
  });

  test("has one grouping at the most", () => {
    expect(readAxis("harbour.region:country:coast", contract, lists)).toMatchObject({ ok: false });
  });
});
