// Taking in a list, from CSV to what can be asked.

import { fewOf } from "./asked.ts";
import { evenGround } from "./even-ground.ts";
import { type Line, line, millis } from "./report.ts";
import { alternating, type Turn } from "./rounds.ts";
import type { Stage } from "./stage.ts";

export async function ingestLines(stage: Stage): Promise<Line[]> {
  const { ours, rows, limits } = stage;
  const [duck, postgres] = [await stage.duckdb(), await stage.postgres()];
  const paths = { left: await stage.file("left"), right: await stage.file("right") };
  const turns = [ours, duck, postgres].map(
    (contender): Turn => ({
      name: `${contender.name} takes in a list`,
      ...(contender === postgres ? fewOf(stage, 0) : {}),
      take: async (round, tell) => {
        const side = round % 2 === 0 ? "left" : "right";
        await evenGround(rows);
        tell(contender.name, await contender.load(side, paths[side]));
        stage.noteLoaded(contender, side);
      },
    }),
  );
  const medians = await alternating(stage.rounds, turns);
  const { bytes } = await ours.takeIn("left", paths.left);
  const mine = millis(medians.of(ours.name));
  const limit = millis((2 * bytes) / limits.syncedWrite / 1e6);
  const beside = (name: string) => ({ ...millis(medians.of(name)), name });
  return [
    line("ingest, CSV to sealed", mine, { peer: beside(duck.name), goal: { timesAtLeast: 2 }, limit }),
    line("ingest, CSV to sealed", mine, { peer: beside(postgres.name), goal: { timesAtLeast: 10 }, limit }),
    line("sealed version", { value: bytes / rows, unit: "B a row" }, { goal: { atMost: 25 } }),
  ];
}
