import { describe, expect, it } from "vitest";
import { LIMITS } from "../limits.ts";
import { columnsOf, datasetSchemaSchema, IDENTIFIER_KINDS } from "./schema.ts";

const HASHED = { profile: "concordat-1", encoding: "hex" };
const COMPOSITE = {
  column: "name_postcode",
  ...HASHED,
  firstName: { column: "first" },
  lastName: { column: "last" },
  postcode: { column: "zip" },
  country: { column: "land" },
};
const FULL = {
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "id" },
  identifiers: {
    email: { column: "email", ...HASHED },
    phone: { column: "phone", ...HASHED, country: { column: "land" } },
    maid: { column: "idfa", ...HASHED },
    external: { column: "card", ...HASHED, namespace: "loyalty-card" },
    "name+postcode": COMPOSITE,
  },
  attributes: { tier: { column: "tier", type: "category", values: ["gold"] } },
  measures: { spend: { column: "spend", scale: 2 } },
  consents: { ads: { column: "ads", granted: ["yes"] } },
  rejects: "0.02",
};

function problems(replaced: { readonly [member: string]: unknown }): string[] {
  const parsed = datasetSchemaSchema.safeParse({ ...FULL, ...replaced });
  return parsed.success ? [] : parsed.error.issues.map((issue) => `/${issue.path.join("/")} ${issue.message}`);
}

function withIdentifiers(replaced: { readonly [kind: string]: unknown }): string[] {
  return problems({ identifiers: { ...FULL.identifiers, ...replaced } });
}

describe("a dataset's schema", () => {
  it("takes one identifier of each kind, which is as many as a row may have", () => {
    expect(problems({})).toEqual([]);
    expect(Object.keys(FULL.identifiers)).toEqual([...IDENTIFIER_KINDS]);
    expect(IDENTIFIER_KINDS.length).toBeLessThanOrEqual(LIMITS.identifiersPerRow);
    expect(problems({ identifiers: {} })).toEqual(["/identifiers name at least one identifier"]);
    expect(withIdentifiers({ cookie: { column: "cookie", ...HASHED } })).toHaveLength(1);
  });

  it("names the columns of the hashed list, without the raw ones that a composite is made of", () => {
    expect(columnsOf(datasetSchemaSchema.parse(FULL))).toEqual([
      "id",
      "email",
      "phone",
      "idfa",
      "card",
      "name_postcode",
      "tier",
      "spend",
      "ads",
    ]);
  });

  it("loads without measures, as before there were any", () => {
    const { measures: _, ...plain } = FULL;
    expect(datasetSchemaSchema.parse(plain)).toEqual(plain);
  });

  it("wants the namespace of external ids, and every part of a composite", () => {
    expect(withIdentifiers({ external: { column: "card", ...HASHED } })[0]).toMatch("/identifiers/external/namespace");
    expect(withIdentifiers({ external: { ...FULL.identifiers.external, namespace: "Loyalty:1" } })).toHaveLength(1);
    for (const part of ["firstName", "lastName", "postcode", "country"]) {
      const without = Object.fromEntries(Object.entries(COMPOSITE).filter(([name]) => name !== part));
      expect(withIdentifiers({ "name+postcode": without })[0]).toMatch(`/identifiers/name+postcode/${part}`);
    }
    expect(withIdentifiers({ "name+postcode": { ...COMPOSITE, country: "GB" } })).toEqual([]);
    expect(withIdentifiers({ "name+postcode": { ...COMPOSITE, country: "gb" } })).toHaveLength(1);
  });

  it("never lets a name or a postal code go up as something else", () => {
    for (const column of ["id", "tier", "spend", "first", "name_postcode"]) {
      expect(withIdentifiers({ "name+postcode": { ...COMPOSITE, lastName: { column } } })).toEqual([
        expect.stringContaining("they never leave"),
      ]);
    }
  });

  it("lets each column stand for one thing, measures among them", () => {
    const twice = { spend: { column: "tier", scale: 0 } };
    expect(problems({ measures: twice })).toEqual(["/ each column stands for one thing only"]);
  });

  it("bounds measures: their number, their scale, and a name that is no attribute's", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`m-${at}`, { column: `m${at}`, scale: 6 }]));
    expect(problems({ measures: many(LIMITS.measures) })).toEqual([]);
    expect(problems({ measures: many(LIMITS.measures + 1) })).toEqual([
      `/measures at most ${LIMITS.measures} measures`,
    ]);
    for (const scale of [-1, 7, 0.5]) expect(problems({ measures: { spend: { column: "x", scale } } })).toHaveLength(1);
    expect(problems({ measures: { tier: { column: "x", scale: 0 } } })[0]).toContain("no attribute has");
  });

  it("refuses 70,000 values of an attribute with a sentence, and takes as many as there may be", () => {
    const values = (count: number) => Array.from({ length: count }, (_, at) => `v${at}`);
    const attributes = (count: number) => ({ tier: { column: "tier", type: "category", values: values(count) } });
    expect(problems({ attributes: attributes(LIMITS.attributeValues) })).toEqual([]);
    expect(problems({ attributes: attributes(70_000) })).toEqual([
      "/attributes/tier/values an attribute has at most 65000 values: group the rare ones",
    ]);
  });
});
