// Deniable lists over HTTP: what a coin tells, that it is tossed once, and that no other bytes show it.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { open } from "../../crypto/sealed-box.ts";
import { textDigest, utf8 } from "../../domain/bytes.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { contractReplySchema } from "../../wire/api/contract.ts";
import { explanationSchema } from "../../wire/api/question.ts";
import { csvOf, emailDigest, people, type Row } from "./lists.ts";
import {
  ask,
  audienceOf,
  call,
  contractJson,
  expectProblem,
  type Member,
  openWorld,
  pairOf,
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

const COIN = { deniability: "1" };
/** Of 600 people the second half is shared; the other list has 100 more whom consent keeps out of the room. */
const LISTS = [people(0, 600), [...shared(300, 600, "yes"), ...shared(200, 300, "no")]] as const;

function shared(from: number, to: number, partners: string): Row[] {
  return people(from, to).map((row) => ({ ...row, partners }));
}

async function rowsOf(member: Member, release: string): Promise<{ text: string; numbers: number[] }> {
  const { status, text } = await call(member, `GET /v1/releases/${release}/rows`);
  expect(status, text).toBe(200);
  const rows = text.split("\r\n").slice(1, -1);
  return { text, numbers: rows.map((row) => Number(row.slice(1))) };
}

/** By how many standard deviations so many of so many are off a chance. */
function off(hits: number, of: number, chance: number): number {
  return Math.abs(hits - of * chance) / Math.sqrt(of * chance * (1 - chance));
}

const TURNED = 1 / (1 + Math.E);
// Two-sided significance of 1e-6.
const DEVIATE = 4.892;

const GONE = /given as it was made or not at all, and one of its lists is another one since/;

describe("a list whose entries are deniable", () => {
  test("is turned by the stated coin, the same each time, and whoever has no consent is as a stranger", async () => {
    const { left, right, contract } = await pairOf(world, {
      names: ["coin-left", "coin-right"],
      lists: LISTS,
      limits: COIN,
    });
    const question = audienceOf(contract, [left, right]);
    const explained = read(explanationSchema, await call(left, "POST /v1/questions/explain", { json: question }));
    expect(explained.words.tells.join("\n")).toMatch(
      /no entry of the list is proof .* leaves out 26\.9 % of those who match, and puts in 26\.9 % of all others/,
    );
    expect(explained.words.because.join("\n")).toMatch(/no entry of a list is proof: by the toss of a coin/);
    const release = await ask(left, question);
    expect(release.deniability).toMatchObject({ epsilon: "1", turned: 0.268941 });
    // The truth is near 27 %; the estimate's own spread is some 3 %.
    expect(release.deniability?.falseShare).toBeGreaterThan(0.1);
    expect(release.deniability?.falseShare).toBeLessThan(0.45);
    expect(release.privacy).toMatchObject({ epsilon: "4" });
    const first = await rowsOf(left, release.id);
    const isListed = new Set(first.numbers);
    const listed = (from: number, to: number) => people(from, to).filter(({ person }) => isListed.has(person)).length;
    expect(off(listed(300, 600), 300, 1 - TURNED)).toBeLessThan(DEVIATE);
    expect(off(listed(0, 200), 200, TURNED)).toBeLessThan(DEVIATE);
    expect(off(listed(200, 300), 100, TURNED)).toBeLessThan(DEVIATE);
    expect((await rowsOf(left, release.id)).text).toBe(first.text);
    expect((await ask(left, question)).text).toBe(release.text);
  });

  test("leaves no seed behind in answer, receipt or log, and the next list has tosses of its own", async () => {
    const { left, right, contract } = await pairOf(world, {
      names: ["seed-left", "seed-right"],
      lists: LISTS,
      limits: COIN,
    });
    const release = await ask(left, audienceOf(contract, [left, right]));
    const { store, room } = world.room.ports;
    const act = { name: "look at release", parties: [left.id] };
    const row = await store.read(act, (tx) => tx.releases.find(release.id));
    expect(row?.coin?.length).toBe(28 + 32 + `1000000 ${textDigest("")}`.length);
    const { items } = read(entryListSchema, await call(left, "GET /v1/audit/entries"));
    const told = JSON.stringify([release, items, row?.answer, row?.receipt, row?.counted]);
    expect(told).toContain(release.id);
    const box = row?.coin ?? new Uint8Array();
    const coin = open(
      room.keyRing.find("list coins") ?? new Uint8Array(32),
      box,
      utf8(`concordat list coin 1 ${release.id}`),
    );
    const seed = Buffer.from(coin.ok ? coin.value.slice(0, 32) : []);
    expect(seed).toHaveLength(32);
    for (const spelt of ["hex", "base64", "base64url"] as const) expect(told).not.toContain(seed.toString(spelt));
    expect(Buffer.from(box).includes(seed)).toBe(false);
    const other = await ask(left, audienceOf(contract, [left, right], { epsilon: "4.5" }));
    const [one, two] = [await rowsOf(left, release.id), await rowsOf(left, other.id)];
    const both = one.numbers.filter((number) => two.numbers.includes(number)).length;
    expect(both).toBeLessThan(Math.min(one.numbers.length, two.numbers.length) - 50);
  });

  test("leaves as it was made or not at all, once either list has a new version; it is asked for anew", async () => {
    const { left, right, contract } = await pairOf(world, {
      names: ["new-left", "new-right"],
      lists: LISTS,
      limits: COIN,
    });
    const question = audienceOf(contract, [left, right]);
    const release = await ask(left, question);
    await upload(right, csvOf(LISTS[1].slice(1), "r"));
    const gone = await call(left, `GET /v1/releases/${release.id}/rows`);
    expectProblem(gone, "release-gone", GONE);
    const next = await ask(left, question);
    expect(next.id).not.toBe(release.id);
    expect(next.outcome).toBe("released");
    expect((await rowsOf(left, next.id)).numbers.length).toBeGreaterThan(200);
  });

  test("is gone once somebody was erased from it: two copies would tell whom", async () => {
    const { left, right, contract } = await pairOf(world, {
      names: ["less-left", "less-right"],
      lists: LISTS,
      limits: COIN,
    });
    const release = await ask(left, audienceOf(contract, [left, right]));
    await rowsOf(left, release.id);
    const erased = { identifiers: [{ kind: "email", hash: emailDigest(301) }] };
    expect((await call(right, "POST /v1/subjects/erasures", { json: erased })).status).toBe(201);
    expectProblem(await call(left, `GET /v1/releases/${release.id}/rows`), "release-gone", GONE);
  });

  test("is what any owner asks for, and the contract says it in plain words", async () => {
    const { left, right, contract } = await pairOf(world, { names: ["word-left", "word-right"], lists: LISTS });
    expect((await ask(left, audienceOf(contract, [left, right]))).deniability).toBeUndefined();
    await putPolicy(right, policyJson(right.id, COIN, { version: 2 }));
    const list = await ask(left, audienceOf(contract, [left, right], { epsilon: "1.5" }));
    expect(list.deniability?.epsilon).toBe("0.75");
    expect(list.reasons.map(({ says }) => says).join("\n")).toMatch(
      /epsilon of at most 1 for each, because The word-right/,
    );
    const json = contractJson([left, right], { name: "coins", terms: { ...WIDE_LIMITS, ...COIN } });
    const offered = read(contractReplySchema, await call(left, "POST /v1/contracts", { json }));
    const plain = await call(left, `GET /v1/contracts/${offered.id}/plain`);
    expect(plain.text).toMatch(/No entry of a list is proof: by the toss of a coin/);
    expect(plain.text).toMatch(/proves nothing, since some entries are false on purpose/);
  });
});
