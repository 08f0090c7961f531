// A new version of the asker's own list that is nearly the one it asked about before tells nothing new; and neither do
// versions, contracts or partners without end.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../domain/bytes.ts";
import { budgetSchema, explanationSchema } from "../../wire/api/question.ts";
import { csvOf, emailDigest, people, type Row, sha256Hex } from "./lists.ts";
import {
  agree,
  ask,
  audienceOf,
  bring,
  call,
  commit,
  contractJson,
  declare,
  type Member,
  openUpload,
  openWorld,
  overlapOf,
  pairOf,
  policyJson,
  putPolicy,
  read,
  sendPart,
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

const EXACT = { mode: "exact", rounding: 1 };
const LISTS = [people(0, 200), people(120, 300)] as const;
const VICTIM = people(250, 251);

type Release = Awaited<ReturnType<typeof ask>>;

/** The exact size of a member's own list in an answer. */
function ownSize({ sizes }: Release, { id }: Member): number | undefined {
  return sizes?.find(({ dataset }) => dataset === `${id}/customers`)?.released;
}

describe("T-12: a new version of the asker's own list that differs by fewer than k people", () => {
  test("answers from the older one, with the same bytes; other questions do too, as explained", async () => {
    const { left, right, contract } = await pairOf(world, { names: ["near-a", "near-b"], lists: LISTS });
    const question = overlapOf(contract, [left, right]);
    const first = await ask(left, question);
    await upload(left, csvOf([...LISTS[0], ...VICTIM], "l"));
    const second = await ask(left, question);
    expect(second.text).toBe(first.text);
    const other = await ask(left, { ...question, epsilon: "4.9" });
    expect(other.versions).toEqual(first.versions);
    const json = { ...question, epsilon: "4.8" };
    const { words } = read(explanationSchema, await call(left, "POST /v1/questions/explain", { json }));
    expect(words.tells.at(-1)).toMatch(
      /about which you asked last: fewer than 10 people lie between it and the newest/,
    );
  });

  test("counts who came only with the k-th, by increments as by full lists, and never for another's list", async () => {
    const { left, right, contract } = await pairOf(world, { names: ["edge-a", "edge-b"], lists: LISTS, limits: EXACT });
    const asks = (clause: string) => {
      const where = [{ dataset: `${left.id}/customers`, attribute: "region", in: [clause, "south", "north"] }];
      return ask(left, overlapOf(contract, [left, right], { where }));
    };
    const first = await ask(left, overlapOf(contract, [left, right]));
    expect(ownSize(first, left)).toBe(200);
    await change(left, "upsert", people(200, 209));
    expect(ownSize(await asks("south"), left)).toBe(200);
    await change(left, "upsert", people(209, 210));
    expect(ownSize(await ask(left, overlapOf(contract, [left, right])), left)).toBe(210);
    const theirs = await ask(right, overlapOf(contract, [left, right]));
    await upload(left, csvOf(people(0, 211), "l"));
    const again = await ask(right, overlapOf(contract, [left, right]));
    expect(again.versions[`${left.id}/customers`]).not.toBe(theirs.versions[`${left.id}/customers`]);
  });

  test("never counts again who left or withdrew a consent, in figures or on lists", async () => {
    const rows: Row[] = people(120, 180).map((row) => ({ ...row, region: "north" }));
    const lists = [rows, LISTS[1]] as const;
    const { left, right, contract } = await pairOf(world, { names: ["gone-a", "gone-b"], lists, limits: EXACT });
    const question = overlapOf(contract, [left, right]);
    const first = await ask(left, question);
    expect(ownSize(first, left)).toBe(60);
    const changed = rows.slice(1).map((row) => (row.person === 121 ? { ...row, partners: "no" } : row));
    await upload(left, csvOf([...changed, ...people(181, 183)], "l"));
    expect((await ask(left, question)).text).toBe(first.text);
    const where = [{ dataset: `${left.id}/customers`, attribute: "region", in: ["north", "south"] }];
    const figures = await ask(left, { ...question, where });
    expect(ownSize(figures, left)).toBe(58);
    const list = await ask(left, audienceOf(contract, [left, right]));
    const { text } = await call(left, `GET /v1/releases/${list.id}/rows`);
    const listed = text.split("\r\n").slice(1, -1);
    expect(listed).toHaveLength(58);
    for (const person of [120, 121, 181, 182]) expect(listed).not.toContain(`l${person}`);
    await upload(left, csvOf(changed.slice(10), "l"));
    const fresh = await ask(left, { ...question, where });
    expect(fresh.versions).not.toEqual(figures.versions);
  });

  test("is told by who the people are, and not by what their references are called", async () => {
    const { left, right, contract } = await pairOf(world, { names: ["swap-a", "swap-b"], lists: LISTS });
    const question = overlapOf(contract, [left, right]);
    const first = await ask(left, question);
    const renamed = csvOf(LISTS[0], "m");
    await upload(left, renamed);
    expect((await ask(left, question)).text).toBe(first.text);
    await upload(left, renamed.replace(emailDigest(7), emailDigest(250)));
    expect((await ask(left, question)).text).toBe(first.text);
  });
});

/** Sends an increment of one part. */
async function change(member: Member, how: "upsert" | "delete", rows: readonly Row[]): Promise<void> {
  const content = csvOf(rows, "l");
  const id = await openUpload(member, "customers", { change: how });
  await sendPart(member, { upload: id, number: 1, content });
  const { status, text } = await commit(member, id, [sha256Hex(utf8(content))]);
  expect(status, text).toBeLessThan(300);
}

describe("T-08: ten new versions, a list deleted and brought again, five contracts, five partners", () => {
  test("never get past what everybody together may learn, and what remains never rises", async () => {
    const budget = { perRelease: "0.5", perRecipient: "10", lineage: "4", delta: "1e-7", period: "P90D" };
    const limits = { budget };
    const lists = [people(0, 60), people(20, 80)] as const;
    const { left, right, contract } = await pairOf(world, { names: ["many-a", "many-b"], lists, limits });
    const state = { answers: 0, least: null as bigint | null };
    const tries = async (one: Member, id: string) => {
      const answer = await call(one, "POST /v1/questions", { json: overlapOf(id, [one, right]) });
      if (answer.status === 200) state.answers++;
      const items = read(budgetSchema, await call(right, "GET /v1/budget"));
      const [all] = items.spent.filter(({ recipient }) => recipient === "everyone");
      const spent = BigInt(all?.nanoRho ?? 0);
      expect(spent).toBe(BigInt(state.answers) * 125_000_000n);
      if (state.least !== null) expect(spent >= state.least).toBe(true);
      state.least = spent;
    };
    for (let version = 0; version < 10; version++) {
      await upload(version % 2 === 0 ? left : right, csvOf(people(version * 11, version * 11 + 60), "n"));
      await tries(left, contract);
    }
    const terms = { ...WIDE_LIMITS, ...limits };
    const contracts: string[] = [];
    for (let index = 0; index < 5; index++)
      contracts.push(await agree([left, right], contractJson([left, right], { name: `again-${index}`, terms })));
    await call(right, `POST /v1/contracts/${contract}/termination`, { json: {} });
    for (const id of contracts) await tries(left, id);
    for (const id of contracts) await call(right, `POST /v1/contracts/${id}/termination`, { json: {} });
    await upload(right, csvOf(people(20, 80), "r"));
    for (let index = 0; index < 5; index++) {
      const sybil = await bring(world, `sybil-${index}`);
      await putPolicy(sybil, policyJson(sybil.id, limits));
      await declare(sybil);
      await upload(sybil, csvOf(people(0, 60), "s"));
      await tries(sybil, await agree([sybil, right], contractJson([sybil, right], { name: `sybil-${index}`, terms })));
    }
    expect(state.answers).toBeGreaterThan(0);
    expect(state.answers).toBeLessThan(5);
  });
});
