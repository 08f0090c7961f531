// Every version of a list has an end, by the database's clock, over real HTTP with a real database: it is told when the
// version comes, no question is asked on it afterwards, and it is deleted with its file and an entry of the log.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepHouse } from "../../app/keep-house.ts";
import { DAY_MILLIS } from "../../domain/instant.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { versionListSchema } from "../../wire/api/dataset.ts";
import { asOwner } from "../faults/room-facts.ts";
import { csvOf, LIST_SCHEMA, people } from "./lists.ts";
import {
  ask,
  audienceOf,
  bring,
  call,
  declare,
  expectProblem,
  type Member,
  openUpload,
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
let count = 0;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.room.discard());

async function pair() {
  count += 1;
  const names = [`ending-${count}`, `staying-${count}`] as const;
  return pairOf(world, { names: [...names], lists: [people(0, 300), people(50, 350)] });
}

async function versionsOf(member: Member) {
  return read(versionListSchema, await call(member, "GET /v1/datasets/customers/versions")).items;
}

/** Lets so many days go by for one version, as the database sees it. */
async function age(id: string, days: number): Promise<void> {
  await asOwner(world.room.directory, async (sql) => {
    const { count: aged } = await sql`
      update concordat.version set sealed_at = sealed_at - make_interval(days => ${days}),
        ends_at = ends_at - make_interval(days => ${days}) where id = ${id}`;
    expect(aged).toBe(1);
  });
}

const segments = () => readdir(join(world.room.directory, "lists", "segments"));
const daysOf = ({ sealedAt, endsAt }: { sealedAt: string; endsAt: string }) =>
  (Date.parse(endsAt) - Date.parse(sealedAt)) / DAY_MILLIS;

async function endings(member: Member) {
  const { items } = read(entryListSchema, await call(member, "GET /v1/audit/entries?limit=1000"));
  return items.map(({ entry }) => JSON.parse(entry)).filter(({ act }) => act === "version-ended");
}

describe("the end of a version", () => {
  test("is the lesser of what list and policy state, and a stricter policy brings it nearer", async () => {
    const member = await bring(world, "stated");
    await declare(member, { ...LIST_SCHEMA, retention: "P80D" });
    const unruled = await upload(member, csvOf(people(0, 50), "s"));
    expect([daysOf(unruled), unruled.isEndStated]).toEqual([80, true]);
    await putPolicy(member, policyJson(member.id, { retention: "P60D" }));
    expect((await versionsOf(member)).map(daysOf)).toEqual([60]);
    await putPolicy(member, policyJson(member.id, { retention: "P90D" }, { version: 2 }));
    expect((await versionsOf(member)).map(daysOf)).toEqual([60]);
    await upload(member, csvOf(people(0, 60), "s"));
    expect((await versionsOf(member)).map(daysOf)).toEqual([80, 60]);
  });

  test("is a month off where nothing is stated, until the first policy says otherwise", async () => {
    const member = await bring(world, "unstated");
    await declare(member);
    const version = await upload(member, csvOf(people(0, 50), "u"));
    expect([daysOf(version), version.isEndStated]).toEqual([30, false]);
    await putPolicy(member, policyJson(member.id));
    expect((await versionsOf(member)).map((one) => [daysOf(one), one.isEndStated])).toEqual([[90, true]]);
  });

  test("lets nobody ask from its moment on, says why and what to do, and a new version goes on", async () => {
    const { left, right, contract } = await pair();
    await ask(left, overlapOf(contract, [left, right]));
    const [version] = await versionsOf(right);
    await age(version?.id ?? "", 89);
    await ask(left, overlapOf(contract, [left, right], { epsilon: "0.5" }));
    await age(version?.id ?? "", 1);
    // The room has not come round yet: the database's clock alone decides.
    const refused = await call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right]) });
    const what = `the last version of .* list .customers. ended at .*: it must be uploaded again`;
    expectProblem(refused, "no-version", new RegExp(what));
    await keepHouse(world.room.ports);
    expectProblem(
      await call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right]) }),
      "no-version",
      new RegExp(what),
    );
    expectProblem(
      await call(right, "POST /v1/datasets/customers/uploads", { json: { change: "upsert" } }),
      "no-version",
      /no version in force/,
    );
    await upload(right, csvOf(people(60, 350), "r"));
    await ask(left, overlapOf(contract, [left, right]));
  });

  test("deletes it with its file and those before it, and is one entry each that its owner alone reads", async () => {
    const { left, right } = await pair();
    const files = await segments();
    await upload(left, csvOf(people(0, 310), "l"));
    const [last, first] = await versionsOf(left);
    await openUpload(left);
    await age(last?.id ?? "", 90);
    await keepHouse(world.room.ports);
    await keepHouse(world.room.ports);
    expect(await versionsOf(left)).toEqual([]);
    expect((await segments()).length).toBe(files.length - 1);
    expect((await endings(left)).map(({ actor, subject, detail }) => [actor, subject, detail])).toEqual(
      [first, last].map((version) => [
        { room: true },
        { version: version?.id, dataset: `${left.id}/customers` },
        { because: "retention", sequence: version?.sequence, endsAt: expect.any(String) },
      ]),
    );
    expect(await endings(right)).toEqual([]);
    expect(await versionsOf(right)).toHaveLength(1);
  });

  test("of a list that people were given from lets no rows leave any more", async () => {
    const { left, right, contract } = await pair();
    const audience = await ask(left, audienceOf(contract, [left, right]));
    await age((await versionsOf(right))[0]?.id ?? "", 90);
    const rows = () => call(left, `GET /v1/releases/${audience.id}/rows`);
    expectProblem(await rows(), "release-gone", /has come to its end/);
    await keepHouse(world.room.ports);
    expectProblem(await rows(), "release-gone", /has come to its end/);
    await upload(right, csvOf(people(50, 350), "r"));
    expectProblem(await rows(), "release-gone", /has come to its end/);
    const again = await call(left, "POST /v1/questions", { json: audienceOf(contract, [left, right]) });
    expectProblem(again, "not-permitted", /./);
    expect(again.text).toContain("at its end, so another one could not be compared");
  });
});
