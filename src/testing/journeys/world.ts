// A room with partners in it, for the journeys: everything is done by signed calls over HTTP, as a partner would, and
// every reply is parsed by the schema that its route documents, so that validator and document cannot drift apart.

import { expect } from "vitest";
import type { z } from "zod";
import { signedPolicy } from "../../client/sign-policy.ts";
import { CONTRACT_TYP } from "../../crypto/contract-jws.ts";
import { generateSigningKey, type SigningKey } from "../../crypto/jwk.ts";
import { type JwsEntry, signPayload } from "../../crypto/jws.ts";
import type { HeaderLines } from "../../crypto/signature-base.ts";
import { utf8 } from "../../domain/bytes.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { contractSchema } from "../../domain/contract/document.ts";
import { OPERATOR, type PartnerId, partnerIdSchema } from "../../domain/partner/manifest.ts";
import { PROBLEMS, type ProblemKind } from "../../domain/problem.ts";
import { contractReplySchema } from "../../wire/api/contract.ts";
import { datasetReplySchema, uploadReplySchema, versionReplySchema } from "../../wire/api/dataset.ts";
import { enrolmentSchema, keySchema } from "../../wire/api/partner.ts";
import { policyReplySchema } from "../../wire/api/policy.ts";
import { releaseSchema } from "../../wire/api/question.ts";
import { problemSchema } from "../../wire/api/shared.ts";
import { LIMITS_STATED } from "../documents.ts";
import { startTestRoom, type TestRoom } from "../room.ts";
import { type Answer, type SignedCall, signedCall } from "../signed-call.ts";
import { expectDocumented } from "./documented.ts";
import { csvOf, LIST_SCHEMA, REGIONS, type Row, sha256Hex, TIERS } from "./lists.ts";

/** A partner in a room, with the key that it signs with. */
export type Member = { readonly origin: string; readonly id: PartnerId; readonly key: SigningKey };
export type World = { readonly room: TestRoom; readonly origin: string; readonly operator: Member };
type Document = { readonly [member: string]: unknown };
type Request = Omit<SignedCall, "key" | "method" | "path">;

/** A fresh room with its operator alone in it. */
export async function openWorld(): Promise<World> {
  const room = await startTestRoom();
  const origin = room.publicOrigin;
  return { room, origin, operator: { origin, id: OPERATOR, key: room.operatorKey } };
}

/** Sends a signed call, such as `GET /v1/policy`, and holds the reply to what its route documents. */
export async function call(member: Member, line: string, request: Request = {}): Promise<Answer> {
  const [method = "", path = ""] = line.split(" ");
  const answer = await signedCall(member.origin, { method, path, key: member.key, ...request });
  expectDocumented(method, path, answer);
  return answer;
}

/** Sends header lines and bytes as they are, whatever they were signed for. */
export async function send(
  world: World,
  line: string,
  sent: { readonly headers: HeaderLines; readonly bytes?: Uint8Array | null },
): Promise<Answer> {
  const [method = "", path = ""] = line.split(" ");
  const body = sent.bytes == null ? {} : { body: new Uint8Array(sent.bytes) };
  const headers = sent.headers.map(([name, value]): [string, string] => [name, value]);
  const response = await fetch(world.origin + path, { method, headers, ...body });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : {}, text };
}

/** The reply, which must be a good one of this shape. */
export function read<Shape extends z.ZodType>(schema: Shape, answer: Answer): z.output<Shape> {
  if (answer.status >= 300) throw new Error(`refused: ${answer.text}`);
  return schema.parse(answer.body);
}

/** Holds an answer to be this problem, told in a sentence that says what was seen or what to do. */
export function expectProblem(answer: Answer, kind: ProblemKind, says: RegExp): void {
  expect(answer.body["type"] ?? answer.text).toBe(`/problems/${kind}`);
  const { status, title, next, detail } = problemSchema.parse(answer.body);
  expect({ status, title, next }).toEqual(PROBLEMS[kind]);
  expect(answer.status).toBe(PROBLEMS[kind].status);
  expect(detail).toMatch(says);
  expect(detail).toMatch(/[a-z`)\]\d]+( \S+){2,}/i);
}

/** Brings a partner in: the operator adds its manifest, its first key enrols with the code. */
export async function bring(
  world: Pick<World, "operator" | "origin">,
  id: string,
  industry = "travel",
): Promise<Member> {
  const { code } = read(
    enrolmentSchema,
    await call(world.operator, "POST /v1/partners", { json: manifestOf(id, industry) }),
  );
  const { key } = generateSigningKey();
  const member = { origin: world.origin, id: partnerIdSchema.parse(id), key };
  const json = { jwk: key.publicKey.jwk, code };
  read(keySchema, await call(member, `POST /v1/partners/${id}/keys`, { json }));
  return member;
}

export function manifestOf(id: string, industry = "travel"): Document {
  const contacts = [{ role: "privacy", email: `privacy@${id}.example` }];
  return { concordat: "partner/1", id, name: `The ${id} company`, industry, contacts, datasets: [] };
}

/** Limits under which noise is small beside the lists of these tests, with room for hundreds of answers. */
export const WIDE_LIMITS = {
  ...LIMITS_STATED,
  k: 10,
  minimumAudience: 20,
  maximumAudience: 1_000,
  budget: { perRelease: "5", perRecipient: "9999", lineage: "9999", delta: "1e-7", period: "P90D" },
  requestsPerPeriod: [
    { analysis: "overlap", count: 200, period: "P30D" },
    { analysis: "audience", count: 200, period: "P30D" },
  ],
  versionsPerPeriod: { count: 20, period: "P30D" },
};

/** A policy that lets everybody in travel, marine and banking ask anything of its lists. */
export function policyJson(partner: string, limits: Document = {}, replaced: Document = {}): Document {
  return {
    concordat: "policy/1",
    partner,
    version: 1,
    defaults: { ...WIDE_LIMITS, ...limits },
    grants: [
      {
        id: "everything",
        to: [{ industry: "travel" }, { industry: "marine" }, { industry: "banking" }],
        purposes: ["insight", "activation"],
        analyses: ["overlap", "audience"],
        attributes: { tier: ["filter"], region: ["filter"] },
        channels: ["email", "post"],
        terms: {},
      },
    ],
    prohibitions: [],
    examples: [],
    ...replaced,
  };
}

export async function putPolicy(member: Member, json: Document): Promise<void> {
  read(policyReplySchema, await sendPolicy(member, json));
}

/** Puts a policy, whatever it is, signed by the member's key. */
export function sendPolicy(member: Member, json: Document): Promise<Answer> {
  const document = JSON.parse(JSON.stringify(json));
  return call(member, "PUT /v1/policy", { json: signedPolicy(member.key, document) });
}

export async function declare(member: Member, schema: Document = LIST_SCHEMA): Promise<void> {
  read(datasetReplySchema, await call(member, "POST /v1/datasets", { json: schema }));
}

export async function openUpload(member: Member, dataset = "customers", json: Document = {}): Promise<string> {
  const opened = await call(member, `POST /v1/datasets/${dataset}/uploads`, { json });
  return read(uploadReplySchema, opened).id;
}

/** Sends one part of an upload. */
export function sendPart(member: Member, part: Part): Promise<Answer> {
  const bytes = typeof part.content === "string" ? utf8(part.content) : part.content;
  return call(member, `PUT /v1/uploads/${part.upload}/parts/${part.number}`, { bytes, contentType: "text/csv" });
}
type Part = { readonly upload: string; readonly number: number | string; readonly content: string | Uint8Array };

export function commit(member: Member, upload: string, parts: readonly string[]): Promise<Answer> {
  return call(member, `POST /v1/uploads/${upload}/commit`, { json: { parts } });
}

/** Uploads a list in one part and commits it. */
export async function upload(member: Member, csv: string): Promise<z.output<typeof versionReplySchema>> {
  const id = await openUpload(member);
  read(uploadReplySchema, await sendPart(member, { upload: id, number: 1, content: csv }));
  return read(versionReplySchema, await commit(member, id, [sha256Hex(utf8(csv))]));
}

/** A contract in which every member brings `customers` and receives everything. */
export function contractJson(members: readonly Member[], replaced: Document = {}): Document {
  const ids = members.map(({ id }) => id);
  const uses = ["filter", "group"];
  return {
    concordat: "contract/1",
    name: "joint-season",
    version: 1,
    previous: null,
    members: ids.map((partner) => ({ partner, roles: ["contributor", "recipient"] })),
    purposes: ["insight", "activation"],
    datasets: ids.map((partner) => ({
      partner,
      dataset: "customers",
      identifiers: ["email"],
      attributes: {
        tier: { type: "category", values: TIERS, uses },
        region: { type: "category", values: REGIONS, uses },
      },
      consents: [{ consent: "partner-marketing" }, { consent: "email-marketing", channels: ["email"] }],
    })),
    analyses: [
      { analysis: "overlap", purposes: ["insight"], recipients: ids, identifiers: ["email"], channels: [] },
      { analysis: "audience", purposes: ["activation"], recipients: ids, identifiers: ["email"], channels: ["email"] },
    ],
    terms: WIDE_LIMITS,
    validity: { from: "2026-01-01", until: "2099-12-31" },
    ...replaced,
  };
}

/** Offers a contract and has every member sign it. */
export async function agree(members: readonly Member[], json: Document): Promise<string> {
  const [first] = members;
  if (first === undefined) throw new Error("a contract has members");
  const { id } = read(contractReplySchema, await call(first, "POST /v1/contracts", { json }));
  for (const member of members) read(contractReplySchema, await sign(member, { id, json }));
  return id;
}

export function sign(member: Member, contract: { readonly id: string; readonly json: Document }): Promise<Answer> {
  const entry = entryOf(member.key, contract.json);
  return call(member, `POST /v1/contracts/${contract.id}/signatures`, { json: entry });
}

/** A signature over the canonical form of a contract. */
export function entryOf(key: SigningKey, json: Document): JwsEntry {
  return signPayload(key, utf8(canonicalJson(contractSchema.parse(json))), CONTRACT_TYP);
}

/** Two fresh partners, both lists in, the contract between them in force. */
export async function pairOf(
  world: Pick<World, "operator" | "origin">,
  wanted: {
    readonly names: readonly [string, string];
    readonly lists: Pair<readonly Row[]>;
    readonly limits?: Document;
  },
): Promise<{ readonly left: Member; readonly right: Member; readonly contract: string }> {
  const limits = { ...WIDE_LIMITS, ...wanted.limits };
  const [left, right] = [await bring(world, wanted.names[0]), await bring(world, wanted.names[1])];
  for (const [member, rows, prefix] of [
    [left, wanted.lists[0], "l"],
    [right, wanted.lists[1], "r"],
  ] as const) {
    await putPolicy(member, policyJson(member.id, limits));
    await declare(member);
    await upload(member, csvOf(rows, prefix));
  }
  const contract = await agree([left, right], contractJson([left, right], { terms: limits }));
  return { left, right, contract };
}
type Pair<Value> = readonly [Value, Value];

export function overlapOf(contract: string, members: readonly Member[], replaced: Document = {}): Document {
  const between = members.map(({ id }) => `${id}/customers`);
  return { analysis: "overlap", contract, purpose: "insight", between, ...replaced };
}

export function audienceOf(contract: string, [own, other]: Pair<Member>, replaced: Document = {}): Document {
  const lists = { from: `${own.id}/customers`, matching: `${other.id}/customers` };
  return { analysis: "audience", contract, purpose: "activation", channel: "email", ...lists, ...replaced };
}

export async function ask(
  member: Member,
  question: Document,
): Promise<z.output<typeof releaseSchema> & { readonly text: string }> {
  const answer = await call(member, "POST /v1/questions", { json: question });
  return { ...read(releaseSchema, answer), text: answer.text };
}

/** The figure that an overlap released for a region, by the partners on it. */
export function regionOf(release: z.output<typeof releaseSchema>, members: readonly Member[]): number | undefined {
  const wanted = members.map(({ id }) => `${id}/customers`).sort();
  return release.regions?.find((region) => [...region.members].sort().join() === wanted.join())?.released;
}
