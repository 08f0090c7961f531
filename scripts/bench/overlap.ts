// Counting who is on both lists, which are loaded.

import { ASKED_IN_A_ROW, fewOf, POSTGRES_IN_A_ROW } from "./asked.ts";
import { overlapBy } from "./columnar.ts";
import type { Contender } from "./contender.ts";
import { sharedOf } from "./lists.ts";
import { type Line, line, millis } from "./report.ts";
import { alternating, type Turn } from "./rounds.ts";
import type { Stage } from "./stage.ts";

const SIDES = ["left", "right"] as const;
/** A token is so many bytes: an exact answer has read those of both lists. */
const TOKEN_BYTES = 16;

type Asked = Pick<Contender, "name" | "overlap">;

export async function overlapLines(stage: Stage): Promise<Line[]> {
  const { ours, rows, limits } = stage;
  const [duck, postgres] = [await stage.duckdb(), await stage.postgres()];
  for (const contender of [ours, duck, postgres]) await stage.loaded(contender, SIDES);
  const lists = [ours.list("left"), ours.list("right")];
  const plain = ours.other({ kernels: "plain" });
  const alone = ours.other({ threads: 1 });
  const variants: Asked[] = [
    { name: "plain", overlap: () => overlapBy(plain, lists) },
    { name: "alone", overlap: () => overlapBy(alone, lists) },
  ];
  const repeated = { name: "repeated", overlap: () => overlapBy(ours.keeping, lists) };
  const turns = [
    ...[ours, duck, ...variants].map((asked) => turnOf(stage, asked, ASKED_IN_A_ROW)),
    { ...turnOf(stage, postgres, POSTGRES_IN_A_ROW), ...fewOf(stage, 1) },
    turnOf(stage, repeated, 1),
  ];
  const medians = await alternating(stage.rounds, turns).finally(() => Promise.all([plain.end(), alone.end()]));
  const of = (name: string) => millis(medians.of(name));
  const beside = ({ name }: Contender, label = "") => ({ ...of(`${name}${label}`), name });
  const limit = millis((2 * rows * TOKEN_BYTES) / limits.readByTwo / 1e6);
  const [once, paused] = ["overlap, loaded", "overlap, loaded, after a pause"];
  const first = `${ours.name} first`;
  return [
    line(once, of(ours.name), { peer: beside(duck), goal: { timesAtLeast: 20 }, limit }),
    line(once, of(ours.name), { peer: beside(postgres), goal: { timesAtLeast: 150 }, limit }),
    line(paused, of(first), { peer: beside(duck, " first"), limit }),
    line(paused, of(first), { peer: beside(postgres, " first"), limit }),
    line("overlap, loaded, plain JavaScript kernels", of("plain"), { peer: beside(duck) }),
    line("overlap, loaded, one thread", of("alone"), { peer: beside(duck) }),
    line("overlap of versions compared before", of("repeated first"), { peer: beside(duck) }),
  ];
}

// Asked several times in a row, as a marketer asks; the first of them, after a pause, is told on its own.
function turnOf({ rows }: Stage, { name, overlap }: Asked, times: number): Turn {
  return {
    name: `${name} is asked for the overlap`,
    take: async (_, tell) => {
      for (let time = 0; time < times; time++) {
        const { millis: taken, count } = await overlap();
        if (count !== sharedOf(rows)) throw new Error(`${name} counts ${count}, not ${sharedOf(rows)}`);
        tell(time === 0 ? `${name} first` : name, taken);
      }
    },
  };
}
