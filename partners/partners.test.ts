import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HashReport, hashList } from "../src/client/local/hash-list.ts";
import { canonicalDigest } from "../src/domain/canonical-json.ts";
import { type Contract, contractId, contractSchema } from "../src/domain/contract/document.ts";
import { columnsOf, type DatasetSchema, datasetSchemaSchema } from "../src/domain/dataset/schema.ts";
import { canonicalPhone } from "../src/domain/identifier/phone.ts";
import { manifestSchema, partnerIdSchema } from "../src/domain/partner/manifest.ts";
import { type Decision, decide } from "../src/domain/policy/decide.ts";
import { policySchema } from "../src/domain/policy/document.ts";
import { failedExamples } from "../src/domain/policy/examples.ts";
import { canonicalQuestion, questionSchema } from "../src/domain/question/question.ts";
import { COUNTRIES } from "./countries.ts";
import { writeCustomers } from "./generate.ts";
import { DEMO_PARTNERS, type DemoPartner, personOf } from "./people.ts";
import { RAW_LISTS } from "./rows.ts";

const HERE = import.meta.dirname;
const CONTRACTS = ["sunline-harbour", "sunline-harbour-meridian"];

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(HERE, path), "utf8"));
}

function manifestOf(partner: string) {
  return manifestSchema.parse(json(`${partner}/partner.json`));
}

function policyOf(partner: string) {
  return policySchema.parse(json(`${partner}/policy.json`));
}

function schemaOf(partner: string): DatasetSchema {
  return datasetSchemaSchema.parse(json(`${partner}/schema.json`));
}

function contractOf(name: string): Contract {
  return contractSchema.parse(json(`contracts/${name}.json`));
}

describe("the documents", () => {
  test.each(DEMO_PARTNERS)("of %s fit their schemas and each other", (partner) => {
    expect(manifestOf(partner).id).toBe(partner);
    expect(policyOf(partner).partner).toBe(partner);
    expect(manifestOf(partner).datasets.map(({ name }) => name)).toEqual([schemaOf(partner).dataset]);
    expect(RAW_LISTS[partner].header).toEqual(expect.arrayContaining(columnsOf(schemaOf(partner))));
  });

  test.each(DEMO_PARTNERS)("policy of %s holds its own examples, permits and denials among them", (partner) => {
    const policy = policyOf(partner);
    expect(failedExamples(policy)).toEqual([]);
    expect(new Set(policy.examples.map(({ expect: outcome }) => outcome)).size).toBe(2);
  });

  test.each(DEMO_PARTNERS)("policy of %s grants only attributes and consents that its list has", (partner) => {
    const schema = schemaOf(partner);
    for (const grant of policyOf(partner).grants) {
      const brought = [...Object.keys(schema.attributes), ...Object.keys(schema.measures ?? {})];
      expect(brought).toEqual(expect.arrayContaining(Object.keys(grant.attributes)));
      expect(Object.keys(schema.consents)).toContain(grant.consent);
    }
  });

  test.each(CONTRACTS)("contract %s declares what its members' schemas declare", (name) => {
    const contract = contractOf(name);
    expect(contract.validity).toEqual({ from: "2026-01-01", until: "2028-12-31" });
    for (const dataset of contract.datasets) {
      const schema = schemaOf(dataset.partner);
      expect(Object.keys(schema.identifiers)).toEqual(expect.arrayContaining(dataset.identifiers));
      for (const [attribute, { values }] of Object.entries(dataset.attributes)) {
        expect(schema.attributes[attribute]?.values).toEqual(values);
      }
      for (const [measure, { scale }] of Object.entries(dataset.measures ?? {})) {
        expect(schema.measures?.[measure]?.scale).toBe(scale);
      }
      for (const { consent } of dataset.consents) expect(Object.keys(schema.consents)).toContain(consent);
    }
  });
});

describe("contracts and policies together", () => {
  function decision(name: string, recipient: string, asked: Readonly<Record<string, unknown>>): Decision {
    const contract = contractOf(name);
    const question = canonicalQuestion(contract, questionSchema.parse({ contract: contractId(contract), ...asked }));
    if (!question.ok) throw new Error(JSON.stringify(question.error));
    const partners = DEMO_PARTNERS.map((partner) => manifestOf(partner));
    return decide({
      contract,
      contractId: contractId(contract),
      question: question.value,
      recipient: partnerIdSchema.parse(recipient),
      on: "2026-11-22",
      directory: new Map(partners.map(({ id, name: called, industry }) => [id, { name: called, industry }])),
      policies: new Map(
        partners.map(({ id }) => [id, { policy: policyOf(id), digest: canonicalDigest(policyOf(id)) }]),
      ),
    });
  }
  const lists = (...partners: readonly string[]) => partners.map((partner) => `${partner}/customers`);
  const tier = { dataset: "harbour-yachts/customers", attribute: "tier", in: ["gold", "platinum"] };
  const audience = {
    analysis: "audience",
    purpose: "activation",
    from: "sunline-holidays/customers",
    matching: "harbour-yachts/customers",
    channel: "email",
  };

  test.each([
    ["insight", "sunline-holidays"],
    ["insight", "harbour-yachts"],
    ["cross-sell", "sunline-holidays"],
    ["cross-sell", "harbour-yachts"],
  ])("permit an overlap of Sunline and Harbour for %s to %s", (purpose, recipient) => {
    const between = lists("sunline-holidays", "harbour-yachts");
    const found = decision("sunline-harbour", recipient, { analysis: "overlap", purpose, between, where: [tier] });
    expect([found.kind, found.kind === "permit" && found.approvers]).toEqual(["permit", []]);
  });

  test("permit Sunline a table of Harbour's lines with the mean spent, and which of them it shares most of", () => {
    const line = { dataset: "harbour-yachts/customers", attribute: "product-line" };
    const asked = { purpose: "cross-sell", between: lists("sunline-holidays", "harbour-yachts"), by: [line] };
    const measure = { dataset: line.dataset, measure: "spend", aggregate: "mean" };
    const table = { analysis: "crosstab", ...asked, measure };
    expect(decision("sunline-harbour", "sunline-holidays", table).kind).toBe("permit");
    expect(decision("sunline-harbour", "harbour-yachts", table).kind).toBe("permit");
    const affinity = {
      analysis: "affinity",
      purpose: "cross-sell",
      among: "sunline-holidays/customers",
      segments: line,
    };
    expect(decision("sunline-harbour", "sunline-holidays", affinity).kind).toBe("permit");
    expect(decision("sunline-harbour", "harbour-yachts", affinity).kind).toBe("deny");
  });

  test("permit Sunline an audience of its own customers in a tier of Harbour's club", () => {
    expect(decision("sunline-harbour", "sunline-holidays", { ...audience, where: [tier] }).kind).toBe("permit");
  });

  test("deny the same audience to Harbour, and one chosen by the length of a boat", () => {
    const length = { ...tier, attribute: "boat-length", in: ["over-20m"] };
    expect(decision("sunline-harbour", "sunline-holidays", { ...audience, where: [length] }).kind).toBe("deny");
    const turned = { ...audience, from: audience.matching, matching: audience.from };
    expect(decision("sunline-harbour", "harbour-yachts", turned).kind).toBe("deny");
  });

  test.each(["sunline-holidays", "harbour-yachts", "meridian-bank"])(
    "permit the overlap of three to %s",
    (recipient) => {
      const between = lists("sunline-holidays", "harbour-yachts", "meridian-bank");
      const asked = { analysis: "overlap", purpose: "insight", between };
      expect(decision("sunline-harbour-meridian", recipient, asked).kind).toBe("permit");
    },
  );
});

describe("the lists", () => {
  const ROWS = 12_000;
  const folder = mkdtempSync(join(tmpdir(), "concordat-partners-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function written(partner: DemoPartner, rows: number, seed = 7): Promise<string> {
    const pieces: Buffer[] = [];
    const out = new Writable({
      write(piece: Buffer, _encoding, done) {
        pieces.push(piece);
        setImmediate(done);
      },
    });
    await writeCustomers({ partner, rows, seed, out });
    return Buffer.concat(pieces).toString("utf8");
  }

  type Hashed = {
    readonly report: HashReport;
    readonly emails: ReadonlySet<string>;
    readonly records: readonly string[];
  };

  async function hashed(partner: DemoPartner): Promise<Hashed> {
    const schema = schemaOf(partner);
    const pieces: Uint8Array[] = [];
    const source = [Buffer.from(await written(partner, ROWS))];
    const write = async (piece: Uint8Array) => void pieces.push(piece);
    const result = await hashList({ schema, source: streamOf(source), write });
    if (!result.ok) throw new Error(result.error.detail);
    const [header = [], ...rows] = Buffer.concat(pieces)
      .toString("utf8")
      .split("\r\n")
      .map((line) => line.split(","));
    const cellsOf = (column: string) =>
      rows.map((row) => row[header.indexOf(column)] ?? "").filter((one) => one !== "");
    const emails = cellsOf(schema.identifiers.email?.column ?? "").map((one) =>
      one.length === 44 ? Buffer.from(one, "base64").toString("hex") : one,
    );
    return { report: result.value, emails: new Set(emails), records: cellsOf(schema.record.column) };
  }

  async function* streamOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }

  const lists = new Map<DemoPartner, Hashed>();
  beforeAll(async () => {
    for (const partner of DEMO_PARTNERS) lists.set(partner, await hashed(partner));
  });

  function listOf(partner: DemoPartner): Hashed {
    const list = lists.get(partner);
    if (list === undefined) throw new Error(partner);
    return list;
  }

  test.each(DEMO_PARTNERS)("of %s are the same from the same seed, and others from another", async (partner) => {
    const once = await written(partner, 500);
    expect(await written(partner, 500)).toBe(once);
    expect(await written(partner, 500, 8)).not.toBe(once);
    const path = join(folder, `${partner}.csv`);
    await writeCustomers({ partner, rows: 500, seed: 7, out: path });
    expect(readFileSync(path, "utf8")).toBe(once);
  });

  test.each(DEMO_PARTNERS)("of %s have the rows asked for, each with a reference of its own", (partner) => {
    const { report, records } = listOf(partner);
    expect(report.rows).toBe(ROWS);
    expect(new Set(records).size).toBe(report.emitted);
  });

  test.each(DEMO_PARTNERS)("of %s have few faults, though some", (partner) => {
    const { report } = listOf(partner);
    const lost = (report.blank + report.refused.total) / ROWS;
    expect(lost).toBeGreaterThan(0.001);
    expect(lost).toBeLessThan(0.008);
    expect(report.rejects.isExceeded).toBe(false);
    expect(Object.keys(report.refused.byReason)).toEqual(expect.arrayContaining(["attribute-undeclared"]));
    expect(report.dropped.byReason["phone-invalid"]).toBeGreaterThan(10);
  });

  test.each(DEMO_PARTNERS)("of %s hold two to three in a hundred people twice", (partner) => {
    const { distinct, onSeveralRows } = listOf(partner).report.doctor.email.people;
    expect(onSeveralRows / distinct).toBeGreaterThan(0.018);
    expect(onSeveralRows / distinct).toBeLessThan(0.03);
  });

  test.each(DEMO_PARTNERS)("of %s need every step of normalising", (partner) => {
    const { email, phone } = listOf(partner).report.doctor;
    for (const count of Object.values(email.changed)) expect(count).toBeGreaterThan(0.002 * ROWS);
    expect(Math.min(phone.withPlus, phone.withoutPlus, phone.defaultCountryApplied)).toBeGreaterThan(0.2 * ROWS);
    expect(phone.oddHyphens).toBeGreaterThan(100);
  });

  test.each([
    ["sunline-holidays", "harbour-yachts", 0.105, 0.135],
    ["sunline-holidays", "meridian-bank", 0.225, 0.275],
    ["harbour-yachts", "meridian-bank", 0.225, 0.275],
    ["sunline-holidays", "volt-electronics", 0.18, 0.22],
    ["harbour-yachts", "volt-electronics", 0.18, 0.22],
    ["meridian-bank", "volt-electronics", 0.18, 0.22],
  ] as const)("of %s and %s share between %f and %f of their addresses", (left, right, least, most) => {
    const [one, other] = [listOf(left).emails, listOf(right).emails];
    const share = [...one].filter((email) => other.has(email)).length / one.size;
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  });

  test("of three partners have more than a hundred people in common", () => {
    const [harbour, bank] = [listOf("harbour-yachts").emails, listOf("meridian-bank").emails];
    const shared = [...listOf("sunline-holidays").emails].filter((email) => harbour.has(email) && bank.has(email));
    expect(shared.length).toBeGreaterThan(0.03 * ROWS);
  });
});

test("every person has a phone of their own that is valid in their country", () => {
  const phones = new Set<string>();
  const countries = new Set<string>();
  for (let number = 0; number < 8_000_000; number += 1_601) {
    const { phone, country } = personOf(7, number);
    const international = `+${country.callingCode}${phone}`;
    expect(canonicalPhone(international)).toEqual({ ok: true, value: international });
    phones.add(international);
    countries.add(country.code);
  }
  expect(phones.size).toBe(Math.ceil(8_000_000 / 1_601));
  expect(countries.size).toBe(COUNTRIES.length);
});
