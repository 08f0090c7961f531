// Two partners of a room who bring the two lists, agree on one contract and may ask anything about them: over the
// signed API, as partners do it. Their limits are so wide that prices and caps are not what is measured.

import { randomBytes } from "node:crypto";
import { type RoomClient, roomClient } from "../../src/client/room-client.ts";
import { contractSignature } from "../../src/client/sign-contract.ts";
import { signedPolicy } from "../../src/client/sign-policy.ts";
import { uploadList } from "../../src/client/upload.ts";
import { generateSigningKey, type SigningKey } from "../../src/crypto/jwk.ts";
import { type ContractId, contractId, contractSchema } from "../../src/domain/contract/document.ts";
import { LIMITS } from "../../src/domain/limits.ts";
import { manifestSchema } from "../../src/domain/partner/manifest.ts";
import { policySchema } from "../../src/domain/policy/document.ts";
import type { Result } from "../../src/domain/result.ts";
import { SCHEMA } from "./lists.ts";

/** Where a room is, and who may bring partners in. */
export type RoomPlace = { readonly url: string; readonly publicOrigin: string; readonly operatorKey: SigningKey };

export type Partner = { readonly id: string; readonly key: SigningKey; readonly client: RoomClient };

/** Brings a partner in, with its key, its policy and its dataset. */
export async function enterPartner({ url, publicOrigin, operatorKey }: RoomPlace, id: string): Promise<Partner> {
  const signing = { clock: Date.now, random: (count: number) => randomBytes(count), publicOrigin };
  const operator = roomClient({ url, ...signing, key: operatorKey });
  const { key } = generateSigningKey();
  const client = roomClient({ url, ...signing, key });
  const manifest = manifestSchema.parse({
    concordat: "partner/1",
    id,
    name: id,
    industry: "bench",
    contacts: [{ role: "bench", email: `${id}@example.org` }],
    datasets: [],
  });
  const { code } = outcomeOf(await operator.call((api) => api.POST("/v1/partners", { body: manifest })));
  const params = { path: { partner: id } };
  const jwk = { ...key.publicKey.jwk };
  outcomeOf(await client.call((api) => api.POST("/v1/partners/{partner}/keys", { params, body: { jwk, code } })));
  outcomeOf(await client.call((api) => api.PUT("/v1/policy", { body: signedPolicy(key, policyOf(id)) })));
  outcomeOf(await client.call((api) => api.POST("/v1/datasets", { body: SCHEMA })));
  return { id, key, client };
}

// Wide enough that nothing here is refused: prices and caps are not what is measured.
const TERMS = {
  mode: "noise",
  k: LIMITS.kFloor,
  rounding: 1,
  minimumAudience: LIMITS.kFloor,
  maximumAudience: 1_000_000,
  budget: { perRelease: "0.01", perRecipient: "1000", lineage: "1000", delta: "1e-7", period: "P30D" },
  requestsPerPeriod: [{ analysis: "overlap", count: 1_000_000, period: "P30D" }],
  versionsPerPeriod: { count: 1_000, period: "P30D" },
  approval: [],
  retention: "P30D",
  audienceValidity: "P30D",
};

function policyOf(partner: string) {
  const grant = { id: "all", to: [{ industry: "bench" }], purposes: ["insight"], analyses: ["overlap"] };
  const grants = [{ ...grant, attributes: { category: ["filter"] }, channels: [], terms: {} }];
  const policy = {
    concordat: "policy/1",
    partner,
    version: 1,
    defaults: TERMS,
    grants,
    prohibitions: [],
    examples: [],
  };
  return policySchema.parse(policy);
}

/** Has partners sign one contract about their lists. */
export async function agreeOnLists(partners: readonly Partner[]): Promise<ContractId> {
  const recipients = partners.map(({ id }) => id);
  const { values } = SCHEMA.attributes["category"] ?? { values: [] };
  const attributes = { category: { type: "category", values, uses: ["filter"] } };
  const contract = contractSchema.parse({
    concordat: "contract/1",
    name: "bench",
    version: 1,
    previous: null,
    members: recipients.map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    purposes: ["insight"],
    datasets: recipients.map((partner) => ({
      partner,
      dataset: "bench",
      identifiers: ["email"],
      attributes,
      consents: [],
    })),
    analyses: [{ analysis: "overlap", purposes: ["insight"], recipients, identifiers: ["email"], channels: [] }],
    terms: TERMS,
    validity: { from: "2020-01-01", until: "2099-12-31" },
  });
  const id = contractId(contract);
  for (const [index, { client, key }] of partners.entries()) {
    if (index === 0) outcomeOf(await client.call((api) => api.POST("/v1/contracts", { body: contract })));
    const signature = contractSignature(key, { id, document: contract });
    if (!signature.ok) throw new Error(signature.error);
    const params = { path: { contract: id } };
    outcomeOf(
      await client.call((api) => api.POST("/v1/contracts/{contract}/signatures", { params, body: signature.value })),
    );
  }
  return id;
}

/** Uploads a partner's list. */
export async function bringRows({ client }: Partner, source: AsyncIterable<Uint8Array>): Promise<void> {
  outcomeOf(await uploadList({ client, dataset: SCHEMA.dataset, source }));
}

/** What a call outcomeOf, where nothing but an answer will do. */
export function outcomeOf<Value>(outcome: Result<Value, { readonly detail: string }>): Value {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.error.detail);
}
