// One line that tells how far a long task has come: redrawn in place on a terminal, a new line now and then elsewhere.

import { grouped, sized } from "./figures.ts";
import type { World } from "./terminal.ts";

const REDRAW_MILLIS = 100;
const LINE_MILLIS = 5_000;

/**
 * How far a task has come. `bytesTotal`: of the whole file, 0 when it is not known. `rowsTotal`: where the rows are
 * known beforehand, which then tell how far it is instead of the bytes.
 */
export type ProgressSeen = {
  readonly rows: number;
  readonly rowsTotal?: number;
  readonly bytes: number;
  readonly bytesTotal: number;
};

export type ProgressLine = { readonly show: (seen: ProgressSeen) => void; readonly end: () => void };

/** Begins to tell of rows that are read or sent, on standard error. */
export function progressLine(world: World, title: string): ProgressLine {
  const started = world.clock();
  return taskLine(world, (seen: ProgressSeen) => progressText(title, seen, (world.clock() - started) / 1_000));
}

/** A line of any task, in words of its own. */
export function taskLine<Seen extends readonly unknown[]>(
  { standardError, isTerminal, clock }: World,
  textOf: (...seen: Seen) => string,
): { readonly show: (...seen: Seen) => void; readonly end: () => void } {
  let shown = clock();
  let isOpen = false;
  return {
    show: (...seen) => {
      const now = clock();
      if (now - shown < (isTerminal ? REDRAW_MILLIS : LINE_MILLIS)) return;
      shown = now;
      isOpen = isTerminal;
      const line = textOf(...seen);
      standardError(isTerminal ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    end: () => {
      if (isOpen) standardError("\r\u001b[2K");
    },
  };
}

// The line itself: rows, rows a second, bytes, and the time left at this pace.
function progressText(title: string, seen: ProgressSeen, seconds: number): string {
  const { rows, rowsTotal, bytes, bytesTotal } = seen;
  const rate = `${grouped(seconds > 0 ? Math.round(rows / seconds) : 0)} rows/s`;
  if (rowsTotal !== undefined) {
    const remaining = timeLeft(seconds, rows, rowsTotal);
    return `${title}: ${grouped(rows)} of ${grouped(rowsTotal)} rows, ${rate}${remaining}`;
  }
  const whole = bytesTotal > 0 ? ` of ${sized(bytesTotal)}` : "";
  return `${title}: ${grouped(rows)} rows, ${rate}, ${sized(bytes)}${whole}${timeLeft(seconds, bytes, bytesTotal)}`;
}

function timeLeft(seconds: number, done: number, total: number): string {
  const left = done > 0 && total > done ? Math.ceil((seconds * (total - done)) / done) : 0;
  if (left === 0) return "";
  return `, ${left >= 120 ? `${Math.ceil(left / 60)} min` : `${left} s`} left`;
}
