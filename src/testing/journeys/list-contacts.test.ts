// Contact caps over HTTP: nobody stands on more audiences than an owner permits, whoever receives them and under
// whatever contract; and what is said of it.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explanationSchema } from "../../wire/api/question.ts";
import { csvOf, people, type Row } from "./lists.ts";
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
  policyJson,
  putPolicy,
  read,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.room.discard();
});

async function member(id: string, rows: readonly Row[], replaced: object = {}): Promise<Member> {
  const one = await bring(world, id);
  await putPolicy(one, policyJson(id, {}, { ...replaced }));
  await declare(one);
  await upload(one, csvOf(rows, `${id}-`));
  return one;
}

/** A recipient under a contract of its own with the owner. */
async function recipient(owner: Member, id: string, rows: readonly Row[], replaced: object = {}) {
  const one = await member(id, rows, replaced);
  const contract = await agree([owner, one], contractJson([owner, one], { name: `with-${id}` }));
  return { one, contract, question: audienceOf(contract, [one, owner]) };
}

async function rowsOf(one: Member, release: string): Promise<number[]> {
  const { status, text } = await call(one, `GET /v1/releases/${release}/rows`);
  expect(status, text).toBe(200);
  return peopleIn(text);
}

function peopleIn(csv: string): number[] {
  const numbers = csv
    .split("\r\n")
    .slice(1, -1)
    .map((row) => Number(/\d+$/.exec(row)?.[0]));
  return numbers.sort((left, right) => left - right);
}

function numbers(...ranges: [number, number][]): number[] {
  return ranges.flatMap(([from, to]) => people(from, to).map(({ person }) => person));
}

const TWICE = { contactsPerPerson: [{ count: 2, period: "P30D" }] };
const ONCE = { contactsPerPerson: [{ count: 1, period: "P30D" }] };

describe("nobody of an owner's list stands on more than two lists", () => {
  test("of all recipients together, through a re-upload: one leaves room, two leave none", async () => {
    const owner = await member("twice", people(0, 100), TWICE);
    const ann = await recipient(owner, "ann-two", people(0, 60));
    const ben = await recipient(owner, "ben-two", people(30, 90));
    const cat = await recipient(owner, "cat-two", people(0, 100));
    const dan = await recipient(owner, "dan-two", people(0, 100));
    const first = await ask(ann.one, ann.question);
    expect(await rowsOf(ann.one, first.id)).toEqual(numbers([0, 60]));
    expect(await rowsOf(ben.one, (await ask(ben.one, ben.question)).id)).toEqual(numbers([30, 90]));
    await upload(owner, csvOf(people(0, 110), "twice-"));

    const explained = await call(cat.one, "POST /v1/questions/explain", { json: cat.question });
    const because = read(explanationSchema, explained).words.because.join("\n");
    expect(because).toMatch(/none of The twice company's customers stands on more than 2 audience lists in 30 days/);
    const third = await ask(cat.one, cat.question);
    const rows = numbers([0, 30], [60, 100]);
    expect(await rowsOf(cat.one, third.id)).toEqual(rows);
    expect(third.text).not.toContain(first.id);

    const fourth = await ask(dan.one, dan.question);
    expect(fourth.outcome).toBe("withheld");
    expect(await rowsOf(cat.one, third.id)).toEqual(rows);
    expect((await ask(cat.one, cat.question)).id).toBe(third.id);
  });
});

describe("a deniable list", () => {
  test("contacts everybody who shares an identifier with the room, whomever its coin left out", async () => {
    const owner = await member("coined", people(0, 100), ONCE);
    const coin = { ...policyJson("ann-coin"), defaults: { ...WIDE_LIMITS, deniability: "1" } };
    const ann = await recipient(owner, "ann-coin", people(0, 60), coin);
    const ben = await recipient(owner, "ben-coin", people(0, 100));
    const first = await rowsOf(ann.one, (await ask(ann.one, ann.question)).id);
    expect(first.length).toBeLessThan(58);
    expect(await rowsOf(ben.one, (await ask(ben.one, ben.question)).id)).toEqual(numbers([60, 100]));
  });
});

describe("the asker's own cap", () => {
  test("counts the lists that it got itself, and those on which others reached its people", async () => {
    const once = await recipient(await member("source", people(0, 200)), "own-once", people(0, 100), ONCE);
    const other = await recipient(once.one, "reaching", people(60, 90));
    expect(await rowsOf(other.one, (await ask(other.one, other.question)).id)).toEqual(numbers([60, 90]));
    const first = await ask(once.one, once.question);
    expect(await rowsOf(once.one, first.id)).toEqual(numbers([0, 60], [90, 100]));
    const where = [{ dataset: "source/customers", attribute: "region", in: ["north"] }];
    const again = await ask(once.one, { ...once.question, where });
    expect(again.outcome).toBe("withheld");
  });
});

describe("a list whose data are gone", () => {
  test("counts as if everybody stood on it; where that leaves nobody, the next is refused, openly", async () => {
    const owner = await member("gone", people(0, 100), ONCE);
    const ann = await recipient(owner, "ann-gone", people(0, 50));
    const ben = await recipient(owner, "ben-gone", people(0, 100));
    expect((await ask(ann.one, ann.question)).outcome).toBe("released");
    await call(owner, `POST /v1/contracts/${ann.contract}/termination`, { json: {} });
    const refused = await call(ben.one, "POST /v1/questions", { json: ben.question });
    expectProblem(
      refused,
      "not-permitted",
      /more than 1 audience list in 30 days, and of as many lists nobody can tell/,
    );
    await putPolicy(owner, policyJson(owner.id, {}, { version: 2, ...TWICE }));
    const given = await ask(ben.one, ben.question);
    expect(await rowsOf(ben.one, given.id)).toEqual(numbers([0, 100]));
  });
});
