// The companies of a load and what they agreed on: brought in over the room's own API, some at a time, with small lists
// and wide limits, so that nothing that is sent afterwards is refused.

import { randomBytes } from "node:crypto";
import { contractSignature } from "../../src/client/sign-contract.ts";
import { signedPolicy } from "../../src/client/sign-policy.ts";
import { generateSigningKey, type SigningKey } from "../../src/crypto/jwk.ts";
import { contractId, contractSchema } from "../../src/domain/contract/document.ts";
import { policySchema } from "../../src/domain/policy/document.ts";
import { bringList, LIMITS_STATED, LIST_SCHEMA, mustCall, textOf } from "../../src/testing/faults/small-world.ts";
import { notice } from "../bench/rounds.ts";

/** A room and who may bring partners in. */
export type Place = { readonly origin: string; readonly operatorKey: SigningKey };

/** A company with its key; the private part as it travels to the sender. */
export type LoadMember = { readonly id: string; readonly key: SigningKey; readonly privateJwk: object };

/** A contract in force and the companies that signed it, two or three. */
export type LoadContract = { readonly id: string; readonly members: readonly string[] };

export type World = { readonly members: readonly LoadMember[]; readonly contracts: readonly LoadContract[] };

export type Wanted = { readonly partners: number; readonly contracts: number; readonly signal: AbortSignal };

const INDUSTRY = "load";
const PEOPLE_A_LIST = 200;
/** Acts of the log come one after another; this many at once keep the room busy. */
const LANES = 8;

/** Brings in so many companies and has them sign so many contracts. */
export async function populateRoom(place: Place, { partners, contracts, signal }: Wanted): Promise<World> {
  // Names differ from run to run: a room never takes one twice.
  const run = randomBytes(3).toString("hex");
  notice(`${partners} partners come in ...`);
  const numbers = Array.from({ length: partners }, (_, number) => number);
  const members = await inLanes(numbers, signal, (number) => enter(place, `load-${run}-${number}`, number));
  notice(`${contracts} contracts are signed ...`);
  const groups = groupsOf(partners, contracts).map((group) => group.flatMap((number) => members[number] ?? []));
  const signed = await inLanes([...groups.entries()], signal, ([number, group]) => sign(place, number, group));
  return { members, contracts: signed };
}

/**
 * Which partners share each contract: two, and a third in every third one. Every partner has about as many contracts as
 * every other, with as many others as there are.
 */
export function groupsOf(partners: number, contracts: number): readonly (readonly number[])[] {
  return Array.from({ length: contracts }, (_, contract) => {
    const first = contract % partners;
    const step = 1 + (Math.floor(contract / partners) % (partners - 1));
    const pair = [first, (first + step) % partners];
    const third = (first + step + 1) % partners;
    return contract % 3 === 2 && !pair.includes(third) ? [...pair, third] : pair;
  });
}

async function enter({ origin, operatorKey }: Place, id: string, number: number): Promise<LoadMember> {
  const { key, privateJwk } = generateSigningKey();
  const contacts = [{ role: "privacy", email: `${id}@load.example` }];
  const manifest = { concordat: "partner/1", id, name: id, industry: INDUSTRY, contacts, datasets: [] };
  const added = await mustCall(origin, { method: "POST", path: "/v1/partners", key: operatorKey, json: manifest });
  const proof = { jwk: key.publicKey.jwk, code: textOf(added, "code") };
  await mustCall(origin, { method: "POST", path: `/v1/partners/${id}/keys`, key, json: proof });
  await mustCall(origin, { method: "PUT", path: "/v1/policy", key, json: signedPolicy(key, policyOfLoad(id)) });
  await mustCall(origin, { method: "POST", path: "/v1/datasets", key, json: LIST_SCHEMA });
  // Neighbours share half of their people.
  const from = (number * PEOPLE_A_LIST) / 2;
  await bringList(origin, key, { from, until: from + PEOPLE_A_LIST });
  return { id, key, privateJwk };
}

function policyOfLoad(partner: string) {
  const use = { purposes: ["insight"], analyses: ["overlap"], attributes: { tier: ["filter"] }, channels: [] };
  return policySchema.parse({
    concordat: "policy/1",
    partner,
    version: 1,
    defaults: LIMITS_STATED,
    grants: [{ id: "everything", to: [{ industry: INDUSTRY }], ...use, terms: {} }],
    prohibitions: [],
    examples: [],
  });
}

async function sign({ origin }: Place, number: number, group: readonly LoadMember[]): Promise<LoadContract> {
  const members = group.map((member) => member.id);
  const document = contractOfLoad(`load-${number}`, members);
  const id = contractId(document);
  for (const [place, { key }] of group.entries()) {
    if (place === 0) await mustCall(origin, { method: "POST", path: "/v1/contracts", key, json: document });
    const signature = contractSignature(key, { id, document });
    if (!signature.ok) throw new Error(signature.error);
    await mustCall(origin, { method: "POST", path: `/v1/contracts/${id}/signatures`, key, json: signature.value });
  }
  return { id, members };
}

function contractOfLoad(name: string, members: readonly string[]) {
  const attributes = { tier: { type: "category", values: ["gold", "silver"], uses: ["filter"] } };
  return contractSchema.parse({
    concordat: "contract/1",
    name,
    version: 1,
    previous: null,
    members: members.map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    purposes: ["insight"],
    datasets: members.map((partner) => ({
      partner,
      dataset: LIST_SCHEMA.dataset,
      identifiers: ["email"],
      attributes,
      consents: [],
    })),
    analyses: [
      { analysis: "overlap", purposes: ["insight"], recipients: members, identifiers: ["email"], channels: [] },
    ],
    terms: LIMITS_STATED,
    validity: { from: "2020-01-01", until: "2099-12-31" },
  });
}

/** Works on all items, some at a time, and answers in their order. Fails with the first that fails. */
async function inLanes<Item, Made>(
  items: readonly Item[],
  signal: AbortSignal,
  work: (item: Item) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = [];
  const entries = items.entries();
  const lane = async () => {
    for (const [place, item] of entries) {
      signal.throwIfAborted();
      made[place] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return made;
}
