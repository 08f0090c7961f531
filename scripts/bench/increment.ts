// An increment of 1 % laid over the left list, beside the full upload of the list that it makes: a quarter of its time
// at the most. Both have to be the same list, which what is counted of them tells.

import { evenGround } from "./even-ground.ts";
import { mustEqual, tierByRegion } from "./matches.ts";
import { type Line, line, millis } from "./report.ts";
import { alternating } from "./rounds.ts";
import type { Stage } from "./stage.ts";

const TIMES = 4;

export async function incrementLines(stage: Stage): Promise<Line[]> {
  const { ours } = stage;
  await stage.loaded(ours, ["left", "right"]);
  const [whole, part] = [await stage.file("left-after"), await stage.file("increment")];
  const medians = await alternating(stage.rounds, [
    {
      name: "the full list is taken in",
      take: async (_, tell) => {
        await evenGround(stage.rows);
        const { staging, sealing } = await ours.takeIn("whole", whole);
        tell("full", staging + sealing);
      },
    },
    {
      name: "an increment is laid over the list before",
      take: async (_, tell) => {
        await evenGround(stage.rows);
        const { staging, sealing } = await ours.layOver("left", { name: "laid", path: part });
        tell("seal", sealing);
        tell("both", staging + sealing);
      },
    },
  ]);
  mustEqual("an increment", await factsOf(stage, "laid"), await factsOf(stage, "whole"));
  const beside = { peer: { ...millis(medians.of("full")), name: "full upload" }, goal: { timesAtLeast: TIMES } };
  return [
    line("increment of 1 %, read and sealed", millis(medians.of("both")), beside),
    line("increment of 1 %, sealed", millis(medians.of("seal")), beside),
  ];
}

async function factsOf(stage: Stage, name: string) {
  const { ours } = stage;
  const { sizes, regions } = await ours.anew.overlap([ours.list(name), ours.list("right")], ["email"]);
  const { people } = await ours.anew.crossTab(tierByRegion(stage, [name, "right"]));
  return { sizes, regions, people };
}
