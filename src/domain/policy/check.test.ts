import { describe, expect, it } from "vitest";
import { policyOf } from "../../testing/documents.ts";
import { checkPolicy } from "./check.ts";

const POLICY = policyOf("meridian-bank");
const [GRANT] = POLICY.grants;

function issuesOf(draft: unknown) {
  return checkPolicy(draft).issues.map(({ path, says, instead }) => [path, says, instead]);
}

describe("a draft that does not fit its schema", () => {
  it("is told every place at once, each with what to write instead", () => {
    const { k: _, ...defaults } = POLICY.defaults;
    const broken = {
      ...POLICY,
      defaults: { ...defaults, mode: "loud", retention: "a while" },
      grants: [{ ...GRANT, to: [{ industrie: "travel" }, 3], attributes: { tier: ["filtre"], "a/b": ["filter"] } }],
      prohibitions: [{ id: "no", to: [], because: "so" }],
    };
    expect(checkPolicy(broken)).toMatchObject({ isSound: false, examples: 0 });
    expect(issuesOf(broken)).toEqual([
      ["/defaults/mode", "`mode` does not fit", "write `noise`, `gaussian-noise` or `exact`"],
      ["/defaults/k", "`k` is missing", "add it: `50` for insight, `100` for sensitive or cross-industry use"],
      ["/defaults/retention", expect.stringContaining("a duration such as `P30D`"), '`"P90D"`'],
      ["/grants/0/to/0/industry", "`industry` is missing", "add it: write a text"],
      ["/grants/0/to/0/industrie", "`industrie` is not known here", expect.stringContaining("leave it out")],
      ["/grants/0/to/1", "entry 2 does not fit", "write a text or write an object, in curly brackets"],
      ["/grants/0/attributes/tier/0", "entry 1 does not fit", "write `filter`, `group` or `measure`"],
      ["/grants/0/attributes/a~1b", "`a/b` is no name", expect.stringContaining("lowercase letters")],
      ["/prohibitions/0/to", "`to` does not fit", "write at least 1 entry"],
    ]);
  });

  it("may be anything at all", () => {
    for (const draft of [null, 3, "policy", [], undefined]) {
      expect(issuesOf(draft)).toEqual([["", "the document does not fit", "write an object, in curly brackets"]]);
    }
    expect(issuesOf({}).map(([path]) => path)).toContain("/defaults");
  });
});

describe("a draft that fits", () => {
  it("is refused for an example that does not hold, and for what no rule can open", () => {
    const request = { to: "some-shop", industry: "retail", purpose: "insight", analysis: "overlap", attributes: {} };
    const examples = [{ says: "shops may ask", request: { ...request, on: "2026-11-22" }, expect: "permit" }];
    const draft = { ...POLICY, examples, grants: [{ ...GRANT, attributes: { religion: ["filter"] } }] };
    const check = checkPolicy(draft);
    expect(check).toMatchObject({ isSound: false, examples: 1 });
    expect(check.issues.filter(({ isRefused }) => isRefused).map(({ path }) => path)).toEqual([
      "/examples/0",
      "/grants/0/attributes/religion",
    ]);
  });

  it("is advised where a clause says nothing", () => {
    const advice = (replaced: object) => {
      const check = checkPolicy({ ...POLICY, ...replaced });
      expect(check.isSound).toBe(true);
      return check.issues.map(({ path, says }) => [path, says]);
    };
    expect(advice({})).toEqual([]);
    expect(advice({ grants: [GRANT, { ...GRANT, id: "again", terms: { k: 90 } }] })).toEqual([
      ["/grants/1", expect.stringContaining("“again” decides nothing")],
    ]);
    expect(advice({ grants: [{ ...GRANT, terms: { k: 50, retention: "P1Y" } }] })).toEqual([
      ["/grants/0/terms/k", expect.stringContaining("at least 50")],
      ["/grants/0/terms/retention", expect.stringContaining("90 days")],
    ]);
    expect(advice({ grants: [{ ...GRANT, terms: { k: 51 } }] })).toEqual([]);
    expect(advice({ grants: [{ ...GRANT, channels: [] }] })).toEqual([
      ["/grants/0/channels", expect.stringContaining("no list can be asked for")],
    ]);
    const coarse = { tier: [{ use: "group", groupings: ["band"] }, "filter"] };
    expect(advice({ grants: [{ ...GRANT, attributes: coarse }] })).toEqual([
      ["/grants/0/attributes/tier", expect.stringContaining("chosen by each single value")],
    ]);
    expect(advice({ banned: ["tier"] })).toEqual([
      ["/grants/0/attributes/tier", expect.stringContaining("nobody can use it")],
    ]);
    const contactsPerPerson = [
      { count: 3, period: "P30D" },
      { count: 2, period: "P30D" },
    ];
    expect(advice({ contactsPerPerson })).toEqual([
      ["/contactsPerPerson/0", expect.stringContaining("“at most 3 audience lists in 30 days” has no effect")],
    ]);
    const overlaps = [{ ...GRANT, analyses: ["overlap"] }];
    expect(advice({ grants: overlaps, contactsPerPerson: contactsPerPerson.slice(1) })).toEqual([
      ["/contactsPerPerson", expect.stringContaining("no grant allows audience lists")],
    ]);
    expect(advice({ defaults: { ...POLICY.defaults, deniability: "0.25" } })).toEqual([]);
    expect(advice({ grants: [{ ...GRANT, terms: { deniability: "0.3" } }] })).toEqual([
      [
        "/grants/0/terms/deniability",
        expect.stringMatching(/a coin of ε 0\.25 and not of 0\.3: .* spend, which is 0\.5/),
      ],
    ]);
    const prohibitions = [{ id: "no-travel", to: [{ industry: "travel" }], because: "so" }];
    expect(advice({ prohibitions })).toEqual([["/grants/0", expect.stringContaining("decides nothing")]]);
  });
});
