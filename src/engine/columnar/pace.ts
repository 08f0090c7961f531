// Long work in short pieces: other requests are served by the same process, so nothing here holds it for long.

import { setImmediate as nextTurn } from "node:timers/promises";

/** Lets whatever waits in this process have its turn. */
export function breath(): Promise<void> {
  return nextTurn();
}

/** Runs work that rests after each of its steps, with a breath after every few. */
export async function inSteps<Value>(steps: Generator<void, Value>, stepsPerBreath: number): Promise<Value> {
  for (let count = 1; ; count++) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (count % stepsPerBreath === 0) await breath();
  }
}
