// The acts that a test cuts off at their commits: each makes a fresh call of its kind, with what must be there first,
// so that the call itself is all that is cut.

import { randomUUID } from "node:crypto";
import { signedPolicy } from "../../client/sign-policy.ts";
import { KEY_PROOF_TYP } from "../../crypto/document-types.ts";
import { generateSigningKey } from "../../crypto/jwk.ts";
import { signCompact } from "../../crypto/jws.ts";
import type { SignedCall } from "../signed-call.ts";
import {
  audienceQuestion,
  contractOfMembers,
  type Keys,
  listOfPeople,
  mustCall,
  overlapQuestion,
  policyOfMember,
  type Range,
  sha256Hex,
  signatureOf,
  textOf,
} from "./small-world.ts";

export type Scene = { readonly origin: string; readonly keys: Keys; readonly contract: string };

/** Makes the calls of one kind, each another. */
export type Act = { readonly name: string; readonly next: () => Promise<SignedCall> };

/** Every kind of act that a partner's program repeats by its idempotency key, and two that it repeats as they are. */
export function actsOf(scene: Scene): readonly Act[] {
  const { keys, contract } = scene;
  const [alba, corvo] = [keys["alba-travel"], keys["corvo-bank"]];
  let count = 100;
  let version = 1;
  const number = () => ++count;
  const post = (path: string, json: unknown, key = alba) => {
    return { method: "POST", path, key, json, idempotencyKey: randomUUID() };
  };
  const between = ["alba-travel", "boreal-boats"] as const;
  return [
    { name: "overlap", next: async () => post("/v1/questions", overlapQuestion(contract, between, number())) },
    { name: "audience", next: async () => post("/v1/questions", audienceQuestion(contract, between, number())) },
    { name: "open", next: async () => post(CUSTOMERS, {}) },
    { name: "part", next: async () => partOf(await opened(scene), PEOPLE, scene) },
    { name: "commit", next: async () => post(...(await commitOf(scene))) },
    { name: "offer", next: async () => post("/v1/contracts", contractOfMembers(`cut-${number()}`)) },
    {
      name: "sign",
      next: async () => {
        const document = contractOfMembers(`cut-${number()}`);
        const offered = await mustCall(scene.origin, post("/v1/contracts", document));
        return post(`/v1/contracts/${textOf(offered, "id")}/signatures`, signatureOf(corvo, document), corvo);
      },
    },
    { name: "invite", next: async () => post("/v1/people", { name: `Person ${number()}`, role: "marketer" }) },
    { name: "erase", next: async () => post("/v1/subjects/erasures", { identifiers: [person(number())] }, corvo) },
    {
      name: "key",
      next: async () => {
        const { key } = generateSigningKey();
        const claim = { partner: "corvo-bank", thumbprint: key.publicKey.thumbprint };
        const proof = signCompact(key, claim, KEY_PROOF_TYP);
        return post("/v1/partners/corvo-bank/keys", { jwk: key.publicKey.jwk, proof }, corvo);
      },
    },
    {
      name: "policy",
      next: async () => {
        const json = signedPolicy(corvo, policyOfMember("corvo-bank", ++version));
        return { method: "PUT", path: "/v1/policy", key: corvo, json };
      },
    },
  ];
}

const CUSTOMERS = "/v1/datasets/customers/uploads";
const PEOPLE: Range = { from: 0, until: 120 };

async function opened({ origin, keys }: Scene): Promise<string> {
  const open = { method: "POST", path: CUSTOMERS, key: keys["alba-travel"], json: {} };
  return `/v1/uploads/${textOf(await mustCall(origin, open), "id")}`;
}

function partOf(upload: string, range: Range, { keys }: Scene): SignedCall {
  const bytes = listOfPeople(range, true);
  return { method: "PUT", path: `${upload}/parts/1`, key: keys["alba-travel"], bytes, contentType: "text/csv" };
}

async function commitOf(scene: Scene): Promise<[path: string, json: unknown]> {
  const upload = await opened(scene);
  const part = partOf(upload, PEOPLE, scene);
  await mustCall(scene.origin, part);
  return [`${upload}/commit`, { parts: [sha256Hex(part.bytes ?? new Uint8Array())] }];
}

function person(number: number) {
  return { kind: "email", hash: sha256Hex(Buffer.from(`person${number}@faults.example`)) };
}
