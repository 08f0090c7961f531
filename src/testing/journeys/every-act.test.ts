// Every act is on the record: each route that changes anything, or lets anything leave, is driven, and its entries are
// seen. A route without an entry stands here with the reason; one that is in neither list fails.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { eraseRequested } from "../../app/erase-requested.ts";
import { keepHouse } from "../../app/keep-house.ts";
import type { Room } from "../../app/ports.ts";
import { cosign, cosignerKey } from "../../crypto/cosignature.ts";
import { generateSigningKey } from "../../crypto/jwk.ts";
import { rawPublicKey } from "../../crypto/signed-note.ts";
import { ACTS, type AuditEntry } from "../../domain/audit/entry.ts";
import { utf8 } from "../../domain/bytes.ts";
import { LIMITS } from "../../domain/limits.ts";
import { ROUTES } from "../../http/api/routes.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { openBentProvider } from "../console/identity-provider.ts";
import { visitorBy } from "../console/visitor.ts";
import { asOwner } from "../faults/room-facts.ts";
import { startTestRoom } from "../room.ts";
import { csvOf, emailDigest, people, sha256Hex } from "./lists.ts";
import { jwkOf, type Party, partyOf, requestOf, sendRequest } from "./requesters.ts";
import {
  audienceOf,
  bring,
  call,
  commit,
  contractJson,
  declare,
  entryOf,
  type Member,
  manifestOf,
  openUpload,
  openWorld,
  overlapOf,
  policyJson,
  putPolicy,
  sendPart,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

type Act = (typeof ACTS)[number];

/** What changes nothing that anybody rests on, or is told by a later entry. */
const NO_ENTRY: Readonly<Record<string, string>> = {
  "POST /v1/questions/explain": "nothing leaves: it is worked out from documents and the asker's own ledger",
  "POST /v1/policy/check": "nothing comes into force, and nothing is kept",
  "POST /v1/datasets/{dataset}/uploads":
    "nothing is in force yet: the entry comes when it is committed, refused or dropped",
  "PUT /v1/uploads/{upload}/parts/{part}": "staged rows are nobody's to read: the entry of the upload counts them",
  "POST /v1/audit/cosignatures": "an entry for each would need a checkpoint for each, which would be cosigned again",
};

/** Reading that is an act: something leaves the room as a file, or rows that name customers do. */
const READING_THAT_LEAVES = [
  "GET /v1/releases/{release}/rows",
  "GET /v1/subjects/notices",
  "GET /v1/audit/export",
  "GET /v1/audit/evidence",
  "GET /v1/audit/record",
  "GET /v1/audit/assessment",
  "GET /v1/audit/breach",
];

let world: World;
let alba: Member;
let boreal: Member;
const seen = new Map<string, Set<Act>>();

beforeAll(async () => {
  world = await openWorld();
  [alba, boreal] = [await bring(world, "alba-travel"), await bring(world, "boreal-boats")];
});
afterAll(() => world.room.discard());

describe("every act is there", () => {
  test("partners and keys", async () => {
    const added = await drive("POST /v1/partners", ["partner-added"], () =>
      call(world.operator, "POST /v1/partners", { json: manifestOf("cassia-cruises") }),
    );
    const { key } = generateSigningKey();
    const cassia: Member = { ...alba, id: "cassia-cruises" as Member["id"], key };
    const json = { jwk: key.publicKey.jwk, code: added.body["code"] };
    const keys = "/v1/partners/cassia-cruises/keys";
    await drive("POST /v1/partners/{partner}/keys", ["key-registered"], () => call(cassia, `POST ${keys}`, { json }));
    await drive("DELETE /v1/partners/{partner}/keys/{thumbprint}", ["key-revoked"], () =>
      call(world.operator, `DELETE ${keys}/${key.publicKey.thumbprint}`),
    );
  });

  test("people of the console", async () => {
    const person = await drive("POST /v1/people", ["person-invited"], () =>
      call(alba, "POST /v1/people", { json: { name: "Ada", role: "marketer" } }),
    );
    const path = `/v1/people/${personOf(person.body).id}`;
    const invited = await drive("POST /v1/people/{person}/links", ["person-invited"], () =>
      call(alba, `POST ${path}/links`, { json: {} }),
    );
    const link = alba.origin + String(invited.body["link"]);
    const visitor = await expectActs(["person-signed-in"], () => visitorBy({ member: alba, link }));
    await expectActs(["person-signed-out"], () => visitor.post("/console/sign-out"));
    await drive("DELETE /v1/people/{person}", ["person-removed"], () => call(alba, `DELETE ${path}`));
    const provider = await openBentProvider();
    const json = { issuer: provider.issuer, clientId: "concordat-room" };
    const place = "/v1/sign-in-provider";
    await drive(`PUT ${place}`, ["sign-in-provider-put"], () => call(alba, `PUT ${place}`, { json }));
    await drive(`DELETE ${place}`, ["sign-in-provider-removed"], () => call(alba, `DELETE ${place}`));
    await provider.close();
  });

  test("policies and lists", async () => {
    await drive("PUT /v1/policy", ["policy-put"], () => putPolicy(alba, policyJson(alba.id, HELD)));
    await putPolicy(boreal, policyJson(boreal.id));
    await drive("POST /v1/policy/check", [], () => call(alba, "POST /v1/policy/check", { json: policyJson(alba.id) }));
    await drive("POST /v1/datasets", ["dataset-created"], () => declare(alba));
    await declare(boreal);
    await upload(boreal, csvOf(people(0, 300), "b"));
    const path = "POST /v1/datasets/{dataset}/uploads";
    const dropped = await drive(path, [], () => openUpload(alba));
    await drive("PUT /v1/uploads/{upload}/parts/{part}", [], () =>
      sendPart(alba, { upload: dropped, number: 1, content: csvOf(people(0, 30), "a") }),
    );
    await drive("DELETE /v1/uploads/{upload}", ["upload-dropped"], () => call(alba, `DELETE /v1/uploads/${dropped}`));
    await drive("DELETE /v1/uploads/{upload}", [], () => call(alba, `DELETE /v1/uploads/${dropped}`));
    await drive("POST /v1/uploads/{upload}/commit", ["upload-committed"], () =>
      committed(alba, csvOf(people(0, 300), "a")),
    );
    const bad = people(0, 30).map((row) => ({ ...row, tier: "unheard-of" }));
    await drive("POST /v1/uploads/{upload}/commit", ["upload-refused"], () => committed(alba, csvOf(bad, "a")));
  });

  test("contracts, questions, approvals and what is collected", async () => {
    const json = contractJson([alba, boreal], { approvalWithin: "P14D", terms: WIDE_LIMITS });
    const contracts = "POST /v1/contracts";
    const refused = await drive(contracts, ["contract-offered"], () =>
      call(alba, contracts, { json: { ...json, name: "other" } }),
    );
    await change(boreal, { contract: String(refused.body["id"]), noun: "refusal", acts: ["contract-refused"] });
    const { body } = await call(alba, contracts, { json });
    const contract = String(body["id"]);
    for (const member of [alba, boreal])
      await drive("POST /v1/contracts/{contract}/signatures", ["contract-signed"], () =>
        call(member, `POST /v1/contracts/${contract}/signatures`, { json: entryOf(member.key, json) }),
      );
    await change(boreal, { contract, noun: "suspension", acts: ["contract-suspended"] });
    await change(boreal, { contract, noun: "resumption", acts: ["contract-resumed"] });
    const overlap = overlapOf(contract, [alba, boreal]);
    await drive("POST /v1/questions/explain", [], () => call(boreal, "POST /v1/questions/explain", { json: overlap }));
    await asked(boreal, { ...overlap, purpose: "activation" }, ["question-denied"]);
    const waits = await asked(boreal, overlap, ["approval-requested"]);
    await decided(boreal, waits, { verdict: "withdraw" }, ["approval-withdrawn"]);
    const again = await asked(boreal, overlap, ["approval-requested"]);
    await decided(alba, again, { verdict: "deny", because: "not now" }, ["approval-denied"]);
    const third = await asked(boreal, overlap, ["approval-requested"]);
    await decided(alba, third, { verdict: "approve" }, ["approval-given", "question-permitted"]);
    await asked(boreal, overlap, ["question-permitted"]);
    const list = await asked(boreal, audienceOf(contract, [boreal, alba]), ["question-permitted"]);
    const where = [{ dataset: `${alba.id}/customers`, attribute: "tier", in: ["gold"] }];
    await asked(
      boreal,
      { ...audienceOf(contract, [boreal, alba]), where: [...where, { ...where[0], in: ["silver"] }] },
      ["question-withheld"],
    );
    await drive("GET /v1/releases/{release}/rows", ["release-collected"], () =>
      call(boreal, `GET /v1/releases/${list}/rows`),
    );
    const identifiers = [{ kind: "email", hash: emailDigest(1) }];
    await drive("POST /v1/subjects/erasures", ["people-erased"], () =>
      call(alba, "POST /v1/subjects/erasures", { json: { identifiers } }),
    );
    await rights();
    await exported(contract);
    await change(alba, {
      contract,
      noun: "termination",
      acts: ["contract-terminated", "data-deleted", "data-key-destroyed", "data-key-destroyed"],
    });
  });

  test("witnesses", async () => {
    const signer = { name: `${alba.id}/witness`, key: generateSigningKey().key };
    const key = cosignerKey(signer.name, rawPublicKey(signer.key.publicKey));
    const { text } = await call(alba, "GET /v1/audit/checkpoint");
    const line = cosign(text.slice(0, text.indexOf("\n\n") + 1), signer, Math.floor(Date.now() / 1_000));
    const json = { key, checkpoint: text + line };
    await drive("POST /v1/audit/witnesses", ["witness-registered"], () =>
      call(alba, "POST /v1/audit/witnesses", { json }),
    );
    await drive("POST /v1/audit/cosignatures", [], () =>
      call(alba, "POST /v1/audit/cosignatures", { json: { checkpoint: text + line } }),
    );
    const path = `DELETE /v1/audit/witnesses/${signer.key.publicKey.thumbprint}`;
    await drive("DELETE /v1/audit/witnesses/{thumbprint}", ["witness-retired"], () => call(alba, path));
  });

  test("keys of the room, and who leaves it", async () => {
    await drive("POST /v1/room/wrapping-key", ["wrapping-key-rotated"], () =>
      call(world.operator, "POST /v1/room/wrapping-key", { json: {} }),
    );
    await drive("POST /v1/room/log-key", ["log-key-handed-over"], () =>
      call(world.operator, "POST /v1/room/log-key", { json: {} }),
    );
    await drive("DELETE /v1/partners/{partner}", ["partner-removed", "data-key-destroyed"], () =>
      call(world.operator, "DELETE /v1/partners/cassia-cruises"),
    );
  });

  test("what the room does by itself: uploads that stay idle, and a start with other settings", async () => {
    const idle = await openUpload(boreal);
    await sendPart(boreal, { upload: idle, number: 1, content: csvOf(people(0, 30), "b") });
    const age = (days: number) =>
      asOwner(world.room.directory, async (sql) => {
        await sql`update concordat.upload set opened_at = now() - make_interval(days => ${days}) where id = ${idle}`;
        await sql`
          update concordat.upload_part set received_at = now() - make_interval(days => ${days - 2})
          where upload = ${idle}`;
      });
    await age(LIMITS.uploadDays + 1);
    await expectActs([], () => keepHouse(world.room.ports));
    await age(LIMITS.uploadDays + 3);
    await expectActs(["upload-dropped"], () => keepHouse(world.room.ports));
    expect((await entries(0)).at(-1)).toMatchObject({
      actor: { room: true },
      parties: [boreal.id, "operator"],
      subject: { upload: idle, dataset: `${boreal.id}/customers` },
      detail: { because: "idle", parts: 1, read: 30 },
    });
    expect(await readdir(join(world.room.directory, "lists", "staging"))).toEqual([]);
    const others = { seconds: 30, entries: 500 };
    await expectActs(["configuration-changed", "room-started"], () => startAgain(others));
    const [changed] = (await entries(0)).filter(({ act }) => act === "configuration-changed");
    expect(changed?.detail).toEqual({ settings: ["checkpointEntries", "checkpointSeconds"] });
    await expectActs(["room-started"], () => startAgain(others));
  });

  test("and each act of the log was seen, or is driven by a test of its own", async () => {
    const seenActs = new Set((await entries(0)).map(({ act }) => act));
    expect(ACTS.filter((act) => !seenActs.has(act)).sort()).toEqual(Object.keys(ELSEWHERE).sort());
  });

  test("and no route is left that was not driven", () => {
    const changing = ROUTES.filter(({ method }) => method !== "get").map(
      ({ method, path }) => `${method.toUpperCase()} ${path}`,
    );
    const driven = [...seen].filter(([, acts]) => acts.size > 0).map(([route]) => route);
    expect(driven.sort()).toEqual(
      [...changing.filter((route) => NO_ENTRY[route] === undefined), ...READING_THAT_LEAVES].sort(),
    );
    expect(
      [...seen]
        .filter(([, acts]) => acts.size === 0)
        .map(([route]) => route)
        .sort(),
    ).toEqual(Object.keys(NO_ENTRY).sort());
  });

  test("and no entry has an address, a digest of one, or a record reference of anybody on a list", async () => {
    const log = (await entries(0)).map((entry) => JSON.stringify(entry)).join("\n");
    for (const { person } of people(0, 300)) {
      expect(log).not.toContain(emailDigest(person));
      expect(log).not.toContain(`person${person}@`);
      expect(log).not.toMatch(new RegExp(`"[ab]${person}"`));
    }
  });
});

function personOf(body: { readonly [member: string]: unknown }) {
  return z.looseObject({ person: z.looseObject({ id: z.string() }) }).parse(body).person;
}

/** Acts that take a room of their own, or days: the test that sees each in the log. */
const ELSEWHERE: { readonly [act in Act]?: string } = {
  "approval-expired": "journeys/contract-life.test.ts",
  "approval-lapsed": "journeys/contract-life.test.ts",
  "backup-made": "backup/drill.test.ts",
  "enrolment-ended": "console/console.test.ts",
  "policy-waiting": "journeys/policies.test.ts",
  "room-key-rotated": "journeys/room-key.test.ts",
  "room-key-rotation-begun": "journeys/room-key.test.ts",
  "room-restored": "backup/drill.test.ts",
  "sign-in-refused": "src/console/account.test.ts",
  "version-ended": "journeys/retention.test.ts",
};

async function startAgain(publishing: Room["publishing"]): Promise<void> {
  const { directory } = world.room;
  await world.room.stop();
  const room = await startTestRoom(directory, publishing);
  const origin = room.publicOrigin;
  world = { room, origin, operator: { ...world.operator, origin } };
}

const HELD = { approval: ["overlap"] };

/** Does what a route is for, and holds the log to have these entries of it and no others. */
async function drive<Value>(route: string, acts: readonly Act[], work: () => Promise<Value>): Promise<Value> {
  const value = await expectActs(acts, work, route);
  const known = seen.get(route) ?? new Set();
  seen.set(route, new Set([...known, ...acts]));
  return value;
}

/** Holds the log to have these entries of some work and no others. */
async function expectActs<Value>(acts: readonly Act[], work: () => Promise<Value>, route?: string): Promise<Value> {
  const before = (await entries(0)).length;
  const value = await work();
  expect(
    (await entries(before)).map(({ act }) => act),
    route,
  ).toEqual(acts);
  return value;
}

/** Entries of the whole log from an index on, as the operator reads them, which reading leaves no entry. */
async function entries(from: number): Promise<readonly AuditEntry[]> {
  const page = await call(world.operator, `GET /v1/audit/entries?from=${from}&limit=1000`);
  return entryListSchema.parse(page.body).items.map(({ entry }) => JSON.parse(entry));
}

type Change = { readonly contract: string; readonly noun: string; readonly acts: readonly Act[] };

function change(member: Member, { contract, noun, acts }: Change) {
  return drive(`POST /v1/contracts/{contract}/${noun}`, acts, () =>
    call(member, `POST /v1/contracts/${contract}/${noun}`, { json: {} }),
  );
}

/** Asks, and gives the id of what came of it. */
async function asked(member: Member, json: object, acts: readonly Act[]): Promise<string> {
  const answer = await drive("POST /v1/questions", acts, () => call(member, "POST /v1/questions", { json }));
  return String(answer.body["id"]);
}

function decided(member: Member, request: string, json: object, acts: readonly Act[]) {
  return drive("POST /v1/approvals/{request}", acts, () => call(member, `POST /v1/approvals/${request}`, { json }));
}

async function committed(member: Member, csv: string) {
  const id = await openUpload(member);
  await sendPart(member, { upload: id, number: 1, content: csv });
  return commit(member, id, [sha256Hex(utf8(csv))]);
}

async function rights(): Promise<void> {
  const identifiers = [{ kind: "email", hash: emailDigest(2) }];
  const used: readonly (readonly [string, Act, object])[] = [
    ["access", "access-answered", {}],
    ["objections", "people-objected", { purpose: "insight" }],
    ["objections/liftings", "objection-lifted", { purpose: "insight" }],
    ["withdrawals", "consent-withdrawn", { consent: "marketing" }],
    ["withdrawals/liftings", "consent-restored", { consent: "marketing" }],
  ];
  for (const [right, act, scope] of used) {
    const route = `POST /v1/subjects/${right}`;
    await drive(route, [act], () => call(alba, route, { json: { identifiers, ...scope } }));
  }
  const party = await partyOf("publisher.example", "ES256");
  const requester = { issuer: party.issuer, audience: "optional", keys: [await jwkOf(party)] };
  const requesters = "POST /v1/subjects/requesters";
  await drive(requesters, ["requester-trusted"], () => call(alba, requesters, { json: requester }));
  await askedToDelete(party);
  await drive("DELETE /v1/subjects/requesters/{issuer}", ["requester-ended"], () =>
    call(alba, "DELETE /v1/subjects/requesters/publisher.example"),
  );
  await drive("GET /v1/subjects/notices", ["notices-fetched"], () => call(boreal, "GET /v1/subjects/notices"));
  const acknowledgements = "POST /v1/subjects/notices/acknowledgements";
  await drive(acknowledgements, ["notices-acknowledged"], () =>
    call(boreal, acknowledgements, { json: { notices: [] } }),
  );
}

// What parties send is no route of the API: it bears their signature, not a partner's.
async function askedToDelete(party: Party): Promise<void> {
  const place = `${world.origin}/v1/deletion-requests/${alba.id}`;
  await expectActs(["deletion-requested"], async () => sendRequest(place, await requestOf(party, { person: 3 })));
  const unheardOf = await requestOf(party, { person: 3, claims: { identifierType: "cookie" } });
  await expectActs(["deletion-refused"], () => sendRequest(place, unheardOf));
  await expectActs(["people-erased"], () => eraseRequested(world.room.ports));
}

async function exported(contract: string): Promise<void> {
  const today = new Date(Date.now()).toISOString().slice(0, 10);
  const files = [
    ["export", ""],
    ["evidence", `?contract=${contract}`],
    ["record", ""],
    ["assessment", ""],
    ["breach", `?from=${today}&until=${today}`],
  ];
  for (const [name, query] of files)
    await drive(`GET /v1/audit/${name}`, ["log-exported"], () => call(alba, `GET /v1/audit/${name}${query}`));
}
