// How the time of an overlap grows when both lists grow tenfold.

import { ASKED_IN_A_ROW } from "./asked.ts";
import { overlapBy } from "./columnar.ts";
import { sharedOf } from "./lists.ts";
import { mustEqual } from "./matches.ts";
import { growthLine, type Line, millis } from "./report.ts";
import { alternating } from "./rounds.ts";
import { type Stage, tenthOf } from "./stage.ts";

const MOST = 10.5;

export async function growthLines(stage: Stage): Promise<Line[]> {
  const { ours, rows } = stage;
  await stage.loaded(ours, ["left", "right"]);
  for (const name of ["left-tenth", "right-tenth"] as const) await ours.takeIn(name, await stage.file(name));
  const turn = (label: string, names: readonly string[], shared: number) => ({
    name: `${ours.name} is asked for the overlap of ${label} rows`,
    take: async (_: number, tell: (label: string, millis: number) => void) => {
      for (let time = 0; time < ASKED_IN_A_ROW; time++) {
        const { millis: taken, count } = await overlapBy(
          ours.anew,
          names.map((name) => ours.list(name)),
        );
        mustEqual("an overlap", count, shared);
        if (time > 0) tell(label, taken);
      }
    },
  });
  const medians = await alternating(stage.rounds, [
    turn("all", ["left", "right"], sharedOf(rows)),
    turn("a tenth of the", ["left-tenth", "right-tenth"], sharedOf(tenthOf(rows))),
  ]);
  const peer = { ...millis(medians.of("a tenth of the")), name: "a tenth of the rows" };
  return [growthLine("growth of an overlap", { ours: millis(medians.of("all")), peer, most: MOST })];
}
