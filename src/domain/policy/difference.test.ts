import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS_STATED, MERIDIAN, policyOf } from "../../testing/documents.ts";
import { anyClauses, anyVersions, partsOfWorld, policyOfClauses } from "../../testing/policies.ts";
import type { AccessRequest } from "./cover.ts";
import { isLoosening, policyDifference } from "./difference.ts";
import { differenceLines } from "./difference-lines.ts";
import { type Policy, policySchema } from "./document.ts";
import { type Direction, isEffectWithin, joined } from "./effect.ts";
import { evaluatePolicy } from "./evaluate.ts";

const PARTS = partsOfWorld(11);
const anyPart = fc.constantFrom(...PARTS);
const RUNS = Number(process.env["DIFFERENCE_RUNS"] ?? 60);

function differenceOf(before: Policy, after: Policy) {
  const difference = policyDifference(before, after);
  if (!difference.ok) throw new Error(difference.error);
  return difference.value;
}

/** Of any two versions: a few tell more apart than may be compared, about which nothing is said. */
function comparable(before: Policy, after: Policy) {
  const difference = policyDifference(before, after);
  fc.pre(difference.ok);
  return difference.value;
}

// The slow obvious way: every request of a part of the world, answered by both.
function directionIn(world: readonly AccessRequest[], before: Policy, after: Policy): Direction {
  let [isTighter, isLooser] = [false, false];
  for (const access of world) {
    const [was, is] = [evaluatePolicy(before, "", access), evaluatePolicy(after, "", access)];
    isTighter ||= !isEffectWithin(was, is, access);
    isLooser ||= !isEffectWithin(is, was, access);
  }
  return joined([...(isTighter ? ["tighter" as const] : []), ...(isLooser ? ["looser" as const] : [])]);
}

describe("the verdict on two versions", () => {
  it("is equal, without a clause, for a version and itself", () => {
    fc.assert(
      fc.property(anyClauses, (clauses) => {
        const policy = policyOfClauses(clauses);
        expect(differenceOf(policy, policyOfClauses(clauses))).toEqual({ verdict: "equal", clauses: [], turns: [] });
      }),
      { numRuns: RUNS },
    );
  });

  it("is that of every request of a finite world", () => {
    fc.assert(
      fc.property(anyVersions, anyPart, ([one, other], world) => {
        const [before, after] = [policyOfClauses(one), policyOfClauses(other)];
        const found = comparable(before, after);
        const inWorld = directionIn(world, before, after);
        // The world is a part of all requests, so what turns in it must be found; the rest is shown by its turns.
        expect(joined([found.verdict, inWorld])).toBe(found.verdict);
        const inWorldOrTurns = joined([inWorld, ...found.turns.map(({ direction }) => direction)]);
        expect(found.verdict).toBe(inWorldOrTurns);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("caps on contacts and deniable lists", () => {
  const cap = (analysis: string) => ({ analysis, count: 5, period: "P30D" });
  const lists = (replaced: object, limits: object = {}) =>
    policyOf("meridian-bank", {
      defaults: { ...LIMITS_STATED, requestsPerPeriod: [cap("audience"), cap("suppression")], ...limits },
      grants: [{ ...GRANT, analyses: ["audience", "suppression"], channels: ["email"] }],
      ...replaced,
    });
  const twice = { contactsPerPerson: [{ count: 2, period: "P30D" }] };

  it("are told by audiences alone where the same clauses speak of suppression lists, in words", () => {
    const found = differenceOf(lists({}), lists(twice));
    expect(found.verdict).toBe("tighter");
    expect(found.turns.every(({ access }) => access.analysis === "audience")).toBe(true);
    const lines = differenceLines(found).join("\n");
    expect(lines).toContain("audience lists that one person stands on: added, tighter");
    expect(lines).toContain("at the most: 2 audience lists in 30 days");
    expect(lines).toContain("contacts not limited → 2 audience lists in 30 days");
    const thrice = { contactsPerPerson: [{ count: 3, period: "P30D" }] };
    expect(differenceOf(lists(twice), lists(thrice)).verdict).toBe("looser");
    expect(differenceOf(lists(twice), lists({ contactsPerPerson: [{ count: 2, period: "P90D" }] })).verdict).toBe(
      "tighter",
    );
    expect(differenceOf(lists(twice), lists({ contactsPerPerson: [{ count: 1, period: "P7D" }] })).verdict).toBe(
      "both",
    );
  });

  it("are tighter with the smaller coin, and with one at all, in words", () => {
    const found = differenceOf(lists({}), lists({}, { deniability: "0.2" }));
    expect(found.verdict).toBe("tighter");
    expect(differenceLines(found).join("\n")).toContain(
      "entries of a list: not limited here → deniable by a coin of at most ε 0.2",
    );
    expect(differenceOf(lists({}, { deniability: "0.2" }), lists({}, { deniability: "0.1" })).verdict).toBe("tighter");
    expect(differenceOf(lists({}, { deniability: "0.2" }), lists({})).verdict).toBe("looser");
  });
});

describe("a turn", () => {
  it("is a request that the two versions really answer so", () => {
    fc.assert(
      fc.property(anyVersions, ([one, other]) => {
        const [before, after] = [policyOfClauses(one), policyOfClauses(other)];
        for (const turn of comparable(before, after).turns) {
          const [was, is] = [before, after].map((policy) => evaluatePolicy(policy, "", turn.access));
          expect([turn.before, turn.after]).toEqual([was, is]);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

const GRANT = {
  id: "travel",
  to: [{ industry: "travel" }],
  purposes: ["insight"],
  analyses: ["overlap"],
  attributes: { tier: ["filter"] },
  channels: [],
  terms: { k: 250 },
};

function versions(before: object, after: object): readonly [Policy, Policy] {
  return [policyOf(MERIDIAN, { ...before }), policyOf(MERIDIAN, { version: 2, ...after })];
}

function changesOf(before: object, after: object) {
  const { verdict, clauses } = differenceOf(...versions(before, after));
  return { verdict, changes: clauses.map(({ clause, kind, direction }) => [clause, kind, direction]) };
}

describe("a difference names each clause", () => {
  it("that was added or removed", () => {
    const added = changesOf({ grants: [] }, { grants: [GRANT] });
    expect(added).toEqual({ verdict: "looser", changes: [["rule “travel”", "added", "looser"]] });
    const prohibitions = [{ id: "no-boats", to: [{ industry: "boats" }], because: "so" }];
    expect(changesOf({ prohibitions }, {})).toEqual({
      verdict: "equal",
      changes: [["prohibition “no-boats”", "removed", "looser"]],
    });
  });

  it("that was tightened or loosened, with before and after in words", () => {
    const after = { ...GRANT, purposes: ["insight", "cross-sell"], terms: { k: 300 } };
    const { verdict, clauses } = differenceOf(...versions({ grants: [GRANT] }, { grants: [after] }));
    expect(verdict).toBe("both");
    expect(clauses).toEqual([
      {
        clause: "rule “travel”",
        kind: "changed",
        direction: "both",
        pointer: "/grants/0",
        members: [
          { says: "for", before: "insight", after: "insight and cross-sell", direction: "looser" },
          { says: "people behind any figure", before: "at least 250", after: "at least 300", direction: "tighter" },
        ],
      },
    ]);
  });

  it("and finds the looser grant that an earlier, narrowed one lets through", () => {
    const wide = { ...GRANT, id: "wide", terms: {} };
    const before = { grants: [GRANT, wide] };
    const narrowed = { grants: [{ ...GRANT, attributes: {} }, wide] };
    const difference = changesOf(before, narrowed);
    expect(difference).toEqual({ verdict: "looser", changes: [["rule “travel”", "changed", "tighter"]] });
  });

  it("and finds what an order of grants turns", () => {
    const wide = { ...GRANT, id: "wide", terms: {} };
    expect(changesOf({ grants: [GRANT, wide] }, { grants: [wide, GRANT] }).verdict).toBe("looser");
    expect(changesOf({ grants: [wide, GRANT] }, { grants: [GRANT, wide] }).verdict).toBe("tighter");
  });

  it("and finds what only part of what two grants cover turns", () => {
    const none = { ...GRANT, id: "none", attributes: {}, terms: {} };
    const [left, right] = [
      { ...GRANT, id: "left", attributes: { tier: ["filter"], region: ["filter"] } },
      { ...GRANT, id: "right", attributes: { tier: ["filter"], spend: ["measure"] }, terms: {} },
    ];
    expect(changesOf({ grants: [none, left, right] }, { grants: [none, right, left] }).verdict).toBe("looser");
    const uses = (region: unknown) => ({
      grants: [{ ...GRANT, attributes: { tier: [{ use: "filter", k: 400 }], region: [region] } }],
    });
    expect(changesOf(uses("filter"), uses({ use: "filter", k: 300 })).verdict).toBe("tighter");
    expect(changesOf(uses("filter"), uses({ use: "filter", k: 250 })).verdict).toBe("equal");
  });

  it("and finds what turns on the day after an end, and beside a further member alone", () => {
    const until = "2026-06-30";
    expect(changesOf({ grants: [{ ...GRANT, until }] }, { grants: [GRANT] }).verdict).toBe("looser");
    expect(changesOf({ grants: [GRANT] }, { grants: [{ ...GRANT, until }] }).verdict).toBe("tighter");
    const exclusions = [{ id: "rivals", with: [{ industry: "boats" }], because: "so" }];
    const prohibitions = [{ id: "no-boats", to: [{ industry: "boats" }], because: "so" }];
    const own = [{ id: "not-ourselves", to: [MERIDIAN], because: "so" }, ...prohibitions];
    const grants = [GRANT];
    const both = (more: object) => ({ grants, prohibitions: own, ...more });
    expect(changesOf(both({}), both({ exclusions })).verdict).toBe("tighter");
    expect(changesOf(both({ exclusions }), both({})).verdict).toBe("looser");
  });

  it("of uses: one aggregate more, one person fewer, one step wider", () => {
    const spend = (limits: object) => ({
      grants: [{ ...GRANT, attributes: { spend: [{ use: "measure", ...limits }] } }],
    });
    const base = { aggregates: ["sum"], k: 300, clamp: { least: "0", most: "5000" } };
    const verdict = (limits: object) => changesOf(spend(base), spend({ ...base, ...limits })).verdict;
    expect(verdict({})).toBe("equal");
    expect(verdict({ aggregates: ["sum", "mean"] })).toBe("looser");
    expect(verdict({ k: 299 })).toBe("looser");
    expect(verdict({ k: 301 })).toBe("tighter");
    expect(verdict({ clamp: { least: "0", most: "5000.000001" } })).toBe("looser");
    expect(verdict({ clamp: { least: "0.000001", most: "5000" } })).toBe("tighter");
    expect(verdict({ clamp: { least: "-1", most: "4999" } })).toBe("both");
    // Under the 250 that the grant asks for anyway, the people of a use tell nothing.
    expect(changesOf(spend({ ...base, k: 250 }), spend({ ...base, k: 20 })).verdict).toBe("equal");
  });
});

describe("a limit on an analysis that no grant names", () => {
  const limits = (trends: number, approval: readonly string[] = []) => ({
    ...LIMITS_STATED,
    approval,
    requestsPerPeriod: [...LIMITS_STATED.requestsPerPeriod, { analysis: "trend", count: trends, period: "P30D" }],
  });

  it("tells in the defaults, since they hold for the owner's own requests, for which no grant is needed", () => {
    const [before, fewer] = [
      { grants: [GRANT], defaults: limits(9) },
      { grants: [GRANT], defaults: limits(8) },
    ];
    const tighter = differenceOf(...versions(before, fewer));
    expect(tighter.verdict).toBe("tighter");
    const told = tighter.turns.map(({ access }) => `${access.recipient.partner} ${access.analysis}`);
    expect([...new Set(told)]).toEqual([`${MERIDIAN} trend`]);
    expect(differenceOf(...versions(fewer, before)).verdict).toBe("looser");
    const held = { grants: [GRANT], defaults: limits(9, ["affinity"]) };
    expect(differenceOf(...versions(before, held)).verdict).toBe("tighter");
    // A promise to nobody of one's own leaves nothing that a cap could tell on.
    const prohibitions = [{ id: "not-ourselves", to: [MERIDIAN], because: "so" }];
    const both = [
      { ...before, prohibitions },
      { ...fewer, prohibitions },
    ] as const;
    expect(differenceOf(...versions(...both)).verdict).toBe("equal");
  });

  it("tells nothing in a grant that does not name it", () => {
    const cap = (count: number) => [{ analysis: "trend", count, period: "P30D" }];
    const under = (count: number) => ({ grants: [{ ...GRANT, terms: { requestsPerPeriod: cap(count) } }] });
    expect(changesOf(under(9), under(3))).toEqual({
      verdict: "equal",
      changes: [["rule “travel”", "changed", "tighter"]],
    });
  });
});

describe("groupings of an attribute", () => {
  it("are stricter the fewer they are, and single values the loosest", () => {
    const region = (group: unknown) => ({
      grants: [{ ...GRANT, analyses: ["crosstab"], attributes: { region: [group] } }],
      defaults: { ...LIMITS_STATED, requestsPerPeriod: [{ analysis: "crosstab", count: 5, period: "P30D" }] },
    });
    const by = (...groupings: string[]) => region({ use: "group", groupings });
    expect(changesOf(by("country"), by("country")).verdict).toBe("equal");
    expect(changesOf(by("country"), by("country", "coast")).verdict).toBe("looser");
    expect(changesOf(by("country"), region("group")).verdict).toBe("looser");
    expect(changesOf(region("group"), by("country")).verdict).toBe("tighter");
    expect(changesOf(by("coast"), by("country")).verdict).toBe("both");
  });
});

describe("loosening", () => {
  it("is also the end of the second signature, and a comparison too large to make", () => {
    const guarded = policyOf(MERIDIAN, { loosening: { second: true } });
    expect(isLoosening(guarded, policyOf(MERIDIAN))).toBe(true);
    expect(isLoosening(policyOf(MERIDIAN), guarded)).toBe(false);
    const grants = Array.from({ length: 200 }, (_, index) => ({
      ...GRANT,
      id: `for-${index}`,
      purposes: [`purpose-${index}`],
      attributes: { [`attribute-${index}`]: ["filter"] },
      until: `2${100 + index}-01-01`,
    }));
    const large = policySchema.parse({ ...guarded, grants });
    expect(policyDifference(large, large)).toEqual({ ok: false, error: "too-many-cases" });
    expect(isLoosening(large, large)).toBe(true);
  });
});
