// Tables, affinities, trends and suppression lists over real HTTP and a real database.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explanationSchema } from "../../wire/api/question.ts";
import { csvOf, LIST_SCHEMA, people } from "./lists.ts";
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
  policyJson,
  putPolicy,
  read,
  regionOf,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

type Document = { readonly [member: string]: unknown };

const ANALYSES = ["overlap", "crosstab", "affinity", "trend", "audience", "suppression"];
const LIMITS = {
  ...WIDE_LIMITS,
  requestsPerPeriod: ANALYSES.map((analysis) => ({ analysis, count: 200, period: "P30D" })),
};
const SCHEMA = { ...LIST_SCHEMA, measures: { spend: { column: "spend", scale: 2 } } };
/** In units of a hundredth: whoever has more counts as much. */
const CLAMP = { min: 0, max: 3_000 };

/** What may be asked of a list for benchmarks: sums of many people's spend, by bands of tiers. */
const CONSTRAINED = {
  tier: [{ use: "group", groupings: ["band"] }],
  spend: [{ use: "measure", aggregates: ["sum"], k: 50, clamp: { least: "0", most: "5000" } }],
};
const BANDS = [
  { name: "plain", values: ["bronze"] },
  { name: "precious", values: ["silver", "gold"] },
];

let world: World;
let left: Member;
let right: Member;
let contract: string;

// Everybody's spend follows from the person's number: whole and a half, nothing for one in ten.
function spendOf(person: number): number | null {
  return person % 10 === 9 ? null : (person % 40) * 100 + 50;
}

function listOf(from: number, to: number, prefix: string): string {
  const rows = people(from, to);
  const [head, ...lines] = csvOf(rows, prefix).trimEnd().split("\r\n");
  const cells = rows.map(({ person }) => {
    const spend = spendOf(person);
    return spend === null ? "" : (spend / 100).toFixed(2);
  });
  return [`${head},spend`, ...lines.map((line, index) => `${line},${cells[index]}`), ""].join("\r\n");
}

beforeAll(async () => {
  world = await openWorld();
  [left, right] = [await bring(world, "tables-left"), await bring(world, "tables-right")];
  for (const [member, from, to] of [
    [left, 0, 900],
    [right, 300, 1_200],
  ] as const) {
    const [grant] = [policyJson(member.id)["grants"]].flat();
    const attributes = { tier: ["filter", "group"], region: ["filter", "group"], spend: ["measure"] };
    const wide = { ...(typeof grant === "object" ? grant : {}), analyses: ANALYSES, attributes };
    const narrow = { ...wide, id: "benchmarks", purposes: ["benchmark"], attributes: CONSTRAINED };
    await putPolicy(member, policyJson(member.id, LIMITS, { grants: [narrow, wide] }));
    await declare(member, SCHEMA);
    await upload(member, listOf(from, to, member === left ? "l" : "r"));
  }
  contract = await agree([left, right], agreed());
});

afterAll(async () => {
  await world.room.discard();
});

// Of tier, the contract knows two of the lists' three values.
function agreed(): Document {
  const json = contractJson([left, right], { terms: LIMITS });
  const uses = ["filter", "group"];
  const datasets = [left, right].map(({ id }) => ({
    partner: id,
    dataset: "customers",
    identifiers: ["email"],
    attributes: {
      tier: { type: "category", values: ["silver", "gold"], uses },
      region: { type: "category", values: ["north", "south"], uses },
    },
    measures: { spend: { scale: 2, clamp: CLAMP, aggregates: ["mean"] } },
    consents: [],
  }));
  const recipients = [left.id, right.id];
  const analyses = ANALYSES.map((analysis) => ({
    analysis,
    purposes: ["insight"],
    recipients,
    identifiers: ["email"],
    channels: ["email"],
  }));
  return { ...json, datasets, analyses };
}

const listsOf = () => [left, right].map(({ id }) => `${id}/customers`);
const shared = people(300, 900).map(({ person }) => person);

function explain(member: Member, question: Document) {
  return call(member, "POST /v1/questions/explain", { json: question }).then((one) => read(explanationSchema, one));
}

function isNear(found: number | undefined, wanted: number, by: number): boolean {
  return found !== undefined && Math.abs(found - wanted) <= by;
}

describe("a cross-tab", () => {
  const question = () => {
    const [ours, theirs] = listsOf();
    const by = [
      { dataset: theirs, attribute: "tier" },
      { dataset: ours, attribute: "region" },
    ];
    const measure = { dataset: theirs, measure: "spend", aggregate: "mean" };
    return { analysis: "crosstab", contract, purpose: "insight", between: [ours, theirs], by, measure };
  };

  test("has the contract's keys, counts near the truth, and means of clamped values", async () => {
    const release = await ask(left, question());
    expect(release.axes?.map(({ attribute, keys }) => [attribute, keys])).toEqual([
      ["region", ["north", "south", null]],
      ["tier", ["silver", "gold", null]],
    ]);
    expect(release.measure).toMatchObject({ aggregate: "mean", scale: 2, clamp: CLAMP });
    for (const { keys, people: count, measure } of release.cells ?? []) {
      const members = shared.filter(
        (n) => (["north", "south"][n % 2] ?? null) === keys[0] && (["silver", "gold"][(n + 2) % 3] ?? null) === keys[1],
      );
      if (keys[0] === null) {
        expect([count, measure].every((one) => one?.says === "fewer than 10")).toBe(true);
        continue;
      }
      expect(isNear(count.released, members.length, 12)).toBe(true);
      const values = members.flatMap((n) => spendOf(n) ?? []).map((value) => Math.min(CLAMP.max, value));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const [low = 0, high = 0] = measure?.interval ?? [];
      expect(isNear(measure?.released, mean, 500)).toBe(true);
      expect(low < high && low >= CLAMP.min && high <= CLAMP.max).toBe(true);
    }
  });

  test("is explained before, with what it would tell and how sure each kind of figure is", async () => {
    const explanation = await explain(right, question());
    expect(explanation.isPermitted).toBe(true);
    expect(explanation.words.tells[0]).toContain("in a table by “region” at The tables-left company and “tier” at");
    expect(explanation.price?.expected).toEqual([
      { of: "people", plusMinus: 2, scale: 0 },
      { of: "each sum of “spend”", plusMinus: expect.any(Number), scale: 2 },
    ]);
  });

  test("is the same draw for another recipient, and for nothing when asked again in another order", async () => {
    const [one, other] = [await ask(left, question()), await ask(right, question())];
    expect(other.cells).toEqual(one.cells);
    const reworded = { ...question(), by: [...question().by].reverse(), between: listsOf().reverse() };
    expect((await ask(left, reworded)).text).toBe(one.text);
  });

  test("is denied for an aggregate that the contract does not name, and says what is permitted", async () => {
    const sum = { ...question(), measure: { ...question().measure, aggregate: "sum" } };
    const denial = await call(left, "POST /v1/questions", { json: sum });
    expectProblem(denial, "not-permitted", /does not let anybody use .* to tell the sum/);
    const { words } = await explain(left, sum);
    expect(words.next[0]).toBe("permitted instead: ask for the mean of “spend” and not the sum");
  });
});

describe("a cross-tab under constraints on its attributes", () => {
  // A contract of its own, with all tiers, their bands, and both figures of the measure.
  async function constrained(): Promise<Document> {
    const json = agreed();
    const tier = {
      type: "category",
      values: ["bronze", "silver", "gold"],
      uses: ["group"],
      groupings: { band: BANDS },
    };
    const measures = { spend: { scale: 2, clamp: CLAMP, aggregates: ["mean", "sum"] } };
    const datasets = [left, right].map(({ id: partner }) => {
      const brought = { partner, dataset: "customers", identifiers: ["email"], consents: [] };
      return { ...brought, attributes: { tier }, measures };
    });
    const [entry] = [json["analyses"]].flat().filter((one) => isCrosstab(one));
    const analyses = [{ ...entry, purposes: ["benchmark"] }];
    const id = await agree([left, right], { ...json, name: "benchmarks", purposes: ["benchmark"], datasets, analyses });
    const [ours, theirs] = listsOf();
    const measure = { dataset: theirs, measure: "spend", aggregate: "mean" };
    const by = [{ dataset: theirs, attribute: "tier" }];
    return { analysis: "crosstab", contract: id, purpose: "benchmark", between: [ours, theirs], by, measure };
  }

  test("is denied in words, with what to ask instead, which is then answered over the groups", async () => {
    const question = await constrained();
    const denial = await call(left, "POST /v1/questions", { json: question });
    expectProblem(denial, "not-permitted", /group people only by “band”; this question groups them by each single/);
    const { words, instead } = await explain(left, question);
    const whose = "The tables-right company's rule “benchmarks”";
    expect(words.because).toEqual([
      `${whose} lets “tier” group people only by “band”; this question groups them by each single value`,
      `${whose} lets “spend” leave only as a sum, over at least 50 people, clamped to 0 to 5,000; ` +
        "this question takes a mean",
    ]);
    expect(words.next[0]).toBe(
      "permitted instead: ask for the sum of “spend” and not the mean, and with “tier” grouped by “band”",
    );

    const [permitted] = instead;
    const label = await explain(left, { ...permitted?.question });
    expect(label.words.tells[0]).toContain("in a table by “tier” grouped by “band” at The tables-right company");
    const release = await ask(left, { ...permitted?.question });
    expect(release.axes).toMatchObject([{ attribute: "tier", grouping: "band", keys: ["plain", "precious", null] }]);
    expect(release.privacy).toMatchObject({ sensitivity: 1, threshold: 50 });
    for (const { keys, people: count, measure } of release.cells ?? []) {
      const members = shared.filter((n) => (n % 3 === 0 ? "plain" : "precious") === keys[0]);
      if (keys[0] === null) {
        expect([count.says, measure?.says]).toEqual(["fewer than 50", "fewer than 50"]);
        continue;
      }
      expect(isNear(count.released, members.length, 12)).toBe(true);
      const sum = members.reduce((total, n) => total + Math.min(CLAMP.max, spendOf(n) ?? 0), 0);
      const [low = 0, high = 0] = measure?.interval ?? [];
      expect(isNear(measure?.released, sum, 4 * (high - low))).toBe(true);
    }
    const mean = { ...permitted?.question, measure: question["measure"] };
    expectProblem(await call(left, "POST /v1/questions", { json: mean }), "not-permitted", /takes a mean/);
  });
});

function isCrosstab(entry: unknown): entry is Document {
  return typeof entry === "object" && entry !== null && Object.values(entry).includes("crosstab");
}

describe("an affinity", () => {
  test("ranks the segments of the other's list by how frequent they are among the shared", async () => {
    const [ours, theirs] = listsOf();
    const segments = { dataset: theirs, attribute: "tier" };
    const where = [{ dataset: ours, attribute: "tier", in: ["gold"] }];
    const asked = { analysis: "affinity", contract, purpose: "insight", among: ours, segments };
    const even = await ask(left, asked);
    expect(even.segments?.every(({ index }) => isNear(index.released, 100, 15))).toBe(true);
    const gold = await ask(left, { ...asked, where });
    // Tiers follow the person, so whoever is gold on one list is gold on the other: a third of it, and all of these.
    expect(gold.segments?.[0]).toMatchObject({ key: "gold", index: { interval: expect.any(Array) } });
    expect(isNear(gold.segments?.[0]?.index.released, 300, 25)).toBe(true);
    expect(gold.segments?.slice(1).every(({ index }) => index.says === "fewer than 10")).toBe(true);
    expect(gold.privacy["sensitivity"]).toBe(2);
  });
});

describe("a trend", () => {
  test("is the overlaps that were answered, and the present one, which is paid for once", async () => {
    const overlap = overlapOf(contract, [left, right]);
    const trend = { ...overlap, analysis: "trend" };
    const before = await ask(left, overlap);
    const alone = await ask(left, trend);
    expect(alone.points?.map(({ regions }) => regions)).toEqual([before.regions]);
    expect(alone.spent.map(({ nanoRho }) => nanoRho)).toEqual(["0", "0"]);

    await upload(right, listOf(100, 1_200, "r"));
    const grown = await ask(left, trend);
    expect(grown.points).toHaveLength(2);
    expect(grown.points?.[0]).toMatchObject({ asOf: before.asOf, regions: before.regions, versions: before.versions });
    const present = grown.points?.[1]?.regions?.find(({ members }) => members.length === 2);
    expect(isNear(present?.released, 800, 12)).toBe(true);
    expect(grown.spent.every(({ nanoRho }) => nanoRho !== "0")).toBe(true);

    const { words, price } = await explain(left, overlap);
    expect(words.costs).toEqual(["nothing: you were given these figures before"]);
    expect(price?.isRecorded).toBe(false);
    const after = await ask(left, overlap);
    expect(regionOf(after, [left, right])).toBe(present?.released);
    expect(after.spent.map(({ nanoRho }) => nanoRho)).toEqual(["0", "0"]);

    const theirs = await ask(right, trend);
    expect(theirs.points).toHaveLength(1);
    expect(theirs.points?.[0]?.regions).toEqual(after.regions);
  });

  test("of a table is the tables that were answered, and the present one, for whoever may ask for both", async () => {
    const by = [{ dataset: `${right.id}/customers`, attribute: "region" }];
    const measure = { dataset: `${right.id}/customers`, measure: "spend", aggregate: "mean" };
    const table = { analysis: "crosstab", contract, purpose: "insight", between: listsOf(), by, measure };
    const trend = { ...table, analysis: "trend" };
    const before = await ask(left, table);
    await upload(right, listOf(100, 1_300, "r"));
    const grown = await ask(left, trend);
    expect(grown.points?.map(({ versions }) => versions)).toEqual([before.versions, grown.versions]);
    expect(grown.points?.[0]).toMatchObject({ asOf: before.asOf, cells: before.cells, axes: before.axes });
    expect(grown.points?.[1]?.cells?.every((cell) => cell.measure !== undefined)).toBe(true);
    expect(grown.spent.every(({ nanoRho }) => nanoRho !== "0")).toBe(true);
    const after = await ask(left, table);
    expect(after.cells).toEqual(grown.points?.[1]?.cells);
    expect(after.spent.map(({ nanoRho }) => nanoRho)).toEqual(["0", "0"]);
    const wrong = await call(left, "POST /v1/questions", { json: { ...trend, by: undefined } });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain("a measure is told of each group of a table");
  });
});

describe("a suppression list", () => {
  test("gives one's own records to leave out, and is too near for an audience of the same people", async () => {
    const suppression = { ...audienceOf(contract, [left, right]), analysis: "suppression", purpose: "insight" };
    const { words } = await explain(left, suppression);
    expect(words.tells[0]).toContain("to leave them out of what it sends through email");
    const release = await ask(left, suppression);
    expect(release).toMatchObject({ kind: "suppression", outcome: "released" });
    const rows = await call(left, `GET /v1/releases/${release.id}/rows`);
    expect(rows.text.trimEnd().split("\r\n")).toHaveLength(801);
    const audience = await ask(left, { ...suppression, analysis: "audience" });
    expect(audience.outcome).toBe("withheld");
  });
});

describe("people with two e-mail addresses", () => {
  test("match by either in an overlap, and in a table by the least of their tokens alone", async () => {
    // Two rows of one reference are one person; the other list knows the first of the two addresses.
    const [head, ...rows] = listOf(300, 600, "l").trimEnd().split("\r\n");
    const others = listOf(5_300, 5_600, "l").trimEnd().split("\r\n").slice(1);
    const doubled = others.map((row, index) => row.replace(/^l\d+/, `l${300 + index}`));
    await upload(left, [head, ...rows, ...doubled, ""].join("\r\n"));
    const overlap = regionOf(await ask(left, overlapOf(contract, [left, right])), [left, right]);
    expect(isNear(overlap, 300, 12)).toBe(true);
    const by = [{ dataset: `${right.id}/customers`, attribute: "region" }];
    const table = await ask(left, { analysis: "crosstab", contract, purpose: "insight", between: listsOf(), by });
    const people = (table.cells ?? []).reduce((sum, { people: { released = 0 } }) => sum + released, 0);
    // Whose least token is the one that both lists have is a coin for each: 150 of 300, within 6 standard deviations.
    expect(isNear(people, 150, 55)).toBe(true);
    expect(table.privacy["sensitivity"]).toBe(1);
  });
});
