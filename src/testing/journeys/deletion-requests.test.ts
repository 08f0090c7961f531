// Parties that a partner trusts ask for deletions in the form of the IAB Tech Lab Data Deletion Request Framework, over
// real HTTP.

import type { JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { eraseRequested } from "../../app/erase-requested.ts";
import { LIMITS } from "../../domain/limits.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { csvOf, emailDigest, people } from "./lists.ts";
import {
  jtiOf,
  jwkOf,
  type Party,
  partyOf,
  requestOf,
  seconds,
  sendRequest,
  trustedBy,
  withClaims,
  withHeader,
} from "./requesters.ts";
import {
  agree,
  ask,
  bring,
  call,
  contractJson,
  declare,
  type Member,
  openWorld,
  overlapOf,
  policyJson,
  putPolicy,
  regionOf,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

const descriptionSchema = z.looseObject({
  endpoint: z.string(),
  jwksUri: z.string(),
  identifiers: z.array(z.unknown()),
});

let world: World;
let alba: Member;
let boreal: Member;
let contract: string;
let publisher: Party;
let vendor: Party;
let place: string;

beforeAll(async () => {
  world = await openWorld();
  [alba, boreal] = [await bring(world, "alba-travel"), await bring(world, "boreal-boats")];
  for (const [member, [from, to]] of [
    [alba, [0, 300]],
    [boreal, [0, 300]],
  ] as const) {
    await putPolicy(member, policyJson(member.id));
    await declare(member);
    await upload(member, csvOf(people(from, to), "r"));
  }
  contract = await agree([alba, boreal], contractJson([alba, boreal], { terms: WIDE_LIMITS }));
  [publisher, vendor] = [
    await trustedBy(alba, "publisher.example", "RS256"),
    await trustedBy(alba, "vendor.example", "ES256"),
  ];
  place = `${world.origin}/v1/deletion-requests/${alba.id}`;
});
afterAll(() => world.room.discard());

describe("requests for deletion", () => {
  test("are described where the framework looks, with keys that the acknowledgement verifies under", async () => {
    for (const path of [
      "/.well-known/dsrdelete.json",
      "/dsrdelete.json",
      `/v1/deletion-requests/${alba.id}/dsrdelete.json`,
    ]) {
      const described = descriptionSchema.parse(await (await fetch(world.origin + path)).json());
      expect(described.identifiers).toContainEqual({ id: 1, type: "email", format: "sha256" });
      expect(described).toMatchObject({ vendorScriptRequirement: false, pollFrequency: LIMITS.deletionPollSeconds });
      expect(described.endpoint).toBe(path.startsWith("/v1") ? place : `${world.origin}/v1/deletion-requests`);
      expect(await (await fetch(described.jwksUri)).json()).toMatchObject({ keys: [{ alg: "EdDSA", use: "sig" }] });
    }
  });

  test("erase the person in a round, by the requester and nobody else, and keep nothing of the request", async () => {
    const before = (await entries()).length;
    const accepted = await send(await requestOf(vendor, { person: 7, by: publisher }));
    expect(accepted).toMatchObject({ status: 202, claims: { version: "2.0", raResultCode: 10_000, iss: "127.0.0.1" } });
    // Somebody whom no list holds is acknowledged in the same words.
    const unknown = await send(await requestOf(publisher, { person: 9_999 }));
    expect({ ...unknown.claims, jti: "", iat: 0, rqJWT: "" }).toEqual({
      ...accepted.claims,
      jti: "",
      iat: 0,
      rqJWT: "",
    });
    expect(await overlap()).toBeGreaterThan(290);
    await eraseRequested(world.room.ports);
    const added = (await entries()).slice(before);
    expect(added.map(({ act, actor }) => [act, actor])).toEqual([
      ["deletion-requested", { partner: alba.id, requester: "vendor.example" }],
      ["deletion-requested", { partner: alba.id, requester: "publisher.example" }],
      ["question-permitted", expect.anything()],
      ["people-erased", { partner: alba.id, requester: "vendor.example" }],
      ["people-erased", { partner: alba.id, requester: "publisher.example" }],
    ]);
    const [first, second] = added.filter(({ act }) => act === "people-erased").map(({ detail }) => detail);
    expect(first).toMatchObject({ identifiers: 1, requests: [accepted.claims["jti"]], lists: [{ people: 1 }] });
    expect(second).toMatchObject({ lists: [{ people: 0 }] });
    expect(added[0]).toMatchObject({
      subject: { deletionRequest: accepted.claims["jti"] },
      detail: { origin: "publisher.example" },
    });
    expect(JSON.stringify(added)).not.toContain(emailDigest(7));
    const { leftOut } = await upload(alba, csvOf(people(0, 300), "r"));
    expect(leftOut).toBe(1);
    await eraseRequested(world.room.ports);
    expect((await entries()).filter(({ act }) => act === "people-erased")).toHaveLength(2);
  });

  test("are taken in version 1.0 as well, and at the room's own place when they name the partner", async () => {
    const first = await send(await requestOf(publisher, { person: 11, version: "1.0" }));
    expect(first).toMatchObject({ status: 202, claims: { version: "1.0", raResultCode: 0 } });
    const named = await requestOf(publisher, { person: 12, claims: { aud: place } });
    const second = await send(named, { to: `${world.origin}/v1/deletion-requests`, type: "application/json" });
    expect(second).toMatchObject({ status: 202 });
    const nameless = await requestOf(publisher, { person: 12 });
    expect(await send(nameless, { to: `${world.origin}/v1/deletion-requests` })).toMatchObject({ status: 400 });
  });

  test("are refused with the framework's code whatever is wrong, and strangers leave no entry", async () => {
    const before = (await entries()).length;
    const now = seconds();
    const stranger = await partyOf("stranger.example", "EdDSA");
    const impostor = { ...(await partyOf("publisher.example", "RS256")), kid: publisher.kid };
    const good = await requestOf(publisher, { person: 20 });
    expect(await send(good)).toMatchObject({ status: 202 });
    const cases: readonly (readonly [string, number, string])[] = [
      ["a replay", 13_201, good],
      [
        "the same name with another body",
        13_201,
        await requestOf(publisher, { person: 21, claims: { jti: jtiOf(good) } }),
      ],
      ["an issuer whom the partner does not trust", 11_205, await requestOf(stranger, { person: 20 })],
      ["a first party whom it does not trust", 11_105, await requestOf(vendor, { person: 20, by: stranger })],
      ["another key under the issuer's name", 13_202, await requestOf(impostor, { person: 20 })],
      ["a first party's signature by another key", 13_102, await requestOf(vendor, { person: 20, by: impostor })],
      ["a key that the issuer does not have", 11_205, await requestOf({ ...publisher, kid: "other" }, { person: 20 })],
      ["an algorithm that is not the key's", 12_201, withHeader(good, { alg: "PS256" })],
      ["no algorithm at all", 12_201, withHeader(good, { alg: "none" })],
      ["a header with more in it", 13_201, withHeader(good, { jku: "https://stranger.example/" })],
      ["a changed payload", 13_202, withClaims(good, { identifierValue: emailDigest(22) })],
      ["another recipient", 13_201, await requestOf(publisher, { person: 20, claims: { aud: `${place}-x` } })],
      [
        "a day and more",
        13_203,
        await requestOf(publisher, { person: 20, claims: { iat: now - 86_500 }, origin: { iat: now - 86_600 } }),
      ],
      ["past its end", 13_203, await requestOf(publisher, { person: 20, claims: { exp: now - 1 } })],
      ["six minutes ahead", 13_204, await requestOf(publisher, { person: 20, claims: { iat: now + 400 } })],
      [
        "before its origin",
        13_205,
        await requestOf(publisher, { person: 20, claims: { iat: now - 100 }, origin: { iat: now - 50 } }),
      ],
      [
        "an origin of last year",
        13_103,
        await requestOf(publisher, { person: 20, origin: { iat: now - 400 * 86_400 } }),
      ],
      ["no first party's word", 13_101, await requestOf(publisher, { person: 20, claims: { orJWT: "e30.e30.e30" } })],
      ["no JWT", 13_201, "not a request"],
    ];
    const answers = await Promise.all(
      cases.map(async ([name, , text]) => {
        const { status, claims } = await send(text);
        return [name, status, claims["raResultCode"]];
      }),
    );
    expect(answers).toEqual(cases.map(([name, code]) => [name, 400, code]));
    expect((await entries()).slice(before).map(({ act }) => act)).toEqual(["deletion-requested"]);
  });

  test("are refused in the log's sight when a trusted requester names nobody in a form that is taken", async () => {
    const before = (await entries()).length;
    const cases: readonly (readonly [number, JWTPayload])[] = [
      [14_201, { identifierType: "cookie" }],
      [14_202, { identifierFormat: "raw", identifierValue: "person30@example.com" }],
      [14_203, { identifierValue: "person30@example.com" }],
    ];
    for (const [code, claims] of cases) {
      const answer = await send(await requestOf(publisher, { person: 30, claims }));
      expect([answer.status, answer.claims["raResultCode"]]).toEqual([400, code]);
    }
    const added = (await entries()).slice(before);
    expect(added.map(({ act }) => act)).toEqual(["deletion-refused", "deletion-refused", "deletion-refused"]);
    expect(JSON.stringify(added)).not.toContain("person30");
  });

  test("are bounded, and say the same of a partner that is not there", async () => {
    const large = await fetch(place, {
      method: "POST",
      body: "x".repeat(LIMITS.deletionRequestBytes + 1),
      headers: JWT,
    });
    expect(large.status).toBe(413);
    const form = await fetch(place, { method: "POST", body: "rqJWT=x", headers: { "content-type": "text/plain" } });
    expect(form.status).toBe(415);
    const elsewhere = await send(await requestOf(publisher, { person: 1 }), { to: `${place}-x` });
    expect(elsewhere).toMatchObject({ status: 400, claims: { raResultCode: 11_205 } });
  });

  test("end with their requester, whose last ones are carried out", async () => {
    expect(await send(await requestOf(vendor, { person: 40, by: publisher }))).toMatchObject({ status: 202 });
    await call(alba, "DELETE /v1/subjects/requesters/vendor.example");
    const after = await send(await requestOf(vendor, { person: 41, by: publisher }));
    expect(after).toMatchObject({ status: 400, claims: { raResultCode: 11_205 } });
    await eraseRequested(world.room.ports);
    expect((await entries()).at(-1)).toMatchObject({ act: "people-erased", actor: { requester: "vendor.example" } });
  });

  test("outlast a data key that is replaced", async () => {
    expect(await send(await requestOf(publisher, { person: 50 }))).toMatchObject({ status: 202 });
    await call(alba, `POST /v1/contracts/${contract}/termination`, { json: {} });
    await eraseRequested(world.room.ports);
    const last = (await entries()).slice(-2).map(({ act }) => act);
    expect(last).toEqual(["data-key-destroyed", "people-erased"]);
    expect((await upload(alba, csvOf(people(0, 300), "r"))).leftOut).toBeGreaterThan(1);
  });

  test("are taken from keys that can be held to anything alone", async () => {
    const jwk = await jwkOf(publisher);
    const cases = [
      [{ ...jwk, kid: undefined }, /kid/],
      [{ ...jwk, alg: "HS256" }, /alg/],
      [{ ...jwk, n: String(jwk["n"]).slice(0, 100) }, /2048/],
      [{ ...jwk, e: "Aw" }, /65537/],
      [{ ...jwk, d: "AQAB" }, /public part alone/],
    ] as const;
    for (const [key, says] of cases) {
      const json = { issuer: "other.example", audience: "optional", keys: [JSON.parse(JSON.stringify(key))] };
      const answer = await call(alba, "POST /v1/subjects/requesters", { json });
      expect(answer.body["type"]).toBe("/problems/key-unacceptable");
      expect(answer.body["detail"]).toMatch(says);
    }
  });
});

const JWT = { "content-type": "application/jwt" };

type Sending = { readonly to?: string; readonly type?: string };

function send(rqJWT: string, { to = place, type }: Sending = {}) {
  return sendRequest(to, rqJWT, type);
}

async function overlap(): Promise<number | undefined> {
  return regionOf(await ask(boreal, overlapOf(contract, [boreal, alba])), [boreal, alba]);
}

async function entries() {
  const page = await call(world.operator, "GET /v1/audit/entries?from=0&limit=1000");
  return entryListSchema.parse(page.body).items.map(({ entry }) => JSON.parse(entry));
}
