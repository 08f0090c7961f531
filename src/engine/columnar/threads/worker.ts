// What a thread of the crew does: it begins works, does their pieces, and forgets them, as it is told.

import { constants, getPriority, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type { Order, Report } from "./crew.ts";
import { empty } from "./emptying.ts";
import { type Equipment, toolsOf } from "./thread.ts";
import { begin, type Done, type WorkName } from "./works.ts";

// SAFETY: the crew starts this thread with its equipment.
const equipment = workerData as Equipment;
const tools = toolsOf(equipment);
standBack();
const works = new Map<number, Work>();

/** A work as it was begun, and its last piece. */
type Work = {
  readonly name: WorkName;
  readonly settings: unknown;
  readonly perform: (piece: unknown) => Done;
  piece: unknown;
};

/**
 * Of each kind of work the one that ended last, emptied. V8 forgets how objects that were sent are laid out once the
 * last of them is gone, and then compiles anew whatever it had compiled for such: for every list, on every thread.
 */
const lately = new Map<WorkName, Pick<Work, "settings" | "piece">>();

parentPort?.on("message", (order: Order) => {
  if (order.kind === "begin") {
    const { kernels, buffer, rowKernels } = tools;
    const thread = { kernels, buffer, rowKernels, scratch: order.scratch };
    const perform = begun(() => begin(thread, order.work, order.settings));
    works.set(order.job, { name: order.work, settings: order.settings, perform, piece: null });
  } else if (order.kind === "do") answer(order.piece, works.get(order.job), order.content);
  else forget(order.job);
});

// Whoever asks something small is not to wait for processors that a large question has: with 0 Linux gives this thread
// alone another place behind others (setpriority(2), "C library/kernel differences"), other systems the whole process.
function standBack(): void {
  const place = constants.priority.PRIORITY_BELOW_NORMAL;
  try {
    if (process.platform === "linux" && getPriority(0) < place) setPriority(0, place);
  } catch (error) {
    // A sandbox may refuse it, and the work is the same at any place.
    if (codeOf(error) !== "ERR_SYSTEM_ERROR") throw error;
  }
}

function forget(job: number): void {
  const work = works.get(job);
  works.delete(job);
  if (work === undefined) return;
  const { name, settings, piece } = work;
  empty([settings, piece]);
  lately.set(name, { settings, piece });
}

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

function answer(piece: number, work: Work | undefined, content: unknown): void {
  try {
    if (work === undefined) throw new Error("a piece of work that was not begun");
    work.piece = content;
    const done = work.perform(content);
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
