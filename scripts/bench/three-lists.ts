// Who is on which of three lists: every region, which the peer counts after a full outer join of three. Of whole lists;
// of lists of which one is narrowed to other people each time, as a marketer tries one filter after another; and by the
// plain kernels.

import type { ComparedList, Matcher } from "../../src/ports/matcher.ts";
import { timed } from "./contender.ts";
import type { DuckDb } from "./duckdb.ts";
import { REGIONS, regionsOfThree } from "./lists.ts";
import { mustEqual } from "./matches.ts";
import { type Line, line, millis } from "./report.ts";
import { alternating, type Turn } from "./rounds.ts";
import type { Stage } from "./stage.ts";

const SIDES = ["left", "right", "third"] as const;
const ASKED_IN_A_ROW = 3;

/** Regions of the right list that one filter names. */
const REGIONS_A_FILTER = 10;

const regionsSql = (right: string) => `
  select (if(l.token is null, 0, 1) + if(r.token is null, 0, 2) + if(t.token is null, 0, 4))::integer as mask,
         count(*)::integer
    from left_list l
    full outer join ${right} r on l.token = r.token
    full outer join third_list t on t.token = coalesce(l.token, r.token)
   group by mask`;

type Answer = { readonly taken: number; readonly regions: readonly number[] };
type Ask = (filter: readonly string[] | null) => Promise<Answer>;

export async function threeListLines(stage: Stage): Promise<Line[]> {
  const { ours } = stage;
  const duck = await stage.duckdb();
  for (const contender of [ours, duck]) await stage.loaded(contender, SIDES);
  const plain = ours.other({ kernels: "plain" });
  const asks = { ours: asked(stage, ours.anew), plain: asked(stage, plain), duck: askedOfDuckDb(duck) };
  const turns = [
    wholeTurn(stage, ours.name, asks.ours),
    narrowedTurn(`${ours.name} narrowed`, asks.ours, asks.duck),
    wholeTurn(stage, "plain", asks.plain),
    wholeTurn(stage, duck.name, asks.duck),
    narrowedTurn(`${duck.name} narrowed`, asks.duck, asks.ours),
  ];
  const medians = await alternating(stage.rounds, turns).finally(plain.end);
  const beside = (label: string) => ({ ...millis(medians.of(`${duck.name}${label}`)), name: duck.name });
  const what = "all regions of three lists, loaded";
  return [
    line(what, millis(medians.of(ours.name)), { peer: beside(""), goal: { timesAtLeast: 4 } }),
    line(`${what}, one filtered anew`, millis(medians.of(`${ours.name} narrowed`)), { peer: beside(" narrowed") }),
    line(`${what}, plain JavaScript kernels`, millis(medians.of("plain")), { peer: beside("") }),
  ];
}

function asked({ ours }: Stage, matcher: Matcher): Ask {
  return async (filter) => {
    const where: ComparedList["where"] = filter === null ? [] : [{ attribute: "region", in: filter }];
    const lists = [ours.list("left"), ours.list("right", where), ours.list("third")];
    const { millis: taken, value } = await timed(() => matcher.overlap(lists, ["email"]));
    return { taken, regions: value.regions };
  };
}

function askedOfDuckDb(duck: DuckDb): Ask {
  return async (filter) => {
    const names = filter?.map((region) => `'${region}'`).join();
    const right = names === undefined ? "right_list" : `(select token from right_list where region in (${names}))`;
    const { millis: taken, rows } = await duck.figures(regionsSql(right));
    const regions = Array.from({ length: 2 ** SIDES.length }, () => 0);
    for (const [mask = 0, people = 0] of rows) regions[mask] = people;
    return { taken, regions };
  };
}

function wholeTurn({ rows }: Stage, name: string, ask: Ask): Turn {
  return {
    name: `${name} is asked about three lists`,
    take: async (_, tell) => {
      for (let time = 0; time < ASKED_IN_A_ROW; time++) {
        const { taken, regions } = await ask(null);
        mustEqual("regions of three lists", regions, regionsOfThree(rows));
        tell(name, taken);
      }
    },
  };
}

/** Another filter in every round, so that nobody has its people at hand. */
function narrowedTurn(name: string, ask: Ask, other: Ask): Turn {
  return {
    name: `${name} is asked about three lists`,
    take: async (round, tell) => {
      const filter = Array.from(
        { length: REGIONS_A_FILTER },
        (_, index) => REGIONS[(round + 5 * index + 50) % 50] ?? "",
      );
      const { taken, regions } = await ask(filter);
      mustEqual("regions of three lists, one filtered", regions, (await other(filter)).regions);
      tell(name, taken);
    },
  };
}
