// One line that tells how far a long task has come: redrawn in place on a terminal, a new line now and then elsewhere.

import { grouped, sized } from "./figures.ts";
import type { World } from "./terminal.ts";

const REDRAW_MILLIS = 100;
const LINE_MILLIS = 5_000;

/** How far a task has come. `bytesTotal`: of the whole file, 0 when it is not known. */
export type ProgressSeen = { readonly rows: number; readonly bytes: number; readonly bytesTotal: number };

export type ProgressLine = { readonly show: (seen: ProgressSeen) => void; readonly end: () => void };

/** Begins to tell of a task, on standard error. */
export function progressLine({ standardError, isTerminal, clock }: World, title: string): ProgressLine {
  const started = clock();
  let shown = started;
  let isOpen = false;
  return {
    show: (seen) => {
      const now = clock();
      if (now - shown < (isTerminal ? REDRAW_MILLIS : LINE_MILLIS)) return;
      shown = now;
      isOpen = isTerminal;
      const line = progressText(title, seen, (now - started) / 1_000);
      standardError(isTerminal ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    end: () => {
      if (isOpen) standardError("\r\u001b[2K");
    },
  };
}

// The line itself: rows, rows a second, bytes, and the time left at this pace.
function progressText(title: string, { rows, bytes, bytesTotal }: ProgressSeen, seconds: number): string {
  const rate = seconds > 0 ? Math.round(rows / seconds) : 0;
  const whole = bytesTotal > 0 ? ` of ${sized(bytesTotal)}` : "";
  const left = bytes > 0 && bytesTotal > bytes ? Math.ceil((seconds * (bytesTotal - bytes)) / bytes) : 0;
  const remaining = left > 0 ? `, ${left >= 120 ? `${Math.ceil(left / 60)} min` : `${left} s`} left` : "";
  return `${title}: ${grouped(rows)} rows, ${grouped(rate)} rows/s, ${sized(bytes)}${whole}${remaining}`;
}
