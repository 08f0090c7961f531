// What protects people, seen from outside: budgets that hold under a rush, one draw for everybody, answers that look
// alike when they withhold, lists that are not too near to each other, and what a revocation stops.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { parseStrictJson } from "../../domain/canonical-json.ts";
import { budgetFromEpsilon, parseDelta, parseEpsilon } from "../../domain/privacy/epsilon.ts";
import { entryListSchema } from "../../wire/api/audit.ts";
import { contractReplySchema, plainContractSchema } from "../../wire/api/contract.ts";
import { keySchema } from "../../wire/api/partner.ts";
import { budgetSchema, explanationSchema, releaseListSchema } from "../../wire/api/question.ts";
import { csvOf, people, REGIONS, TIERS } from "./lists.ts";
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
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.room.discard();
});

const LISTS = [people(0, 200), people(120, 300)] as const;
/** An answer costs 0.125 rho; for one recipient a period holds about 1.2 rho. */
const NARROW = { budget: { perRelease: "0.5", perRecipient: "10", lineage: "40", delta: "1e-7", period: "P90D" } };

describe("the budget", () => {
  test("holds under 64 questions at once: ten answers where it pays for ten, and the log says the same", async () => {
    // Both accounts hold ten, the lineage's within a period that renews.
    const renewal = { period: "P30D", times: 2 };
    const limits = { budget: { ...NARROW.budget, perRecipient: "10.3", lineage: "10.3", renewal } };
    const pair = await pairOf(world, { names: ["rush-left", "rush-right"], lists: LISTS, limits });
    const { left, right, contract } = pair;
    const half = distinctQuestions(contract, left, right);
    const questions = [...half, ...half.map((question) => ({ ...question, epsilon: "0.5" }))];
    expect(new Set(questions.map((question) => JSON.stringify(question))).size).toBe(64);
    const explained = await call(left, "POST /v1/questions/explain", { json: questions[0] });
    const charge = read(explanationSchema, explained).price?.charges.find(({ account }) => account === left.id);
    const affordable = Number(charge?.left.answers) + 1;
    expect(affordable).toBe(10);
    const answers = await Promise.all(questions.map((json) => call(left, "POST /v1/questions", { json })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(affordable);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectProblem(
        answer,
        "not-permitted",
        /privacy budget of The rush-right company's list “customers” for you in \d+ days/,
      );
    }
    const ledger = await budgetOf(right);
    const price = BigInt(charge?.nanoRho ?? 0);
    expect(sums(ledger.items)).toEqual({
      [`${right.id}/customers ${left.id}`]: price * BigInt(affordable),
      [`${right.id}/customers everyone`]: price * BigInt(affordable),
    });
    expect(sums(ledger.items)).toEqual(sums(await loggedDebits(right)));
    expect(sums(ledger.spent)).toEqual(sums(ledger.items));
    expect((await budgetOf(left)).items).toEqual([]);
  });

  test("a lineage's budget holds for everybody, through re-uploads, contracts and recipients", async () => {
    const limits = { budget: { ...NARROW.budget, lineage: "6" } };
    const { left, right, contract } = await pairOf(world, { names: ["all-left", "all-right"], lists: LISTS, limits });
    const third = await ready("all-third", policyJson("all-third", limits), "t");
    const other = await agree([third, right], contractJson([third, right], { terms: { ...WIDE_LIMITS, ...limits } }));
    let given = 0;
    for (const tier of TIERS) {
      await upload(right, csvOf(people(120, 300), "r"));
      for (const [member, id] of [
        [left, contract],
        [third, other],
      ] as const) {
        const where = [{ dataset: `${right.id}/customers`, attribute: "tier", in: [tier] }];
        const json = overlapOf(id, [member, right], { where });
        const answer = await call(member, "POST /v1/questions", { json });
        if (answer.status === 200) given++;
        else expectProblem(answer, "not-permitted", /for everybody together/);
      }
    }
    const [account] = (await budgetOf(right)).spent.filter(({ recipient }) => recipient === "everyone");
    expect(given).toBe(3);
    expect(BigInt(account?.nanoRho ?? 0)).toBe(3n * 125_000_000n);
  });

  test("one draw for every recipient, and each list's account for everybody is debited once", async () => {
    const { left, right, contract } = await pairOf(world, { names: ["twin-left", "twin-right"], lists: LISTS });
    const first = await ask(left, overlapOf(contract, [left, right]));
    const second = await ask(right, overlapOf(contract, [right, left]));
    expect(second.id).not.toBe(first.id);
    expect([second.sizes, second.regions, second.matchRates]).toEqual([first.sizes, first.regions, first.matchRates]);
    for (const [owner, recipient] of [
      [left, right],
      [right, left],
    ] as const) {
      const debits = (await budgetOf(owner)).items.map((item) => item.recipient);
      expect(debits.sort()).toEqual([recipient.id, "everyone"].sort());
    }
  });

  test("three members ask in turn: whoever comes later pays for itself, and nobody twice for everybody", async () => {
    const members: Member[] = [];
    for (const name of ["turn-one", "turn-two", "turn-three"])
      members.push(await ready(name, policyJson(name), name.slice(5)));
    const contract = await agree(members, contractJson(members));
    const releases = [];
    for (const member of members) releases.push(await ask(member, overlapOf(contract, members)));
    expect(new Set(releases.map(({ regions, sizes }) => JSON.stringify([regions, sizes]))).size).toBe(1);
    for (const owner of members) {
      const debits = (await budgetOf(owner)).items.map((item) => item.recipient);
      const others = members.filter(({ id }) => id !== owner.id).map(({ id }) => id);
      expect(debits.sort()).toEqual([...others, "everyone"].sort());
    }
  });

  test("its pages name every account, however small a page is", async () => {
    const { left, right, contract } = await pairOf(world, { names: ["page-left", "page-right"], lists: LISTS });
    await ask(left, overlapOf(contract, [left, right]));
    await ask(left, audienceOf(contract, [left, right]));
    const whole = await budgetOf(right);
    const seen: unknown[] = [];
    let after = "";
    for (let pages = 0; pages < 10; pages++) {
      const page = read(budgetSchema, await call(right, `GET /v1/budget?limit=1${after}`));
      expect(sums(page.spent)).toEqual(sums(whole.spent));
      seen.push(...page.items);
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
    expect(seen).toEqual(whole.items);
  });

  test("a cap on requests holds across contracts and says when the next is possible", async () => {
    const requestsPerPeriod = [
      { analysis: "overlap", count: 2, period: "P30D" },
      { analysis: "audience", count: 1, period: "P7D" },
    ];
    const limits = { requestsPerPeriod };
    const { left, right, contract } = await pairOf(world, { names: ["cap-left", "cap-right"], lists: LISTS, limits });
    const again = contractJson([left, right], { name: "once-more", terms: { ...WIDE_LIMITS, ...limits } });
    const other = await agree([left, right], again);
    const [one, two, three] = distinctQuestions(contract, left, right);
    const first = await ask(left, one ?? {});
    await ask(left, two ?? {});
    const denied = await call(left, "POST /v1/questions", { json: three });
    expectProblem(denied, "not-permitted", /2 such answers in 30 days were given; the next is possible from/);
    const next = /from (\S+Z)/.exec(String(denied.body["detail"]))?.[1] ?? "";
    expect(Date.parse(next) - Date.parse(first.asOf)).toBe(30 * 86_400_000);
    const elsewhere = await call(left, "POST /v1/questions", { json: overlapOf(other, [left, right]) });
    expectProblem(elsewhere, "not-permitted", /2 such answers in 30 days/);
    expect((await ask(left, one ?? {})).text).toBe(first.text);
    await ask(right, three ?? {});
    await ask(left, audienceOf(contract, [left, right]));
    const gold = [{ dataset: `${right.id}/customers`, attribute: "tier", in: ["gold"] }];
    const list = await call(left, "POST /v1/questions", {
      json: audienceOf(contract, [left, right], { where: gold }),
    });
    expectProblem(list, "not-permitted", /1 such answers in 7 days/);
  });
});

describe("a list's budget that renews", () => {
  test("is told before it is signed and before a question is asked, and holds for all contracts together", async () => {
    const renewal = { period: "P1Y", times: 1 };
    const limits = { budget: { ...NARROW.budget, lineage: "4.8", renewal } };
    const { left, right, contract } = await pairOf(world, { names: ["new-left", "new-right"], lists: LISTS, limits });
    const { lines } = read(plainContractSchema, await call(left, `GET /v1/contracts/${contract}/plain`));
    expect(lines.join("\n")).toContain(
      "is counted over 365 days. So the budget renews, at most 1 time, and only where",
    );
    const daily = { budget: { ...limits.budget, renewal: { period: "P1D", times: 1_000 } } };
    const again = contractJson([left, right], { name: "daily", terms: { ...WIDE_LIMITS, ...daily } });
    const sibling = await agree([left, right], again);
    const questions = [contract, sibling].map((id) => overlapOf(id, [left, right]));
    const explained = read(explanationSchema, await call(left, "POST /v1/questions/explain", { json: questions[1] }));
    const because = explained.words.because.join("\n");
    expect(because).toContain(
      "all answers about a list, whoever asks, may spend at most 4.8 units of privacy budget in 365",
    );
    expect(because).toContain("that budget renews at most 1 time, whatever contracts there are, because The new-");
    const answers = [];
    for (const epsilon of ["0.5", "0.49", "0.48", "0.47"])
      for (const question of questions)
        answers.push(await call(left, "POST /v1/questions", { json: { ...question, epsilon } }));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(3);
    for (const answer of refused)
      expectProblem(
        answer,
        "not-permitted",
        /for everybody together in 365 days, after which what was spent counts no/,
      );
    const spent = sums((await budgetOf(right)).spent)[`${right.id}/customers everyone`] ?? 0n;
    expect(spent <= budgetFromEpsilon(micros("4.8"), deltaOf("1e-7"))).toBe(true);
  });

  test("never does where its owner's own rules say nothing of it", async () => {
    const renewing = { ...NARROW.budget, lineage: "3", renewal: { period: "P1D", times: 9 } };
    const limits = { budget: { ...NARROW.budget, lineage: "3" } };
    const { left, right } = await pairOf(world, { names: ["ever-left", "ever-right"], lists: LISTS, limits });
    const terms = { ...WIDE_LIMITS, budget: renewing };
    const contract = await agree([left, right], contractJson([left, right], { name: "hopeful", terms }));
    await ask(left, overlapOf(contract, [left, right], { epsilon: "0.4" }));
    const denied = await call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right]) });
    expectProblem(denied, "not-permitted", /for everybody together does not hold another answer at 0.5/);
  });
});

describe("partners that an owner counts as one recipient", () => {
  test("share budget, caps and lists of its data, told of it before they ask, and nobody else does", async () => {
    const affiliates = [{ id: "one-house", partners: ["kin-one", "kin-two"], because: "they are one company" }];
    const overlaps = { analysis: "overlap", count: 3, period: "P30D" };
    const limits = {
      budget: NARROW.budget,
      requestsPerPeriod: [overlaps, { analysis: "audience", count: 9, period: "P30D" }],
    };
    const owner = await ready("kin-owner", policyJson("kin-owner", limits, { affiliates }), "o");
    const asking = async (name: string) => {
      const member = await ready(name, policyJson(name), name.slice(-1));
      const json = contractJson([member, owner], { terms: { ...WIDE_LIMITS, budget: NARROW.budget } });
      return { member, contract: await agree([member, owner], json) };
    };
    const [one, two, other] = [await asking("kin-one"), await asking("kin-two"), await asking("kin-three")];
    const questionOf = ({ member, contract }: typeof one, tier: string) => {
      const where = [{ dataset: `${owner.id}/customers`, attribute: "tier", in: [tier] }];
      return overlapOf(contract, [member, owner], { where });
    };
    const answersLeft = async (asker: typeof one) => {
      const explained = await call(asker.member, "POST /v1/questions/explain", { json: questionOf(asker, "bronze") });
      const { price, words } = read(explanationSchema, explained);
      const own = price?.charges.find(({ account }) => account === asker.member.id);
      return { answers: Number(own?.left.answers), because: words.because.join() };
    };
    const before = await answersLeft(two);
    expect(before.because).toMatch(
      /counts The kin-two company and its affiliates as one: .* because they are one company/,
    );
    expect(before.because).not.toContain("kin-one");
    await ask(one.member, questionOf(one, "gold"));
    await ask(one.member, questionOf(one, "silver"));
    expect((await answersLeft(two)).answers).toBe(before.answers - 2);
    expect((await answersLeft(other)).answers).toBe(before.answers);
    await ask(two.member, questionOf(two, "gold"));
    const denied = await call(two.member, "POST /v1/questions", { json: questionOf(two, "silver") });
    expectProblem(denied, "not-permitted", /3 such answers in 30 days were given to you and your affiliates together/);
    await ask(other.member, questionOf(other, "gold"));
    await ask(one.member, audienceOf(one.contract, [one.member, owner]));
    const list = audienceOf(two.contract, [two.member, owner]);
    const refused = await call(two.member, "POST /v1/questions", { json: list });
    expectProblem(refused, "not-permitted", /was given a list from The kin-owner company's list “customers”/);
    await ask(other.member, audienceOf(other.contract, [other.member, owner]));
  });
});

describe("Gaussian noise", () => {
  const GAUSSIAN = { mode: "gaussian-noise", budget: NARROW.budget };

  test("is named by label, answer, receipt and log, costs what the usual noise costs, and is narrower", async () => {
    const names = ["bell-left", "bell-right"] as const;
    const { left, right, contract } = await pairOf(world, { names: [...names], lists: LISTS, limits: GAUSSIAN });
    const question = overlapOf(contract, [left, right]);
    const { price, words } = read(
      explanationSchema,
      await call(left, "POST /v1/questions/explain", { json: question }),
    );
    // Two figures at epsilon 0.5: sigma is √2 / 0.5, and the usual noise has scale 4.
    expect(price).toMatchObject({ mechanism: "discrete-gaussian", plusMinus: 6, expected: [{ sigma: 2.8284 }] });
    expect(words.costs.join()).toContain("the Gaussian noise is about ± 6, and the usual noise would be ± 12");
    expect(words.tells.join()).toContain("as figures with Gaussian noise of about ± 6");
    const release = await ask(left, question);
    expect(release.privacy).toMatchObject({ mechanism: "discrete-gaussian", sigma: 2.8284, squaredSensitivity: 2 });
    expect(release.spent.map(({ nanoRho }) => nanoRho)).toEqual(["125000000", "125000000"]);
    const receipt = decodeJws(release.receipt);
    expect(receipt).toContain("figures carry Gaussian noise, narrower than the usual noise");
    const lines = read(plainContractSchema, await call(left, `GET /v1/contracts/${contract}/plain`)).lines.join();
    expect(lines).toContain("the noise is Gaussian: narrower at the same price");
  });

  test("gives way to the usual noise where one owner asks for that, and nothing is denied", async () => {
    const names = ["mix-left", "mix-right"] as const;
    const { left, right, contract } = await pairOf(world, { names: [...names], lists: LISTS, limits: GAUSSIAN });
    const question = overlapOf(contract, [left, right]);
    const first = await ask(left, question);
    await putPolicy(right, policyJson(right.id, { ...GAUSSIAN, mode: "noise" }, { version: 2 }));
    const second = await ask(right, question);
    expect(second.privacy).toMatchObject({ mechanism: "discrete-laplace", sensitivity: 2 });
    expect(second.regions).not.toEqual(first.regions);
    expect(second.spent.every(({ nanoRho }) => nanoRho === "125000000")).toBe(true);
  });
});

describe("what the data withholds", () => {
  test("looks alike whether nobody is there, too few, or a segment that contradicts itself", async () => {
    const rows = people(120, 300).map((row) =>
      row.person < 124 ? { ...row, tier: "silver" } : { ...row, tier: "gold" },
    );
    const lists = [people(0, 200), rows] as const;
    const { left, right, contract } = await pairOf(world, { names: ["alike-left", "alike-right"], lists });
    const dataset = `${right.id}/customers`;
    const clauses = [
      [{ dataset, attribute: "tier", in: ["silver"] }],
      [{ dataset, attribute: "tier", in: ["bronze"] }],
      [
        { dataset, attribute: "tier", in: ["bronze"] },
        { dataset, attribute: "tier", in: ["silver"] },
      ],
    ];
    const shapes = new Set<string>();
    for (const where of clauses) {
      const { sizes, regions, matchRates, spent, outcome, privacy } = await ask(
        left,
        overlapOf(contract, [left, right], { where }),
      );
      expect(regions?.map((region) => region.withheld ?? false)).toEqual([true, true, true]);
      const lean = sizes?.map((size) => (size.withheld === true ? size : { dataset: size.dataset }));
      const prices = spent.map(({ owner, account, nanoRho }) => [owner, account, nanoRho]);
      shapes.add(JSON.stringify({ lean, regions, matchRates, prices, outcome, privacy }));
    }
    expect(shapes.size).toBe(1);
    expect([...shapes][0]).toContain("fewer than 10");
  });

  test("an audience too small, empty or too near to an earlier one has one face and one price", async () => {
    const rows = people(0, 200).map((row) =>
      row.person < 3 ? { ...row, region: "south" } : { ...row, region: "north" },
    );
    const { left, right, contract } = await pairOf(world, {
      names: ["face-left", "face-right"],
      lists: [people(0, 200), rows],
    });
    const dataset = `${right.id}/customers`;
    const all = await ask(left, audienceOf(contract, [left, right]));
    expect(all.outcome).toBe("released");
    const clauses = [
      { near: [{ dataset, attribute: "region", in: ["north"] }] },
      { small: [{ dataset, attribute: "region", in: ["south"] }] },
      {
        empty: [
          { dataset, attribute: "region", in: ["south"] },
          { dataset, attribute: "region", in: ["north"] },
        ],
      },
      { same: [{ dataset, attribute: "tier", in: TIERS }] },
    ].map((one) => Object.values(one)[0] ?? []);
    const faces = new Set<string>();
    const prices = new Set<string>();
    for (const where of clauses) {
      const { id, outcome, size, privacy, spent, text, ...rest } = await ask(
        left,
        audienceOf(contract, [left, right], { where }),
      );
      faces.add(JSON.stringify({ outcome, size, privacy, keys: Object.keys(rest).sort() }));
      prices.add(JSON.stringify(spent.map(({ nanoRho }) => nanoRho)));
      expectProblem(await call(left, `GET /v1/releases/${id}/rows`), "not-found", /has no rows/);
    }
    expect([...faces]).toHaveLength(1);
    expect([...faces][0]).toContain('"size":{"withheld":true,"says":"fewer than 20"}');
    expect(prices.size).toBe(1);
    const far = [{ dataset: `${left.id}/customers`, attribute: "tier", in: ["gold"] }];
    expect((await ask(left, audienceOf(contract, [left, right], { where: far }))).outcome).toBe("released");
    const acts = (await entriesOf(left)).map(({ act }) => act).filter((act) => act.startsWith("question"));
    expect(acts).toEqual(["question-permitted", ...clauses.map(() => "question-withheld"), "question-permitted"]);
  });
});

describe("what was agreed or allowed, and is no more", () => {
  test("a contract ended between an audience and its collection: nothing leaves, and the debit stands", async () => {
    const { left, right, contract } = await pairOf(world, { names: ["end-left", "end-right"], lists: LISTS });
    const release = await ask(left, audienceOf(contract, [left, right]));
    expect(release.outcome).toBe("released");
    const before = await budgetOf(right);
    await call(right, `POST /v1/contracts/${contract}/suspension`, { json: {} });
    const rows = () => call(left, `GET /v1/releases/${release.id}/rows`);
    expectProblem(await rows(), "contract-not-in-force", /is suspended/);
    await call(right, `POST /v1/contracts/${contract}/resumption`, { json: {} });
    expect((await rows()).status).toBe(200);
    await call(right, `POST /v1/contracts/${contract}/termination`, { json: {} });
    expectProblem(await rows(), "not-found", /no such release/);
    expect(before.items).toHaveLength(2);
    expect(await budgetOf(right)).toEqual(before);
    const collected = (await entriesOf(right)).filter(({ act }) => act === "release-collected");
    expect(collected).toHaveLength(1);
  });

  test("a key revoked between an audience and its collection: nothing leaves, and the debit stands", async () => {
    const { left, right, contract } = await pairOf(world, { names: ["key-left", "key-right"], lists: LISTS });
    const release = await ask(left, audienceOf(contract, [left, right]));
    const { thumbprint } = left.key.publicKey;
    read(keySchema, await call(world.operator, `DELETE /v1/partners/${left.id}/keys/${thumbprint}`));
    expectProblem(await call(left, `GET /v1/releases/${release.id}/rows`), "key-unknown", /may sign here/);
    expect((await budgetOf(right)).items).toHaveLength(2);
    expect((await entriesOf(right)).some(({ act }) => act === "release-collected")).toBe(false);
  });

  test("a grant withdrawn stops the next question and the same one again", async () => {
    const { left, right, contract } = await pairOf(world, { names: ["grant-left", "grant-right"], lists: LISTS });
    const json = overlapOf(contract, [left, right]);
    await ask(left, json);
    await putPolicy(right, policyJson(right.id, {}, { version: 2, grants: [] }));
    expectProblem(await call(left, "POST /v1/questions", { json }), "not-permitted", /./);
    expect(read(releaseListSchema, await call(left, "GET /v1/releases")).items).toHaveLength(1);
  });

  test("limits loosened by one side are not in force until the other has signed them", async () => {
    const { left, right, contract } = await pairOf(world, {
      names: ["loose-left", "loose-right"],
      lists: LISTS,
      limits: NARROW,
    });
    const terms = { ...WIDE_LIMITS, budget: { ...NARROW.budget, perRelease: "5" } };
    const json = contractJson([left, right], { version: 2, previous: contract, terms });
    const { id } = read(contractReplySchema, await call(left, "POST /v1/contracts", { json }));
    read(contractReplySchema, await sign(left, { id, json }));
    const dear = { epsilon: "5" };
    expectProblem(
      await call(left, "POST /v1/questions", { json: overlapOf(id, [left, right], dear) }),
      "contract-not-in-force",
      /is offered/,
    );
    expectProblem(
      await call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right], dear) }),
      "not-permitted",
      /0.5/,
    );
    read(contractReplySchema, await sign(right, { id, json }));
    expectProblem(
      await call(left, "POST /v1/questions", { json: overlapOf(id, [left, right], dear) }),
      "not-permitted",
      /0.5/,
    );
  });
});

/** 32 overlaps that differ in meaning: every choice of tiers by every choice of regions of the right list. */
function distinctQuestions(contract: string, left: Member, right: Member) {
  const dataset = `${right.id}/customers`;
  const clauses = (attribute: string, values: readonly string[]) =>
    subsets(values).map((chosen) => (chosen.length === 0 ? [] : [{ dataset, attribute, in: chosen }]));
  return clauses("tier", TIERS).flatMap((tiers) =>
    clauses("region", REGIONS).map((regions) => overlapOf(contract, [left, right], { where: [...tiers, ...regions] })),
  );
}

function subsets(values: readonly string[]): string[][] {
  const found: string[][] = [[]];
  for (const value of values) found.push(...found.map((one) => [...one, value]));
  return found;
}

/** A partner with a policy and people 100 to 249 on its list. */
async function ready(id: string, policy: ReturnType<typeof policyJson>, prefix: string): Promise<Member> {
  const member = await bring(world, id);
  await putPolicy(member, policy);
  await declare(member);
  await upload(member, csvOf(people(100, 250), prefix));
  return member;
}

async function budgetOf(owner: Member) {
  return read(budgetSchema, await call(owner, "GET /v1/budget"));
}

function micros(text: string) {
  const epsilon = parseEpsilon(text);
  if (!epsilon.ok) throw new Error(epsilon.error);
  return epsilon.value;
}

function deltaOf(text: string) {
  const delta = parseDelta(text);
  if (!delta.ok) throw new Error(delta.error);
  return delta.value;
}

/** What a compact signature signs, as text. */
function decodeJws(compact: string): string {
  return Buffer.from(compact.split(".")[1] ?? "", "base64url").toString("utf8");
}

type Line = { readonly dataset: string; readonly recipient: string; readonly nanoRho: string };

function sums(lines: readonly Line[]): { [account: string]: bigint } {
  const found: { [account: string]: bigint } = {};
  for (const { dataset, recipient, nanoRho } of lines) {
    const account = `${dataset} ${recipient}`;
    found[account] = (found[account] ?? 0n) + BigInt(nanoRho);
  }
  return found;
}

const entrySchema = z.object({
  act: z.string(),
  detail: z.looseObject({
    debits: z.array(z.strictObject({ lineage: z.string(), recipient: z.string(), nanoRho: z.string() })).optional(),
  }),
});

async function entriesOf(member: Member) {
  const { items } = read(entryListSchema, await call(member, "GET /v1/audit/entries"));
  return items.map(({ entry }) => {
    const json = parseStrictJson(entry);
    if (!json.ok) throw new Error("an entry is JSON");
    return entrySchema.parse(json.value);
  });
}

/** The debits that the log's entries name for the lists of one owner. */
async function loggedDebits(owner: Member): Promise<Line[]> {
  return (await entriesOf(owner))
    .flatMap(({ detail }) => detail.debits ?? [])
    .filter(({ lineage }) => lineage.startsWith(`${owner.id}/`))
    .map(({ lineage, ...rest }) => ({ dataset: lineage, ...rest }));
}
