// What a thread of the crew does: it begins works, does their pieces, and forgets them, as it is told.

import { parentPort, workerData } from "node:worker_threads";
import type { Order, Report } from "./crew.ts";
import { type Equipment, toolsOf } from "./thread.ts";
import { begin, type Done } from "./works.ts";

// SAFETY: the crew starts this thread with its equipment.
const equipment = workerData as Equipment;
const tools = toolsOf(equipment);
const works = new Map<number, (piece: unknown) => Done>();

parentPort?.on("message", (order: Order) => {
  if (order.kind === "end") works.delete(order.job);
  else if (order.kind === "begin") {
    const thread = { ...tools, scratch: order.scratch };
    works.set(
      order.job,
      begun(() => begin(thread, order.work, order.settings)),
    );
  } else answer(order.piece, () => works.get(order.job)?.(order.content));
});

/** What cannot be begun fails piece by piece, and the thread goes on. */
function begun(work: () => (piece: unknown) => Done): (piece: unknown) => Done {
  try {
    return work();
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function answer(piece: number, work: () => Done | undefined): void {
  try {
    const done = work();
    if (done === undefined) throw new Error("a piece of work that was not begun");
    const report: Report = { piece, outcome: done.outcome };
    parentPort?.postMessage(report, [...(done.transfer ?? [])]);
  } catch (error) {
    const report: Report = { piece, failure: error, code: codeOf(error) };
    parentPort?.postMessage(report);
  }
}

// An error that goes from thread to thread loses all but its message and its stack.
function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
