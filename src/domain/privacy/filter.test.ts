import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NanoRho, nanoRho } from "./epsilon.ts";
import { leftIn, questionsLeft, spendOrRefuse } from "./filter.ts";

const amounts = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(nanoRho);
const costs = fc.bigInt({ min: 1n, max: 10n ** 11n }).map(nanoRho);

describe("spendOrRefuse", () => {
  it("spends exactly the cost up to the limit, and refuses the first question beyond it", () => {
    const [limit, cost] = [nanoRho(100n), nanoRho(40n)];
    expect(spendOrRefuse({ spent: nanoRho(0n), limit }, cost)).toEqual({ ok: true, value: 40n });
    expect(spendOrRefuse({ spent: nanoRho(60n), limit }, cost)).toEqual({ ok: true, value: 100n });
    expect(spendOrRefuse({ spent: nanoRho(61n), limit }, cost)).toEqual({
      ok: false,
      error: { needed: 40n, left: 39n },
    });
  });

  it("never lets the sum of what was paid pass the limit, whatever is asked in whatever order", () => {
    fc.assert(
      fc.property(amounts, fc.array(costs, { maxLength: 50 }), (limit, asked) => {
        let spent: NanoRho = nanoRho(0n);
        let paid = 0n;
        for (const cost of asked) {
          const decision = spendOrRefuse({ spent, limit }, cost);
          expect(decision.ok).toBe(paid + cost <= limit);
          if (!decision.ok) continue;
          paid += cost;
          spent = decision.value;
        }
        expect(spent).toBe(paid);
        expect(paid <= limit).toBe(true);
      }),
    );
  });

  it("refuses everything once a limit was lowered under what is spent", () => {
    const account = { spent: nanoRho(50n), limit: nanoRho(20n) };
    expect(leftIn(account)).toBe(0n);
    expect(spendOrRefuse(account, nanoRho(1n)).ok).toBe(false);
  });

  it("takes a free release for a bug", () => {
    expect(() => spendOrRefuse({ spent: nanoRho(0n), limit: nanoRho(1n) }, nanoRho(0n))).toThrow(RangeError);
  });
});

describe("questionsLeft", () => {
  it("is how many times the filter would still say yes", () => {
    const few = fc.bigInt({ min: 0n, max: 300n }).map(nanoRho);
    const price = fc.bigInt({ min: 1n, max: 40n }).map(nanoRho);
    fc.assert(
      fc.property(few, few, price, (start, limit, cost) => {
        let spent = start;
        let yes = 0n;
        for (let next = spendOrRefuse({ spent, limit }, cost); next.ok; next = spendOrRefuse({ spent, limit }, cost)) {
          spent = next.value;
          yes += 1n;
        }
        expect(questionsLeft({ spent: start, limit }, cost)).toBe(yes);
      }),
    );
  });
});
