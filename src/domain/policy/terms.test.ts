import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyLimits, anyPartialLimits, LIMITS_STATED } from "../../testing/documents.ts";
import { canonicalDigest } from "../canonical-json.ts";
import { LIMITS } from "../limits.ts";
import { partnerIdSchema } from "../partner/manifest.ts";
import { budgetFromEpsilon, parseDelta, parseEpsilon } from "../privacy/epsilon.ts";
import { ledgerLimits } from "./budget.ts";
import { limitsSchema } from "./limits-document.ts";
import { contactLimits, isWithin, meet, type Terms, TOP, termsOfLimits, tighten } from "./terms.ts";

const CASES = { numRuns: 2_000 };
/** Terms drawn at a time: drawing takes longer than meeting, so all pairs and threes of them are cases. */
const SOME = 6;
const GROUPS = { numRuns: 120 };

function someOf<Value extends string>(...values: Value[]) {
  return fc.subarray(values).map((chosen): readonly Value[] => chosen.sort());
}

function listsOf<Value extends string>(sets: fc.Arbitrary<readonly Value[]>) {
  return fc.dictionary(fc.constantFrom("harbour-yachts/customers", "meridian-bank/clients"), sets, {
    noNullPrototype: true,
  });
}

const someUse = fc
  .record({
    aggregates: fc.option(someOf("count", "mean", "sum")),
    k: fc.constantFrom(10, 50, 250),
    clamp: fc.option(fc.record({ least: fc.integer({ min: -5, max: 5 }), most: fc.integer({ min: -5, max: 5 }) })),
    groupings: fc.option(someOf("coast", "country")),
  })
  .filter(
    ({ aggregates, k, clamp, groupings }) => k > 10 || [aggregates, clamp, groupings].some((one) => one !== null),
  );
const useLimits = fc.dictionary(
  fc.constantFrom("harbour-yachts/customers", "meridian-bank/clients"),
  fc.dictionary(fc.constantFrom("spend:measure", "tier:group"), someUse, { noNullPrototype: true, minKeys: 1 }),
  { noNullPrototype: true },
);

const partners = ["harbour-yachts", "meridian-bank", "sunline-holidays"].map((id) => partnerIdSchema.parse(id));
const scope = fc.record({
  consents: listsOf(fc.subarray(["marketing", "profiling"], { minLength: 1 })),
  affiliates: listsOf(fc.subarray(partners, { minLength: 1 })),
  contacts: fc
    .dictionary(
      fc.constantFrom("harbour-yachts/customers", "meridian-bank/clients"),
      fc.array(fc.record({ count: fc.integer({ min: 1, max: 4 }), period: fc.constantFrom("P7D", "P30D", "P90D") }), {
        minLength: 1,
        maxLength: 3,
      }),
      { noNullPrototype: true },
    )
    .map((lists) => Object.fromEntries(Object.entries(lists).map(([list, caps]) => [list, contactLimits(caps)]))),
  attributes: listsOf(someOf("region:filter", "tier:filter", "tier:group")),
  useLimits,
  channels: fc.option(someOf("email", "post")),
  purposes: fc.option(someOf("cross-sell", "insight")),
  analyses: fc.option(someOf("audience", "overlap")),
  recipients: fc.option(fc.subarray(partners)),
  until: fc.option(fc.constantFrom("2026-06-30", "2026-12-31", "2027-06-30")),
});

const anyTerms: fc.Arbitrary<Terms> = fc
  .tuple(fc.oneof(anyPartialLimits, anyLimits), scope)
  .map(([limits, stated]) => ({ ...termsOfLimits(limits), ...stated }));

const someTerms = fc.array(anyTerms, { minLength: SOME, maxLength: SOME });

/** Holds a law for every ordered pair of some terms. */
function eachPair(law: (left: Terms, right: Terms) => void): void {
  fc.assert(
    fc.property(someTerms, (some) => {
      for (const left of some) for (const right of some) law(left, right);
    }),
    GROUPS,
  );
}

/** Holds a law for three terms next to each other, around the circle and in its other direction. */
function eachThree(law: (one: Terms, two: Terms, three: Terms) => void): void {
  fc.assert(
    fc.property(someTerms, (some) => {
      for (const around of [some, some.toReversed()]) {
        for (const [place, one] of around.entries()) {
          const [two = one, three = one] = [...around, ...around].slice(place + 1, place + 3);
          law(one, two, three);
        }
      }
    }),
    GROUPS,
  );
}

describe("the lattice of terms", () => {
  it("is commutative", () => {
    eachPair((left, right) => {
      expect(meet(left, right)).toEqual(meet(right, left));
    });
  });

  it("is associative", () => {
    eachThree((one, two, three) => {
      expect(meet(meet(one, two), three)).toEqual(meet(one, meet(two, three)));
    });
  });

  it("is idempotent, and nothing changes by meeting the top", () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        expect(meet(terms, terms)).toEqual(terms);
        expect(meet(terms, TOP)).toEqual(terms);
        expect(isWithin(terms, TOP)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("never widens: the meet lies within both", () => {
    eachPair((left, right) => {
      expect(isWithin(meet(left, right), left)).toBe(true);
      expect(isWithin(meet(left, right), right)).toBe(true);
    });
  });

  it("is monotone: a side that is narrowed never widens the meet", () => {
    eachThree((left, right, more) => {
      expect(isWithin(meet(meet(left, more), right), meet(left, right))).toBe(true);
    });
  });

  it("orders by the meet: one lies within another exactly when meeting it changes nothing", () => {
    eachPair((left, right) => {
      expect(isWithin(left, right)).toBe(canonicalDigest(meet(left, right)) === canonicalDigest(left));
    });
  });

  it("keeps the floors of the engine whatever is stated", () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -5, max: 40 }), anyTerms, (k, size, other) => {
        const stated = meet(termsOfLimits({ k, minimumAudience: size }), other);
        expect(stated.k).toBeGreaterThanOrEqual(LIMITS.kFloor);
        expect(stated.minimumAudience).toBeGreaterThanOrEqual(stated.k);
      }),
      CASES,
    );
  });
});

describe("each term", () => {
  const limits = limitsSchema.parse(LIMITS_STATED);
  const stated = termsOfLimits(limits);

  it("reads what a document states, in days and millionths", () => {
    expect(stated).toMatchObject({ mode: "noise", k: 50, rounding: 10, retentionDays: 90, audienceValidityDays: 30 });
    expect(stated.budget.perRelease).toBe(500_000);
    expect(stated.budget.periodDays).toBe(90);
    expect(stated.versions).toEqual([{ count: 10, periodDays: 30 }]);
    expect(stated.requests).toContainEqual({ analysis: "overlap", count: 20, periodDays: 30 });
  });

  it("turns noise on when one side asks for it, and keeps exact only where both do", () => {
    const exact = termsOfLimits({ mode: "exact" });
    expect(meet(exact, termsOfLimits({ mode: "noise" })).mode).toBe("noise");
    expect(meet(exact, exact).mode).toBe("exact");
  });

  it("takes the larger minimum, the smaller maximum and the earlier date", () => {
    const stricter = { k: 80, minimumAudience: 400, maximumAudience: 900, rounding: 20, retention: "P7D" };
    const met = meet({ ...stated, until: "2027-01-31" }, { ...termsOfLimits(stricter), until: "2026-12-31" });
    expect(met).toMatchObject({ k: 80, minimumAudience: 400, maximumAudience: 900, rounding: 20, retentionDays: 7 });
    expect(met.until).toBe("2026-12-31");
  });

  it("lets no looser term of a grant loosen the defaults", () => {
    expect(tighten(limits, { k: 20, mode: "exact", retention: "P1Y", approval: [] })).toEqual(stated);
    expect(tighten(limits, { k: 250 })).toEqual({ ...stated, k: 250 });
  });

  it("raises the smallest audience to the people behind a figure", () => {
    expect(tighten(limits, { k: 1_000 }).minimumAudience).toBe(1_000);
  });

  it("drops a request cap that follows from another and keeps those that do not", () => {
    const caps = termsOfLimits({
      requestsPerPeriod: [
        { analysis: "overlap", count: 20, period: "P30D" },
        { analysis: "overlap", count: 30, period: "P7D" },
        { analysis: "overlap", count: 2, period: "P1D" },
        { analysis: "audience", count: 50, period: "P1D" },
        { analysis: "overlap", count: 20, period: "P30D" },
      ],
    }).requests;
    expect(caps).toEqual([
      { analysis: "audience", count: 50, periodDays: 1 },
      { analysis: "overlap", count: 2, periodDays: 1 },
      { analysis: "overlap", count: 20, periodDays: 30 },
    ]);
  });

  it("lets the longer period of a budget win: what renews later limits more", () => {
    const monthly = { ...LIMITS_STATED.budget, period: "P30D", perRecipient: "5" };
    const met = meet(stated, termsOfLimits({ budget: monthly }));
    expect(met.budget.periodDays).toBe(90);
    expect(met.budget.perRecipient).toBe(5_000_000);
  });

  it("intersects what lists may be used for, and leaves a list alone of which the other side does not speak", () => {
    const left = { ...stated, attributes: { "a/list": ["tier:filter", "tier:group"] as const } };
    const right = { ...stated, attributes: { "a/list": ["tier:group"] as const, "b/list": [] } };
    expect(meet(left, right).attributes).toEqual({ "a/list": ["tier:group"], "b/list": [] });
  });
});

describe("limits on privacy loss", () => {
  const budgetOf = (perRecipient: string, delta: string) =>
    termsOfLimits({ budget: { ...LIMITS_STATED.budget, perRecipient, delta } });

  it("take the smaller epsilon and the smaller delta, so the ledger's limit never grows", () => {
    const epsilons = fc.constantFrom("0.000001", "0.5", "0.500001", "1", "9.9", "10", "12");
    const deltas = fc.constantFrom("1e-5", "0.00001", "1e-7", "9e-8", "1e-18");
    const anyBudget = fc.tuple(epsilons, deltas).map(([epsilon, delta]) => budgetOf(epsilon, delta));
    fc.assert(
      fc.property(anyBudget, anyBudget, (left, right) => {
        const kept = ledgerLimits(meet(left, right));
        for (const side of [left, right].map(ledgerLimits)) {
          expect(kept.perRecipient <= side.perRecipient && kept.lineage <= side.lineage).toBe(true);
        }
      }),
      CASES,
    );
    expect(meet(budgetOf("10", "1e-7"), budgetOf("9", "1e-5")).budget).toMatchObject({
      perRecipient: 9_000_000,
      delta: "1e-7",
    });
  });

  it("come to the rho of their epsilon at their delta", () => {
    const [delta, epsilon] = [parseDelta("1e-7"), parseEpsilon("10")];
    if (!delta.ok || !epsilon.ok) throw new Error("a delta and an epsilon");
    expect(ledgerLimits(budgetOf("10", "1e-7")).perRecipient).toBe(budgetFromEpsilon(epsilon.value, delta.value));
  });

  it("refuse a text that no schema has seen", () => {
    expect(() => termsOfLimits({ retention: "a month" })).toThrow("not-a-duration");
  });
});
