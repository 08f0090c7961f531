// Who is on which of three lists: every region, which the peer counts after a full outer join of three.

import { timed } from "./contender.ts";
import { regionsOfThree } from "./lists.ts";
import { mustEqual } from "./matches.ts";
import { type Line, line, millis } from "./report.ts";
import { alternating } from "./rounds.ts";
import type { Stage } from "./stage.ts";

const SIDES = ["left", "right", "third"] as const;
const ASKED_IN_A_ROW = 3;

const REGIONS_SQL = `
  select (if(l.token is null, 0, 1) + if(r.token is null, 0, 2) + if(t.token is null, 0, 4))::integer as mask,
         count(*)::integer
    from left_list l
    full outer join right_list r on l.token = r.token
    full outer join third_list t on t.token = coalesce(l.token, r.token)
   group by mask`;

export async function threeListLines(stage: Stage): Promise<Line[]> {
  const { ours } = stage;
  const duck = await stage.duckdb();
  for (const contender of [ours, duck]) await stage.loaded(contender, SIDES);
  const lists = SIDES.map((side) => ours.list(side));
  const ourRegions = async () => {
    const { millis: taken, value } = await timed(() => ours.anew.overlap(lists, ["email"]));
    return { taken, regions: value.regions };
  };
  const theirRegions = async () => {
    const { millis: taken, rows } = await duck.figures(REGIONS_SQL);
    const regions = Array.from({ length: 2 ** SIDES.length }, () => 0);
    for (const [mask = 0, people = 0] of rows) regions[mask] = people;
    return { taken, regions };
  };
  const turn = (name: string, ask: typeof ourRegions) => ({
    name: `${name} is asked about three lists`,
    take: async (_: number, tell: (label: string, millis: number) => void) => {
      for (let time = 0; time < ASKED_IN_A_ROW; time++) {
        const { taken, regions } = await ask();
        mustEqual("regions of three lists", regions, regionsOfThree(stage.rows));
        tell(name, taken);
      }
    },
  });
  const medians = await alternating(stage.rounds, [turn(ours.name, ourRegions), turn(duck.name, theirRegions)]);
  const peer = { ...millis(medians.of(duck.name)), name: duck.name };
  return [line("all regions of three lists, loaded", millis(medians.of(ours.name)), { peer })];
}
