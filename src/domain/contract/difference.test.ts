import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  anyLimits,
  contractOf,
  DIRECTORY,
  HARBOUR,
  LIMITS_STATED,
  MERIDIAN,
  SUNLINE,
} from "../../testing/documents.ts";
import { canonicalJson } from "../canonical-json.ts";
import { contractDifference } from "./difference.ts";
import { contractId } from "./document.ts";

const RENEWING = { ...LIMITS_STATED.budget, renewal: { period: "P365D", times: 2 } };
const BEFORE = contractOf();
const AMENDS = { version: 2, previous: contractId(BEFORE) };

function changed(replaced: Parameters<typeof contractOf>[0]): string {
  return contractDifference(BEFORE, contractOf({ ...AMENDS, ...replaced }), DIRECTORY).join("\n");
}

describe("the difference of two versions in plain words", () => {
  it("says member by member that nothing changes, when nothing does", () => {
    expect(contractDifference(BEFORE, contractOf(AMENDS), DIRECTORY)).toEqual([
      "Sunline Holidays: nothing changes about its customers.",
      "Harbour Yachts: nothing changes about its customers.",
      "Meridian Bank: nothing changes about its customers.",
    ]);
  });

  it("says what more anybody could learn about whom, and what less the other way round", () => {
    const [overlap, audience] = BEFORE.analyses;
    const narrow = { analyses: [overlap, { ...audience, recipients: [SUNLINE] }] };
    const less = changed(narrow);
    expect(less).toContain(
      "Sunline Holidays: less: no longer holds that Harbour Yachts may ask for audience lists about its customers",
    );
    expect(less).not.toContain("more:");
    const more = contractDifference(contractOf(narrow), contractOf(AMENDS), DIRECTORY).join("\n");
    expect(more).toContain("Meridian Bank: more: Harbour Yachts may ask for audience lists about its customers");
    expect(more).not.toContain("less:");
  });

  it("tells groupings and measures apart, and their bounds", () => {
    const listsWith = (groups: readonly string[], most: number) => {
      const values = ["north", "south", "west"];
      const rest = values.filter((value) => !groups.includes(value));
      const country = [
        { name: "spain", values: groups },
        { name: "portugal", values: rest },
      ];
      const region = { type: "category", values, uses: ["group"], groupings: { country } };
      const measures = { spend: { scale: 2, clamp: { min: 0, max: most }, aggregates: ["sum"] } };
      return BEFORE.datasets.map((list) => ({ ...list, attributes: { region }, measures }));
    };
    const [one, other] = [
      { ...AMENDS, datasets: listsWith(["north", "west"], 500) },
      { ...AMENDS, datasets: listsWith(["south", "west"], 700) },
    ];
    const said = contractDifference(contractOf(one), contractOf(other), DIRECTORY).join("\n");
    const groups = "tables may put “region” of the list “customers” into groups by “country”: ";
    expect(said).toContain(`Harbour Yachts: more: ${groups}“spain” (“south” and “west”) and “portugal” (“north”)`);
    expect(said).toContain(`Harbour Yachts: less: no longer holds that ${groups}“spain” (“north” and “west”)`);
    expect(said).toContain("more: tables may tell the sum of “spend” of the list “customers”, of which each person");
    expect(said).toContain("at least 0.00 and at most 7.00");
  });

  it("tells attributes, values, identifiers and consents apart by what they permit", () => {
    const datasets = BEFORE.datasets.map((list) => ({
      ...list,
      identifiers: ["email"],
      attributes: { ...list.attributes, income: { type: "category", values: ["low", "high"], uses: ["filter"] } },
      consents: [{ consent: "partner-marketing" }],
    }));
    const said = changed({ datasets, analyses: BEFORE.analyses.map((one) => ({ ...one, identifiers: ["email"] })) });
    expect(said).toContain("Harbour Yachts: more: “income” of the list “customers” may be used to choose people");
    expect(said).toContain("Harbour Yachts: less: only people of the list “customers” who gave the consent");
    expect(said).toContain("Harbour Yachts: less: no longer holds that the list “customers” is matched by phone");
    expect(said).toContain("How people are matched changes for overlap figures: by e-mail. Before, they were matched");
  });

  it("says that people are matched in another way only where they are, and which analyses and lists come or go", () => {
    const [overlap, ...others] = BEFORE.analyses;
    const dropped = changed({ analyses: others });
    expect(dropped).toContain("The contract no longer has overlap figures.");
    const grown = contractDifference(contractOf({ ...AMENDS, analyses: others }), BEFORE, DIRECTORY).join("\n");
    expect(grown).toContain("The contract has overlap figures, where people are matched by e-mail");
    for (const said of [dropped, grown]) expect(said).not.toContain("How people are matched changes");
    const turned = { ...overlap, identifiers: [...(overlap?.identifiers ?? [])].reverse() };
    expect(changed({ analyses: [turned, ...others] })).toMatch(
      /matched changes for overlap figures: by phone, then by e-mail; .* Before, they were matched by e-mail, then by/,
    );
    const fewer = changed({ datasets: BEFORE.datasets.slice(0, -1) });
    expect(fewer).not.toContain("Where external ids hold changes");
    const listsIn = (namespace: string) => ({
      datasets: BEFORE.datasets.map((list) => ({ ...list, identifiers: ["email", "phone", "external"], namespace })),
    });
    const [here, there] = [listsIn("loyalty"), listsIn("newsletter")].map((lists) =>
      contractOf({ ...AMENDS, ...lists }),
    );
    if (here === undefined || there === undefined) throw new Error("there are two");
    expect(contractDifference(here, there, DIRECTORY).join("\n")).toContain("Where external ids hold changes");
    expect(contractDifference(here, here, DIRECTORY).join("\n")).not.toContain("Where external ids hold changes");
  });

  it.each([
    [{ k: 40 }, "more: no figure below 40 people is shown; before: no figure below 50 people is shown"],
    [{ k: 60 }, "less: no figure below 60 people is shown"],
    [{ mode: "exact" }, "more: figures may carry no noise, which is weaker"],
    [{ approval: ["audience"] }, "less: a person at each member concerned approves audience lists first"],
    [{ retention: "P91D" }, "more: answers are kept for 91 days"],
    [{ retention: "P89D" }, "less: answers are kept for 89 days"],
    [{ mode: "gaussian-noise" }, "more: every figure carries noise, which may be Gaussian and then is narrower"],
    [{ budget: { ...LIMITS_STATED.budget, lineage: "9998" } }, "about a list spend at most 9998 units, for ever"],
    [{ budget: RENEWING }, "more: the budget of a list renews at most 2 times, where its owner's own rules agree"],
  ])("says of terms whether they permit more or less: %j", (terms, says) => {
    expect(changed({ terms: { ...LIMITS_STATED, ...terms } })).toContain(says);
  });

  it("says who joins and who leaves, how long it holds and how long a question waits", () => {
    const two = contractOf({
      ...AMENDS,
      members: BEFORE.members.filter(({ partner }) => partner !== MERIDIAN),
      datasets: BEFORE.datasets.filter(({ partner }) => partner !== MERIDIAN),
      analyses: BEFORE.analyses.map((one) => ({ ...one, recipients: [SUNLINE, HARBOUR] })),
      validity: { from: "2026-01-01", until: "2028-12-31" },
      approvalWithin: "P7D",
    });
    const said = contractDifference(BEFORE, two, DIRECTORY).join("\n");
    expect(said).toContain("No longer in the contract: Meridian Bank.");
    expect(said).toContain("more: the contract holds until 2028-12-31; before: the contract holds until 2027-12-31");
    expect(said).toContain("more: a question waits for a person's approval at most 7 days");
    expect(contractDifference(two, BEFORE, DIRECTORY)[0]).toBe("New in the contract: Meridian Bank.");
  });

  it("never lets two sets of terms that differ in meaning read alike", () => {
    const said = (terms: unknown) => contractDifference(BEFORE, contractOf({ ...AMENDS, terms }), DIRECTORY);
    const quiet = said(BEFORE.terms).length;
    fc.assert(
      fc.property(anyLimits, (terms) => {
        const [old, now] = [BEFORE.terms, terms].map((one) => canonicalJson(one));
        if (said(terms).length === quiet)
          expect(now?.replaceAll(/P3M|P12W|P1Y/g, "")).toBe(old?.replaceAll(/P3M|P12W|P1Y/g, ""));
      }),
    );
  });
});
