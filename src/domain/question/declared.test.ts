import { describe, expect, it } from "vitest";
import { contractJson, contractOf, HARBOUR, questionOf, SUNLINE } from "../../testing/documents.ts";
import { datasetRefSchema, datasetSchemaSchema } from "../dataset/schema.ts";
import { undeclaredIn } from "./declared.ts";

const LIST = datasetRefSchema.parse(`${HARBOUR}/customers`);
const HASHED = { profile: "concordat-1", encoding: "hex" };
const EMAIL = { email: { column: "email", ...HASHED } };

function schemaWith(identifiers: { readonly [kind: string]: unknown }) {
  return datasetSchemaSchema.parse({
    concordat: "dataset/1",
    dataset: "customers",
    record: { column: "id" },
    identifiers,
    attributes: { tier: { column: "tier", type: "category", values: ["gold", "silver"] } },
    consents: {},
    rejects: "0",
  });
}

function issues(identifiers: { readonly [kind: string]: unknown }, where: readonly unknown[] = []): string[] {
  const json = JSON.parse(JSON.stringify(contractJson([SUNLINE, HARBOUR])));
  for (const dataset of json.datasets)
    Object.assign(dataset, { identifiers: ["email", "external"], namespace: "card" });
  json.analyses[0].identifiers = ["external", "email"];
  const contract = contractOf({ ...json, analyses: json.analyses.slice(0, 1) });
  const between = [LIST, `${SUNLINE}/customers`];
  const question = questionOf(contract, { analysis: "overlap", purpose: "insight", between, where });
  const schema = schemaWith(identifiers);
  return undeclaredIn({ contract, question, list: LIST, schema }).map(({ says }) => says);
}

describe("a question against a list as it is declared", () => {
  const external = { column: "card", ...HASHED, namespace: "card" };

  it("fits when the list has what the contract says", () => {
    expect(issues({ ...EMAIL, external })).toEqual([]);
  });

  it("does not fit without the identifier, or with external ids of another namespace", () => {
    expect(issues(EMAIL)).toEqual([`the list \`${LIST}\` has no \`external\``]);
    expect(issues({ ...EMAIL, external: { ...external, namespace: "crm" } })).toEqual([
      `the external ids of \`${LIST}\` are \`crm\`, and the contract's are \`card\``,
    ]);
  });

  it("does not fit with a value that the list never has, on this list alone", () => {
    const where = (dataset: string, value: string) => [{ dataset, attribute: "tier", in: [value] }];
    expect(issues({ ...EMAIL, external }, where(LIST, "gold"))).toEqual([]);
    expect(issues({ ...EMAIL, external }, where(LIST, "bronze"))).toEqual([
      `the list \`${LIST}\` has no such \`tier\``,
    ]);
    expect(issues({ ...EMAIL, external }, where(`${SUNLINE}/customers`, "bronze"))).toEqual([]);
  });
});
