import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HARBOUR, MERIDIAN, policyOf, SUNLINE } from "../../testing/documents.ts";
import { ADA, anyClauses, BEN, CAT, partsOfWorld, policyOfClauses } from "../../testing/policies.ts";
import { datasetRef } from "../dataset/schema.ts";
import { partnerIdSchema } from "../partner/manifest.ts";
import type { AccessRequest } from "./cover.ts";
import { isEffectWithin } from "./effect.ts";
import { evaluatePolicy } from "./evaluate.ts";

const ASKED: AccessRequest = {
  owner: { partner: MERIDIAN, name: "Meridian Bank" },
  recipient: { partner: SUNLINE, name: "Sunline Holidays", industry: "travel" },
  datasets: [datasetRef(MERIDIAN, "customers")],
  purpose: "cross-sell",
  analysis: "overlap",
  alongside: [],
  attributes: [],
  channel: null,
  on: "2026-11-22",
};
const HARBOUR_BESIDE = [{ partner: HARBOUR, name: "Harbour Yachts", industry: "boats" }];

function answer(replaced: object, asked: Partial<AccessRequest> = {}) {
  return evaluatePolicy(policyOf("meridian-bank", { ...replaced }), "", { ...ASKED, ...asked });
}

function says(replaced: object, asked: Partial<AccessRequest> = {}) {
  return answer(replaced, asked).reasons.map(({ pointer, effect, says: sentence }) => [pointer, effect, sentence]);
}

const ALL_AFFILIATES = { partners: [ADA, BEN, CAT], because: "one house" };

describe("a contract with a member that the owner shuns", () => {
  const exclusions = [{ id: "rivals", with: [{ industry: "boats" }], because: "they compete with us" }];

  it("gets nothing, whoever asks in it", () => {
    expect(answer({ exclusions }).kind).toBe("permit");
    expect(says({ exclusions }, { alongside: HARBOUR_BESIDE })).toEqual([
      [
        "/exclusions/0",
        "denies",
        "Meridian Bank gives nothing under a contract with Harbour Yachts for cross-sell: they compete with us",
      ],
    ]);
    expect(answer({ exclusions: [{ ...exclusions[0], with: ["sunline-holidays"] }] }).kind).toBe("deny");
    const own = { recipient: { ...ASKED.owner, industry: "banking" }, alongside: HARBOUR_BESIDE };
    expect(answer({ exclusions }, own).kind).toBe("deny");
    expect(answer({ exclusions: [{ ...exclusions[0], with: [{ industry: "banking" }] }] }, own).kind).toBe("permit");
  });

  it("may be shunned for some purposes alone", () => {
    const some = [{ ...exclusions[0], purposes: ["activation"] }];
    expect(answer({ exclusions: some }, { alongside: HARBOUR_BESIDE }).kind).toBe("permit");
  });
});

describe("lists promised to somebody", () => {
  const exclusives = [
    {
      id: "summer",
      to: ["harbour-yachts"],
      purposes: ["cross-sell"],
      from: "2026-11-22",
      until: "2026-11-30",
      because: "a promise of the season",
    },
  ];

  it("are nobody else's from the first day to the last, and the sentence does not name the other", () => {
    const kinds = ["2026-11-21", "2026-11-22", "2026-11-30", "2026-12-01"].map(
      (on) => answer({ exclusives }, { on }).kind,
    );
    expect(kinds).toEqual(["permit", "deny", "deny", "permit"]);
    expect(says({ exclusives })).toEqual([
      [
        "/exclusives/0",
        "denies",
        "Meridian Bank has promised its lists for cross-sell to others alone from 2026-11-22 until 2026-11-30: " +
          "a promise of the season",
      ],
    ]);
  });

  it("are still their own owner's, theirs to whom they are promised, and everybody's for other purposes", () => {
    const own = { recipient: { ...ASKED.owner, industry: "banking" } };
    expect(answer({ exclusives }, own).kind).toBe("permit");
    expect(answer({ exclusives: [{ ...exclusives[0], to: [{ industry: "travel" }] }] }).kind).toBe("permit");
    expect(answer({ exclusives }, { purpose: "activation" }).kind).toBe("permit");
  });
});

describe("attributes that nobody may use", () => {
  it("are those of a sensitive category, whatever a grant says, even for the owner", () => {
    const grants = [{ ...policyOf("meridian-bank").grants[0], attributes: { "health-status": ["filter"] } }];
    const attributes = [{ name: "health-status", uses: ["filter"] as const }];
    expect(says({ grants }, { attributes })).toEqual([
      ["", "denies", "“health-status” tells of a person's health, which no rule can open"],
    ]);
    const own = { recipient: { ...ASKED.owner, industry: "banking" }, attributes };
    expect(answer({ grants }, own).kind).toBe("deny");
    expect(answer({ grants }, { ...own, attributes: [{ name: "wealthy", uses: ["filter"] }] }).kind).toBe("permit");
  });

  it("and those that the owner bans", () => {
    const attributes = [{ name: "tier", uses: ["filter"] as const }];
    expect(answer({}, { attributes }).kind).toBe("permit");
    expect(says({ banned: ["income", "tier"] }, { attributes })).toEqual([
      ["/banned/1", "denies", "Meridian Bank lets nobody use “tier”"],
    ]);
  });
});

describe("people whom nobody approaches", () => {
  const approachable = [{ consent: "may-approach", channels: ["email"] }];
  const list = { analysis: "audience", purpose: "activation", channel: "email" } as const;

  it("stand on no list that goes through the channel, not even on their own owner's", () => {
    const own = { recipient: { ...ASKED.owner, industry: "banking" } };
    for (const asked of [list, { ...list, ...own }]) {
      const decision = answer({ approachable }, asked);
      expect(decision).toMatchObject({
        kind: "permit",
        terms: { consents: { "meridian-bank/customers": ["may-approach"] } },
      });
      expect(decision.reasons.at(-1)).toMatchObject({ pointer: "/approachable/0", effect: "limits" });
    }
    const post = { ...list, channel: "post" };
    const grants = [{ ...policyOf("meridian-bank").grants[0], channels: ["email", "post"] }];
    expect(answer({ approachable, grants }, post)).toMatchObject({ kind: "permit", terms: { consents: {} } });
    expect(answer({ approachable })).toMatchObject({ kind: "permit", terms: { consents: {} } });
  });
});

describe("affiliates", () => {
  const affiliates = [{ id: "one-house", partners: ["sunline-holidays", "harbour-yachts"], because: "they merged" }];

  it("are one recipient for the owner's lists, and neither is told who the other is", () => {
    const decision = answer({ affiliates });
    expect(decision).toMatchObject({
      kind: "permit",
      terms: { affiliates: { "meridian-bank/customers": ["harbour-yachts"] } },
    });
    expect(decision.reasons.at(-1)).toMatchObject({
      pointer: "/affiliates/0",
      effect: "limits",
      says:
        "Meridian Bank counts Sunline Holidays and its affiliates as one: budget and requests are theirs together, " +
        "because they merged",
    });
    const stranger = partnerIdSchema.parse("ada-travel");
    const asked = { recipient: { partner: stranger, name: "Ada", industry: "travel" } };
    expect(answer({ affiliates }, asked)).toMatchObject({ kind: "permit", terms: { affiliates: {} } });
  });

  it("stand in one group, and none is the owner", () => {
    const twice = [...affiliates, { ...affiliates[0], id: "another", partners: ["sunline-holidays", "ada-travel"] }];
    for (const wrong of [twice, [{ ...affiliates[0], partners: ["sunline-holidays", "meridian-bank"] }]])
      expect(() => answer({ affiliates: wrong })).toThrow(/stands in one group of affiliates/);
  });
});

describe("a cap on contacts with each person", () => {
  const contactsPerPerson = [{ count: 2, period: "P30D" }];
  const mail = { analysis: "audience", channel: "email" } as const;
  const grants = [
    {
      id: "all",
      to: [{ industry: "travel" }],
      purposes: ["cross-sell"],
      analyses: ["overlap", "audience"],
      attributes: {},
      channels: ["email"],
      terms: {},
    },
  ];

  it("holds for audiences, the owner's own among them, and for nothing else, and is told in a sentence", () => {
    const own = { recipient: { ...ASKED.owner, industry: "banking" } };
    for (const asked of [mail, { ...mail, ...own }]) {
      const decision = answer({ contactsPerPerson, grants }, asked);
      if (decision.kind === "deny") throw new Error("denied");
      expect(decision.terms.contacts).toEqual({ "meridian-bank/customers": [{ count: 2, periodDays: 30 }] });
      expect(decision.reasons.at(-1)).toMatchObject({
        pointer: "/contactsPerPerson",
        effect: "limits",
        says:
          "none of Meridian Bank's customers stands on more than 2 audience lists in 30 days, counting those that " +
          "anybody receives: whoever does already is left out of this one",
      });
    }
    for (const analysis of ["overlap", "suppression"] as const) {
      const leaving = { ...own, analysis, channel: analysis === "overlap" ? null : "email" };
      const decision = answer({ contactsPerPerson, grants }, leaving);
      expect(decision.kind === "permit" ? decision.terms.contacts : decision.reasons).toEqual({});
    }
  });

  it("is stricter the fewer contacts there are in the longer time; what follows from another cap is dropped", () => {
    const caps = (...stated: [number, string][]) => {
      const decision = answer(
        { contactsPerPerson: stated.map(([count, period]) => ({ count, period })), grants },
        mail,
      );
      return decision.kind === "deny" ? [] : Object.values(decision.terms.contacts).flat();
    };
    expect(caps([3, "P30D"], [2, "P30D"], [2, "P7D"])).toEqual([{ count: 2, periodDays: 30 }]);
    expect(caps([3, "P30D"], [1, "P7D"])).toEqual([
      { count: 1, periodDays: 7 },
      { count: 3, periodDays: 30 },
    ]);
  });
});

describe("one more clause that refuses or limits", () => {
  const anyPart = fc.constantFrom(...partsOfWorld(11));

  it("never widens any answer", () => {
    const kinds = ["prohibitions", "exclusions", "exclusives", "approachable", "contactsPerPerson", "banned"] as const;
    fc.assert(
      fc.property(anyClauses, anyClauses, fc.constantFrom(...kinds), anyPart, (clauses, other, kind, world) => {
        const before = policyOfClauses(clauses);
        const added =
          kind === "banned" ? [...new Set([...clauses.banned, ...other.banned])] : [...clauses[kind], ...other[kind]];
        const after = policyOfClauses({ ...clauses, [kind]: added });
        for (const access of world) {
          const [was, is] = [evaluatePolicy(before, "", access), evaluatePolicy(after, "", access)];
          if (!isEffectWithin(is, was, access)) expect([access, was, is]).toBe("never wider");
        }
      }),
      { numRuns: 40 },
    );
  });

  it("nor does a group of affiliates, or a group that grows", () => {
    fc.assert(
      fc.property(anyClauses, anyClauses, anyPart, (clauses, { affiliates }, world) => {
        const [none, some] = [[], affiliates].map((one) => policyOfClauses({ ...clauses, affiliates: one }));
        const all = policyOfClauses({ ...clauses, affiliates: [ALL_AFFILIATES] });
        if (none === undefined || some === undefined) throw new Error("there are two policies");
        for (const access of world) {
          const [first, second, third] = [none, some, all].map((policy) => evaluatePolicy(policy, "", access));
          if (first === undefined || second === undefined || third === undefined) throw new Error("there are three");
          const isNarrowing = isEffectWithin(second, first, access) && isEffectWithin(third, second, access);
          if (!isNarrowing) expect([access, first, second, third]).toBe("never wider");
        }
      }),
      { numRuns: 20 },
    );
  });

  it("and neither does one more member of the contract", () => {
    fc.assert(
      fc.property(anyClauses, anyPart, (clauses, world) => {
        const policy = policyOfClauses(clauses);
        for (const access of world.filter(({ alongside }) => alongside.length > 0)) {
          const [was, is] = [{ ...access, alongside: [] }, access].map((one) => evaluatePolicy(policy, "", one));
          if (was === undefined || is === undefined || !isEffectWithin(is, was, access))
            expect(access).toBe("never wider");
        }
      }),
      { numRuns: 40 },
    );
  });
});
