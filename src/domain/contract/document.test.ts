import { describe, expect, it } from "vitest";
import { contractJson, contractOf, HARBOUR, LIMITS_STATED, SUNLINE } from "../../testing/documents.ts";
import { canonicalJson, parseStrictJson } from "../canonical-json.ts";
import { contractId, contractSchema } from "./document.ts";

const JSON_FORM = contractJson([SUNLINE, HARBOUR]);
const CONTRACT = contractSchema.parse(JSON_FORM);
const [OVERLAP, AUDIENCE] = CONTRACT.analyses;

function problems(replaced: { readonly [member: string]: unknown }): string[] {
  const parsed = contractSchema.safeParse({ ...JSON_FORM, ...replaced });
  return parsed.success ? [] : parsed.error.issues.map((issue) => `/${issue.path.join("/")}`);
}

describe("a contract document", () => {
  it("loads when it is sound", () => {
    expect(problems({})).toEqual([]);
  });

  it("has one identity whatever the order of its members and its white space", () => {
    const shuffled = Object.fromEntries(Object.entries(JSON_FORM).reverse());
    expect(contractId(contractSchema.parse(shuffled))).toBe(contractId(CONTRACT));
    const spaced = parseStrictJson(JSON.stringify(JSON_FORM, null, 4));
    if (!spaced.ok) throw new Error("not JSON");
    expect(contractId(contractSchema.parse(spaced.value))).toBe(contractId(CONTRACT));
    expect(contractId(CONTRACT)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("has another identity when anything in it differs", () => {
    expect(contractId(contractOf({ terms: { ...LIMITS_STATED, k: 51 } }))).not.toBe(contractId(contractOf()));
  });

  it("survives its canonical form", () => {
    const again = parseStrictJson(canonicalJson(CONTRACT));
    expect(again.ok && contractSchema.parse(again.value)).toEqual(CONTRACT);
  });

  it("refuses a member it does not know, and fewer people behind a figure than the floor", () => {
    expect(problems({ note: "by the way" })).toEqual(["/"]);
    expect(problems({ terms: { ...LIMITS_STATED, k: 9 } })).toEqual(["/terms/k"]);
  });

  it("refuses a term left out: none has a default", () => {
    for (const term of Object.keys(LIMITS_STATED)) {
      const terms = Object.fromEntries(Object.entries(LIMITS_STATED).filter(([name]) => name !== term));
      expect(problems({ terms })).toEqual([`/terms/${term}`]);
    }
  });

  it("refuses a member twice, one alone, and the operator", () => {
    const [first, second] = CONTRACT.members;
    expect(problems({ members: [first, second, first] })).toEqual(["/members"]);
    expect(problems({ members: [first] })).toContain("/members");
    expect(problems({ members: [first, second, { partner: "operator", roles: ["recipient"] }] })).toEqual(["/members"]);
  });

  it("refuses a list of somebody who does not contribute, and the same list twice", () => {
    const [own, other] = CONTRACT.datasets;
    expect(problems({ datasets: [own, { ...other, partner: "meridian-bank" }] })).toEqual(["/datasets/1/partner"]);
    const members = [CONTRACT.members[0], { partner: HARBOUR, roles: ["recipient"] }];
    expect(problems({ members })).toEqual(["/datasets/1/partner"]);
    expect(problems({ datasets: [own, other, own] })).toEqual(["/datasets"]);
  });

  it("refuses an analysis for somebody who does not receive, or twice", () => {
    const members = [CONTRACT.members[0], { partner: HARBOUR, roles: ["contributor"] }];
    expect(problems({ members })).toEqual(["/analyses/0/recipients", "/analyses/1/recipients"]);
    expect(problems({ analyses: [OVERLAP, OVERLAP] })).toEqual(["/analyses"]);
  });

  it("refuses a purpose that is not its own, an identifier nobody brings, an audience without a channel", () => {
    expect(problems({ analyses: [{ ...OVERLAP, purposes: ["profiling"] }] })).toEqual(["/analyses/0/purposes"]);
    const datasets = CONTRACT.datasets.map((dataset) => ({ ...dataset, identifiers: ["email"] }));
    expect(problems({ datasets, analyses: [OVERLAP] })).toEqual(["/analyses/0/identifiers"]);
    expect(problems({ analyses: [{ ...AUDIENCE, channels: [] }] })).toEqual(["/analyses/0/channels"]);
  });

  it("names the namespace of external ids, exactly where there are some", () => {
    const [own, other] = CONTRACT.datasets;
    const external = { ...own, identifiers: ["email", "phone", "external"], namespace: "loyalty-card" };
    expect(problems({ datasets: [external, other] })).toEqual([]);
    const { namespace: _, ...unnamed } = external;
    expect(problems({ datasets: [unnamed, other] })).toEqual(["/datasets/0/namespace"]);
    expect(problems({ datasets: [own, { ...other, namespace: "crm" }] })).toEqual(["/datasets/1/namespace"]);
  });

  it("refuses an identifier twice, in a list and in an order", () => {
    const [own, other] = CONTRACT.datasets;
    const identifiers = ["email", "phone", "email"];
    expect(problems({ datasets: [own, { ...other, identifiers }] })).toEqual(["/datasets/1/identifiers"]);
    expect(problems({ analyses: [{ ...OVERLAP, identifiers }] })).toEqual(["/analyses/0/identifiers"]);
  });

  it("takes people in order or by any identifier, and one that says neither keeps its identity", () => {
    for (const matching of ["in-order", "any"]) expect(problems({ analyses: [{ ...OVERLAP, matching }] })).toEqual([]);
    expect(problems({ analyses: [{ ...OVERLAP, matching: "best" }] })).toEqual(["/analyses/0/matching"]);
    expect(canonicalJson(CONTRACT)).not.toContain("matching");
  });

  it("refuses an end before its beginning, and a day that the calendar lacks", () => {
    expect(problems({ validity: { from: "2026-06-02", until: "2026-06-01" } })).toEqual(["/validity/until"]);
    expect(problems({ validity: { from: "2026-06-01", until: "2026-06-01" } })).toEqual([]);
    expect(problems({ validity: { from: "2026-02-29", until: "2026-06-01" } })).toEqual(["/validity/from"]);
  });

  it("names the version before it exactly when there is one", () => {
    expect(problems({ version: 2 })).toEqual(["/previous"]);
    expect(problems({ previous: "a".repeat(64) })).toEqual(["/previous"]);
    expect(problems({ version: 2, previous: "a".repeat(64) })).toEqual([]);
    expect(problems({ version: 2, previous: "A".repeat(64) })).toEqual(["/previous"]);
  });
});

describe("groupings of an attribute", () => {
  const grouped = (groups: unknown) => {
    const json = contractOf();
    const region = { type: "category", values: ["north", "south", "west"], uses: ["group"] };
    const attributes = { region: { ...region, groupings: { country: groups } } };
    const parsed = contractSchema.safeParse({
      ...json,
      datasets: json.datasets.map((dataset) => ({ ...dataset, attributes })),
    });
    return parsed.success ? [] : [...new Set(parsed.error.issues.map(({ message }) => message))];
  };
  const group = (name: string, ...values: string[]) => ({ name, values });

  it("put each value into exactly one group, and some together", () => {
    expect(grouped([group("spain", "north", "west"), group("portugal", "south")])).toEqual([]);
    const once = "each value of the attribute stands in exactly one group";
    expect(grouped([group("spain", "north"), group("portugal", "south")])).toEqual([once]);
    expect(grouped([group("spain", "north", "west"), group("portugal", "south", "west")])).toEqual([once]);
    expect(grouped([group("spain", "north", "west", "east"), group("portugal", "south")])).toEqual([once]);
    expect(grouped([group("spain", "north", "west"), group("spain", "south")])).toEqual(["the names of groups differ"]);
    expect(grouped([group("a", "north"), group("b", "south"), group("c", "west")])).toEqual([
      "some group has more than one value",
    ]);
  });
});
