// Three partners with lists of numbered people, wide limits and one contract: a world in which everything is permitted
// and every figure is known, so that a test of faults can look at nothing but faults.

import { createHash } from "node:crypto";
import { signedPolicy } from "../../client/sign-policy.ts";
import { generateSigningKey, type SigningKey } from "../../crypto/jwk.ts";
import { signPayload } from "../../crypto/jws.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { contractSchema } from "../../domain/contract/document.ts";
import { datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { policySchema } from "../../domain/policy/document.ts";
import { type Answer, type SignedCall, signedCall } from "../signed-call.ts";

export const MEMBERS = ["alba-travel", "boreal-boats", "corvo-bank"] as const;
export type Member = (typeof MEMBERS)[number];
export type Keys = Readonly<Record<Member, SigningKey>>;

/** Limits so wide that nothing is refused by them. */
export const LIMITS_STATED = {
  mode: "noise",
  k: 10,
  rounding: 1,
  minimumAudience: 10,
  maximumAudience: 1_000_000,
  budget: { perRelease: "0.5", perRecipient: "9999", lineage: "9999", delta: "1e-7", period: "P3M" },
  requestsPerPeriod: [
    { analysis: "overlap", count: 1_000_000, period: "P30D" },
    { analysis: "audience", count: 1_000_000, period: "P30D" },
  ],
  versionsPerPeriod: { count: 1_000_000, period: "P30D" },
  approval: [],
  retention: "P90D",
  audienceValidity: "P30D",
} as const;

/** How every member's list is read. */
export const LIST_SCHEMA = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "ref" },
  identifiers: { email: { column: "email", profile: "concordat-1", encoding: "hex" } },
  attributes: { tier: { column: "tier", type: "category", values: ["gold", "silver"] } },
  consents: {},
  rejects: "0.02",
});

/** A policy that lets the other members ask anything; versions differ in a sentence alone. */
export function policyOfMember(partner: Member, version: number) {
  const because = `there is none of them, said for the ${version}. time`;
  return policySchema.parse({
    concordat: "policy/1",
    partner,
    version,
    defaults: LIMITS_STATED,
    grants: [
      {
        id: "everything",
        to: MEMBERS.filter((other) => other !== partner),
        purposes: ["insight", "activation"],
        analyses: ["overlap", "audience"],
        attributes: { tier: ["filter"] },
        channels: ["email"],
        terms: {},
      },
    ],
    prohibitions: [{ id: "no-insurers", to: [{ industry: "insurance" }], because }],
    examples: [],
  });
}

/** A contract of all three; contracts differ by their names. */
export function contractOfMembers(name: string) {
  return contractSchema.parse({
    concordat: "contract/1",
    name,
    version: 1,
    previous: null,
    members: MEMBERS.map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    purposes: ["insight", "activation"],
    datasets: MEMBERS.map((partner) => ({
      partner,
      dataset: "customers",
      identifiers: ["email"],
      attributes: { tier: { type: "category", values: ["gold", "silver"], uses: ["filter"] } },
      consents: [],
    })),
    analyses: [
      { analysis: "overlap", purposes: ["insight"], recipients: MEMBERS, identifiers: ["email"], channels: [] },
      {
        analysis: "audience",
        purposes: ["activation"],
        recipients: MEMBERS,
        identifiers: ["email"],
        channels: ["email"],
      },
    ],
    terms: LIMITS_STATED,
    validity: { from: "2026-01-01", until: "2099-12-31" },
  });
}

/** People `from` to `until`, the last not among them. */
export type Range = { readonly from: number; readonly until: number };

/** A hashed list of numbered people; the header is in the first part of an upload alone. */
export function listOfPeople({ from, until }: Range, hasHeader: boolean): Uint8Array {
  const lines = hasHeader ? ["ref,email,tier"] : [];
  for (let person = from; person < until; person++) {
    const digest = createHash("sha256").update(`person${person}@faults.example`).digest("hex");
    lines.push(`R-${person},${digest},${person % 3 === 0 ? "gold" : "silver"}`);
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** An overlap of two members' lists. Prices differ, so that every number is another question. */
export function overlapQuestion(contract: string, between: readonly [string, string], number: number) {
  return {
    analysis: "overlap",
    contract,
    purpose: "insight",
    between: between.map((partner) => `${partner}/customers`),
    epsilon: priceOf(number),
  };
}

/** An audience of the asker's own people who are on the other's list. */
export function audienceQuestion(contract: string, [asker, other]: readonly [Member, Member], number: number) {
  return {
    analysis: "audience",
    contract,
    purpose: "activation",
    from: `${asker}/customers`,
    matching: `${other}/customers`,
    channel: "email",
    epsilon: priceOf(number),
  };
}

/** A member's signature under a contract, as its signing route takes it. */
export function signatureOf(key: SigningKey, contract: ReturnType<typeof contractOfMembers>) {
  return signPayload(key, Buffer.from(canonicalJson(contract)), "concordat-contract+jws");
}

/** A call that must succeed: anything else ends the test with what the room said. */
export async function mustCall(origin: string, call: SignedCall): Promise<Answer> {
  const answer = await signedCall(origin, call);
  if (answer.status < 400) return answer;
  throw new Error(`${call.method} ${call.path}: ${answer.status} ${answer.text}`);
}

/** A text member of an answer. */
export function textOf(answer: Answer, name: string): string {
  const value = answer.body[name];
  if (typeof value !== "string") throw new Error(`the answer has no text \`${name}\`: ${answer.text}`);
  return value;
}

/** Enrols the three, with a policy and a dataset each. */
export async function populate(origin: string, operator: SigningKey): Promise<Keys> {
  const keys = { "alba-travel": newKey(), "boreal-boats": newKey(), "corvo-bank": newKey() };
  for (const partner of MEMBERS) {
    const key = keys[partner];
    const contacts = [{ role: "privacy", email: `privacy@${partner}.example` }];
    const manifest = { concordat: "partner/1", id: partner, name: partner, industry: "travel", contacts, datasets: [] };
    const added = await mustCall(origin, { method: "POST", path: "/v1/partners", key: operator, json: manifest });
    const proof = { jwk: key.publicKey.jwk, code: textOf(added, "code") };
    await mustCall(origin, { method: "POST", path: `/v1/partners/${partner}/keys`, key, json: proof });
    await mustCall(origin, {
      method: "PUT",
      path: "/v1/policy",
      key,
      json: signedPolicy(key, policyOfMember(partner, 1)),
    });
    await mustCall(origin, { method: "POST", path: "/v1/datasets", key, json: LIST_SCHEMA });
  }
  return keys;
}

/** Uploads a list in one part and commits it; answers the version. */
export async function bringList(origin: string, key: SigningKey, range: Range): Promise<Answer> {
  const opened = { method: "POST", path: "/v1/datasets/customers/uploads", key, json: {} };
  const path = `/v1/uploads/${textOf(await mustCall(origin, opened), "id")}`;
  const bytes = listOfPeople(range, true);
  await mustCall(origin, { method: "PUT", path: `${path}/parts/1`, key, bytes, contentType: "text/csv" });
  return mustCall(origin, { method: "POST", path: `${path}/commit`, key, json: { parts: [sha256Hex(bytes)] } });
}

/** Offers a contract and has every member sign it; answers its id. */
export async function agree(origin: string, keys: Keys, name: string): Promise<string> {
  const contract = contractOfMembers(name);
  const offer = { method: "POST", path: "/v1/contracts", key: keys[MEMBERS[0]], json: contract };
  const id = textOf(await mustCall(origin, offer), "id");
  for (const partner of MEMBERS) {
    const json = signatureOf(keys[partner], contract);
    await mustCall(origin, { method: "POST", path: `/v1/contracts/${id}/signatures`, key: keys[partner], json });
  }
  return id;
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function newKey(): SigningKey {
  return generateSigningKey().key;
}

function priceOf(number: number): string {
  return `0.${String(100_000 + number).replace(/0+$/, "")}`;
}
