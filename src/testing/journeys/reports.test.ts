// Reports for GDPR art. 30, 33 and 35 over real HTTP and a real database: sealed by the room, equal to what is in
// force, and made again when that changes (T-59).

import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyEvidence } from "../../client/verify-evidence.ts";
import type { LogKey } from "../../crypto/log-key.ts";
import { utf8 } from "../../domain/bytes.ts";
import { partsOf } from "../../domain/evidence/reading.ts";
import type { Report } from "../../domain/evidence/report.ts";
import { releaseSchema } from "../../wire/api/question.ts";
import { csvOf, people } from "./lists.ts";
import {
  ask,
  audienceOf,
  call,
  expectProblem,
  type Member,
  openWorld,
  overlapOf,
  pairOf,
  policyJson,
  putPolicy,
  read,
  upload,
  type World,
} from "./world.ts";

let world: World;
let left: Member;
let right: Member;
let contract: string;
let roomKey: LogKey;

beforeAll(async () => {
  world = await openWorld();
  roomKey = world.room.ports.room.logKeys.known();
  ({ left, right, contract } = await pairOf(world, {
    names: ["alba-travel", "boreal-boats"],
    lists: [people(0, 900), people(300, 1_200)],
  }));
});
afterAll(() => world.room.discard());

const today = new Date(Date.now()).toISOString().slice(0, 10);

describe("reports", () => {
  test("the record and the assessment are those of what is in force, and follow when it changes", async () => {
    const first = await report(left, "record");
    expect(first.lists).toMatchObject([{ dataset: "alba-travel/customers", people: 900, identifiers: ["email"] }]);
    expect(first.contracts).toMatchObject([{ id: contract, state: "in-force" }]);
    expect(first.policies.map(({ version }) => version)).toEqual([1]);
    expect(first.contacts).toEqual([{ role: "privacy", email: "privacy@alba-travel.example" }]);
    await expectLive(first);
    expect(first.flows.map(({ k }) => k)).toEqual(first.flows.map(() => 10));

    await putPolicy(left, policyJson(left.id, { k: 25, minimumAudience: 25 }, { version: 2 }));
    await upload(left, csvOf(people(0, 800), "l"));
    const second = await report(left, "assessment");
    expect(second.lists[0]?.people).toBe(800);
    expect(second.policies.map(({ version }) => version)).toEqual([2]);
    expect(second.flows.map(({ k, policyVersion }) => [k, policyVersion])).toEqual(second.flows.map(() => [25, 2]));
    await expectLive(second);

    await call(right, `POST /v1/contracts/${contract}/suspension`, { json: {} });
    const third = await report(left, "record");
    expect(third.contracts).toMatchObject([{ id: contract, state: "suspended" }]);
    await call(right, `POST /v1/contracts/${contract}/resumption`, { json: {} });
  });

  test("tell what was given and what it took from the budget", async () => {
    await ask(right, overlapOf(contract, [left, right]));
    const wanted = audienceOf(contract, [right, left]);
    const list = read(releaseSchema, await call(right, "POST /v1/questions", { json: wanted }));
    await call(right, `GET /v1/releases/${list.id}/rows`);
    await call(right, `GET /v1/releases/${list.id}/rows`);
    const { given, spent } = await report(left, "assessment");
    const of = { recipient: right.id, dataset: "alba-travel/customers" };
    expect(given).toEqual([
      { ...of, analysis: "overlap", answers: 1, withheld: 0, collections: 0 },
      { ...of, analysis: "audience", answers: 1, withheld: 0, collections: 2 },
    ]);
    const budget = (await call(left, "GET /v1/budget")).body["spent"];
    expect(spent.map(({ nanoRho }) => nanoRho).sort()).toEqual(
      (budget as { nanoRho: string }[]).map(({ nanoRho }) => nanoRho).sort(),
    );
    expect((await report(right, "assessment")).given).toEqual([]);
  });

  test("a breach has the most people of any version of the time, its policies, and nothing else", async () => {
    const breach = await report(left, `breach?from=${today}&until=${today}`);
    expect(breach.lists).toMatchObject([{ people: 900 }]);
    expect(breach.lists[0]?.versions).toHaveLength(2);
    expect(breach.policies.map(({ version }) => version)).toEqual([1, 2]);
    expect(new Set(breach.flows.map(({ k }) => k))).toEqual(new Set([10, 25]));
    expect(breach.given.map(({ answers, collections }) => [answers, collections])).toEqual([
      [1, 0],
      [1, 2],
    ]);
    const before = await report(left, "breach?from=2020-01-01&until=2020-02-01");
    expect(before).toMatchObject({ contracts: [], policies: [], flows: [], given: [] });
    expect(before.lists).toMatchObject([{ people: null, versions: [] }]);
    expectProblem(await call(left, "GET /v1/audit/breach?from=2020-01-01"), "invalid-parameter", /until/);
    expectProblem(await call(world.operator, "GET /v1/audit/record"), "partner-only", /own affairs/);
  });
});

/** The facts of a report that verifies, page and all. */
async function report(member: Member, what: string): Promise<Report> {
  const answer = await call(member, `GET /v1/audit/${what}`);
  expect(answer.status, answer.text).toBe(200);
  const verified = verifyEvidence(utf8(answer.text), { room: roomKey, witnesses: [], earlier: null });
  if (!verified.ok) throw new Error(JSON.stringify(verified.error));
  const kept = process.env["CONCORDAT_KEEP_EVIDENCE"];
  if (kept !== undefined) await writeFile(`${kept}-${what.split("?")[0]}.html`, answer.text);
  const [facts] = partsOf(verified.value.evidence.parts, "report");
  if (facts === undefined) throw new Error("a report has facts");
  return facts;
}

type Item = { readonly analysis: string; readonly purpose: string; readonly clauses: { readonly contract: string } };

/** Holds a report to what the room answers about the same state at this moment. */
async function expectLive(facts: Report): Promise<void> {
  const exposure = await call(left, `GET /v1/exposure?to=${right.id}`);
  const items = exposure.body["items"] as readonly Item[];
  const told = (one: { readonly analysis: string; readonly purpose: string }) => `${one.analysis} ${one.purpose}`;
  expect(facts.flows.map(told)).toEqual(items.map(told));
  const policy = await call(left, "GET /v1/policy");
  expect(facts.policies.map(({ digest }) => digest)).toEqual([policy.body["digest"]]);
  const versions = await call(left, "GET /v1/datasets/customers/versions");
  const [current] = versions.body["items"] as readonly { readonly id: string; readonly people: number }[];
  expect(facts.lists[0]).toMatchObject({ people: current?.people, versions: [current?.id] });
}
