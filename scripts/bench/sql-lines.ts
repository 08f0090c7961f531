// The SQL matcher beside the naive way: one table of all lists' tokens, joined and counted. On one node and over two
// databases of the same server; every answer is held against that of the matcher in memory, over the same sealed files.

import { join } from "node:path";
import type { Matcher } from "../../src/ports/matcher.ts";
import { removeEmbedded, startEmbedded } from "../../src/storage/embedded/launcher.ts";
import { overlapBy } from "./columnar.ts";
import { timed } from "./contender.ts";
import { sharedOf } from "./lists.ts";
import { type Line, line, millis } from "./report.ts";
import { alternating, notice, type Turn } from "./rounds.ts";
import { type OpenPlace, openPlace } from "./sql-places.ts";
import type { Stage } from "./stage.ts";

/** The naive count takes so much of our time at the least: we may take 1.1 times as long. */
const NAIVE_SHARE = 0.91;
const SIDES = ["left", "right", "third"] as const;
const IN_A_ROW = 3;

export async function sqlLines(stage: Stage): Promise<Line[]> {
  await stage.loaded(stage.ours, SIDES);
  const directory = join(stage.directory, "token-tables");
  const server = await startEmbedded({ directory });
  const opened: { close(): Promise<void> }[] = [];
  try {
    const one = await openPlace(stage, { server, opened, name: "one_node", shards: 0 });
    const two = await openPlace(stage, { server, opened, name: "two_shards", shards: 2 });
    const lines = [await broughtIn(stage, one, "one node"), await broughtIn(stage, two, "two shards")];
    for (const { analyze } of [one, two]) await analyze();
    for (const { matcher, name } of [one, two]) await answersAlike(stage, matcher, name);
    return [...lines, ...(await compared(stage, one, two))];
  } finally {
    for (const { close } of opened.reverse()) await close();
    await removeEmbedded({ directory });
  }
}

/** How long the tables take to be filled from a sealed file, which the first question does where they are empty. */
async function broughtIn({ ours }: Stage, { matcher }: OpenPlace, where: string): Promise<Line> {
  notice(`${where} takes the lists in ...`);
  const [left, right, third] = SIDES.map((side) => ours.list(side));
  if (left === undefined || right === undefined || third === undefined) throw new Error("three lists are compared");
  const { millis: first } = await timed(() => matcher.overlap([left, left], ["email"]));
  await matcher.overlap([right, third], ["email"]);
  return line(`SQL, ${where}: a sealed list into token tables, and a first question`, millis(first));
}

/** Holds answers of every sort against those of the matcher in memory. */
async function answersAlike({ ours }: Stage, matcher: Matcher, name: string): Promise<void> {
  const lists = SIDES.map((side) => ours.list(side));
  const [left, right] = lists;
  if (left === undefined || right === undefined) throw new Error("lists are compared");
  const gold = { ...left, where: [{ attribute: "tier", in: ["tier 1", "tier 3"] }] };
  const identifiers = ["email"] as const;
  const by = [
    { list: 0, attribute: "tier" },
    { list: 1, attribute: "region" },
  ];
  const questions: { readonly [what: string]: (asked: Matcher) => Promise<unknown> } = {
    overlap: (asked) => asked.overlap([left, right], identifiers),
    "filtered overlap": (asked) => asked.overlap([gold, right], identifiers),
    "regions of three": (asked) => asked.overlap(lists, identifiers),
    "regions of three, filtered": (asked) => asked.overlap([gold, ...lists.slice(1)], identifiers),
    "cross-tab": (asked) => asked.crossTab({ lists: [left, right], identifiers, by, measures: [] }),
    "cross-tab of three": (asked) => asked.crossTab({ lists, identifiers, by, measures: [] }),
    "cross-tab by least token": (asked) =>
      asked.crossTab({ lists: [gold, right], identifiers, by, measures: [], standing: "least-token" }),
    "cross-tab of one": (asked) => asked.crossTab({ lists: [gold], identifiers, by: by.slice(0, 1), measures: [] }),
    selection: async (asked) => {
      const found = await asked.select({ own: gold, other: right, identifiers, maximum: Number.MAX_SAFE_INTEGER });
      return { ...found, records: [...found.records].sort() };
    },
    difference: (asked) =>
      asked.difference({ own: left, other: right, identifiers }, { own: gold, other: right, identifiers }),
    drift: (asked) => asked.drift(left, right),
  };
  for (const [what, ask] of Object.entries(questions)) {
    const [own, theirs] = [JSON.stringify(await ask(matcher)), JSON.stringify(await ask(ours.anew))];
    if (own !== theirs) throw new Error(`${name} answers the ${what} otherwise than the matcher in memory`);
  }
  const told = Object.keys(questions);
  notice(`${name}: ${told.length} answers are those of the matcher in memory: ${told.join(", ")}`);
}

const TOKENS = "select version as list, token from concordat_tokens.tokens";
const NAIVE_COUNT = "select count(*) as n from naive a join naive b using (token) where a.list = 1 and b.list = 2";

async function compared({ ours, rows, rounds }: Stage, one: OpenPlace, two: OpenPlace): Promise<Line[]> {
  await one.transact("read write", (tx) => tx.unsafe(`create unlogged table naive as ${TOKENS}; analyze naive`));
  const lists = [ours.list("left"), ours.list("right")];
  const naive = () =>
    one.transact("read only", async (tx) => {
      await tx.unsafe("set local work_mem = '64MB'; set local jit = off");
      return timed(async () => Number((await tx.unsafe<{ n: string }[]>(NAIVE_COUNT))[0]?.n));
    });
  const turn = (name: string, ask: () => Promise<{ millis: number; count: number }>): Turn => ({
    name: `${name} is asked for the overlap`,
    take: async (_, tell) => {
      for (let time = 0; time < IN_A_ROW; time++) {
        const { millis: taken, count } = await ask();
        if (count !== sharedOf(rows)) throw new Error(`${name} counts ${count}, not ${sharedOf(rows)}`);
        tell(name, taken);
      }
    },
  });
  const medians = await alternating(rounds, [
    turn("one naive table", async () => naive().then(({ millis: taken, value }) => ({ millis: taken, count: value }))),
    turn("one node", () => overlapBy(one.matcher, lists)),
    turn("two shards", () => overlapBy(two.matcher, lists)),
  ]);
  const peer = { ...millis(medians.of("one naive table")), name: "one naive table" };
  return [
    line("SQL, one node: overlap", millis(medians.of("one node")), { peer, goal: { timesAtLeast: NAIVE_SHARE } }),
    line("SQL, two shards of one server: overlap", millis(medians.of("two shards")), { peer }),
  ];
}
