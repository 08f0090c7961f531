// How long the engine took over a question, step by step: for the operator, who learns what kind of question is slow
// and nothing of what it asked.

import type { Matcher } from "../ports/matcher.ts";
import type { Permitted } from "./assess-question.ts";
import type { Ports, QuestionTimes } from "./ports.ts";

type Step = QuestionTimes["steps"][number];

/** Begins to wait for a turn; `timed` is the matcher once there is one, `told` what came of it. */
export function timing(
  ports: Pick<Ports, "matcher" | "clock">,
  { question, decision, versions }: Permitted,
  requestId: string | null,
): { readonly timed: () => Matcher; readonly told: () => QuestionTimes } {
  const began = ports.clock();
  let turn = began;
  const steps: Step[] = [];
  return {
    timed: () => {
      turn = ports.clock();
      return timedMatcher(ports, (step) => steps.push(step));
    },
    told: () => ({
      requestId,
      analysis: question.analysis,
      mode: decision.terms.mode,
      identifiers: question.identifiers.length,
      clauses: "where" in question ? question.where.length : 0,
      people: versions.map(({ people }) => people),
      steps,
      waitedMillis: turn - began,
      millis: ports.clock() - began,
    }),
  };
}

function timedMatcher({ matcher, clock }: Pick<Ports, "matcher" | "clock">, note: (step: Step) => void): Matcher {
  const timed =
    <Given extends unknown[], Value>(step: string, work: (...given: Given) => Promise<Value>) =>
    async (...given: Given) => {
      const began = clock();
      try {
        return await work(...given);
      } finally {
        note({ step, millis: clock() - began });
      }
    };
  return {
    ...matcher,
    overlap: timed("overlap", matcher.overlap),
    crossTab: timed("cross-tab", matcher.crossTab),
    select: timed("select", matcher.select),
    difference: timed("difference", matcher.difference),
  };
}
