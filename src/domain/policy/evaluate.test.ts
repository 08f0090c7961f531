import { describe, expect, it } from "vitest";
import { HARBOUR, LIMITS_STATED, MERIDIAN, policyOf, SUNLINE } from "../../testing/documents.ts";
import { datasetRef } from "../dataset/schema.ts";
import type { AccessRequest } from "./cover.ts";
import { policySchema } from "./document.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { meet, termsOfLimits } from "./terms.ts";

const CUSTOMERS = datasetRef(MERIDIAN, "customers");
const ASKED: AccessRequest = {
  owner: { partner: MERIDIAN, name: "Meridian Bank" },
  recipient: { partner: SUNLINE, name: "Sunline Holidays", industry: "travel" },
  datasets: [CUSTOMERS],
  purpose: "cross-sell",
  analysis: "overlap",
  alongside: [],
  attributes: [],
  channel: null,
  on: "2026-11-22",
};
const GRANT = {
  id: "travel-cross-sell",
  to: [{ industry: "travel" }],
  purposes: ["cross-sell", "insight"],
  analyses: ["overlap"],
  attributes: { tier: ["filter"] },
  channels: [],
  terms: {},
};

function answer(policy: { readonly [member: string]: unknown }, asked: Partial<AccessRequest> = {}) {
  return evaluatePolicy(policyOf("meridian-bank", policy), "d".repeat(64), { ...ASKED, ...asked });
}

function denials(policy: { readonly [member: string]: unknown }, asked: Partial<AccessRequest> = {}) {
  const decision = answer(policy, asked);
  if (decision.kind === "permit") throw new Error("permitted");
  return decision.reasons;
}

describe("a policy", () => {
  it("denies what nothing permits", () => {
    const [reason, ...rest] = denials({ grants: [] });
    expect(rest).toEqual([]);
    expect(reason).toMatchObject({ document: "policy", partner: MERIDIAN, version: 1, pointer: "/grants" });
    expect(reason?.says).toBe("Meridian Bank's own rules do not let Sunline Holidays learn anything");
  });

  it("permits what a grant covers, by industry or by name", () => {
    expect(answer({ grants: [GRANT] }).kind).toBe("permit");
    expect(answer({ grants: [{ ...GRANT, to: ["sunline-holidays"] }] }).kind).toBe("permit");
    expect(answer({ grants: [{ ...GRANT, to: ["harbour-yachts", { industry: "boats" }] }] }).kind).toBe("deny");
  });

  it("names the clause that permits, with its document and digest", () => {
    expect(answer({ grants: [GRANT] }).reasons).toEqual([
      {
        document: "policy",
        partner: MERIDIAN,
        version: 1,
        digest: "d".repeat(64),
        pointer: "/grants/0",
        effect: "permits",
        says: "Meridian Bank's rule “travel-cross-sell” lets Sunline Holidays ask for overlap figures for cross-sell",
      },
    ]);
  });

  it("lets the first covering grant in document order decide the terms", () => {
    const grants = [
      { ...GRANT, id: "boats", to: [{ industry: "boats" }], terms: { k: 400 } },
      { ...GRANT, id: "first", terms: { k: 100 } },
      { ...GRANT, id: "second", terms: { k: 200 } },
    ];
    const decision = answer({ grants });
    expect(decision).toMatchObject({ kind: "permit", terms: { k: 100 } });
    expect(decision.reasons[0]?.pointer).toBe("/grants/1");
  });

  it("meets the grant's terms with the defaults and states what the grant is for", () => {
    const decision = answer({ grants: [{ ...GRANT, terms: { k: 20 }, consent: "partners", until: "2026-12-31" }] });
    if (decision.kind === "deny") throw new Error("denied");
    expect(decision.terms).toEqual({
      ...termsOfLimits(policyOf("meridian-bank").defaults),
      purposes: ["cross-sell", "insight"],
      analyses: ["overlap"],
      channels: [],
      recipients: [SUNLINE],
      until: "2026-12-31",
      attributes: { [CUSTOMERS]: ["tier:filter"] },
      consents: { [CUSTOMERS]: ["partners"] },
    });
    expect(decision.contributions.map((one) => one.terms).reduce(meet)).toEqual(decision.terms);
    expect(decision.reasons).toContainEqual(
      expect.objectContaining({ pointer: "/grants/0/consent", effect: "limits" }),
    );
  });

  it("lets a prohibition override every grant, and says why its author made it", () => {
    const prohibitions = [{ id: "no-travel", to: ["sunline-holidays"], because: "the agreement of 2025" }];
    expect(denials({ grants: [GRANT], prohibitions })).toEqual([
      expect.objectContaining({
        pointer: "/prohibitions/0",
        effect: "denies",
        says: "Meridian Bank does not let Sunline Holidays ask this: the agreement of 2025",
      }),
    ]);
  });

  it("holds a prohibition to the purposes and analyses that it names", () => {
    const covers = (clause: object) =>
      answer({ grants: [GRANT], prohibitions: [{ id: "no", to: [{ industry: "travel" }], because: "so", ...clause }] });
    expect(covers({ purposes: ["insight"] }).kind).toBe("permit");
    expect(covers({ purposes: ["cross-sell"] }).kind).toBe("deny");
    expect(covers({ analyses: ["audience"] }).kind).toBe("permit");
    expect(covers({ purposes: ["cross-sell"], analyses: ["overlap"] }).kind).toBe("deny");
    expect(covers({ purposes: ["cross-sell"], analyses: ["audience"] }).kind).toBe("permit");
  });
});

describe("a denial by default tells what the nearest grant lacks", () => {
  const says = (grant: object, asked: Partial<AccessRequest>) =>
    denials({ grants: [{ ...GRANT, ...grant }] }, asked).map((reason) => [reason.pointer, reason.says]);
  const whose = "Meridian Bank's rule “travel-cross-sell”";

  it("the purpose", () => {
    expect(says({}, { purpose: "activation" })).toEqual([
      ["/grants/0/purposes", `${whose} covers Sunline Holidays for cross-sell and insight, not for activation`],
    ]);
  });

  it("the analysis", () => {
    const asked = { analysis: "audience", channel: "email" } as const;
    expect(says({ channels: ["email"] }, asked)).toEqual([
      ["/grants/0/analyses", `${whose} covers Sunline Holidays for overlap figures, not for audience lists`],
    ]);
  });

  it("the attributes and their uses, even one that bears the name of something every object has", () => {
    const attributes: AccessRequest["attributes"] = [
      { name: "tier", uses: ["filter", "group"] },
      { name: "constructor", uses: ["filter"] },
    ];
    expect(says({}, { attributes })).toEqual([
      [
        "/grants/0/attributes",
        `${whose} does not let Sunline Holidays use “tier” to group people or “constructor” to choose people`,
      ],
    ]);
    expect(answer({ grants: [GRANT] }, { attributes: [{ name: "tier", uses: ["filter"] }] }).kind).toBe("permit");
  });

  it("the channel, which an audience must name", () => {
    const audience = { analyses: ["overlap", "audience"] };
    const asked = { analysis: "audience", channel: "post" } as const;
    expect(says({ ...audience, channels: ["email"] }, asked)).toEqual([
      ["/grants/0/channels", `${whose} lets Sunline Holidays reach people through email, not through post`],
    ]);
    expect(says(audience, asked)[0]?.[1]).toContain("through no channel at all");
    expect(says({ ...audience, channels: ["email"] }, { ...asked, channel: null })[0]?.[1]).toContain("none is named");
  });

  it("the last day", () => {
    expect(says({ until: "2026-11-21" }, {})).toEqual([
      ["/grants/0/until", `${whose} covered Sunline Holidays until 2026-11-21 and no longer`],
    ]);
    expect(answer({ grants: [{ ...GRANT, until: "2026-11-22" }] }).kind).toBe("permit");
  });

  it("picks the grant with the fewest conditions missed, the first of several", () => {
    const far = { ...GRANT, id: "far", purposes: ["service"], analyses: ["audience"] };
    const near = { ...GRANT, id: "near", purposes: ["service"] };
    const other = { ...GRANT, id: "other", to: [{ industry: "boats" }] };
    const reasons = denials({ grants: [other, far, near, { ...near, id: "later" }] });
    expect(reasons.map((reason) => reason.pointer)).toEqual(["/grants/2/purposes"]);
  });
});

describe("an owner's request on its own list", () => {
  const own = { owner: ASKED.owner, recipient: { partner: MERIDIAN, name: "Meridian Bank", industry: "banking" } };

  it("needs no grant: the defaults hold, and the reason says so", () => {
    const decision = answer({ grants: [] }, own);
    expect(decision).toMatchObject({ kind: "permit", terms: termsOfLimits(policyOf("meridian-bank").defaults) });
    expect(decision.reasons[0]).toMatchObject({ pointer: "/defaults", effect: "permits" });
    expect(decision.reasons[0]?.says).toContain("its own customers");
  });

  it("is not meant by a prohibition of its industry, but is by one that names it", () => {
    const prohibit = (to: unknown) => ({ prohibitions: [{ id: "no", to: [to], because: "so" }] });
    expect(answer(prohibit({ industry: "banking" }), own).kind).toBe("permit");
    expect(answer(prohibit("meridian-bank"), own).kind).toBe("deny");
  });
});

describe("a policy document", () => {
  const json = (replaced: object) => ({
    ...policyOf("meridian-bank"),
    ...replaced,
  });

  it("does not load with any limit left out: none has a default", () => {
    for (const member of Object.keys(LIMITS_STATED)) {
      const defaults = Object.fromEntries(Object.entries(LIMITS_STATED).filter(([name]) => name !== member));
      expect(policySchema.safeParse(json({ defaults })).success, member).toBe(false);
    }
  });

  it("does not load with fewer people behind a figure than the engine's floor", () => {
    expect(policySchema.safeParse(json({ defaults: { ...LIMITS_STATED, k: 9 } })).success).toBe(false);
    expect(policySchema.safeParse(json({ defaults: { ...LIMITS_STATED, k: 10 } })).success).toBe(true);
    expect(policySchema.safeParse(json({ grants: [{ ...GRANT, terms: { k: 9 } }] })).success).toBe(false);
  });

  it("does not load when a granted analysis has no request cap, or two clauses share an id", () => {
    expect(policySchema.safeParse(json({ defaults: { ...LIMITS_STATED, requestsPerPeriod: [] } })).success).toBe(false);
    expect(policySchema.safeParse(json({ grants: [GRANT, GRANT] })).success).toBe(false);
  });

  it("knows no other partner's grants", () => {
    expect(answer({}, { recipient: { partner: HARBOUR, name: "Harbour Yachts", industry: "boats" } }).kind).toBe(
      "deny",
    );
  });
});
