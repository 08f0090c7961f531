// A question through the API beside its comparison: what is added by the signed request around it, and by what is
// decided and kept.

import { type Line, line, millis } from "./report.ts";
import { type QuestionTimes, requestTimes } from "./request.ts";
import { notice } from "./rounds.ts";
import type { Stage } from "./stage.ts";

const MOST_OVERHEAD = 15;

export async function requestLines(stage: Stage): Promise<Line[]> {
  const paths = { left: await stage.file("left"), right: await stage.file("right") };
  notice("a room of its own, and questions to it ...");
  const { first, later, overHttp } = await requestTimes({ directory: stage.directory, rows: stage.rows, paths });
  return [
    line("a signed request", millis(later.signed)),
    line("a question with a filter, decided to committed", millis(later.question)),
    line("the comparison alone", millis(later.matching)),
    line("overhead of a question", millis(overheadOf(later)), { goal: { atMost: MOST_OVERHEAD } }),
    line("overhead of a room's first questions", millis(overheadOf(first))),
    line("the same over HTTP, leaving on a 100 ms tick", millis(overHttp)),
  ];
}

function overheadOf({ signed, question, matching }: QuestionTimes): number {
  return signed + question - matching;
}
