// The life of contracts over real HTTP and a real database: amended, suspended in the middle of an answer, ended with
// everything that was given under them.

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { keepHouse } from "../../app/keep-house.ts";
import { verifyAuditExport } from "../../client/verify.ts";
import { parseVerifierKey } from "../../crypto/signed-note.ts";
import { contractIdSchema } from "../../domain/contract/document.ts";
import { explainedRequestSchema, requestListSchema } from "../../wire/api/approval.ts";
import { contractReplySchema, differenceSchema, jwsSchema, plainContractSchema } from "../../wire/api/contract.ts";
import { versionListSchema } from "../../wire/api/dataset.ts";
import { budgetSchema, releaseListSchema } from "../../wire/api/question.ts";
import { signedCall } from "../signed-call.ts";
import { gateMatcher } from "./gate.ts";
import { csvOf, people } from "./lists.ts";
import {
  agree,
  ask,
  audienceOf,
  bring,
  call,
  contractJson,
  declare,
  expectProblem,
  type Member,
  openWorld,
  overlapOf,
  pairOf,
  policyJson,
  putPolicy,
  read,
  sign,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

let world: World;
let count = 0;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.room.discard();
});

async function pair() {
  count += 1;
  const names = [`left-${count}`, `right-${count}`] as const;
  const lists = [people(0, 300), people(50, 350)] as const;
  const { left, right, contract } = await pairOf(world, { names: [...names], lists: [...lists] });
  return { left, right, contract, json: contractJson([left, right], { terms: WIDE_LIMITS }) };
}

async function joiner(): Promise<Member> {
  count += 1;
  const member = await bring(world, `joiner-${count}`);
  await putPolicy(member, policyJson(member.id));
  await declare(member);
  await upload(member, csvOf(people(0, 300), "j"));
  return member;
}

const act = (member: Member, contract: string, noun: string) =>
  call(member, `POST /v1/contracts/${contract}/${noun}`, { json: {} });
const stateOf = async (member: Member, contract: string) =>
  read(contractReplySchema, await call(member, `GET /v1/contracts/${contract}`)).state;
const offer = async (member: Member, json: object) =>
  read(contractReplySchema, await call(member, "POST /v1/contracts", { json }));
const spentBy = async (owner: Member) => read(budgetSchema, await call(owner, "GET /v1/budget"));

describe("an amendment", () => {
  test("is told member by member as more or less, and takes the former's place when all have signed", async () => {
    const { left, right, contract, json } = await pair();
    const [overlap] = contractJson([left, right])["analyses"] as object[];
    const amended = { ...json, version: 2, previous: contract, analyses: [overlap] };
    const { id } = await offer(left, amended);
    const difference = read(differenceSchema, await call(right, `GET /v1/contracts/${id}/difference`));
    expect(difference.against).toBe(contract);
    expect(difference.lines.join("\n")).toContain(
      `The ${right.id} company: less: no longer holds that The ${left.id} company may ask for audience lists`,
    );
    const plain = read(plainContractSchema, await call(right, `GET /v1/contracts/${id}/plain`));
    expect(plain.lines.slice(0, 2)).toEqual(["Compared with version 1:", difference.lines[0]]);
    await sign(left, { id, json: amended });
    expect((await stateOf(right, contract)).kind).toBe("in-force");
    await ask(left, overlapOf(contract, [left, right]));
    const before = await spentBy(right);
    await sign(right, { id, json: amended });
    expect(await stateOf(left, contract)).toEqual({ kind: "replaced", by: [id] });
    expectProblem(
      await call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right]) }),
      "contract-not-in-force",
      /replaced/,
    );
    await ask(left, overlapOf(id, [left, right]));
    const after = await spentBy(right);
    const everyone = ({ spent }: typeof after) => spent.find(({ recipient }) => recipient === "everyone")?.nanoRho;
    expect(BigInt(everyone(after) ?? 0)).toBe(2n * BigInt(everyone(before) ?? 0));
  });

  test("is signed by who leaves as well, and lets who joins in only then", async () => {
    const { left, right, contract } = await pair();
    const third = await joiner();
    const json = contractJson([left, third], { version: 2, previous: contract, terms: WIDE_LIMITS });
    const { id, leaving } = await offer(left, json);
    expect(leaving).toEqual([right.id]);
    for (const member of [left, third]) await sign(member, { id, json });
    expect(await stateOf(right, id)).toEqual({ kind: "offered", missing: [right.id] });
    expect((await stateOf(left, contract)).kind).toBe("in-force");
    expectProblem(await call(third, `GET /v1/contracts/${id}/difference`), "not-found", /no earlier version/);
    await sign(right, { id, json });
    expect([(await stateOf(left, id)).kind, (await stateOf(right, contract)).kind]).toEqual(["in-force", "replaced"]);
    const { signatures } = read(jwsSchema, await call(left, `GET /v1/contracts/${id}/jws`));
    expect(signatures).toHaveLength(2);
    expectProblem(await act(right, id, "suspension"), "not-found", /not a member/);
    expectProblem(
      await call(right, "POST /v1/questions", { json: overlapOf(id, [left, third]) }),
      "not-found",
      /not a member/,
    );
    await ask(third, overlapOf(id, [left, third]));
  });

  test("is off when who would leave refuses, and the former goes on", async () => {
    const { left, right, contract } = await pair();
    const third = await joiner();
    const json = contractJson([left, third], { version: 2, previous: contract });
    const { id } = await offer(left, json);
    expect(read(contractReplySchema, await act(right, id, "refusal")).state.kind).toBe("refused");
    expectProblem(await sign(left, { id, json }), "contract-not-open", /refused/);
    expect((await stateOf(right, contract)).kind).toBe("in-force");
  });

  test("loses to the one that all signed first, waits for its first day, and follows nothing that ended", async () => {
    const { left, right, contract, json } = await pair();
    const follows = { ...json, version: 2, previous: contract };
    const later = { ...follows, validity: { from: "2098-01-01", until: "2099-12-31" } };
    const rival = { ...follows, purposes: ["insight", "activation", "study"] };
    const [laterId, rivalId] = [(await offer(left, later)).id, (await offer(right, rival)).id];
    for (const member of [left, right]) await sign(member, { id: laterId, json: later });
    expect((await stateOf(left, contract)).kind).toBe("in-force");
    expect((await stateOf(left, laterId)).kind).toBe("signed-not-yet-valid");
    expectProblem(
      await sign(left, { id: rivalId, json: rival }),
      "contract-not-open",
      /followed by a version that all/,
    );
    await act(right, laterId, "termination");
    expect((await versionsOf(left)).length).toBe(1);
    await sign(left, { id: rivalId, json: rival });
    await act(left, contract, "termination");
    expectProblem(await sign(right, { id: rivalId, json: rival }), "contract-not-open", /is terminated/);
    const another = { ...follows, purposes: ["insight", "activation", "more"] };
    expectProblem(await call(left, "POST /v1/contracts", { json: another }), "contract-not-open", /terminated/);
  });
});

describe("a suspension", () => {
  test("in the middle of an answer lets nothing out and spends nothing, until all who suspended agree", async () => {
    const { left, right, contract } = await pair();
    const question = overlapOf(contract, [left, right]);
    const gate = gateMatcher(world);
    const answer = call(left, "POST /v1/questions", { json: question });
    await gate.reached;
    for (const member of [right, left]) await act(member, contract, "suspension");
    gate.open();
    expectProblem(await answer, "contract-not-in-force", /suspended/);
    expect((await spentBy(right)).items).toEqual([]);
    await act(left, contract, "resumption");
    expectProblem(await call(left, "POST /v1/questions", { json: question }), "contract-not-in-force", /suspended/);
    await act(right, contract, "resumption");
    await ask(left, question);
  });

  test("by a policy that comes into force in the middle of an answer holds as well", async () => {
    const { left, right, contract } = await pair();
    const gate = gateMatcher(world);
    const answer = call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right]) });
    await gate.reached;
    await putPolicy(right, { ...policyJson(right.id), version: 2, grants: [] });
    gate.open();
    expectProblem(await answer, "not-permitted", /own rules do not let/);
    expect((await spentBy(right)).items).toEqual([]);
  });

  test("goes over to a version that is signed meanwhile, and only its member lifts it", async () => {
    const { left, right, contract } = await pair();
    const third = await joiner();
    await act(right, contract, "suspension");
    const json = contractJson([left, right, third], { version: 2, previous: contract, terms: WIDE_LIMITS });
    const { id } = await offer(left, json);
    for (const member of [right, left, third]) await sign(member, { id, json });
    expect((await stateOf(left, contract)).kind).toBe("replaced");
    expect(await stateOf(third, id)).toMatchObject({ kind: "suspended", by: [right.id] });
    const question = overlapOf(id, [left, third]);
    for (const member of [left, third])
      expectProblem(await call(member, "POST /v1/questions", { json: question }), "contract-not-in-force", /susp/);
    expectProblem(await act(left, id, "resumption"), "contract-not-open", /suspended/);
    const noted = (await verifiedLog(third)).filter((entry) => entry.act === "contract-suspended");
    expect(noted.map(({ actor, subject, detail }) => [actor, subject["contract"], detail["by"]])).toEqual([
      [{ room: true }, id, right.id],
    ]);
    await act(right, id, "resumption");
    await ask(third, question);
  });

  test("holds for a version that waits for its first day, and so does lifting it", async () => {
    const { left, right, contract, json } = await pair();
    const later = { ...json, version: 2, previous: contract, validity: { from: "2098-01-01", until: "2099-12-31" } };
    const { id } = await offer(left, later);
    for (const member of [left, right]) await sign(member, { id, json: later });
    await act(left, id, "suspension");
    for (const member of [left, right]) await act(member, contract, "suspension");
    expect(await stateOf(left, id)).toMatchObject({ kind: "suspended", by: [left.id, right.id] });
    await act(right, contract, "resumption");
    expect(await stateOf(left, id)).toMatchObject({ kind: "suspended", by: [left.id] });
    await act(left, contract, "resumption");
    expect((await stateOf(left, id)).kind).toBe("signed-not-yet-valid");
  });

  test("while a list is being worked out keeps its rows in, and no entry says that they were collected", async () => {
    const { left, right, contract } = await pair();
    const { id, outcome } = await ask(left, audienceOf(contract, [left, right]));
    expect(outcome).toBe("released");
    const gate = gateMatcher(world, "select");
    const rows = call(left, `GET /v1/releases/${id}/rows`);
    await gate.reached;
    await act(right, contract, "suspension");
    gate.open();
    expectProblem(await rows, "contract-not-in-force", /suspended/);
    expect(await actsOf(left)).not.toContain("release-collected");
    await act(right, contract, "resumption");
    expect((await call(left, `GET /v1/releases/${id}/rows`)).status).toBe(200);
    expect(await actsOf(left)).toContain("release-collected");
  });
});

describe("a termination", () => {
  test("deletes what was given, files and all, and certifies it in a log that verifies offline", async () => {
    const { left, right, contract } = await pair();
    const release = await ask(left, overlapOf(contract, [left, right]));
    const audience = await ask(left, audienceOf(contract, [left, right]));
    const spent = await spentBy(right);
    const versions = await Promise.all([left, right].map(versionsOf));
    const segments = await segmentFiles();
    await act(right, contract, "termination");
    expect(read(releaseListSchema, await call(left, "GET /v1/releases")).items).toEqual([]);
    expect(await Promise.all([left, right].map(versionsOf))).toEqual([[], []]);
    expect(await segmentFiles()).toBe(segments - 2);
    expect(await spentBy(right)).toEqual(spent);
    const [certificate, ...others] = await certificatesOf(left);
    expect(others).toEqual([]);
    expect(certificate?.detail).toMatchObject({
      because: "termination",
      counts: { requests: 0, releases: 2, versions: 2 },
      releases: [release.id, audience.id].sort(),
      keptLists: [],
    });
    expect(JSON.stringify(certificate?.detail)).toContain(versions[1]?.[0]);
    await keepHouse(world.room.ports);
    expect(await certificatesOf(left)).toHaveLength(1);
  });

  /** A contract of two, a second version in which a third takes one's place, and a third version; all signed. */
  async function chained() {
    const { left, right, contract } = await pair();
    const third = await joiner();
    const validity = { from: "2098-01-01", until: "2099-12-31" };
    const second = contractJson([left, third], { version: 2, previous: contract, validity });
    const { id } = await offer(left, second);
    for (const member of [left, third, right]) await sign(member, { id, json: second });
    const last = { ...second, version: 3, previous: id, validity: { ...validity, from: "2099-01-01" } };
    const { id: lastId } = await offer(left, last);
    for (const member of [left, third]) await sign(member, { id: lastId, json: last });
    expect((await stateOf(third, lastId)).kind).toBe("signed-not-yet-valid");
    return { left, right, third, contract, id, lastId, last };
  }

  test("ends what all signed for later as well, with the lists that were brought for it", async () => {
    const { left, right, third, contract, id, lastId, last } = await chained();
    await act(left, contract, "termination");
    const states = [stateOf(right, contract), stateOf(third, id), stateOf(third, lastId)];
    for (const { kind } of await Promise.all(states)) expect(kind).toBe("terminated");
    expect(await Promise.all([left, third, right].map(versionsOf))).toEqual([[], [], []]);
    expect((await certificatesOf(third))[0]?.detail).toMatchObject({ because: "termination", keptLists: [] });
    const ended = (await verifiedLog(third)).filter((entry) => entry.act === "contract-terminated");
    expect(ended.map(({ subject, detail }) => [subject["contract"], detail["because"]])).toEqual([
      [id, "the version before was terminated"],
      [lastId, "the version before was terminated"],
    ]);
    const another = { ...last, version: 4, previous: lastId };
    expectProblem(await call(left, "POST /v1/contracts", { json: another }), "contract-not-open", /terminated/);
  });

  test("by a member that leaves ends the version that it leaves by, and nothing of the others alone", async () => {
    const { left, right, third, contract, id, lastId } = await chained();
    await act(right, contract, "termination");
    const states = [stateOf(left, contract), stateOf(third, id), stateOf(third, lastId)];
    const kinds = (await Promise.all(states)).map(({ kind }) => kind);
    expect(kinds).toEqual(["terminated", "terminated", "signed-not-yet-valid"]);
    expect(await versionsOf(right)).toEqual([]);
    expect(await versionsOf(third)).toHaveLength(1);
  });

  test("that a crash cuts off before the files are gone is finished and certified by the next round", async () => {
    const { left, right, contract } = await pair();
    await ask(left, overlapOf(contract, [left, right]));
    const segments = await segmentFiles();
    const { matcher } = world.room.ports;
    const { dropSegment } = matcher;
    Object.assign(matcher, { dropSegment: () => Promise.reject(new Error("killed")) });
    const answer = await signedCall(left.origin, {
      ...{ method: "POST", path: `/v1/contracts/${contract}/termination`, key: left.key, json: {} },
      idempotencyKey: "terminate-once",
    });
    expect(answer.status).toBe(500);
    expect((await stateOf(left, contract)).kind).toBe("terminated");
    expect([await segmentFiles(), await certificatesOf(left)]).toEqual([segments, []]);
    Object.assign(matcher, { dropSegment });
    await keepHouse(world.room.ports);
    expect(await segmentFiles()).toBe(segments - 2);
    expect(await certificatesOf(left)).toHaveLength(1);
  });

  test("leaves a list that another contract of its owner needs, and no list follows one that is gone", async () => {
    const { left, right, contract } = await pair();
    await ask(left, audienceOf(contract, [left, right]));
    const third = await joiner();
    const other = await agree([right, third], contractJson([right, third], { name: "other-season" }));
    const unsigned = contractJson([left, third], { name: "only-offered" });
    await offer(third, unsigned);
    await act(left, contract, "termination");
    expect((await versionsOf(right)).length).toBe(1);
    expect(await versionsOf(left)).toEqual([]);
    await ask(third, overlapOf(other, [right, third]));
    const again = await agree([left, right], contractJson([left, right], { name: "next-season" }));
    await upload(left, csvOf(people(0, 300), "l"));
    const wanted = audienceOf(again, [left, right]);
    expectProblem(
      await call(left, "POST /v1/questions", { json: wanted }),
      "not-permitted",
      /deleted when its contract/,
    );
    await ask(left, overlapOf(again, [left, right]));
  });

  test("between the figures and the release lets nothing out", async () => {
    const { left, right, contract } = await pair();
    const gate = gateMatcher(world);
    const answer = call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right]) });
    await gate.reached;
    await act(right, contract, "termination");
    gate.open();
    expectProblem(await answer, "contract-not-in-force", /terminated/);
    expect((await spentBy(right)).items).toEqual([]);
  });

  test("takes the questions that wait with it", async () => {
    const { left, right, json } = await pair();
    const held = { ...json, name: "held", approvalWithin: "P1D", terms: { ...WIDE_LIMITS, approval: ["overlap"] } };
    const contract = await agree([left, right], held);
    const waiting = await call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right]) });
    expect(waiting.status).toBe(202);
    await act(right, contract, "termination");
    expect(read(requestListSchema, await call(right, "GET /v1/approvals")).items).toEqual([]);
    expectProblem(await call(left, `GET /v1/approvals/${waiting.body["id"]}`), "not-found", /no such request/);
    expect((await certificatesOf(left))[0]?.detail).toMatchObject({ counts: { requests: 1, versions: 0 } });
  });
});

describe("time", () => {
  test("ends questions that nobody approved, and deletes answers past their retention, each in the log", async () => {
    const { left, right, json } = await pair();
    const held = { ...json, name: "held", approvalWithin: "P1D", terms: { ...WIDE_LIMITS, approval: ["overlap"] } };
    const contract = await agree([left, right], held);
    const answered = await ask(left, audienceOf(contract, [left, right]));
    const { store } = world.room.ports;
    const expired = await store.write({ name: "age", parties: [left.id, right.id] }, async (tx) => {
      const row = await tx.releases.find(answered.id);
      if (row === null) throw new Error("the release is not there");
      const { releasedAt, collectedAt, ...release } = row;
      await tx.releases.add({ ...release, id: `${release.id.slice(0, -1)}_`, expiresAt: releasedAt }, [right.id]);
      const names = { recipient: left.id, contract: contractIdSchema.parse(contract), approvers: [right.id] };
      const asked = { question: JSON.stringify(overlapOf(contract, [left, right])), questionDigest: "digest" };
      const until = { askedWith: left.key.publicKey.thumbprint, expiresAt: tx.now };
      await tx.requests.add({ id: `req_${"a".repeat(21)}${count % 10}`, ...names, ...asked, ...until });
      return { release: `${release.id.slice(0, -1)}_`, request: `req_${"a".repeat(21)}${count % 10}` };
    });
    await keepHouse(world.room.ports);
    expectProblem(await call(left, `GET /v1/releases/${expired.release}`), "not-found", /no such release/);
    expect((await call(left, `GET /v1/releases/${answered.id}`)).status).toBe(200);
    const request = read(explainedRequestSchema, await call(right, `GET /v1/approvals/${expired.request}`));
    expect(request).toMatchObject({ state: { kind: "expired" }, events: [{ kind: "expired" }] });
    expect(await actsOf(right)).toContain("approval-expired");
    const [certificate] = await certificatesOf(left);
    expect(certificate?.detail).toMatchObject({ because: "retention", releases: [expired.release] });
  });

  test("lapses questions under a contract that a later version has replaced", async () => {
    const { left, right, json } = await pair();
    const held = { ...json, name: "held", approvalWithin: "P1D", terms: { ...WIDE_LIMITS, approval: ["overlap"] } };
    const contract = await agree([left, right], held);
    const waiting = await call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right]) });
    const next = { ...held, version: 2, previous: contract };
    const { id } = await offer(left, next);
    for (const member of [left, right]) await sign(member, { id, json: next });
    const place = `/v1/approvals/${waiting.body["id"]}`;
    const approval = await call(right, `POST ${place}`, { json: { verdict: "approve" } });
    expectProblem(approval, "contract-not-in-force", /replaced/);
    await keepHouse(world.room.ports);
    expect(read(explainedRequestSchema, await call(right, `GET ${place}`)).state).toEqual({ kind: "lapsed" });
    expect(await actsOf(left)).toContain("approval-lapsed");
  });
});

async function versionsOf(member: Member): Promise<string[]> {
  const answer = await call(member, "GET /v1/datasets/customers/versions");
  return read(versionListSchema, answer).items.map(({ id }) => id);
}

async function segmentFiles(): Promise<number> {
  const folder = join(world.room.dataDirectory, "lists", "segments");
  return existsSync(folder) ? (await readdir(folder)).length : 0;
}

/** The member's log, exported and verified without the room. */
async function verifiedLog(member: Member) {
  const published = await (await fetch(`${world.origin}/.well-known/jwks.json`)).json();
  const key = parseVerifierKey(z.looseObject({ checkpointKey: z.string() }).parse(published).checkpointKey);
  if (!key.ok) throw new Error(key.error);
  const exported = await call(member, "GET /v1/audit/export");
  const verified = verifyAuditExport(exported.text, key.value);
  if (!verified.ok) throw new Error(verified.error.says);
  return verified.value.entries;
}

async function actsOf(member: Member): Promise<string[]> {
  return (await verifiedLog(member)).map((entry) => entry.act);
}

async function certificatesOf(member: Member) {
  return (await verifiedLog(member)).filter((entry) => entry.act === "data-deleted");
}
