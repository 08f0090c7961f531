import { describe, expect, it } from "vitest";
import { MERIDIAN, policyOf, SUNLINE } from "../../testing/documents.ts";
import { datasetRef } from "../dataset/schema.ts";
import type { AccessRequest, UsedAttribute } from "./cover.ts";
import { policySchema } from "./document.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { clampOf } from "./use-limits.ts";

const SPEND = { use: "measure", aggregates: ["sum"], k: 60, clamp: { least: "0", most: "5000" } };
const BASE = {
  id: "spending",
  to: ["sunline-holidays"],
  purposes: ["insight"],
  analyses: ["overlap"],
  channels: [],
  terms: {},
};

function answer(attributes: object, used: readonly UsedAttribute[]) {
  const access: AccessRequest = {
    owner: { partner: MERIDIAN, name: "Meridian Bank" },
    recipient: { partner: SUNLINE, name: "Sunline Holidays", industry: "travel" },
    datasets: [datasetRef(MERIDIAN, "customers")],
    purpose: "insight",
    analysis: "overlap",
    alongside: [],
    attributes: used,
    channel: null,
    on: "2026-11-22",
  };
  return evaluatePolicy(policyOf("meridian-bank", { grants: [{ ...BASE, attributes }] }), "", access);
}

const spend = (used: Partial<UsedAttribute>): UsedAttribute => ({
  name: "spend",
  uses: ["measure"],
  aggregates: ["sum"],
  clamp: clampOf({ least: "0", most: "5000" }),
  ...used,
});

describe("constraints on a use", () => {
  it("permit a question that keeps them, and ask for their people behind its figures", () => {
    const permitted = answer({ spend: [SPEND] }, [spend({})]);
    expect(permitted).toMatchObject({ kind: "permit", terms: { k: 60 } });
    expect(permitted).toMatchObject({
      terms: {
        attributes: { "meridian-bank/customers": ["spend:measure"] },
        useLimits: {
          "meridian-bank/customers": {
            "spend:measure": { aggregates: ["sum"], k: 60, clamp: { least: 0, most: 5_000_000_000 } },
          },
        },
      },
    });
    expect(answer({ spend: [SPEND] }, [])).toMatchObject({ kind: "permit", terms: { k: 50 } });
  });

  it("name the constraint that a question breaks, with its place", () => {
    const whose = "Meridian Bank's rule “spending” lets “spend” leave only";
    const only = `${whose} as a sum, over at least 60 people, clamped to 0 to 5,000; this question`;
    const told = (used: Partial<UsedAttribute>) =>
      answer({ spend: [SPEND] }, [spend(used)]).reasons.map(({ pointer, says }) => [pointer, says]);
    expect(told({ aggregates: ["mean"] })).toEqual([
      ["/grants/0/attributes/spend/0/aggregates", `${only} takes a mean`],
    ]);
    expect(told({ clamp: clampOf({ least: "-0.5", most: "5000" }) })).toEqual([
      ["/grants/0/attributes/spend/0/clamp", `${only} clamps it to -0.5 to 5,000`],
    ]);
    const { clamp: _, aggregates: __, ...bare } = spend({});
    expect(answer({ spend: [SPEND] }, [bare]).reasons.map(({ says }) => says)).toEqual([
      `${only} does not say what it makes of it`,
      `${only} does not clamp it`,
    ]);
  });

  it("hold at the edge: one millionth beyond is too wide", () => {
    const kind = (least: string, most: string) =>
      answer({ spend: [SPEND] }, [spend({ clamp: clampOf({ least, most }) })]).kind;
    expect([kind("0", "5000"), kind("0", "4999.999999"), kind("5000", "5000")]).toEqual(["permit", "permit", "permit"]);
    expect([kind("0", "5000.000001"), kind("-0.000001", "5000")]).toEqual(["deny", "deny"]);
  });

  it("say of a use that is not granted at all that it is not", () => {
    const used = [spend({}), { name: "tier", uses: ["group"] } as const];
    expect(answer({ spend: [SPEND], tier: ["filter"] }, used).reasons.map(({ pointer }) => pointer)).toEqual([
      "/grants/0/attributes",
    ]);
  });
});

describe("a document of constraints", () => {
  const fits = (attributes: object) =>
    policySchema.safeParse({ ...policyOf("meridian-bank"), grants: [{ ...BASE, attributes }] }).success;

  it("knows no maximum, no people below the floor, no bounds upside down, and each use once", () => {
    expect(fits({ spend: [SPEND] })).toBe(true);
    expect(fits({ spend: [{ ...SPEND, aggregates: ["maximum"] }] })).toBe(false);
    expect([fits({ spend: [{ ...SPEND, k: 9 }] }), fits({ spend: [{ ...SPEND, k: 10 }] })]).toEqual([false, true]);
    expect(fits({ spend: [{ ...SPEND, clamp: { least: "1", most: "0.999999" } }] })).toBe(false);
    expect(fits({ spend: [{ ...SPEND, clamp: { least: "0", most: "2147483648" } }] })).toBe(false);
    expect(fits({ spend: ["measure", SPEND] })).toBe(false);
    expect(fits({ tier: [{ use: "filter", aggregates: ["sum"] }] })).toBe(false);
    expect(fits({ tier: [{ use: "group", k: 250 }, "filter"] })).toBe(true);
  });
});
