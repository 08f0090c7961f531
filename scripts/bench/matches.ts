// Questions about matches that are known: cross-tabs and segments. The peer asks a table that it made of the join
// beforehand, of attributes as codes of one byte, which is how it is fastest.

import { ASKED_IN_A_ROW } from "./asked.ts";
import { timed } from "./contender.ts";
import type { DuckDb } from "./duckdb.ts";
import { REGIONS, TIERS } from "./lists.ts";
import { type Line, line, millis } from "./report.ts";
import { alternating } from "./rounds.ts";
import type { Stage } from "./stage.ts";

const SIDES = ["left", "right"] as const;

/** Cells of tier of the left by region of the right, all of which have to be equal. */
export async function crossTabLines(stage: Stage): Promise<Line[]> {
  const { ours } = stage;
  const duck = await matchedTable(stage);
  const ourCells = async () => {
    const { millis: taken, value } = await timed(() => ours.keeping.crossTab(tierByRegion(stage)));
    return { taken, cells: value.people };
  };
  const theirCells = async () => {
    const { millis: taken, rows } = await duck.figures(
      "select tier, region, count(*)::integer from matched group by tier, region",
    );
    const cells = Array.from({ length: (TIERS.length + 1) * (REGIONS.length + 1) }, () => 0);
    for (const [tier = 0, region = 0, people = 0] of rows)
      cells[(tier + 1) * (REGIONS.length + 1) + region + 1] = people;
    return { taken, cells };
  };
  mustEqual("cells of a cross-tab", (await ourCells()).cells, (await theirCells()).cells);
  const turn = (name: string, ask: typeof ourCells) => ({
    name: `${name} is asked for a cross-tab`,
    take: (_: number, tell: (label: string, millis: number) => void) =>
      inARow(ASKED_IN_A_ROW, async () => tell(name, (await ask()).taken)),
  });
  const medians = await alternating(stage.rounds, [turn(ours.name, ourCells), turn(duck.name, theirCells)]);
  const peer = { ...millis(medians.of(duck.name)), name: `${duck.name}, materialised` };
  return [
    line(`cross-tab ${TIERS.length}x${REGIONS.length} on known matches`, millis(medians.of(ours.name)), {
      peer,
      goal: { timesAtLeast: 1 },
    }),
  ];
}

/** The cross-tab that is asked, of two lists by their names. */
export function tierByRegion({ ours }: Stage, [left, right]: readonly [string, string] = SIDES) {
  return {
    lists: [ours.list(left), ours.list(right)],
    identifiers: ["email"] as const,
    by: [
      { list: 0, attribute: "tier" },
      { list: 1, attribute: "region" },
    ],
    measures: [],
  };
}

/** Segments that are asked one after another; all are asked in the rounds before those that count. */
const SEGMENTS = Array.from({ length: 10 }, (_, index) => ({ tier: index % TIERS.length, region: index }));
const MOST_SEGMENT_MILLIS = 0.2;

export async function segmentLines(stage: Stage): Promise<Line[]> {
  const { ours } = stage;
  const duck = await matchedTable(stage);
  const ourCount = async ({ tier, region }: (typeof SEGMENTS)[number]) => {
    const lists = [
      ours.list("left", [{ attribute: "tier", in: [`${TIERS[tier]}`] }]),
      ours.list("right", [{ attribute: "region", in: [`${REGIONS[region]}`] }]),
    ];
    const { millis: taken, value } = await timed(() => ours.keeping.overlap(lists, ["email"]));
    return { taken, people: value.regions[3] };
  };
  const theirCount = async ({ tier, region }: (typeof SEGMENTS)[number]) => {
    const { millis: taken, rows } = await duck.figures(
      `select count(*)::integer from matched where tier = ${tier} and region = ${region}`,
    );
    return { taken, people: rows[0]?.[0] };
  };
  for (const segment of SEGMENTS)
    mustEqual("a segment", (await ourCount(segment)).people, (await theirCount(segment)).people);
  const turn = (name: string, ask: typeof ourCount) => ({
    name: `${name} is asked for segments`,
    take: async (_: number, tell: (label: string, millis: number) => void) => {
      for (const segment of SEGMENTS) tell(name, (await ask(segment)).taken);
    },
  });
  const medians = await alternating(stage.rounds, [turn(ours.name, ourCount), turn(duck.name, theirCount)]);
  const peer = { ...millis(medians.of(duck.name)), name: `${duck.name}, materialised` };
  return [
    line("segment of one list in one of another", millis(medians.of(ours.name)), {
      peer,
      goal: { atMost: MOST_SEGMENT_MILLIS },
    }),
  ];
}

/** The peer with its lists and the table of their matches. */
async function matchedTable(stage: Stage): Promise<DuckDb> {
  const duck = await stage.duckdb();
  for (const contender of [stage.ours, duck]) await stage.loaded(contender, SIDES);
  await duck.run(`create or replace table matched as
                    select substr(l.tier, 5)::utinyint as tier, substr(r.region, 7)::utinyint as region
                      from left_list l join right_list r using (token)`);
  return duck;
}

async function inARow(times: number, ask: () => Promise<void>): Promise<void> {
  for (let time = 0; time < times; time++) await ask();
}

/** Exactness is asserted in the bench as well. */
export function mustEqual(what: string, ours: unknown, theirs: unknown): void {
  const [left, right] = [JSON.stringify(ours), JSON.stringify(theirs)];
  if (left !== right) throw new Error(`${what}: ${left?.slice(0, 300)} of ours, ${right?.slice(0, 300)} of the peer's`);
}
