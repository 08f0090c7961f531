// Exact mode over HTTP: what the guard remembers across clauses, versions and contracts, and how its refusal looks.

import { afterAll, beforeAll, expect, test } from "vitest";
import { contractIdSchema } from "../../domain/contract/document.ts";
import { requestSchema } from "../../wire/api/approval.ts";
import { explanationSchema, releaseSchema } from "../../wire/api/question.ts";
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

const EXACT = { mode: "exact", rounding: 1 };
const LISTS = [people(0, 200), people(120, 300)] as const;

type Release = Pick<Awaited<ReturnType<typeof ask>>, "sizes" | "regions">;

/** What is shown of the others' lists: the figures in order, null for one that is withheld. */
function shownOf({ sizes, regions }: Release, asker: Member) {
  const others = sizes?.filter(({ dataset }) => !dataset.startsWith(`${asker.id}/`)) ?? [];
  return [...others, ...(regions ?? [])].map(({ released }) => released ?? null);
}

const NOTHING = [null, null, null, null];

test("a second exact overlap is withheld when it differs by fewer than k people, and given when by k", async () => {
  const { left, right, contract } = await pairOf(world, {
    names: ["near-left", "near-right"],
    lists: LISTS,
    limits: EXACT,
  });
  const first = await ask(left, overlapOf(contract, [left, right]));
  expect(shownOf(first, left)).toEqual([180, 120, 100, 80]);
  await upload(right, csvOf(people(129, 300), "r"));
  const nine = await ask(left, overlapOf(contract, [left, right]));
  expect(shownOf(nine, left)).toEqual(NOTHING);
  await upload(right, csvOf(people(130, 300), "r"));
  const ten = await ask(left, overlapOf(contract, [left, right]));
  expect(shownOf(ten, left)).toEqual([170, 130, 100, 70]);
});

test("neither a new contract, nor clauses that leave out a few, nor a re-upload get past it, and all pay", async () => {
  const lists = [LISTS[0], LISTS[1].map((row) => ({ ...row, tier: row.person < 125 ? "gold" : "silver" }))] as const;
  const { left, right, contract } = await pairOf(world, { names: ["past-left", "past-right"], lists, limits: EXACT });
  const json = contractJson([left, right], { name: "once-more", terms: { ...WIDE_LIMITS, ...EXACT } });
  const other = await agree([left, right], json);
  const first = await ask(left, overlapOf(contract, [left, right]));
  expect(shownOf(first, left)).toEqual([180, 120, 100, 80]);
  expect(shownOf(await ask(left, overlapOf(other, [left, right])), left)).toEqual([180, 120, 100, 80]);
  const dataset = `${right.id}/customers`;
  const most = [{ dataset, attribute: "tier", in: ["silver"] }];
  const tracked = await ask(left, overlapOf(other, [left, right], { where: most }));
  expect(shownOf(tracked, left)).toEqual(NOTHING);
  await upload(right, csvOf(lists[1].slice(1), "r"));
  const again = await ask(left, overlapOf(contract, [left, right]));
  expect(shownOf(again, left)).toEqual(NOTHING);
  const nobody = [{ dataset, attribute: "tier", in: ["bronze"] }];
  const empty = await ask(left, overlapOf(contract, [left, right], { where: nobody }));
  const faces = [tracked, again, empty].map(({ sizes, regions, matchRates, outcome, privacy, spent }) =>
    JSON.stringify({ sizes, regions, matchRates, outcome, privacy, prices: spent.map(({ nanoRho }) => nanoRho) }),
  );
  expect(new Set(faces).size).toBe(1);
});

test("what people approved is remembered as well, and held against the next answer, approved or not", async () => {
  const { left, right } = await pairOf(world, { names: ["held-left", "held-right"], lists: LISTS, limits: EXACT });
  const terms = { ...WIDE_LIMITS, ...EXACT };
  const rule = (version: number, approval: string[]) =>
    putPolicy(right, policyJson(right.id, { ...terms, approval }, { version }));
  await rule(2, ["overlap"]);
  const contract = await agree([left, right], contractJson([left, right], { name: "h", approvalWithin: "P1D", terms }));
  const question = overlapOf(contract, [left, right]);
  const approved = async () => {
    const { id } = read(requestSchema, await call(left, "POST /v1/questions", { json: question }));
    const approval = await call(right, `POST /v1/approvals/${id}`, { json: { verdict: "approve" } });
    const { state } = read(requestSchema, approval);
    return read(releaseSchema, await call(left, `GET /v1/releases/${state.release}`));
  };
  expect(shownOf(await approved(), left)).toEqual([180, 120, 100, 80]);
  await upload(right, csvOf(people(129, 300), "r"));
  expect(shownOf(await approved(), left)).toEqual(NOTHING);
  await rule(3, []);
  await upload(right, csvOf(people(128, 300), "r"));
  expect(shownOf(await ask(left, question), left)).toEqual(NOTHING);
});

test("an answer that was deleted is still held against the next; where its lists are gone, none is given", async () => {
  const { left, right, contract } = await pairOf(world, {
    names: ["gone-left", "gone-right"],
    lists: LISTS,
    limits: EXACT,
  });
  const first = await ask(left, overlapOf(contract, [left, right]));
  const { store } = world.room.ports;
  const act = { name: "forget answers", parties: [left.id, right.id] };
  const forgotten = await store.write(act, (tx) => tx.releases.forget(contractIdSchema.parse(contract)));
  expect(forgotten).toEqual([first.id]);
  const again = await ask(left, overlapOf(contract, [left, right]));
  expect(again.id).not.toBe(first.id);
  expect(shownOf(again, left)).toEqual([180, 120, 100, 80]);
  await store.write(act, (tx) => tx.releases.forget(contractIdSchema.parse(contract)));
  await upload(right, csvOf(people(129, 300), "r"));
  expect(shownOf(await ask(left, overlapOf(contract, [left, right])), left)).toEqual(NOTHING);

  await call(right, `POST /v1/contracts/${contract}/termination`, { json: {} });
  const json = contractJson([left, right], { name: "next-season", terms: { ...WIDE_LIMITS, ...EXACT } });
  const next = await agree([left, right], json);
  await upload(left, csvOf(LISTS[0], "l"));
  await upload(right, csvOf(LISTS[1], "r"));
  const refused = await call(left, "POST /v1/questions", { json: overlapOf(next, [left, right]) });
  expectProblem(refused, "not-permitted", /figures about The gone-right company's list “customers” was deleted/);
  expect(shownOf(await ask(right, overlapOf(next, [left, right])), right)).toEqual([200, 120, 100, 80]);
});

type Document = { readonly [member: string]: unknown };

const ANALYSES = ["overlap", "crosstab"];
const TABLE_LIMITS = {
  ...WIDE_LIMITS,
  ...EXACT,
  requestsPerPeriod: ANALYSES.map((analysis) => ({ analysis, count: 200, period: "P30D" })),
};

function tablePolicy(owner: Member, replaced: Document = {}, version = 1): Document {
  const [grant] = [policyJson(owner.id)["grants"]].flat();
  const attributes = { tier: ["filter", "group"], region: ["filter", "group"] };
  const wide = { ...(typeof grant === "object" ? grant : {}), analyses: ANALYSES, attributes };
  return policyJson(owner.id, { ...TABLE_LIMITS, ...replaced }, { grants: [wide], version });
}

/** Two partners whose rules and contract let tables be exact. */
async function tablePair(
  names: readonly [string, string],
  lists: readonly [ReturnType<typeof people>, ReturnType<typeof people>],
) {
  const { left, right } = await pairOf(world, { names, lists, limits: EXACT });
  for (const member of [left, right]) await putPolicy(member, tablePolicy(member, {}, 2));
  const recipients = [left.id, right.id];
  const analyses = ANALYSES.map((analysis) => ({
    analysis,
    purposes: ["insight"],
    recipients,
    identifiers: ["email"],
    channels: [],
  }));
  const contract = await agree(
    [left, right],
    contractJson([left, right], { name: "t", terms: TABLE_LIMITS, analyses }),
  );
  const between = recipients.map((id) => `${id}/customers`);
  const table = (attribute: string, replaced: Document = {}) => {
    const by = [{ dataset: between[1], attribute }];
    return { analysis: "crosstab", contract, purpose: "insight", between, by, ...replaced };
  };
  return { left, right, contract, table };
}

const cellsOf = ({ cells = [] }: Awaited<ReturnType<typeof ask>>) =>
  cells.map(({ people: one }) => one.released ?? null);

const NO_CELL = [null, null, null, null];

test("T-68: an exact table withholds few people and one more group, and no margin or near table follows", async () => {
  const lists = [people(0, 200), people(80, 300)] as const;
  const { left, right, contract, table } = await tablePair(["cells-left", "cells-right"], [...lists]);
  const explained = read(explanationSchema, await call(left, "POST /v1/questions/explain", { json: table("tier") }));
  expect(explained.price).toMatchObject({ plusMinus: 0, expected: [] });
  expect(explained.words.tells.join()).toMatch(/without noise, rounded to multiples of 1.*another is withheld with it/);
  expect(explained.reasons.map(({ says }) => says).join()).toMatch(/weaker and comes without a mathematical guarantee/);

  // 120 people, 40 of each tier; nobody is without one, and the last group goes with nobody's.
  const first = await ask(left, table("tier"));
  expect(cellsOf(first)).toEqual([40, 40, null, null]);
  expect(first.cells?.[2]?.people).toEqual(first.cells?.[3]?.people);
  expect(first.privacy).toMatchObject({ mode: "exact", rounding: 1, threshold: 10 });
  expect(first.text).toContain("weaker, without a mathematical guarantee");
  expect((await ask(left, table("tier"))).text).toBe(first.text);

  expect(shownOf(await ask(left, overlapOf(contract, [left, right])), left)).toEqual([220, 80, 100, 120]);
  const gold = [{ dataset: `${right.id}/customers`, attribute: "tier", in: ["gold"] }];
  const margin = await ask(left, overlapOf(contract, [left, right], { where: gold }));
  expect(shownOf(margin, left)).toEqual(NOTHING);
  expect(cellsOf(await ask(left, table("region")))).toEqual([60, null, null]);
  const finer = table("tier", { by: [...table("tier").by, ...table("region").by] });
  expect(cellsOf(await ask(left, finer)).every((cell) => cell === null)).toBe(true);

  // Nine people more on the asker's own list, and the older version answers; on the other list, and nothing does.
  await upload(left, csvOf(people(0, 209), "l"));
  expect((await ask(left, table("tier"))).text).toBe(first.text);
  await upload(left, csvOf(people(0, 200), "l"));
  await upload(right, csvOf(people(71, 300), "r"));
  const nine = await ask(left, table("tier"));
  expect(cellsOf(nine)).toEqual(NO_CELL);
  await upload(right, csvOf(lists[1], "r"));
  await upload(left, csvOf(people(0, 240), "l"));
  expect(cellsOf(await ask(left, table("tier")))).toEqual([53, 53, null, null]);

  const nobody = [{ dataset: `${right.id}/customers`, attribute: "region", in: ["north"] }];
  await upload(
    right,
    csvOf(
      lists[1].map((row) => ({ ...row, region: "south" })),
      "r",
    ),
  );
  const empty = await ask(left, table("tier", { where: nobody }));
  const [one, other] = [nine, empty].map(({ axes, cells, outcome, privacy, spent }) =>
    JSON.stringify({ axes, cells, outcome, privacy, prices: spent.map(({ nanoRho }) => nanoRho) }),
  );
  expect(one).toBe(other);
});

test("T-68: a table is held against earlier overlaps of its recipient, and not against another's", async () => {
  const { left, right, contract, table } = await tablePair(
    ["after-left", "after-right"],
    [people(0, 200), people(80, 300)],
  );
  const before = overlapOf(contract, [left, right]);
  expect(shownOf(await ask(left, before), left)).toEqual([220, 80, 100, 120]);
  await upload(left, csvOf(people(0, 205), "l"));
  expect(cellsOf(await ask(left, table("tier")))).toEqual(NO_CELL);
  expect(cellsOf(await ask(right, table("tier")))).toEqual([42, 41, null, null]);
  await upload(left, csvOf(people(0, 230), "l"));
  expect(cellsOf(await ask(left, table("tier")))).toEqual([50, 50, null, null]);
});

test("T-67: a table carries noise as soon as one owner asks for noise, and is never denied for it", async () => {
  const { left, right, contract, table } = await tablePair(
    ["mixed-left", "mixed-right"],
    [people(0, 200), people(80, 300)],
  );
  const plain = await call(left, `GET /v1/contracts/${contract}/plain`);
  expect(plain.text).toMatch(
    /no noise where every owner's own rules agree.*All the same, cross-tabs with sums or means/,
  );
  await putPolicy(right, tablePolicy(right, { mode: "noise" }, 3));
  const noised = await ask(left, table("tier", { epsilon: "1" }));
  expect(noised.privacy).toMatchObject({ mode: "noise", mechanism: "discrete-laplace", epsilon: "1", sensitivity: 1 });
  const [bronze] = noised.cells ?? [];
  expect(bronze?.people.interval).toHaveLength(2);
});

test("of partners whom an owner counts as one recipient, one alone is given exact figures of its list", async () => {
  const { left, right, contract } = await pairOf(world, {
    names: ["kin-left", "kin-right"],
    lists: LISTS,
    limits: EXACT,
  });
  const affiliates = [{ id: "one-house", partners: ["kin-left", "kin-other"], because: "one company" }];
  await putPolicy(right, policyJson(right.id, EXACT, { version: 2, affiliates }));
  const other = await bring(world, "kin-other");
  await putPolicy(other, policyJson(other.id, EXACT));
  await declare(other);
  await upload(other, csvOf(people(0, 191), "o"));
  const terms = { ...WIDE_LIMITS, ...EXACT };
  const second = await agree([other, right], contractJson([other, right], { name: "second", terms }));
  const question = overlapOf(second, [other, right]);
  expect(shownOf(await ask(left, overlapOf(contract, [left, right])), left)).toEqual([180, 120, 100, 80]);
  const refused = await call(other, "POST /v1/questions", { json: question });
  expectProblem(refused, "not-permitted", /was given exact figures of The kin-right company's list “customers”/);
  await upload(left, csvOf(people(0, 180), "l"));
  expect(shownOf(await ask(left, overlapOf(contract, [left, right])), left)).toEqual([180, 120, 120, 60]);
  await putPolicy(right, policyJson(right.id, { ...EXACT, mode: "noise" }, { version: 3, affiliates }));
  const noisy = await ask(other, { ...question, epsilon: "5" });
  expect(noisy.privacy.mode).toBe("noise");
});
