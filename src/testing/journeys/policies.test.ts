// Policies over the wire: drafts checked, versions signed, one that permits more held back until a second key signs it.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signedPolicy } from "../../client/sign-policy.ts";
import { verifyPolicy } from "../../client/verify-policy.ts";
import { KEY_PROOF_TYP } from "../../crypto/document-types.ts";
import { generateSigningKey } from "../../crypto/jwk.ts";
import { signCompact } from "../../crypto/jws.ts";
import { POLICY_TYP } from "../../crypto/policy-jws.ts";
import { toBase64Url, utf8 } from "../../domain/bytes.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { contractReplySchema } from "../../wire/api/contract.ts";
import { exposureSchema } from "../../wire/api/exposure.ts";
import {
  policyCheckSchema,
  policyListSchema,
  policyReplySchema,
  waitingPolicyListSchema,
} from "../../wire/api/policy.ts";
import {
  bring,
  call,
  contractJson,
  expectProblem,
  type Member,
  openWorld,
  policyJson,
  read,
  sendPolicy,
  type World,
} from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(async () => {
  await world.room.discard();
});

const GUARDED = { loosening: { second: true } };

// A second person of the same company, with a key of its own.
async function secondPerson(member: Member): Promise<Member> {
  const { key } = generateSigningKey();
  const { thumbprint, jwk } = key.publicKey;
  const proof = signCompact(key, { partner: member.id, thumbprint }, KEY_PROOF_TYP);
  const added = await call(member, `POST /v1/partners/${member.id}/keys`, { json: { jwk, proof } });
  expect(added.status).toBe(201);
  return { ...member, key };
}

function looser(member: Member, version: number, replaced: object = {}) {
  return policyJson(member.id, { retention: "P200D" }, { version, ...GUARDED, ...replaced });
}

const waitingOf = async (member: Member) =>
  read(waitingPolicyListSchema, await call(member, "GET /v1/policy/waiting")).items;
const versionOf = async (member: Member) => read(policyReplySchema, await call(member, "GET /v1/policy")).version;
const acts = async (member: Member) => {
  const { text } = await call(member, "GET /v1/audit/entries?from=0");
  return [...text.matchAll(/policy-(?:put|waiting)/g)].map(([act]) => act);
};

describe("a version", () => {
  test("is taken with its partner's signature alone, and shows it for ever", async () => {
    const member = await bring(world, "signs-policies");
    const other = await bring(world, "signs-others");
    const json = JSON.parse(JSON.stringify(policyJson(member.id)));
    const put = (body: object) => call(member, "PUT /v1/policy", { json: body });
    expectProblem(await put(json), "invalid-document", /document/);
    expectProblem(await put(signedPolicy(other.key, json)), "policy-signature-invalid", /active key of yours/);
    const { signature } = signedPolicy(member.key, { ...json, version: 2 });
    expectProblem(await put({ document: json, signature }), "policy-signature-invalid", /./);
    const contractual = { ...signedPolicy(member.key, json), signature: entryOfKind(member, json) };
    expectProblem(await put(contractual), "policy-signature-invalid", /typ/);
    expectProblem(await call(member, "GET /v1/policy"), "policy-missing", /no policy/);
    const inForce = read(policyReplySchema, await put(signedPolicy(member.key, json)));
    expect(inForce).toMatchObject({ version: 1, isWaiting: false });
    const [kept] = read(policyListSchema, await call(member, "GET /v1/policy/versions")).items;
    expect(kept).toEqual(inForce);
    const payload = toBase64Url(utf8(canonicalJson(json)));
    const signatures = inForce.signatures.map(({ protected: header, signature: value }) => {
      return { protected: header, signature: value };
    });
    const verify = (envelope: object, by: Member) => verifyPolicy(JSON.stringify(envelope), [by.key.publicKey.jwk]);
    const { thumbprint } = member.key.publicKey;
    expect(verify({ payload, signatures }, member)).toMatchObject({
      ok: true,
      value: { digest: inForce.digest, document: json, signers: [thumbprint] },
    });
    expect(verify({ payload, signatures }, other)).toMatchObject({ ok: false, error: /none of the partner's/ });
    expect(verify({ payload, signatures: [...signatures, ...signatures] }, member)).toMatchObject({ ok: false });
    expect(verify({ payload, signatures: [] }, member)).toEqual({ ok: false, error: "nobody has signed it" });
    const forged = toBase64Url(utf8(canonicalJson({ ...json, version: 2 })));
    expect(verify({ payload: forged, signatures }, member)).toMatchObject({ ok: false });
  });

  function entryOfKind(member: Member, json: object) {
    const { signature } = signedPolicy(member.key, JSON.parse(JSON.stringify(json)));
    const header = toBase64Url(
      utf8(
        canonicalJson({ alg: "EdDSA", kid: member.key.publicKey.thumbprint, typ: POLICY_TYP.replace("policy", "x") }),
      ),
    );
    return { ...signature, protected: header };
  }
});

describe("a version that permits more, where the one in force asks for a second signature", () => {
  test("waits for another key, and comes into force with it", async () => {
    const first = await bring(world, "two-persons");
    const second = await secondPerson(first);
    expect((await sendPolicy(first, policyJson(first.id, {}, GUARDED))).status).toBe(200);
    const json = looser(first, 2);
    for (const _ of ["at first", "again by the same key"]) {
      const answer = await sendPolicy(first, json);
      expect([answer.status, read(policyReplySchema, answer).isWaiting]).toEqual([202, true]);
      expect(await versionOf(first)).toBe(1);
    }
    const [waiting, ...others] = await waitingOf(second);
    expect(others).toEqual([]);
    expect(waiting?.changes.join("\n")).toMatch(/looser[\s\S]*answers are kept for: 90 days → 200 days/);
    const counter = read(policyReplySchema, await sendPolicy(second, json));
    expect(counter).toMatchObject({ version: 2, isWaiting: false });
    expect(counter.signatures.map(({ thumbprint }) => thumbprint).sort()).toEqual(
      [first, second].map(({ key }) => key.publicKey.thumbprint).sort(),
    );
    expect([await versionOf(first), await waitingOf(first)]).toEqual([2, []]);
    expect(await acts(first)).toEqual(["policy-put", "policy-waiting", "policy-put"]);
  });

  test("is not helped by a signature of another text, of a revoked key, or of somebody else", async () => {
    const first = await bring(world, "guarded-one");
    const second = await secondPerson(first);
    const stranger = await bring(world, "guarded-two");
    await sendPolicy(first, policyJson(first.id, {}, GUARDED));
    expect((await sendPolicy(first, looser(first, 2))).status).toBe(202);
    expect((await sendPolicy(second, looser(first, 2, { examples: [], banned: ["income"] }))).status).toBe(202);
    expect((await sendPolicy(stranger, looser(first, 2))).status).toBe(422);
    expect(await waitingOf(first)).toHaveLength(2);
    const { thumbprint } = first.key.publicKey;
    expect((await call(second, `DELETE /v1/partners/${first.id}/keys/${thumbprint}`)).status).toBeLessThan(300);
    expect((await sendPolicy(second, looser(first, 2))).status).toBe(202);
    expect(await versionOf(second)).toBe(1);
  });

  test("does not wait when it permits less, and ends what waits; to drop the rule is to permit more", async () => {
    const first = await bring(world, "tightens");
    const second = await secondPerson(first);
    await sendPolicy(first, policyJson(first.id, {}, GUARDED));
    expect((await sendPolicy(first, policyJson(first.id, {}, { version: 2 }))).status).toBe(202);
    expect(
      (await sendPolicy(first, policyJson(first.id, { retention: "P30D" }, { version: 2, ...GUARDED }))).status,
    ).toBe(200);
    expect(await waitingOf(first)).toEqual([]);
    expectProblem(
      await sendPolicy(second, policyJson(first.id, {}, { version: 2 })),
      "policy-version-conflict",
      /is 3/,
    );
    const both = policyJson(first.id, { retention: "P60D", k: 20 }, { version: 3, ...GUARDED });
    expect((await sendPolicy(first, both)).status).toBe(202);
  });
});

describe("what a partner could ever learn", () => {
  test("follows contract and policy, by clause, and is told to the owner alone", async () => {
    const owner = await bring(world, "exposed", "banking");
    const asker = await bring(world, "asks-exposed", "travel");
    const of = async (member: Member, to: string) => call(member, `GET /v1/exposure?to=${to}`);
    expectProblem(await of(owner, asker.id), "policy-missing", /no policy/);
    await sendPolicy(owner, policyJson(owner.id, {}, { banned: ["region"] }));
    const none = read(exposureSchema, await of(owner, asker.id));
    expect(none).toMatchObject({ items: [], lines: [expect.stringContaining("can learn nothing")] });
    const json = contractJson([owner, asker]);
    const offered = read(contractReplySchema, await call(owner, "POST /v1/contracts", { json }));
    const exposure = read(exposureSchema, await of(owner, asker.id));
    expect(exposure.contracts).toEqual([{ id: offered.id, name: "joint-season", state: "offered" }]);
    expect(exposure.items.map(({ analysis, purpose, channel }) => [analysis, purpose, channel])).toEqual([
      ["overlap", "insight", null],
      ["audience", "activation", "email"],
    ]);
    for (const item of exposure.items) {
      expect(item.clauses.policy).toBe("/grants/0");
      expect(item.uses.map(({ attribute, use }) => `${attribute}:${use}`)).toEqual(["tier:filter"]);
    }
    expect(exposure.items[1]?.consents).toEqual(["email-marketing", "partner-marketing"]);
    expect(exposure.lines.join("\n")).toContain("by rule “everything”");
    await call(owner, `POST /v1/contracts/${offered.id}/refusal`, { json: {} });
    expect(read(exposureSchema, await of(owner, asker.id)).items).toEqual([]);
    expectProblem(await of(owner, owner.id), "not-found", /another partner/);
    expectProblem(await of(owner, "nobody-here"), "not-found", /another partner/);
  });
});

describe("a draft", () => {
  test("is checked without effect: every issue with its place and what to write instead", async () => {
    const member = await bring(world, "drafts");
    const check = async (json: object) =>
      read(policyCheckSchema, await call(member, "POST /v1/policy/check", { json: { ...json } }));
    const unfit = await check({ ...policyJson(member.id, { k: 9, mode: "loud" }), colour: "red" });
    expect(unfit).toMatchObject({ isSound: false, examples: 0 });
    expect(unfit.issues.map(({ path, instead }) => [path, instead])).toEqual([
      ["/defaults/mode", "write `noise`, `gaussian-noise` or `exact`"],
      ["/defaults/k", "write at least 10: the engine's floor is 10"],
      ["/colour", expect.stringContaining("leave it out")],
    ]);
    expect((await check({})).issues.length).toBeGreaterThan(5);
    const { payload, ...sound } = await check(policyJson(member.id));
    expect(sound).toEqual({ isSound: true, examples: 0, issues: [] });
    expect(payload).toBe(toBase64Url(utf8(canonicalJson(JSON.parse(JSON.stringify(policyJson(member.id)))))));
    expectProblem(await call(member, "GET /v1/policy"), "policy-missing", /no policy/);
  });
});
