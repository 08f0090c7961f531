import { describe, expect, it } from "vitest";
import {
  contractOf,
  DIRECTORY,
  inForce,
  LIMITS_STATED,
  policyOf,
  questionOf,
  SUNLINE,
} from "../../testing/documents.ts";
import { contractId } from "../contract/document.ts";
import { nanoRho, parseEpsilon } from "../privacy/epsilon.ts";
import { decide } from "./decide.ts";
import { type Explanation, explainDecision, type Price } from "./explain.ts";

type Json = { readonly [member: string]: unknown };

const BETWEEN = ["sunline-holidays/customers", "meridian-bank/customers"];
const OVERLAP = { analysis: "overlap", purpose: "cross-sell", between: BETWEEN };
const AUDIENCE = {
  analysis: "audience",
  purpose: "activation",
  from: "sunline-holidays/customers",
  matching: "meridian-bank/customers",
  channel: "email",
};

const OWNERS = ["sunline-holidays", "harbour-yachts", "meridian-bank"];
type Setting = { readonly limits?: Json; readonly owners?: readonly string[]; readonly price?: Price };

function explained(json: Json, { limits = LIMITS_STATED, owners = OWNERS, price }: Setting = {}): Explanation {
  const contract = contractOf({ terms: limits });
  const question = questionOf(contract, json);
  const decision = decide({
    contract,
    contractId: contractId(contract),
    question,
    policies: inForce(owners.map((owner) => policyOf(owner, { defaults: limits }))),
    directory: DIRECTORY,
    recipient: SUNLINE,
    on: "2026-11-22",
  });
  return explainDecision(decision, question, { directory: DIRECTORY, ...(price === undefined ? {} : { price }) });
}

function priceOf(epsilon: string, left: bigint, everybody = left): Price {
  const micros = parseEpsilon(epsilon);
  if (!micros.ok) throw new Error("an epsilon");
  return {
    epsilon: micros.value,
    margins: [{ of: "people", plusMinus: 30, scale: 0 }],
    usually: null,
    left: [{ partner: SUNLINE, rho: nanoRho(left), everybody: nanoRho(everybody) }],
  };
}

describe("an explanation", () => {
  it("says what an overlap would tell and to whom, with the noise", () => {
    const { isPermitted, tells } = explained(OVERLAP, { price: priceOf("0.1", 1_200_000_000n) });
    expect(isPermitted).toBe(true);
    expect(tells).toEqual([
      "Sunline Holidays would learn how many of its customers are also Meridian Bank's customers, " +
        "as figures with noise of about ± 30; nothing is shown below 50 people",
    ]);
  });

  it("says among whom, by what detail, and for three lists in every combination", () => {
    const where = [{ dataset: "meridian-bank/customers", attribute: "tier", in: ["gold", "silver"] }];
    const [segment] = explained({ ...OVERLAP, where, detail: ["identifier"] }).tells;
    expect(segment).toContain("counting only those whose “tier” at Meridian Bank is gold or silver");
    expect(segment).toContain("told apart by what they match on");
    const three = { ...OVERLAP, between: [...BETWEEN, "harbour-yachts/customers"], identifiers: ["email"] };
    expect(explained(three).tells[0]).toContain("Harbour Yachts, Meridian Bank and Sunline Holidays share");
  });

  it("keeps an empty segment an honest one", () => {
    const where = ["gold", "silver"].map((tier) => ({ dataset: BETWEEN[1], attribute: "tier", in: [tier] }));
    expect(explained({ ...OVERLAP, where }).tells[0]).toContain("is nothing at all");
  });

  it("says that figures without noise have none", () => {
    const limits = { ...LIMITS_STATED, mode: "exact" };
    expect(explained(OVERLAP, { limits }).tells[0]).toContain("without noise, rounded to multiples of 10");
  });

  it("says that a list tells who is a customer, which noise does not hide", () => {
    const { tells } = explained(AUDIENCE);
    expect(tells[0]).toContain("its own customers who are also Meridian Bank's customers, to reach them through email");
    expect(tells[1]).toContain("tells Sunline Holidays that this person is Meridian Bank's customer, and no noise");
    const foreign = explained({ ...AUDIENCE, from: "harbour-yachts/customers" });
    expect(foreign.tells[0]).toContain("Harbour Yachts' customers who are also");
  });

  it("says the price, its share of what is left, and how many such questions that allows", () => {
    expect(explained(OVERLAP, { price: priceOf("0.1", 1_200_000_000n) }).costs).toEqual([
      "it costs 0.1 units of privacy budget",
      "that is 1 % of what Sunline Holidays has left for itself, which is enough for 240 such questions",
    ]);
    expect(explained(OVERLAP, { price: priceOf("0.1", 4_999_999n) }).costs[1]).toContain("has not enough left");
    expect(explained(OVERLAP, { price: priceOf("0.1", 5_000_000n) }).costs[1]).toContain("100 % of what");
    const scarce = priceOf("0.1", 1_200_000_000n, 10_000_000n);
    expect(explained(OVERLAP, { price: scarce }).costs[1]).toMatch(/for everybody together is enough for 2 such/);
    const gone = priceOf("0.1", 1_200_000_000n, 4_999_999n);
    expect(explained(OVERLAP, { price: gone }).costs[1]).toMatch(/for everybody together is not enough for it$/);
    expect(explained(OVERLAP).costs).toEqual([]);
  });

  it("says what to do next where nobody has to approve: ask", () => {
    expect(explained(OVERLAP).next).toEqual([
      "ask it: the answer comes at once, and the same question about the same lists costs nothing again",
    ]);
  });

  it("says who must approve", () => {
    const limits = { ...LIMITS_STATED, approval: ["overlap"] };
    expect(explained(OVERLAP, { limits }).next).toEqual([
      "a person at Meridian Bank must approve it first",
      "a person at Sunline Holidays must approve it first",
    ]);
  });

  it("says for a denial which clause denied and what would be permitted, or that nothing near is", () => {
    const post = explained({ ...AUDIENCE, channel: "post" });
    expect(post.verdict).toBe("this is not permitted: nothing is answered, and nothing is spent");
    expect(post.because).toEqual([
      "Meridian Bank's rule “travel-cross-sell” lets Sunline Holidays reach people through email, not through post",
    ]);
    expect(post.next[0]).toBe("permitted instead: ask to reach people through email");
    const unheard = explained(OVERLAP, { owners: OWNERS.slice(0, 2) });
    expect(unheard.next).toEqual(["nothing close to this is permitted: one of the clauses above would have to change"]);
  });
});
