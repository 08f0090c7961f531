import fc from "fast-check";
import { expect, it } from "vitest";
import { LIMITS_STATED } from "../../testing/documents.ts";
import { policySchema } from "../policy/document.ts";
import { ANALYSES } from "../policy/limits-document.ts";
import { reportLines } from "./report.ts";
import { ROOM_RULES } from "./rules.ts";
import { simulate } from "./simulate.ts";

const uses = fc.subarray(["filter", "group"], { minLength: 1 });
const clamp = fc.constantFrom({ least: "-3.5", most: "0.25" }, { least: "0", most: "5000" });
const measure = fc.oneof(fc.constant("measure"), fc.record({ use: fc.constant("measure"), clamp }));
const anyGrant = fc.record({
  to: fc.subarray<unknown>(["some-partner", "an-accomplice", { industry: "travel" }], { minLength: 1 }),
  purposes: fc.subarray(["insight", "sale"], { minLength: 1 }),
  analyses: fc.subarray([...ANALYSES], { minLength: 1 }),
  attributes: fc.record(
    { tier: uses, region: uses, spend: fc.tuple(measure), weight: fc.tuple(measure) },
    { requiredKeys: [] },
  ),
  channels: fc.subarray(["email", "post"]),
  terms: fc.record({ k: fc.constantFrom(20, 60) }, { requiredKeys: [] }),
});

/** Policies of one grant or two, of any analyses, to anybody, by any attributes and measures. */
const anyPolicy = fc.array(anyGrant, { minLength: 1, maxLength: 2 }).map((grants) =>
  policySchema.parse({
    concordat: "policy/1",
    partner: "your-company",
    version: 1,
    defaults: {
      ...LIMITS_STATED,
      requestsPerPeriod: ANALYSES.map((analysis) => ({ analysis, count: 5, period: "P30D" })),
    },
    grants: grants.map((grant, index) => ({ ...grant, id: `grant-${index}` })),
    prohibitions: [],
    examples: [],
  }),
);

it("attacks any policy through every way in that it opens, within its budget, and tells of it in words", () => {
  fc.assert(
    fc.property(anyPolicy, (policy) => {
      const about = { policy, contract: null, on: "2026-11-26", rules: ROOM_RULES, seed: "any" };
      const plan = { worlds: { rehearsed: 2, judged: 2 }, picks: () => true, progress: () => {} };
      const simulated = simulate({ ...about, ...plan });
      if (!simulated.ok) throw new Error(simulated.error);
      const { findings, pledges } = simulated.value;
      expect(findings.filter(({ leak }) => leak === "over-budget")).toEqual([]);
      expect(findings.length >= 8 * pledges.length).toBe(true);
      expect(reportLines(simulated.value).length).toBeGreaterThan(findings.length);
    }),
    { numRuns: 5, seed: 1 },
  );
});
