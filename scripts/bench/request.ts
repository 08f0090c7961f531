// A whole question as a partner asks it, on a room of its own: signed, decided, matched, noised, debited, logged,
// receipted, over HTTP. Beside it the same comparison by the matcher alone, on the same lists.

import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { askQuestion } from "../../src/app/ask-question.ts";
import { unwrapDataKey } from "../../src/app/receive-part.ts";
import { type RoomClient, roomClient } from "../../src/client/room-client.ts";
import { contractSignature } from "../../src/client/sign-contract.ts";
import { signedPolicy } from "../../src/client/sign-policy.ts";
import { uploadList } from "../../src/client/upload.ts";
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from "../../src/crypto/jwk.ts";
import { type ContractId, contractId, contractSchema } from "../../src/domain/contract/document.ts";
import { datasetRef } from "../../src/domain/dataset/schema.ts";
import { LIMITS } from "../../src/domain/limits.ts";
import { manifestSchema, partnerIdSchema } from "../../src/domain/partner/manifest.ts";
import { policySchema } from "../../src/domain/policy/document.ts";
import { type AskedQuestion, questionSchema } from "../../src/domain/question/question.ts";
import type { Result } from "../../src/domain/result.ts";
import { discardRoom, type RunningRoom, runRoom } from "../../src/main.ts";
import type { ComparedList } from "../../src/ports/matcher.ts";
import { timed } from "./contender.ts";
import { SCHEMA } from "./lists.ts";
import { median } from "./rounds.ts";

/** Medians in milliseconds. */
export type RequestTimes = {
  /** A signed request that reads: signature, key and nonce, one statement, the reply. */
  readonly signed: number;
  /** A question from its parsed form to its commit: decided twice, matched, noised, debited, receipted, logged. */
  readonly question: number;
  /** The matcher's own part of such a question: its filter was not asked before, its crosswalk is kept. */
  readonly matching: number;
  /** The whole over HTTP. Noised answers leave on a tick of 100 ms, so this is a multiple of it. */
  readonly overHttp: number;
};

type Partner = { readonly id: string; readonly key: SigningKey; readonly client: RoomClient };

const PARTNERS = { left: "left-side", right: "right-side" } as const;
type Side = keyof typeof PARTNERS;
const TURNS = 40;
const LAST_FILTER = 499;

/** Runs a room in a directory, brings the two lists in, and asks distinct questions. */
export async function requestTimes(
  directory: string,
  paths: { readonly [side in Side]: string },
): Promise<RequestTimes> {
  const started = await runRoom({
    dataDirectory: join(directory, "room"),
    keys: { kind: "file", path: join(directory, "room", "keys.json") },
    engine: "columnar",
    memoryBytes: 2 * 1_073_741_824,
    publishing: { seconds: LIMITS.checkpointSeconds, entries: LIMITS.checkpointEntries },
    databaseUrl: null,
    host: "127.0.0.1",
    port: 0,
    signInHosts: [],
    publicOrigin: null,
    logLevel: "error",
  });
  if (!started.ok) throw new Error(started.error.join("; "));
  try {
    return await measure(started.value, paths);
  } finally {
    await discardRoom(started.value);
  }
}

async function measure(room: RunningRoom, paths: { readonly [side in Side]: string }): Promise<RequestTimes> {
  const left = await enter(room, "left");
  const right = await enter(room, "right");
  const contract = await agree([left, right]);
  await bring(left, paths.left);
  await bring(right, paths.right);
  const asked = (number: number) => questionAbout(contract, number);
  const ask = (number: number) => askedOf(room, left, asked(number));
  await ask(LAST_FILTER);
  const lists = await openedLists(room);
  const filters = Array.from({ length: LAST_FILTER }, (_, number) => number).values();
  const fresh = (work: Work) => async () => work(filters.next().value ?? 0);
  const [signed = 0, question = 0, matching = 0] = await inTurns([
    async () => needed(await left.client.call((api) => api.GET("/v1/partners"))),
    fresh(ask),
    fresh((number) => room.ports.matcher.overlap(filtered(lists, number), ["email"])),
  ]);
  const post = fresh(async (number) =>
    needed(await left.client.call((api) => api.POST("/v1/questions", { body: asked(number) }))),
  );
  const [overHttp = 0] = await inTurns([post]);
  return { signed, question, matching, overHttp };
}

// A filter is asked once and by one alone, so that nobody finds its rows looked up.
type Work = (number: number) => Promise<unknown>;

async function inTurns(works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const times: number[][] = works.map(() => []);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [place, work] of works.entries()) times[place]?.push((await timed(work)).millis);
  }
  return times.map(median);
}

function questionAbout(contract: ContractId, number: number): AskedQuestion {
  const dataset = `${PARTNERS.right}/bench`;
  return questionSchema.parse({
    analysis: "overlap",
    contract,
    purpose: "insight",
    between: [`${PARTNERS.left}/bench`, dataset],
    where: [{ dataset, attribute: "category", in: [`category${number}`] }],
  });
}

async function askedOf({ ports }: RunningRoom, { id, key }: Partner, asked: AskedQuestion): Promise<void> {
  const caller = { partner: partnerIdSchema.parse(id), thumbprint: key.publicKey.thumbprint };
  const outcome = await askQuestion({ ...ports, keep: async () => {} }, { caller, asked });
  if (!outcome.ok) throw new Error(outcome.error.detail);
}

function openedLists({ ports }: RunningRoom): Promise<ComparedList[]> {
  const parties = Object.values(PARTNERS).map((id) => partnerIdSchema.parse(id));
  return ports.store.read({ name: "bench", parties }, (tx) =>
    Promise.all(
      parties.map(async (partner) => {
        const version = await tx.versions.current(datasetRef(partner, "bench"));
        if (version === null) throw new Error("a list is not there");
        const dataKey = await unwrapDataKey(tx, ports.room.keyRing, partner);
        return { segment: version.segment, dataKey, consents: [], where: [] };
      }),
    ),
  );
}

function filtered(lists: readonly ComparedList[], number: number): ComparedList[] {
  const where = [{ attribute: "category", in: [`category${number}`] }];
  return lists.map((list, place) => (place === 1 ? { ...list, where } : list));
}

async function enter(room: RunningRoom, side: Side): Promise<Partner> {
  const id = PARTNERS[side];
  const signing = { clock: Date.now, random: (count: number) => randomBytes(count), publicOrigin: room.publicOrigin };
  const operatorKey = signingKeyFromJwk(JSON.parse(await readFile(room.operatorKeyPath, "utf8")));
  if (!operatorKey.ok) throw new Error(operatorKey.error);
  const operator = roomClient({ url: room.url, ...signing, key: operatorKey.value });
  const { key } = generateSigningKey();
  const client = roomClient({ url: room.url, ...signing, key });
  const manifest = manifestSchema.parse({
    concordat: "partner/1",
    id,
    name: id,
    industry: "bench",
    contacts: [{ role: "bench", email: `${id}@example.org` }],
    datasets: [],
  });
  const { code } = needed(await operator.call((api) => api.POST("/v1/partners", { body: manifest })));
  const params = { path: { partner: id } };
  const jwk = { ...key.publicKey.jwk };
  needed(await client.call((api) => api.POST("/v1/partners/{partner}/keys", { params, body: { jwk, code } })));
  needed(await client.call((api) => api.PUT("/v1/policy", { body: signedPolicy(key, policyOf(id)) })));
  needed(await client.call((api) => api.POST("/v1/datasets", { body: SCHEMA })));
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
  requestsPerPeriod: [{ analysis: "overlap", count: 10_000, period: "P30D" }],
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

async function agree(partners: readonly Partner[]): Promise<ContractId> {
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
    if (index === 0) needed(await client.call((api) => api.POST("/v1/contracts", { body: contract })));
    const signature = contractSignature(key, { id, document: contract });
    if (!signature.ok) throw new Error(signature.error);
    const params = { path: { contract: id } };
    needed(
      await client.call((api) => api.POST("/v1/contracts/{contract}/signatures", { params, body: signature.value })),
    );
  }
  return id;
}

async function bring({ client }: Partner, path: string): Promise<void> {
  needed(await uploadList({ client, dataset: "bench", source: createReadStream(path) }));
}

function needed<Value>(outcome: Result<Value, { readonly detail: string }>): Value {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.error.detail);
}
