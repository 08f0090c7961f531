import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseStrictJson } from "../canonical-json.ts";
import { type Policy, policySchema } from "./document.ts";
import { failedExamples } from "./examples.ts";
import { ANALYSES } from "./limits-document.ts";

const FOLDER = new URL("../../../policies/", import.meta.url);
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

function shipped(name: string): Policy {
  const json = parseStrictJson(readFileSync(new URL(name, FOLDER), "utf8"));
  if (!json.ok) throw new Error(`${name} is not JSON`);
  return policySchema.parse(json.value);
}

describe("the ready-made policies", () => {
  it("are those that their README explains", () => {
    const readme = readFileSync(new URL("README.md", FOLDER), "utf8");
    expect(NAMES).toEqual([
      "careful-lists.json",
      "cross-sell.json",
      "exact-counts.json",
      "insight-only.json",
      "strict.json",
      "suppression-only.json",
      "tables.json",
    ]);
    for (const name of NAMES) expect(readme).toContain(`\`${name}\``);
  });

  it.each(NAMES)("%s loads, and all its examples hold, of both kinds", (name) => {
    const policy = shipped(name);
    expect(failedExamples(policy)).toEqual([]);
    expect(policy.partner).toBe("your-company");
    expect(new Set(policy.examples.map((example) => example.expect))).toEqual(new Set(["permit", "deny"]));
  });

  it("ask for noise, but for the one that is named after doing otherwise", () => {
    const exact = NAMES.filter((name) => shipped(name).defaults.mode === "exact");
    expect(exact).toEqual(["exact-counts.json"]);
  });

  it("stay within what is recommended", () => {
    for (const { defaults } of NAMES.map(shipped)) {
      expect(defaults.k).toBeGreaterThanOrEqual(50);
      expect(defaults.minimumAudience).toBeGreaterThanOrEqual(300);
      expect(Number(defaults.budget.perRelease)).toBeLessThanOrEqual(1);
      expect(Number(defaults.budget.lineage)).toBeLessThanOrEqual(20);
    }
  });

  it.each(NAMES)("%s: a grant to everybody for everything is found by its examples", (name) => {
    const policy = shipped(name);
    const chosen = Object.fromEntries(["tier", "region", "income"].map((one) => [one, ["filter", "group"]]));
    const open = {
      id: "open-to-all",
      to: [...policy.examples.map(({ request }) => ({ industry: request.industry }))],
      purposes: [...new Set(policy.examples.map(({ request }) => request.purpose))],
      analyses: ANALYSES,
      attributes: { ...chosen, spend: ["measure"] },
      channels: ["email", "post", "phone"],
      terms: {},
    };
    const { defaults } = policy;
    const requestsPerPeriod = ANALYSES.map((analysis) => ({ analysis, count: 1, period: "P30D" }));
    const loosened = policySchema.parse({ ...policy, defaults: { ...defaults, requestsPerPeriod }, grants: [open] });
    const failures = failedExamples(loosened);
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) expect(failure.expected).toBe("deny");
  });
});

describe("a failed example", () => {
  it("is told by its place, its meaning and the reasons of the answer", () => {
    const policy = shipped("suppression-only.json");
    const [grant] = policy.grants;
    const loosened = policySchema.parse({ ...policy, grants: [{ ...grant, purposes: ["suppression", "activation"] }] });
    expect(failedExamples(loosened)).toEqual([
      {
        pointer: "/examples/1",
        says: "the same list is not given for selling",
        expected: "deny",
        because: [
          "your-company's rule “leave-out-our-customers” lets example-travel ask for suppression lists for activation",
        ],
      },
    ]);
  });

  it("is found as well where a rule became too tight", () => {
    const policy = shipped("cross-sell.json");
    const failures = failedExamples({ ...policy, grants: policy.grants.slice(1) });
    expect(failures.map((failure) => [failure.pointer, failure.expected])).toEqual([["/examples/0", "permit"]]);
  });
});
