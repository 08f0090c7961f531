import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contractOf,
  DIRECTORY,
  HARBOUR,
  inForce,
  LIMITS_STATED,
  policyOf,
  questionOf,
  SUNLINE,
} from "../../testing/documents.ts";
import { accountPage, instantsWithin, spentWithin, write } from "../attack/model-books.ts";
import { contractId } from "../contract/document.ts";
import { DAY_MILLIS, type UnixMillis, unixMillis } from "../instant.ts";
import { decide } from "../policy/decide.ts";
import { type Charge, chargeFor, type Tariff, tariffsOf } from "./charges.ts";
import { costOfPureEpsilon } from "./epsilon.ts";

type Renewal = { readonly period: string; readonly times: number } | null;
type Stated = { readonly lineage: string; readonly renewal: Renewal };

/** Plenty for one recipient, so that what everybody may spend together decides. */
function limitsOf({ lineage, renewal }: Stated) {
  const budget = { ...LIMITS_STATED.budget, perRecipient: "9999", period: "P1D", lineage };
  const cap = (analysis: string) => ({ analysis, count: 1_000_000, period: "P1D" });
  const requestsPerPeriod = ["overlap", "audience"].map(cap);
  return { ...LIMITS_STATED, requestsPerPeriod, budget: renewal === null ? budget : { ...budget, renewal } };
}

/** The tariff of Harbour's list in an overlap that Sunline asks, under such a contract and such rules of Harbour's. */
function tariffUnder(contracted: Stated, owned: Stated): Tariff {
  const contract = contractOf({ terms: limitsOf(contracted) });
  const between = [`${SUNLINE}/customers`, `${HARBOUR}/customers`];
  const question = questionOf(contract, { analysis: "overlap", purpose: "cross-sell", between });
  const policies = inForce([policyOf(SUNLINE), policyOf(HARBOUR, { defaults: limitsOf(owned) })]);
  const id = contractId(contract);
  const asking = { contract, contractId: id, question, policies, directory: DIRECTORY };
  const decision = decide({ ...asking, recipient: SUNLINE, on: "2026-11-26" });
  if (decision.kind === "deny") throw new Error(decision.reasons.map(({ says }) => says).join("; "));
  const epsilon = decision.terms.budget.perRelease;
  const [tariff] = tariffsOf({ contract, recipient: SUNLINE, question, decision, epsilon, directory: DIRECTORY });
  if (tariff === undefined) throw new Error("another's list has a tariff");
  return tariff;
}

/** Books of one list, and asking under any tariff at any instant. */
function booksOfList() {
  const own = accountPage(new Map(), "own");
  const everyone = accountPage(new Map(), "everyone");
  const chargeAt = (tariff: Tariff, now: UnixMillis): Charge => {
    const { renewing } = tariff.limits;
    const book = {
      own: spentWithin(own, now, tariff.periodDays),
      all: spentWithin(everyone, now, null),
      recent: renewing === null ? 0n : spentWithin(everyone, now, renewing.days),
      filled: tariff.caps.map(({ count, periodDays }) => instantsWithin([own], now, periodDays)[count - 1] ?? null),
    };
    return chargeFor(tariff, book, []);
  };
  const ask = (tariff: Tariff, now: UnixMillis): readonly string[] => {
    const { refusals, accounts } = chargeAt(tariff, now);
    if (refusals.length > 0) return refusals.map(({ says }) => says);
    for (const { recipient, cost } of accounts) write(recipient === "everyone" ? everyone : own, now, cost);
    return [];
  };
  const spent = (from: number, to: number) => {
    const within = everyone.at.flatMap((at, line) => (at >= from && at < to ? [line] : []));
    return within.reduce((sum, line) => sum + (everyone.sums[line + 1] ?? 0n) - (everyone.sums[line] ?? 0n), 0n);
  };
  return { ask, chargeAt, spent, lines: everyone.at };
}

const at = (days: number, millis = 0) => unixMillis(Date.UTC(2026, 0, 1) + days * DAY_MILLIS + millis);
/** An answer costs 0.125 rho, and such a budget of a list holds 0.41 rho: three answers. */
const THREE = "5.5";
const MONTHLY = { period: "P30D", times: 2 };

describe("what everybody together may spend on a list", () => {
  it("is for ever without a clause in the contract, and without one in the owner's own rules", () => {
    const [clause, none] = [
      { lineage: THREE, renewal: MONTHLY },
      { lineage: THREE, renewal: null },
    ];
    for (const tariff of [tariffUnder(clause, none), tariffUnder(none, clause), tariffUnder(none, none)]) {
      const { ask } = booksOfList();
      for (let answers = 0; answers < 3; answers++) expect(ask(tariff, at(0))).toEqual([]);
      for (const days of [0, 30, 31, 3_650])
        expect(ask(tariff, at(days))[0]).toContain("for everybody together does not hold another answer at 0.5");
    }
  });

  it("renews when a period has passed since it was spent, not a millisecond before, and only so often", () => {
    const tariff = tariffUnder({ lineage: THREE, renewal: MONTHLY }, { lineage: THREE, renewal: MONTHLY });
    const { ask } = booksOfList();
    for (const period of [0, 1, 2]) {
      for (let answers = 0; answers < 3; answers++) expect(ask(tariff, at(30 * period))).toEqual([]);
      expect(ask(tariff, at(30 * period))).toHaveLength(1);
      expect(ask(tariff, at(30 * period + 30, -1))[0]).toMatch(
        period === 2 ? /all its renewals included, does not hold/ : /in 30 days, after which .* does not hold/,
      );
    }
    expect(ask(tariff, at(3_650))[0]).toContain("all its renewals included");
  });

  it("never exceeds what is agreed within any period, nor for ever, in any order of questions", () => {
    const tariff = tariffUnder(
      { lineage: THREE, renewal: MONTHLY },
      { lineage: "7", renewal: { period: "P1W", times: 9 } },
    );
    const { renewing, lineage } = tariff.limits;
    if (renewing === null) throw new Error("the budget renews");
    fc.assert(
      fc.property(fc.array(fc.nat(15 * DAY_MILLIS), { maxLength: 60 }), (waits) => {
        const { ask, spent, lines } = booksOfList();
        let now = 0;
        for (const wait of waits) {
          now += wait;
          ask(tariff, unixMillis(now));
        }
        for (const from of lines) expect(spent(from, from + renewing.days * DAY_MILLIS) <= renewing.limit).toBe(true);
        expect(spent(0, now + 1) <= lineage).toBe(true);
        expect(lineage).toBe(3n * renewing.limit);
      }),
      { numRuns: 200 },
    );
  });

  it("renews for all contracts at once: sibling and re-made contracts bring no renewal of their own", () => {
    const owned = { lineage: THREE, renewal: MONTHLY };
    const contracts = [
      owned,
      { lineage: THREE, renewal: { period: "P1D", times: 1_000 } },
      { lineage: "9", renewal: { period: "P30D", times: 5 } },
      { lineage: THREE, renewal: null },
    ].map((contracted) => tariffUnder(contracted, owned));
    const [plain] = contracts;
    const cost = plain?.cost ?? 0n;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(20 * DAY_MILLIS)), { minLength: 20, maxLength: 60 }),
        (questions) => {
          const { ask, spent, lines } = booksOfList();
          let now = 0;
          for (const [which, wait] of questions) {
            now += wait;
            const tariff = contracts[which];
            if (tariff !== undefined) ask(tariff, unixMillis(now));
          }
          // Three answers in any 30 days, nine for ever: what the one policy says, whatever the contracts.
          for (const from of lines) expect(spent(from, from + 30 * DAY_MILLIS) <= 3n * cost).toBe(true);
          expect(spent(0, now + 1) <= 9n * cost).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("shows what the tighter of both limits leaves, and caps the account at all of it", () => {
    const tariff = tariffUnder({ lineage: THREE, renewal: MONTHLY }, { lineage: THREE, renewal: MONTHLY });
    const { ask, chargeAt } = booksOfList();
    expect(tariff.cost).toBe(costOfPureEpsilon(tariff.price));
    for (const days of [0, 30, 60]) ask(tariff, at(days));
    const everyone = chargeAt(tariff, at(60)).accounts.find(({ recipient }) => recipient === "everyone");
    expect(everyone).toMatchObject({ spent: tariff.cost, limit: tariff.limits.renewing?.limit });
    expect(everyone?.cap).toBe(tariff.limits.lineage);
    for (const days of [60, 60, 90, 120]) expect(ask(tariff, at(days))).toEqual([]);
    const late = chargeAt(tariff, at(400)).accounts.find(({ recipient }) => recipient === "everyone");
    expect(late).toMatchObject({ spent: 7n * tariff.cost, limit: tariff.limits.lineage });
  });
});
