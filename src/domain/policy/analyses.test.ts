import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  DIRECTORY,
  HARBOUR,
  inForce,
  LIMITS_STATED,
  questionOf,
  SUNLINE,
  tableContract,
  tablePolicyOf,
} from "../../testing/documents.ts";
import { parseStrictJson } from "../canonical-json.ts";
import { contractId } from "../contract/document.ts";
import { plainContract } from "../contract/plain.ts";
import { decide } from "./decide.ts";
import { policySchema } from "./document.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { ANALYSES, givesRecords } from "./limits-document.ts";

const [SUN, HARB] = [SUNLINE, HARBOUR].map((partner) => `${partner}/customers`);
const tier = { dataset: HARB, attribute: "tier" };
const spend = { dataset: HARB, measure: "spend", aggregate: "mean" };
const TABLE = { analysis: "crosstab", purpose: "insight", between: [SUN, HARB], by: [tier] };
const POLICIES = [tablePolicyOf("sunline-holidays"), tablePolicyOf("harbour-yachts")];

type Json = { readonly [member: string]: unknown };

function decided(json: Json, { contract = tableContract(), policies = POLICIES } = {}) {
  const question = questionOf(contract, json);
  return decide({
    contract,
    contractId: contractId(contract),
    question,
    policies: inForce(policies),
    directory: DIRECTORY,
    recipient: SUNLINE,
    on: "2026-11-22",
  });
}

function pointers(decision: ReturnType<typeof decide>): string[] {
  return decision.reasons.filter((reason) => reason.effect === "denies").map(({ pointer }) => pointer);
}

describe("a policy that was written before there was an analysis", () => {
  const folders = [new URL("../../../policies/", import.meta.url)];
  const shipped = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => {
        const json = parseStrictJson(readFileSync(new URL(name, folder), "utf8"));
        if (!json.ok) throw new Error(name);
        return policySchema.parse(json.value);
      }),
  );

  it("permits none that its grants do not name, to nobody and for nothing", () => {
    let asked = 0;
    for (const policy of shipped) {
      for (const { request } of policy.examples) {
        for (const analysis of ANALYSES) {
          if (policy.grants.some((grant) => grant.analyses.includes(analysis))) continue;
          const answer = evaluatePolicy(policy, "d".repeat(64), {
            owner: { partner: policy.partner, name: policy.partner },
            recipient: { partner: request.to, name: request.to, industry: request.industry },
            datasets: [],
            purpose: request.purpose,
            analysis,
            alongside: [],
            attributes: [],
            channel: givesRecords(analysis) ? "email" : null,
            on: request.on,
          });
          expect(answer.kind).toBe("deny");
          asked++;
        }
      }
    }
    expect(asked).toBeGreaterThan(50);
  });

  it("keeps its prohibitions of everything over the new ones", () => {
    const prohibitions = [{ id: "no-travel", to: [{ industry: "travel" }], because: "so it is" }];
    const policies = [tablePolicyOf("sunline-holidays"), tablePolicyOf("harbour-yachts", { prohibitions })];
    for (const question of [TABLE, { ...TABLE, analysis: "trend", by: undefined }].map((json) =>
      JSON.parse(JSON.stringify(json)),
    )) {
      expect(pointers(decided(question, { policies }))).toEqual(["/prohibitions/0"]);
    }
  });
});

describe("a table", () => {
  it("is permitted where contract and every owner let its attributes group people and its measure be told", () => {
    expect(decided({ ...TABLE, measure: spend }).kind).toBe("permit");
  });

  it("is denied where either lets the attribute choose people but not group them", () => {
    const region = { ...TABLE, by: [{ dataset: HARB, attribute: "region" }] };
    expect(pointers(decided(region))).toEqual(["/datasets/1/attributes/region", "/grants/0/attributes"]);
    const grants = [{ ...POLICIES[1]?.grants[0], attributes: { tier: ["filter"] } }];
    const policies = [tablePolicyOf("sunline-holidays"), tablePolicyOf("harbour-yachts", { grants })];
    const denial = decided(TABLE, { policies });
    expect(pointers(denial)).toEqual(["/grants/0/attributes"]);
    expect(denial.reasons[0]?.says).toContain("use “tier” to group people");
  });

  it("is denied for another aggregate than the contract's, or a measure that an owner does not grant", () => {
    const sum = decided({ ...TABLE, measure: { ...spend, aggregate: "sum" } });
    expect(sum.reasons[0]?.says).toBe("the contract does not let anybody use Harbour Yachts' “spend” to tell the sum");
    expect(pointers(sum)).toEqual(["/datasets/1/measures/spend"]);
    const grants = [{ ...POLICIES[1]?.grants[0], attributes: { tier: ["group"] } }];
    const policies = [tablePolicyOf("sunline-holidays"), tablePolicyOf("harbour-yachts", { grants })];
    const denial = decided({ ...TABLE, measure: spend }, { policies });
    expect(pointers(denial)).toEqual(["/grants/0/attributes"]);
    expect(denial.kind === "deny" && denial.instead[0]?.says).toBe("without the mean of “spend”");
  });

  it("is held to what a grant lets be made of its measure, over how many people and within which bounds", () => {
    const under = (constraint: Json) => {
      const attributes = { tier: ["group"], spend: [{ use: "measure", ...constraint }] };
      const grants = [{ ...POLICIES[1]?.grants[0], attributes }];
      const policies = [tablePolicyOf("sunline-holidays"), tablePolicyOf("harbour-yachts", { grants })];
      return decided({ ...TABLE, measure: spend }, { policies });
    };
    const fitting = { aggregates: ["mean"], k: 60, clamp: { least: "0", most: "5000" } };
    expect(under(fitting)).toMatchObject({ kind: "permit", terms: { k: 60 } });
    const narrow = under({ ...fitting, clamp: { least: "0", most: "4999.999999" } });
    expect(pointers(narrow)).toEqual(["/grants/0/attributes/spend/0/clamp"]);
    expect(narrow.reasons[0]?.says).toContain("this question clamps it to 0 to 5,000");
    const sums = under({ ...fitting, aggregates: ["sum"] });
    expect(pointers(sums)).toEqual(["/grants/0/attributes/spend/0/aggregates"]);
    expect(sums.reasons[0]?.says).toContain("leave only as a sum, over at least 60 people");
  });

  it("T-67: is exact where every document has it so, and carries noise as soon as one asks for noise", () => {
    const exact = { ...LIMITS_STATED, mode: "exact", requestsPerPeriod: POLICIES[0]?.defaults.requestsPerPeriod };
    const contract = tableContract({ terms: exact });
    const owners = ["sunline-holidays", "harbour-yachts"];
    const policies = owners.map((owner) => tablePolicyOf(owner, { defaults: exact }));
    expect(decided(TABLE, { contract, policies })).toMatchObject({ kind: "permit", terms: { mode: "exact" } });
    const noisy = { ...exact, mode: "noise" };
    const stricter = [
      { contract: tableContract({ terms: noisy }), policies },
      ...owners.map((asks) => ({
        contract,
        policies: owners.map((owner) => tablePolicyOf(owner, { defaults: owner === asks ? noisy : exact })),
      })),
    ];
    for (const documents of stricter)
      expect(decided(TABLE, documents)).toMatchObject({ kind: "permit", terms: { mode: "noise" } });
  });

  it("T-67: carries noise with a measure where every document would have figures exact, and says why", () => {
    const exact = { ...LIMITS_STATED, mode: "exact", requestsPerPeriod: POLICIES[0]?.defaults.requestsPerPeriod };
    const contract = tableContract({ terms: exact });
    const policies = ["sunline-holidays", "harbour-yachts"].map((owner) => tablePolicyOf(owner, { defaults: exact }));
    const table = decided({ ...TABLE, measure: spend }, { contract, policies });
    expect(table).toMatchObject({ kind: "permit", terms: { mode: "noise" } });
    expect(table.reasons.find(({ pointer }) => pointer.endsWith("/mode"))?.says).toBe(
      "figures carry Gaussian noise, narrower than the usual noise at the same price for a weaker guarantee, " +
        "because cross-tabs with sums or means are given with noise alone",
    );
    const affinity = {
      analysis: "affinity",
      purpose: "insight",
      among: SUN,
      segments: { dataset: HARB, attribute: "tier" },
    };
    expect(decided(affinity, { contract, policies })).toMatchObject({ kind: "permit", terms: { mode: "noise" } });
  });
});

describe("a suppression list", () => {
  const LIST = { analysis: "suppression", purpose: "insight", from: SUN, matching: HARB, channel: "email" };

  it("is bounded like an audience, and granted by its own name alone", () => {
    const decision = decided(LIST);
    expect(decision.kind).toBe("permit");
    expect(decision.reasons.some(({ pointer }) => pointer.endsWith("/maximumAudience"))).toBe(true);
    const grants = [{ ...POLICIES[1]?.grants[0], analyses: ["audience"] }];
    const policies = [tablePolicyOf("sunline-holidays"), tablePolicyOf("harbour-yachts", { grants })];
    expect(pointers(decided(LIST, { policies }))).toEqual(["/grants/0/analyses"]);
    expect(pointers(decided({ ...LIST, analysis: "audience" }, { policies }))).toEqual([]);
  });

  it("names its channels in a contract", () => {
    const analyses = tableContract().analyses.map((one) => ({ ...one, channels: [] }));
    expect(() => tableContract({ analyses })).toThrow("names its channels");
  });
});

describe("a contract in plain words", () => {
  it("says what each analysis would tell, and the bounds of a measure", () => {
    const lines = plainContract(tableContract(), DIRECTORY).filter((line) =>
      line.startsWith("If Harbour Yachts signs"),
    );
    expect(lines).toHaveLength(ANALYSES.length);
    const said = lines.join("\n");
    expect(said).toContain("in a table by “tier”");
    expect(said).toContain("the mean of “spend”, of which each person counts as at least 0.00 and at most 5,000.00");
    expect(said).toContain("which groups of Harbour Yachts' customers, by “tier”, are more frequent");
    expect(said).toContain("changes from version to version");
    expect(said).toContain("to leave them out of what it sends through email");
  });

  it("has bounds that a measure needs: the lower below the upper, under a name of its own", () => {
    const withMeasures = (measures: Json) =>
      tableContract({ datasets: tableContract().datasets.map((dataset) => ({ ...dataset, measures })) });
    const measure = { scale: 0, clamp: { min: 1, max: 2 }, aggregates: ["sum"] };
    expect(() => withMeasures({ spend: measure })).not.toThrow();
    expect(() => withMeasures({ spend: { ...measure, clamp: { min: 2, max: 2 } } })).toThrow("above `min`");
    expect(() => withMeasures({ tier: measure })).toThrow("a name that no attribute has");
  });
});
