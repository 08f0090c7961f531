import { describe, expect, it } from "vitest";
import {
  contractJson,
  contractOf,
  DIRECTORY,
  HARBOUR,
  LIMITS_STATED,
  MERIDIAN,
  SUNLINE,
} from "../../testing/documents.ts";
import { type Contract, contractSchema } from "./document.ts";
import { plainContract } from "./plain.ts";

function linesAbout(contract: ReturnType<typeof contractOf>, name: string): string[] {
  return plainContract(contract, DIRECTORY).filter((line) => line.startsWith(`If ${name} signs`));
}

describe("a contract in plain words", () => {
  const [overlap, audience] = contractOf().analyses;
  const recipients = { overlap: [HARBOUR, MERIDIAN], audience: [SUNLINE] };
  const contract = contractOf({
    analyses: [
      { ...overlap, recipients: recipients.overlap },
      { ...audience, recipients: recipients.audience },
    ],
  });

  it("says for each member what every other may learn, and from whom a list is made", () => {
    const [figures, lists] = linesAbout(contract, "Meridian Bank");
    expect(figures).toContain(
      "Harbour Yachts may learn, for cross-sell and insight, how many of Meridian Bank's customers are also its own",
    );
    expect(plainContract(contract, DIRECTORY)).toContain(
      "Each of these may be about all of Meridian Bank's customers who take part, or only about those chosen by " +
        "“tier” and “region”.",
    );
    expect(lists).toContain(
      "Sunline Holidays may receive, for activation, a list of its own customers who are also Meridian Bank's",
    );
    expect(lists).toContain("through email or post");
    expect(linesAbout(contract, "Sunline Holidays")).toEqual([
      expect.stringContaining("Harbour Yachts and Meridian Bank may each learn"),
    ]);
  });

  it("says in which order identifiers are tried, or that any of them counts", () => {
    const [lists] = contractOf().datasets;
    const identifiers = ["name+postcode", "email", "external"];
    const datasets = [SUNLINE, HARBOUR].map((partner) => ({ ...lists, partner, identifiers, namespace: "card" }));
    const said = (matching: { readonly matching?: string }) =>
      plainContract(contractOf({ datasets, analyses: [{ ...overlap, identifiers, ...matching }] }), DIRECTORY).join(
        "\n",
      );
    const inOrder = "by name with postal code, then by e-mail, then by external id; the first that matches counts";
    expect(said({})).toContain(inOrder);
    expect(said({ matching: "in-order" })).toBe(said({}));
    expect(said({ matching: "any" })).toContain(
      "found among another's by any of name with postal code, e-mail and external id.",
    );
    expect(said({})).toContain("matched by name with postal code, e-mail and external id (of the external ids called");
    expect(plainContract(contractOf(), DIRECTORY)).toContain(
      "For audience lists, a customer of one member is found among another's by e-mail.",
    );
  });

  it("speaks of another member's customers only where there is another", () => {
    const said = (one: Contract) => plainContract(one, DIRECTORY).join("\n");
    expect(said(contractOf())).toContain("are also its own or another member's");
    const pair = said(contractSchema.parse(contractJson([SUNLINE, HARBOUR])));
    expect(pair).toContain("are also its own.");
    expect(pair).not.toContain("its own or another member's");
  });

  it("says that a list tells who is a customer, and that no noise hides it", () => {
    for (const name of ["Harbour Yachts", "Meridian Bank"]) {
      const [, lists] = linesAbout(contract, name);
      expect(lists).toContain(
        `tells that this person is ${name === "Harbour Yachts" ? "Harbour Yachts'" : "Meridian Bank's"} customer`,
      );
      expect(lists).toContain("no noise hides that");
    }
  });

  it("tells a member that brings nothing, or of which nobody learns, so", () => {
    const without = contractOf({ datasets: contractOf().datasets.filter((dataset) => dataset.partner !== HARBOUR) });
    expect(plainContract(without, DIRECTORY)).toContainEqual(expect.stringContaining("Harbour Yachts brings no list"));
    const oneSided = contractOf({ analyses: [{ ...overlap, recipients: [SUNLINE] }] });
    expect(linesAbout(oneSided, "Sunline Holidays")).toEqual([
      expect.stringContaining("no other member learns anything"),
    ]);
  });

  it("offers no list to a recipient that brings none", () => {
    const datasets = contractOf().datasets.filter((dataset) => dataset.partner !== SUNLINE);
    const text = plainContract(contractOf({ ...contract, datasets }), DIRECTORY).join("\n");
    expect(text).not.toContain("may receive a list");
  });

  it("calls figures without noise weaker, and says what noise does where there is noise", () => {
    const exact = plainContract(contractOf({ terms: { ...LIMITS_STATED, mode: "exact" } }), DIRECTORY).join("\n");
    expect(exact).toContain("This is weaker: it comes without a mathematical guarantee");
    expect(plainContract(contract, DIRECTORY).join("\n")).toContain("Every figure carries noise");
  });

  it("says of Gaussian noise what it gains and what it gives up", () => {
    const terms = { ...LIMITS_STATED, mode: "gaussian-noise" };
    const text = plainContract(contractOf({ terms }), DIRECTORY).join("\n");
    expect(text).toContain("the noise is Gaussian: narrower at the same price, but what it promises of one answer may");
  });

  it("says that a list's budget is for ever, or when it renews and how often", () => {
    expect(plainContract(contract, DIRECTORY).join("\n")).toContain("of its privacy budget stays spent: no");
    const budget = { ...LIMITS_STATED.budget, renewal: { period: "P1Y", times: 1 } };
    const text = plainContract(contractOf({ terms: { ...LIMITS_STATED, budget } }), DIRECTORY).join("\n");
    expect(text).toContain(
      "is counted over 365 days. So the budget renews, at most 1 time, and only where the owner's own rules say so " +
        "too; no later version, other contract or new upload renews it besides.",
    );
  });

  it("tells terms, consents, validity, what is never shared and how to stop", () => {
    const datasets = contractOf().datasets.map((dataset) => ({
      ...dataset,
      consents: [{ consent: "partner-marketing" }, { consent: "mailing", channels: ["post"] }],
    }));
    const terms = { ...LIMITS_STATED, approval: ["audience"], k: 1_200, minimumAudience: 1_500 };
    const text = plainContract(contractOf({ datasets, terms }), DIRECTORY).join("\n");
    for (const fact of [
      "No figure below 1,200 people is shown",
      "at least 1,500 people, as far as noise lets that be seen, and at most 20,000;",
      "from 2026-01-01 until 2027-12-31",
      "the consent “mailing” take part, when they would be reached through post",
      "A person at each member concerned approves audience lists first",
      "at most 20 times in 30 days",
      "kept for 90 days",
      "Never shared with another member",
      "may refuse",
      "may suspend",
      "may terminate",
    ])
      expect(text).toContain(fact);
  });

  it("says how long a question waits for a person, or that it does not", () => {
    expect(plainContract(contract, DIRECTORY).join("\n")).toContain("it is denied: this contract lets none wait");
    const waiting = plainContract(contractOf({ approvalWithin: "P2W" }), DIRECTORY).join("\n");
    expect(waiting).toContain("waits for that member's person, at most 14 days");
  });

  it("says pseudonymous, and claims no more", () => {
    const text = plainContract(contract, DIRECTORY).join("\n");
    expect(text).toContain("pseudonymous");
    expect(text).not.toMatch(/anonym/i);
  });

  it("names the version that a later one replaces", () => {
    const later = contractOf({ version: 3, previous: "a".repeat(64) });
    expect(plainContract(later, DIRECTORY)[0]).toContain("It takes the place of version 2");
  });
});
