import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Contract, contractSchema } from "../../domain/contract/document.ts";
import { datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { durationDays } from "../../domain/instant.ts";
import {
  HARBOUR,
  LIMITS_STATED,
  SUNLINE,
  contractOf as statedContract,
  tableContract,
} from "../../testing/documents.ts";
import { contractOf, FIRST } from "./contract-of.ts";
import { type ContractDraft, draftIn, NO_LIST } from "./draft.ts";
import { draftOf, firstDraft, listOfSchema } from "./draft-of.ts";
import { fieldInWords } from "./field-words.ts";
import { textsAsLine, textsIn } from "./value-lists.ts";

const DEMO = ["sunline-harbour", "sunline-harbour-meridian", "sunline-volt"].map((name) =>
  contractSchema.parse(JSON.parse(readFileSync(`partners/contracts/${name}.json`, "utf8"))),
);

const VALUES = ['small, or "s"', "10 to 20 m; half", "over = more", "a/b: c"];
const AWKWARD = statedContract({
  datasets: [
    {
      partner: SUNLINE,
      dataset: "customers",
      identifiers: ["email", "external"],
      namespace: "loyalty",
      attributes: {
        size: {
          ...{ type: "category", values: VALUES, uses: ["group"] },
          groupings: {
            band: [
              { name: "low; least", values: VALUES.slice(0, 3) },
              { name: "high", values: VALUES.slice(3) },
            ],
            half: [
              { name: "=", values: VALUES.slice(0, 1) },
              { name: "rest", values: VALUES.slice(1) },
            ],
          },
        },
      },
      measures: { spend: { scale: 2, clamp: { min: -50, max: 500_005 }, aggregates: ["mean", "sum"] } },
      consents: [{ consent: "marketing" }, { consent: "post-marketing", channels: ["post", "email"] }],
    },
  ],
  analyses: [
    {
      ...{ analysis: "audience", purposes: ["activation"], recipients: [HARBOUR], channels: ["post"] },
      ...{ identifiers: ["external", "email"], matching: "any" },
    },
  ],
  terms: {
    ...LIMITS_STATED,
    mode: "gaussian-noise",
    deniability: "1.5",
    approval: ["audience"],
    budget: { ...LIMITS_STATED.budget, renewal: { period: "P365D", times: 3 } },
    requestsPerPeriod: [
      { analysis: "audience", count: 5, period: "P30D" },
      { analysis: "audience", count: 20, period: "P365D" },
      { analysis: "overlap", count: 9, period: "P7D" },
    ],
  },
  approvalWithin: "P7D",
});

/** The contract with every duration in days, as a draft counts them. */
function inDays(contract: Contract): Contract {
  const text = JSON.stringify(contract).replaceAll(/"(P\d+[DWMY])"/g, (_, duration: string) => {
    const days = durationDays(duration);
    return days.ok ? `"P${days.value}D"` : "";
  });
  return contractSchema.parse(JSON.parse(text));
}

describe("a draft", () => {
  it.each([...DEMO, AWKWARD, tableContract()].map((contract) => [contract.name, contract] as const))(
    "made from a contract comes to that contract again: %s",
    (_, contract) => {
      expect(contractOf(draftOf(contract, ""), FIRST)).toEqual({ ok: true, value: inDays(contract) });
    },
  );

  it("comes to the next version where it amends one", () => {
    const made = contractOf(draftOf(AWKWARD, "a".repeat(64)), { version: 2, previous: "a".repeat(64) });
    expect(made.ok && [made.value.version, made.value.previous]).toEqual([2, "a".repeat(64)]);
  });

  it("states nothing of privacy that nobody stated, and leaves out lists without a name", () => {
    const empty = contractOf(firstDraft([{ ...NO_LIST, partner: SUNLINE }], SUNLINE, null), FIRST);
    const fields = empty.ok ? [] : empty.error.map(({ field }) => field);
    for (const term of ["mode", "k", "perRelease", "lineage", "delta", "period", "retention"])
      expect(fields).toContain(`terms.${term}`);
    expect(fields.filter((field) => field.startsWith("list."))).toEqual([]);
  });

  it("of a list as its owner declared it opens nothing of it", () => {
    const schema = datasetSchemaSchema.parse(JSON.parse(readFileSync("partners/harbour-yachts/schema.json", "utf8")));
    const { dataset, attributes, measures, identifiers } = listOfSchema(HARBOUR, schema);
    expect([dataset, identifiers]).toEqual([schema.dataset, Object.keys(schema.identifiers)]);
    expect(attributes.map(({ name, uses }) => [name, uses])).toEqual(
      Object.keys(schema.attributes).map((name) => [name, []]),
    );
    expect(measures.length).toBeGreaterThan(0);
    for (const { aggregates, least, most } of measures) expect([aggregates, least, most]).toEqual([[], "", ""]);
  });

  it("keeps texts of a line whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 6 }), (texts) => {
        expect(textsIn(textsAsLine(texts))).toEqual(texts);
      }),
      { numRuns: 40 },
    );
  });

  it("of a form without a field says nothing, and takes no analysis for one that there is not", () => {
    const draft = draftIn(new URLSearchParams("analysis.constructor.purposes=x&analysis.trend.purposes=insight"));
    expect([draft.lists, draft.members, draft.analyses.length]).toEqual([[], [], 6]);
    expect(draft.analyses[0]).toMatchObject({ analysis: "trend", purposes: "insight", isAsked: false });
  });
});

const START = draftOf(AWKWARD, "");
const [LIST = NO_LIST] = START.lists;
const [ATTRIBUTE] = LIST.attributes;
const [MEASURE] = LIST.measures;
const [ASKED] = START.analyses;
const term = (changed: Record<string, string>) => ({ terms: { ...START.terms, ...changed } });
const list = (changed: object) => ({ lists: [{ ...LIST, ...changed }] });
const asked = (changed: object) => ({
  analyses: START.analyses.map((one) => (one === ASKED ? { ...one, ...changed } : one)),
});

describe("what is amiss with a draft", () => {
  it.each([
    [{ name: "Summer Campaign" }, "name", /lowercase letters/],
    [{ purposes: "" }, "purposes", /at least one is needed/],
    [{ until: "2025-01-01" }, "until", /not before/],
    [{ from: "soon" }, "from", /a date such as/],
    [{ waits: "two" }, "waits", /a number of days/],
    [{ members: [SUNLINE], contributors: [SUNLINE], recipients: [] }, "members", /at least 2 are needed/],
    [term({ k: "9" }), "terms.k", /at least 10/],
    [term({ k: "fifty" }), "terms.k", /a whole number/],
    [term({ k: "" }), "terms.k", /not stated/],
    [term({ mode: "" }), "terms.mode", /choose one/],
    [term({ minimumAudience: "40" }), "terms.minimumAudience", /not below/],
    [term({ perRelease: "0" }), "terms.perRelease", /greater than zero/],
    [term({ renewalTimes: "" }), "terms.renewalTimes", /not stated/],
    [term({ renewalPeriod: "" }), "terms.renewalPeriod", /not stated/],
    [term({ versionsPeriod: "0" }), "terms.versionsPeriod", /a number of days/],
    [list({ identifiers: [] }), "list.0.identifier", /at least one/],
    [list({ namespace: "" }), "list.0.namespace", /named exactly when/],
    [list({ partner: "meridian-bank-2" }), "list.0.partner", /a member with role/],
    [list({ attributes: [{ ...ATTRIBUTE, values: "" }] }), "list.0.attribute.0.values", /at least one/],
    [list({ attributes: [{ ...ATTRIBUTE, name: "Size" }] }), "list.0.attribute.0.name", /lowercase/],
    [
      list({ attributes: [{ ...ATTRIBUTE, groupings: "band: low = small" }] }),
      "list.0.attribute.0.groupings",
      /each value/,
    ],
    [list({ attributes: [ATTRIBUTE, ATTRIBUTE] }), "list.0.attribute.1.name", /twice/],
    [list({ measures: [{ ...MEASURE, least: "0.001" }] }), "list.0.measure.0.least", /no more decimals/],
    [list({ measures: [{ ...MEASURE, most: "-1" }] }), "list.0.measure.0.most", /above/],
    [list({ consents: "Post Marketing" }), "list.0.consents", /lowercase/],
    [asked({ recipients: [] }), "analysis.audience.recipient", /at least one/],
    [asked({ ways: [] }), "analysis.audience.way", /at least one/],
    [asked({ ways: ["email", "email"] }), "analysis.audience.way", /stands once/],
    [asked({ channels: "" }), "analysis.audience.channels", /names its channels/],
    [asked({ purposes: "insight, fun" }), "analysis.audience.purposes", /one of the contract/],
    [asked({ caps: "often" }), "analysis.audience.caps", /20 in 30 days/],
    [{ analyses: [...asked({ channels: "" }).analyses].reverse() }, "analysis.audience.channels", /names its channels/],
    [asked({ isAsked: false }), "analyses", /at least one/],
  ])("stands at its field: %j", (changed, field, says) => {
    const draft: ContractDraft = { ...START, ...changed };
    const made = contractOf(draft, FIRST);
    const found = made.ok ? [] : made.error.filter((fault) => fault.field === field);
    expect(found.map((fault) => fault.says).join("; ")).toMatch(says);
    expect(fieldInWords(field, draft)).not.toMatch(/as a whole|undefined|\./);
  });
});
