import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contractOf, HARBOUR, MERIDIAN, SUNLINE } from "../../testing/documents.ts";
import { contractId } from "../contract/document.ts";
import { IDENTIFIER_KINDS } from "../dataset/schema.ts";
import { analysisOf, attributesOf, canonicalQuestion, datasetsOf, questionDigest, questionSchema } from "./question.ts";

const CONTRACT = contractOf();
const [SUN, HARB, BANK] = [SUNLINE, HARBOUR, MERIDIAN].map((partner) => `${partner}/customers`);
const OVERLAP = { analysis: "overlap", purpose: "insight", between: [SUN, BANK] };
const AUDIENCE = { analysis: "audience", purpose: "activation", from: SUN, matching: BANK, channel: "email" };

type Json = { readonly [member: string]: unknown };

// As it comes over the wire, where a member that is undefined does not exist.
function asked(json: Json, contract: typeof CONTRACT) {
  return questionSchema.parse(JSON.parse(JSON.stringify({ ...json, contract: contractId(contract) })));
}

function canonical(json: Json, contract = CONTRACT) {
  const question = canonicalQuestion(contract, asked(json, contract));
  if (!question.ok) throw new Error(JSON.stringify(question.error));
  return question.value;
}

function issues(json: Json, contract = CONTRACT): string[] {
  const question = canonicalQuestion(contract, asked(json, contract));
  return question.ok ? [] : question.error.map((issue) => issue.path);
}

function where(attribute: string, values: readonly string[], dataset = BANK) {
  return { dataset, attribute, in: values };
}

describe("the canonical form", () => {
  it("is one for all spellings of one question", () => {
    const tiers = fc.subarray(["bronze", "silver", "gold"], { minLength: 1 });
    const spelling = fc.record({
      lists: fc.shuffledSubarray([SUN, BANK], { minLength: 2 }),
      order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      doubled: fc.boolean(),
      identifiers: fc.constantFrom(undefined, ["email", "phone"], ["phone", "email"], ["phone", "email", "phone"]),
      epsilon: fc.constantFrom("0.5", "0.50", "0.500000"),
      detail: fc.constantFrom(undefined, []),
    });
    const spell = (chosen: readonly string[], { lists, order, doubled, identifiers, epsilon, detail }: Spelling) => {
      const clauses = [where("tier", chosen), where("region", ["north"]), where("region", ["south", "north"], SUN)];
      const ordered = order.flatMap((index) => clauses.slice(index, index + 1));
      const all = doubled ? [...ordered, where("tier", ["gold", "silver", "bronze", "gold"])] : ordered;
      return { ...OVERLAP, between: lists, where: all, identifiers, epsilon, detail };
    };
    type Spelling = typeof spelling extends fc.Arbitrary<infer Value> ? Value : never;
    fc.assert(
      fc.property(tiers, spelling, spelling, (chosen, one, other) => {
        const [left, right] = [canonical(spell(chosen, one)), canonical(spell([...chosen].reverse(), other))];
        expect(left).toEqual(right);
        expect(questionDigest(left)).toBe(questionDigest(right));
      }),
    );
  });

  it("is its own canonical form", () => {
    const question = canonical({ ...OVERLAP, epsilon: "10.0", where: [where("tier", ["gold", "bronze"])] });
    expect(canonical(question)).toEqual(question);
    expect(question.epsilon).toBe("10");
  });

  it("differs when the question does", () => {
    const digests = [
      OVERLAP,
      { ...OVERLAP, purpose: "cross-sell" },
      { ...OVERLAP, epsilon: "0.5" },
      { ...OVERLAP, identifiers: ["email"] },
      { ...OVERLAP, detail: ["identifier"] },
      { ...OVERLAP, where: [where("tier", ["gold"])] },
      { ...OVERLAP, where: [where("tier", ["bronze", "silver", "gold"])] },
      { ...OVERLAP, between: [SUN, HARB] },
      AUDIENCE,
      { ...AUDIENCE, from: BANK, matching: SUN },
    ].map((json) => questionDigest(canonical(json)));
    expect(new Set(digests).size).toBe(digests.length);
  });

  it("intersects clauses on one attribute, and keeps an empty segment empty", () => {
    const question = canonical({
      ...OVERLAP,
      where: [where("tier", ["gold", "silver"]), where("tier", ["bronze", "gold"])],
    });
    expect(question.where).toEqual([where("tier", ["gold"])]);
    expect(canonical({ ...OVERLAP, where: [where("tier", ["gold"]), where("tier", ["silver"])] }).where).toEqual([
      where("tier", []),
    ]);
  });

  it("spells out the identifiers in the contract's order", () => {
    expect(canonical(OVERLAP).identifiers).toEqual(["email", "phone"]);
    expect(canonical({ ...OVERLAP, identifiers: ["phone", "email"] }).identifiers).toEqual(["email", "phone"]);
    expect(canonical(AUDIENCE).identifiers).toEqual(["email"]);
  });
});

describe("the digest", () => {
  // Recorded answers are found by these: a change of one would answer, and charge, the same question twice.
  it.each([
    [
      { ...OVERLAP, where: [where("tier", ["silver", "gold"])], epsilon: "0.50", detail: ["identifier"] },
      "0ff10073fb55059dfd9e0cd8e721b602afc0b9b28d14103f01fbcad804c230a7",
    ],
    [
      { ...OVERLAP, between: [SUN, HARB, BANK], identifiers: ["email"] },
      "13beb365722963c048593c96fde4cd755d9ad3a06a22cabc33f01b631609f54e",
    ],
    [
      { ...AUDIENCE, where: [where("tier", ["gold"])] },
      "10e678978bec41495dc84e75a746ec8869a8ec219f44113498dad2cf48e99da8",
    ],
  ])("of questions asked before there were further analyses stays what it was", (json, digest) => {
    expect(questionDigest(canonical(json))).toBe(digest);
  });
});

describe("the order of identifiers", () => {
  const kinds = fc.shuffledSubarray([...IDENTIFIER_KINDS], { minLength: 1 });
  const bring = (offered: readonly string[], namespaces: readonly string[] = ["card", "card", "card"]) =>
    CONTRACT.datasets.map((one, index) => {
      const namespace = offered.includes("external") ? { namespace: namespaces[index] } : {};
      return { ...one, identifiers: offered, ...namespace };
    });
  const entry = (identifiers: readonly string[], matching: string | undefined) => {
    const stated = matching === undefined ? {} : { matching };
    return { ...CONTRACT.analyses[0], identifiers, ...stated };
  };

  it("is the room's own where any counts: every wording of contract and question is one question", () => {
    fc.assert(
      fc.property(kinds, fc.func(fc.nat()), (agreed, rank) => {
        const shuffled = [...agreed].sort((left, right) => rank(left) - rank(right));
        const datasets = bring(IDENTIFIER_KINDS);
        const canonicalUnder = (order: readonly string[], identifiers?: readonly string[]) =>
          canonical({ ...OVERLAP, identifiers }, contractOf({ datasets, analyses: [entry(order, "any")] }));
        const expected = IDENTIFIER_KINDS.filter((kind) => agreed.includes(kind));
        const questions = [
          canonicalUnder(agreed),
          canonicalUnder(shuffled),
          canonicalUnder(agreed, agreed),
          canonicalUnder(agreed, [...shuffled, ...shuffled]),
        ];
        for (const question of questions) expect(question.identifiers).toEqual(expected);
        const digests = [questions[0], questions[2], questions[3]].map((one) => one && questionDigest(one));
        expect(new Set(digests).size).toBe(1);
      }),
    );
  });

  it("is the contract's where the first match counts, said or unsaid, whatever the asker's", () => {
    fc.assert(
      fc.property(kinds, fc.shuffledSubarray([...IDENTIFIER_KINDS]), (agreed, wished) => {
        const named = wished.filter((kind) => agreed.includes(kind));
        const identifiers = named.length === 0 ? undefined : named;
        const expected = agreed.filter((kind) => identifiers === undefined || named.includes(kind));
        for (const matching of [undefined, "in-order"]) {
          const contract = contractOf({ datasets: bring(IDENTIFIER_KINDS), analyses: [entry(agreed, matching)] });
          expect(canonical({ ...OVERLAP, identifiers }, contract).identifiers).toEqual(expected);
        }
      }),
    );
  });

  it("leaves out external ids where the lists name two namespaces", () => {
    const both = ["email", "external"];
    const apart = contractOf({ datasets: bring(both, ["card", "card", "crm"]), analyses: [entry(both, undefined)] });
    expect(canonical(OVERLAP, apart).identifiers).toEqual(["email"]);
    expect(canonical({ ...OVERLAP, between: [SUN, HARB] }, apart).identifiers).toEqual(both);
    expect(issues({ ...OVERLAP, identifiers: ["external"] }, apart)).toContain("/identifiers");
  });
});

describe("a question does not fit", () => {
  it("with a list that the contract lacks, twice the same, or two of one owner", () => {
    expect(issues({ ...OVERLAP, between: [SUN, "aurora-air/customers"] })).toContain("/between");
    expect(issues({ ...OVERLAP, between: [SUN, SUN] })).toContain("/between");
    expect(issues({ ...AUDIENCE, matching: "aurora-air/customers" })).toContain("/matching");
    const [first, second] = CONTRACT.datasets;
    const contract = contractOf({ datasets: [first, { ...first, dataset: "members" }, second] });
    expect(issues({ ...OVERLAP, between: [SUN, `${SUNLINE}/members`] }, contract)).toEqual(["/between"]);
  });

  it("with an identifier that the contract does not match, or lists that share none", () => {
    expect(issues({ ...AUDIENCE, identifiers: ["phone"] })).toContain("/identifiers");
    const datasets = CONTRACT.datasets.map((one) => ({
      ...one,
      identifiers: one.partner === SUNLINE ? ["email"] : ["phone"],
    }));
    expect(issues(OVERLAP, contractOf({ datasets, analyses: CONTRACT.analyses.slice(0, 1) }))).toEqual([
      "/identifiers",
    ]);
  });

  it("with several identifiers, or figures by identifier, over three lists", () => {
    const three = { ...OVERLAP, between: [SUN, HARB, BANK] };
    expect(issues(three)).toEqual(["/identifiers"]);
    expect(issues({ ...three, identifiers: ["email"] })).toEqual([]);
    expect(issues({ ...three, identifiers: ["email"], detail: ["identifier"] })).toEqual(["/detail"]);
  });

  it("with a clause on a list it does not use, an attribute or a value that the contract lacks", () => {
    expect(issues({ ...OVERLAP, where: [where("tier", ["gold"], HARB)] })).toEqual(["/where/0"]);
    expect(issues({ ...OVERLAP, where: [where("tier", ["gold"]), where("colour", ["red"])] })).toEqual(["/where/1"]);
    expect(issues({ ...OVERLAP, where: [where("tier", ["platinum"])] })).toEqual(["/where/0"]);
  });

  it("with an attribute named like something that every object has", () => {
    expect(() => issues({ ...OVERLAP, where: [where("constructor", ["a"])] })).toThrow("reserved");
  });
});

describe("what a question touches", () => {
  it("is its lists, sorted, and the attributes of its clauses", () => {
    const question = canonical({ ...AUDIENCE, where: [where("tier", ["gold"])] });
    expect(datasetsOf(question)).toEqual([BANK, SUN]);
    expect(attributesOf(question)).toEqual([{ dataset: BANK, attribute: "tier", use: "filter" }]);
    expect(analysisOf(CONTRACT, question.analysis)?.purposes).toEqual(["activation"]);
  });

  it("fits a contract without its analysis, so that the decision can say so", () => {
    const contract = contractOf({ analyses: CONTRACT.analyses.slice(0, 1) });
    expect(canonical(AUDIENCE, contract).identifiers).toEqual(["email", "phone"]);
  });
});
