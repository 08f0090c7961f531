// Questions that wait for people, over real HTTP and a real database: asked, read in plain words, approved, answered
// and charged at that moment; and every way in which they come to nothing.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { KEY_PROOF_TYP } from "../../crypto/document-types.ts";
import { generateSigningKey } from "../../crypto/jwk.ts";
import { signCompact } from "../../crypto/jws.ts";
import { explainedRequestSchema, requestListSchema, requestSchema } from "../../wire/api/approval.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { keySchema } from "../../wire/api/partner.ts";
import { budgetSchema, releaseSchema } from "../../wire/api/question.ts";
import { startTestRoom } from "../room.ts";
import type { Answer } from "../signed-call.ts";
import { gateMatcher } from "./gate.ts";
import { csvOf, people } from "./lists.ts";
import {
  agree,
  ask,
  bring,
  call,
  contractJson,
  declare,
  expectProblem,
  type Member,
  openWorld,
  overlapOf,
  policyJson,
  putPolicy,
  read,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

type Request = z.output<typeof requestSchema>;

let world: World;
let count = 0;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.room.discard();
});

const HELD = { approval: ["overlap"] };

/** Fresh partners with lists, of which those at `askedFor` ask for approval of overlaps, and a contract of them all. */
async function members(askedFor: readonly number[], size = 2) {
  const found: Member[] = [];
  for (let index = 0; index < size; index++) {
    count += 1;
    const member = await bring(world, `member-${count}`);
    await putPolicy(member, policyJson(member.id, askedFor.includes(index) ? HELD : {}));
    await declare(member);
    await upload(member, csvOf(people(0, 300), "p"));
    found.push(member);
  }
  const [ann, bob, eve] = found;
  if (ann === undefined || bob === undefined) throw new Error("two members at least");
  const json = contractJson(found, { approvalWithin: "P14D", terms: WIDE_LIMITS });
  const contract = await agree(found, json);
  return { ann, bob, eve: eve ?? bob, all: found, contract, json, question: overlapOf(contract, found) };
}

async function wait(asker: Member, question: object): Promise<Request> {
  const answer = await call(asker, "POST /v1/questions", { json: question });
  expect(answer.status).toBe(202);
  return read(requestSchema, answer);
}

function decide(member: Member, { id }: Pick<Request, "id">, verdict: string, because?: string): Promise<Answer> {
  const json = because === undefined ? { verdict } : { verdict, because };
  return call(member, `POST /v1/approvals/${id}`, { json });
}

const spentBy = async (owner: Member) => read(budgetSchema, await call(owner, "GET /v1/budget")).items.length;
const stateOf = async (member: Member, { id }: Pick<Request, "id">) =>
  read(explainedRequestSchema, await call(member, `GET /v1/approvals/${id}`)).state;

async function actsOf(member: Member, request: Pick<Request, "id">): Promise<string[]> {
  const { items } = read(entryListSchema, await call(member, "GET /v1/audit/entries?limit=200"));
  return items
    .map(({ entry }) => JSON.parse(entry))
    .filter(({ subject }) => subject.request === request.id)
    .map(({ act }) => act);
}

describe("a question that a member's terms hold back", () => {
  test("waits, is read in plain words by who must approve, and is answered and charged when they do", async () => {
    const { ann, bob, question } = await members([1]);
    const request = await wait(ann, question);
    expect(request).toMatchObject({ recipient: ann.id, approvers: [bob.id], yours: "asked" });
    expect(request.state).toEqual({ kind: "waiting", missing: [bob.id] });
    expect(await spentBy(bob)).toBe(0);
    expect((await wait(ann, question)).id).toBe(request.id);
    const inbox = read(requestListSchema, await call(bob, "GET /v1/approvals"));
    expect(inbox.items).toMatchObject([{ id: request.id, yours: "to-decide", recipient: ann.id }]);
    const shown = read(explainedRequestSchema, await call(bob, `GET /v1/approvals/${request.id}`));
    expect(shown.explained?.words.tells.join()).toMatch(/would learn how many of its customers are also/);
    expect(shown.explained?.words.because.join()).toMatch(/a person must approve it first/);
    expect(shown.explained?.price?.charges.map(({ owner }) => owner)).toEqual([bob.id, bob.id]);
    const { state } = read(requestSchema, await decide(bob, request, "approve", "agreed in the plan"));
    expect(state.kind).toBe("released");
    expect(await spentBy(bob)).toBe(2);
    const release = read(releaseSchema, await call(ann, `GET /v1/releases/${state.release}`));
    expect(release).toMatchObject({ recipient: ann.id, outcome: "released" });
    expect((await ask(ann, question)).receipt).toBe(release.receipt);
    expect(await spentBy(bob)).toBe(2);
    expect(await stateOf(ann, request)).toEqual(state);
    expect(await actsOf(ann, request)).toEqual(["approval-requested", "approval-given"]);
    expect(read(requestListSchema, await call(bob, "GET /v1/approvals")).items).toEqual([]);
    expectProblem(await decide(bob, request, "deny", "too late"), "approval-not-open", /is released/);
  });

  test("is denied with a reason that the asker reads, is withdrawn, and costs nothing either way", async () => {
    const { ann, bob, question } = await members([1]);
    const request = await wait(ann, question);
    expectProblem(await decide(bob, request, "deny"), "invalid-document", /because/);
    expectProblem(await decide(bob, request, "deny", "ask ann@post.example"), "invalid-document", /ends up in the log/);
    read(requestSchema, await decide(bob, request, "deny", "not this season"));
    expect(await stateOf(ann, request)).toEqual({ kind: "denied", by: bob.id, because: "not this season" });
    const again = await wait(ann, question);
    expect(again.id).not.toBe(request.id);
    expectProblem(await decide(bob, again, "withdraw"), "approval-not-yours", /whoever asked/);
    read(requestSchema, await decide(ann, again, "withdraw"));
    expectProblem(await decide(bob, again, "approve"), "approval-not-open", /is withdrawn/);
    expect(await spentBy(bob)).toBe(0);
    expect(await actsOf(bob, again)).toEqual(["approval-requested", "approval-withdrawn"]);
  });

  test("is nobody's to see or to decide beside those concerned", async () => {
    const { ann, bob, eve, question } = await members([1], 3);
    const stranger = await bring(world, "stranger");
    const request = await wait(ann, question);
    expectProblem(await decide(stranger, request, "approve"), "not-found", /no such request/);
    expectProblem(await call(stranger, `GET /v1/approvals/${request.id}`), "not-found", /no such request/);
    expectProblem(await decide(eve, request, "approve"), "approval-not-yours", /people of other members/);
    expectProblem(await decide(ann, request, "approve"), "approval-not-yours", /people of other members/);
    read(requestSchema, await decide(bob, request, "approve"));
  });

  test("takes a second key of the asker where its own rules ask for a person", async () => {
    const { ann, bob, question } = await members([0]);
    const request = await wait(ann, question);
    expect(request).toMatchObject({ approvers: [ann.id], yours: "to-decide" });
    expectProblem(await decide(ann, request, "approve"), "approval-not-yours", /whoever asked cannot approve/);
    const { key } = generateSigningKey();
    const { jwk, thumbprint } = key.publicKey;
    const proof = signCompact(key, { partner: ann.id, thumbprint }, KEY_PROOF_TYP);
    read(keySchema, await call(ann, `POST /v1/partners/${ann.id}/keys`, { json: { jwk, proof } }));
    expect(read(requestSchema, await decide({ ...ann, key }, request, "approve")).state.kind).toBe("released");
    expect(await spentBy(bob)).toBe(2);
  });

  test("is answered once when two approve at once, whoever comes last", async () => {
    const { ann, bob, eve, question } = await members([1, 2], 3);
    const request = await wait(ann, question);
    const both = await Promise.all([decide(bob, request, "approve"), decide(eve, request, "approve")]);
    expect(both.map((answer) => read(requestSchema, answer).state.kind).sort()).toEqual(["released", "waiting"]);
    expect([await spentBy(bob), await spentBy(eve)]).toEqual([2, 2]);
    expect(await actsOf(ann, request)).toEqual(["approval-requested", "approval-given", "approval-given"]);
  });

  test("is approved once by one member, however often it is tried at once", async () => {
    const { ann, bob, eve, question } = await members([1, 2], 3);
    const request = await wait(ann, question);
    const tries = await Promise.all([1, 2, 3].map(() => decide(bob, request, "approve")));
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await stateOf(eve, request)).toEqual({ kind: "waiting", missing: [eve.id] });
  });
});

describe("when the last approval comes, the question is decided as of then", () => {
  test("a policy that permits it no more refuses it, and nothing is spent", async () => {
    const { ann, bob, question } = await members([1]);
    const request = await wait(ann, question);
    await putPolicy(bob, policyJson(bob.id, HELD, { version: 2, grants: [] }));
    expect(read(requestSchema, await decide(bob, request, "approve")).state).toEqual({ kind: "refused" });
    expect(await spentBy(bob)).toBe(0);
    expectProblem(await call(ann, "POST /v1/questions", { json: question }), "not-permitted", /own rules do not let/);
  });

  test("a policy that asks for one more person gets that person's approval first", async () => {
    const { ann, bob, eve, question } = await members([1], 3);
    const request = await wait(ann, question);
    await putPolicy(eve, policyJson(eve.id, HELD, { version: 2 }));
    const { state } = read(requestSchema, await decide(bob, request, "approve"));
    expect(state).toEqual({ kind: "waiting", missing: [eve.id] });
    expect(read(requestListSchema, await call(eve, "GET /v1/approvals")).items).toMatchObject([{ yours: "to-decide" }]);
    expect(read(requestSchema, await decide(eve, request, "approve")).state.kind).toBe("released");
  });

  test("a policy that asks for nobody any more lets the asker have it, and the request is over", async () => {
    const { ann, bob, question } = await members([1]);
    const request = await wait(ann, question);
    await putPolicy(bob, policyJson(bob.id, {}, { version: 2 }));
    const release = await ask(ann, question);
    expect(await stateOf(bob, request)).toEqual({ kind: "released", release: release.id });
  });

  test("a budget that was spent meanwhile refuses it, debiting nothing", async () => {
    const { ann, bob, contract, question } = await members([1]);
    const narrow = { budget: { ...WIDE_LIMITS.budget, perRecipient: "3.5" } };
    await putPolicy(bob, policyJson(bob.id, { ...HELD, ...narrow }, { version: 2 }));
    const where = [{ dataset: `${bob.id}/customers`, attribute: "tier", in: ["gold"] }];
    const other = overlapOf(contract, [ann, bob], { where, epsilon: "0.5" });
    const requests = [await wait(ann, { ...question, epsilon: "0.5" }), await wait(ann, other)];
    const kinds: string[] = [];
    for (const request of requests) kinds.push(read(requestSchema, await decide(bob, request, "approve")).state.kind);
    expect(kinds).toEqual(["released", "refused"]);
    expect(await spentBy(bob)).toBe(2);
  });

  test("a suspended contract takes no approval; when it is resumed, the request still waits", async () => {
    const { ann, bob, contract, question } = await members([1]);
    const request = await wait(ann, question);
    await call(ann, `POST /v1/contracts/${contract}/suspension`, { json: {} });
    expectProblem(await decide(bob, request, "approve"), "contract-not-in-force", /suspended/);
    expect(await stateOf(bob, request)).toEqual({ kind: "waiting", missing: [bob.id] });
    await call(ann, `POST /v1/contracts/${contract}/resumption`, { json: {} });
    expect(read(requestSchema, await decide(bob, request, "approve")).state.kind).toBe("released");
  });

  test("a suspension between the figures and the release releases nothing, and the approval is not taken", async () => {
    const { ann, bob, contract, question } = await members([1]);
    const request = await wait(ann, question);
    const gate = gateMatcher(world);
    const approval = decide(bob, request, "approve");
    await gate.reached;
    await call(ann, `POST /v1/contracts/${contract}/suspension`, { json: {} });
    gate.open();
    expectProblem(await approval, "contract-not-in-force", /suspended/);
    expect(await spentBy(bob)).toBe(0);
    expect(await actsOf(bob, request)).toEqual(["approval-requested"]);
  });

  test("a list that changed while its figures were made is asked again as it is then", async () => {
    const { ann, bob, question } = await members([1]);
    const request = await wait(ann, question);
    const gate = gateMatcher(world);
    const approval = decide(bob, request, "approve");
    await gate.reached;
    const version = await upload(bob, csvOf(people(0, 200), "p"));
    gate.open();
    const { release } = read(requestSchema, await approval).state;
    const { versions, sizes } = read(releaseSchema, await call(ann, `GET /v1/releases/${release}`));
    expect(versions[`${bob.id}/customers`]).toBe(version.id);
    const size = sizes?.find(({ dataset }) => dataset === `${bob.id}/customers`)?.released ?? 0;
    expect(Math.abs(size - 200)).toBeLessThan(50);
    expect(await actsOf(bob, request)).toEqual(["approval-requested", "approval-given"]);
  });
});

test("no more than twenty questions of one asker wait under a contract, however many come at once", async () => {
  const { ann, bob, eve, question, all } = await members([1], 3);
  const questions = Array.from({ length: 24 }, (_, index) => ({ ...question, epsilon: `1.${10 + index}` }));
  const answers = await Promise.all(questions.map((json) => call(ann, "POST /v1/questions", { json })));
  const waiting = answers.filter(({ status }) => status === 202).map((answer) => read(requestSchema, answer));
  expect(waiting).toHaveLength(20);
  const refused = questions[answers.findIndex(({ status }) => status !== 202)];
  for (const answer of answers.filter(({ status }) => status !== 202))
    expectProblem(answer, "too-many-waiting", /20 of your questions under this contract wait for people/);
  expect(read(requestListSchema, await call(bob, "GET /v1/approvals")).items).toHaveLength(20);
  const [first, second] = waiting;
  if (first === undefined || second === undefined) throw new Error("twenty wait");
  expect((await wait(ann, JSON.parse(JSON.stringify({ ...questions[0], ...second.question })))).id).toBe(second.id);
  await wait(eve, question);
  const other = await agree(all, contractJson(all, { name: "another", approvalWithin: "P14D", terms: WIDE_LIMITS }));
  await wait(ann, overlapOf(other, all));
  read(requestSchema, await decide(ann, first, "withdraw"));
  await wait(ann, refused ?? {});
});

test("a contract that does not say how long a question may wait denies it, naming who would approve", async () => {
  const { ann, bob, all } = await members([1]);
  const contract = await agree(all, contractJson(all, { name: "no-waiting" }));
  const answer = await call(ann, "POST /v1/questions", { json: overlapOf(contract, [ann, bob]) });
  expectProblem(answer, "not-permitted", /would have to approve it first, and the contract lets no question wait/);
});

test("a request waits through a restart of the room, and is answered after it", async () => {
  const { ann, bob, question } = await members([1]);
  const request = await wait(ann, question);
  const { directory } = world.room;
  await world.room.stop();
  const room = await startTestRoom(directory);
  world = { ...world, room, origin: room.publicOrigin };
  const [asker, approver] = [ann, bob].map((member): Member => ({ ...member, origin: room.publicOrigin }));
  if (asker === undefined || approver === undefined) throw new Error("two members");
  expect(await stateOf(approver, request)).toEqual({ kind: "waiting", missing: [bob.id] });
  const { state } = read(requestSchema, await decide(approver, request, "approve"));
  expect((await ask(asker, question)).id).toBe(state.release);
});
