// Kernels that look once at each row of a list: another thread calls them for a large one, as requests would stand
// still for as long as they take.

import type { Kernels } from "../../kernels/kernels.ts";
import type { Crew } from "./threads/crew.ts";

/** Rows next to each other. */
export type Stretch = { readonly from: number; readonly count: number };

export type Calls = {
  /** Calls a kernel about so many rows; nothing that it reads or writes may go before it has answered. */
  call<Name extends keyof Kernels>(
    rows: number,
    name: Name,
    ...input: Parameters<Kernels[Name]>
  ): Promise<ReturnType<Kernels[Name]>>;
  /** Calls a kernel for all rows in stretches that begin at whole words of a bitmap, side by side if they are many. */
  callInStretches<Name extends keyof Kernels>(
    rows: number,
    name: Name,
    input: (stretch: Stretch) => Parameters<Kernels[Name]>,
  ): Promise<void>;
};

/** Rows that are sealed or loaded while so many are looked at once. */
const LOOKS = 20;
/** Rows of a stretch, at the most: some milliseconds. */
const MOST_ROWS = 8_388_608;
/** Rows of a word of a bitmap. */
const WORD_ROWS = 128;

/** @param largeRows  rows of a list from which on other threads seal and load them */
export function callsOn(crew: Crew, own: Kernels, largeRows: number): Calls {
  const job = crew.begin("call", undefined, { scratchBytes: 0, isLarge: true });
  const isLarge = (rows: number) => rows >= LOOKS * largeRows;
  const call: Calls["call"] = async (rows, name, ...input) => {
    // SAFETY: the performer of a call answers with what its kernel answers.
    if (isLarge(rows)) return (await job.run({ name, input } as Parameters<typeof job.run>[0])) as never;
    const kernel = own[name] as (...input: unknown[]) => never;
    return kernel(...input);
  };
  return {
    call,
    callInStretches: async (rows, name, input) => {
      const most = isLarge(rows) ? Math.min(MOST_ROWS, rows / (job.width / 2)) : rows;
      const outcomes = await Promise.allSettled(
        [...stretchesOf(rows, most)].map((stretch) => call(rows, name, ...input(stretch))),
      );
      const failed = outcomes.find((one) => one.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
  };
}

function* stretchesOf(rows: number, most: number): Generator<Stretch> {
  const width = Math.max(WORD_ROWS, Math.ceil(most / WORD_ROWS) * WORD_ROWS);
  for (let from = 0; from < rows; from += width) yield { from, count: Math.min(width, rows - from) };
}
