// Long work in short pieces: other requests are served by the same process, so nothing here holds it for long.

import { setImmediate as nextTurn } from "node:timers/promises";

/** Lets whatever waits in this process have its turn. */
export function breath(): Promise<void> {
  return nextTurn();
}

/** Places that one piece of work covers: well under ten milliseconds for anything done here. */
const PIECE = 131_072;

/** Does `work` on 0..`total` in pieces, with a breath after each. */
export async function inPieces(total: number, work: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < total; from += PIECE) {
    work(from, Math.min(from + PIECE, total));
    await breath();
  }
}

/** Runs work that rests after each of its steps, with a breath after every few. */
export async function inSteps<Value>(steps: Generator<void, Value>, stepsPerBreath: number): Promise<Value> {
  for (let count = 1; ; count++) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (count % stepsPerBreath === 0) await breath();
  }
}
