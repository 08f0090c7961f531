// The record references of the people on both lists, given out: into values of JavaScript, and by the peer into a file
// as well. Ours gives one reference a person, of the left list.

import { join } from "node:path";
import { timed } from "./contender.ts";
import { mustEqual } from "./matches.ts";
import { type RecordSet, recordSetOf } from "./record-set.ts";
import { type Line, line, millis } from "./report.ts";
import { alternating } from "./rounds.ts";
import type { Stage } from "./stage.ts";

const SIDES = ["left", "right"] as const;
const RECORDS_SQL = "select l.record from left_list l join right_list r using (token)";

export async function selectionLines(stage: Stage): Promise<Line[]> {
  const { ours, directory } = stage;
  const duck = await stage.duckdb();
  for (const contender of [ours, duck]) await stage.loaded(contender, SIDES);
  const selection = {
    own: ours.list("left"),
    other: ours.list("right"),
    identifiers: ["email"] as const,
    maximum: stage.rows,
  };
  const ourRecords = async () => {
    const { millis: taken, value } = await timed(() => ours.anew.select(selection));
    return { millis: taken, set: recordSetOf(value.records) };
  };
  let known: RecordSet | null = null;
  const turn = (name: string, ask: typeof ourRecords) => ({
    name: `${name} gives out records`,
    take: async (_: number, tell: (label: string, millis: number) => void) => {
      const { millis: taken, set } = await ask();
      known ??= set;
      mustEqual("the records of a selection", set, known);
      tell(name, taken);
    },
  });
  const copy = {
    name: `${duck.name} writes records to a file`,
    take: async (_: number, tell: (label: string, millis: number) => void) =>
      tell("file", await duck.run(`copy (${RECORDS_SQL}) to '${join(directory, "records.csv")}'`)),
  };
  const turns = [turn(ours.name, ourRecords), turn(duck.name, () => duck.records(RECORDS_SQL)), copy];
  const medians = await alternating(stage.rounds, turns);
  const mine = millis(medians.of(ours.name));
  return [
    line("records of all matches out", mine, { peer: { ...millis(medians.of(duck.name)), name: duck.name } }),
    line("records of all matches out", mine, { peer: { ...millis(medians.of("file")), name: `${duck.name}, to CSV` } }),
  ];
}
